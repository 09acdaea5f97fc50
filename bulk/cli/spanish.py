"""What the library of the command line says by itself, in Spanish: usage errors, and the frame of `--help`."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = (
    ("Usage: ", "Uso: "), ("Arguments:", "Argumentos:"), ("Options:", "Opciones:"), ("Commands:", "Órdenes:"),
    ("Show this message and exit.", "Muestra esta ayuda."), ("[OPTIONS]", "[OPCIONES]"), ("[ARGS]...", "[ARGUMENTOS]..."),
    ("COMMAND", "ORDEN"), ("[required]", "[obligatorio]"), ("[default: ", "[por defecto: "),
)  # fmt: skip
_ERRORS = (
    (r"No such command '(.*)'\..*", "No existe la orden «{}». Las que hay: bulk --help."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", "Sobra «{}». Comprueba las opciones con --help."),
    (r"Option '?(.+?)'? requires (?:an|\d+) arguments?\.?", "A la opción {} le falta su valor."),
    (r"Option '?(.+?)'? does not take a value\.?", "La opción {} no lleva valor."),
    (r"'(.*)' is not a valid (?:integer|float)(?: range)?\.?", "«{}» no es un número válido."),
    (r"'?(.*?)'? is not in the range (.*?)\.?", "«{}» no está entre los valores admitidos ({})."),
    (r"'(.*)' is not a valid .*", "«{}» no es un valor válido."),
    (r"Input should be a valid (?:integer|number).*", "se espera un número."),
    (r"Input should be greater than or equal to (.*)", "ha de ser {} o más."),
    (r"Input should be less than or equal to (.*)", "ha de ser {} como mucho."),
    (r"Input should be .*", "el valor no vale."),
    (r"Missing command\.?", "Falta la orden. Las que hay: bulk --help."),
)


def usage_text(error: Any) -> str:
    """The usage error `error`, told in Spanish. Typer brings its own copy of click or uses the real one: known by name."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        like = ", ".join(error.possibilities or ())
        return f"No existe la opción {error.option_name}." + (f" ¿Quizá {like}?" if like else " Mira las que hay con --help.")
    if kind == "MissingParameter" and error.param is not None:
        return f"Falta {_named(error.param)}. Mira cómo se usa con --help."
    told = _translated(str(getattr(error, "message", "") or ""))
    if kind == "BadParameter" and error.param is not None:
        return f"{_named(error.param)}: {told}"
    return told or str(error.format_message())


def _named(param: Any) -> str:
    return str(param.opts[-1]) if param.param_type_name == "option" else str(param.metavar or param.name).upper()


def _translated(message: str) -> str:
    for pattern, told in _ERRORS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return told.format(*found.groups())
    return message


def _in_spanish(text: str) -> str:
    for english, spanish in _HELP:
        text = text.replace(english, spanish)
    return text


class Command(TyperCommand):
    """A command whose help is all in Spanish."""

    def get_help(self, ctx: Any) -> str:
        return _in_spanish(super().get_help(ctx))


class Group(TyperGroup):
    """Commands whose help is all in Spanish."""

    def get_help(self, ctx: Any) -> str:
        return _in_spanish(super().get_help(ctx))
