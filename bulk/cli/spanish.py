"""What the libraries of the command line say by themselves, in Spanish: usage errors, and the frame
of `--help`.
"""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = (
    ("Usage: ", "Uso: "),
    ("Options:", "Opciones:"),
    ("Commands:", "Órdenes:"),
    ("Show this message and exit.", "Muestra esta ayuda."),
    ("[OPTIONS]", "[OPCIONES]"),
    ("[ARGS]...", "[ARGUMENTOS]..."),
    ("COMMAND", "ORDEN"),
    ("[required]", "[obligatorio]"),
    ("[default: ", "[por defecto: "),
)
_ERRORS = (
    (r"No such command '(.*)'\..*", "No existe la orden «{}». Las que hay: bulk --help."),
    (
        r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)",
        "Sobra «{}». Comprueba las opciones con --help.",
    ),
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
    (r"unrecognized arguments: (.*)", "Sobra «{}». Comprueba las opciones con --help."),
    (r"argument (\S+): expected one argument", "A la opción {} le falta su valor."),
    (r"argument (\S+): ignored explicit argument .*", "La opción {} no lleva valor."),
    (r"argument (\S+): invalid int value: '(.*)'", "{}: «{}» no es un número válido."),
    (r"ambiguous option: (\S+) could match (.*)", "La opción «{}» puede ser {}. Escríbela entera."),
)


def usage_text(error: Any) -> str:
    """The usage error `error`, written in Spanish. Typer brings its own copy of click or uses the
    real one: known by name.
    """
    kind = type(error).__name__
    if kind == "NoSuchOption":
        like = ", ".join(error.possibilities or ())
        return f"No existe la opción {error.option_name}." + (
            f" ¿Quizá {like}?" if like else " Mira las que hay con --help."
        )
    if kind == "MissingParameter" and error.param is not None:
        return f"Falta {_named(error.param)}. Mira cómo se usa con --help."
    shown = in_spanish(str(getattr(error, "message", "") or ""))
    if kind == "BadParameter" and error.param is not None:
        return f"{_named(error.param)}: {shown}"
    return shown or str(error.format_message())


def _named(param: Any) -> str:
    return str(param.opts[-1] if _is_option(param) else param.metavar)


def in_spanish(message: str) -> str:
    """What is wrong with the arguments, as a library says it."""
    for pattern, shown in _ERRORS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return shown.format(*found.groups())
    return message


def _help_in_spanish(text: str) -> str:
    for english, spanish in _HELP:
        text = text.replace(english, spanish)
    return text


def _is_option(param: Any) -> bool:
    return bool(param.param_type_name == "option")


def _in_usage(param: Any) -> str:
    name = f"{param.metavar}..." if param.nargs == -1 else str(param.metavar)
    return name if param.required else f"[{name}]"


def _in_list(param: Any) -> str:
    """`--home DIRECTORIO`, `--json`, `ACCIÓN`: the library would tell of each value what type it
    has, in English.
    """
    if not _is_option(param):
        return str(param.metavar)
    return ", ".join(param.opts) + ("" if param.is_flag else f" {param.metavar}")


class Command(TyperCommand):
    """A command whose help is all in Spanish."""

    def get_help(self, ctx: Any) -> str:
        return _help_in_spanish(super().get_help(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [
            "[OPCIONES]",
            *(_in_usage(param) for param in self.get_params(ctx) if not _is_option(param)),
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records = [(param, param.get_help_record(ctx)) for param in self.get_params(ctx)]
        for title, options in (("Argumentos", False), ("Opciones", True)):
            # Translated before it is laid out: a line may break within what there is to translate.
            rows = [
                (_in_list(param), _help_in_spanish(shown[1]))
                for param, shown in records
                if shown and _is_option(param) is options
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class Group(TyperGroup):
    """Commands whose help is all in Spanish."""

    def get_help(self, ctx: Any) -> str:
        return _help_in_spanish(super().get_help(ctx))
