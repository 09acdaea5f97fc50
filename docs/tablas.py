"""Writes the tables of the documents that come from the program: `python docs/tablas.py` (a test
says when it is due).

A table stands between `<!-- tabla NAME -->` and `<!-- fin -->`; everything else of a document is
written by hand.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bulk.adapters import UNSUPPORTED  # noqa: E402  # after the path
from bulk.cli.app import app  # noqa: E402  # after the path
from bulk.wording.remedies import entries  # noqa: E402

CONTEXT = click.Context(app)
_BLOCK = re.compile(r"(<!-- tabla (\w+) -->\n).*?(<!-- fin -->)", re.DOTALL)
PARTS = {"status": "estado HTTP", "code": "código de Webex", "own": "código propio"}


def codes() -> Iterator[str]:
    """bulk/wording/remedies.json: what each code means, and what to do."""
    yield "| código | qué es | qué ha pasado | qué hacer |"
    yield "|---|---|---|---|"
    known = entries()
    for part, kind in PARTS.items():
        for code, entry in known.get(part, {}).items():
            yield f"| `{code}` | {kind} | {_cell(entry['title'])} | {_cell(entry['remedy'])} |"
    for name in ("no_calling", "default"):
        entry, shown = known[name], "sin Webex Calling" if name == "no_calling" else "otro"
        yield f"| {shown} | — | {_cell(entry['title'])} | {_cell(entry['remedy'])} |"


def _cell(text: str) -> str:
    shown = (
        text.replace("{scopes}", "los de la acción")
        .replace("({status}{code})", "")
        .replace("{text}", "…")
    )
    return shown.replace("|", "\\|").strip()


def commands() -> Iterator[str]:
    """Each command with its arguments and options, as `--help` tells them."""
    yield from _options(app)
    yield from _commands(app, "bulk")


def _commands(group: click.Group, path: str) -> Iterator[str]:
    for name in group.list_commands(CONTEXT):
        command = group.get_command(CONTEXT, name)
        assert command
        yield f"## {path} {name}"
        yield ""
        yield " ".join((command.help or "").split("\n\n")[0].split())
        yield ""
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for param in command.params:
        name = (
            param.make_metavar()
            if _is_argument(param) and not param.opts
            else ", ".join(param.opts)
        )
        shown = (
            f"**{(param.metavar or param.name).strip('.[]').upper()}**"
            if _is_argument(param)
            else f"`{name}`"
        )
        default = (
            param.default
            if isinstance(param.default, (int, float, str)) and not isinstance(param.default, bool)
            else None
        )
        message = f" Por defecto, {default}." if default not in (None, "", 0, 0.0) else ""
        help_text = _cell(getattr(param, "help", None) or "").rstrip(".")
        yield f"| {shown} | {f'{help_text}.' if help_text else ''}{message} |"
    yield ""


def _is_argument(param: Any) -> bool:
    return getattr(param, "param_type_name", "") == "argument"


def announced() -> Iterator[str]:
    """The actions that are announced and cannot be run."""
    yield "| acción | qué será | sobre |"
    yield "|---|---|---|"
    for action in UNSUPPORTED:
        yield f"| `{action.id}` | {_cell(action.title)} | {action.dataset.upper()} |"


def licences() -> Iterator[str]:
    """License of each library that the product needs, and of those that it brings along."""
    yield "| biblioteca | licencia | directa |"
    yield "|---|---|---|"
    direct, everything = _needed()
    for name in sorted(everything):
        yield f"| {name} | {_licence(name)} | {'sí' if name in direct else ''} |"


def _needed() -> tuple[set[str], set[str]]:
    """(named in pyproject.toml, those and what they need), without extras that nobody asked for."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {_plain(entry) for entry in project["dependencies"]}
    found, waiting = set[str](), sorted(direct)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another system or another Python
            continue
        found.add(name)
        waiting += [_plain(need) for need in needs if "extra ==" not in need]
    return direct, found


def _plain(requirement: str) -> str:
    return re.split(r"[ \[<>=!~;(]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _licence(name: str) -> str:
    """As the library says it: expression, else classifier, else the first line of its text."""
    message = importlib.metadata.metadata(name)
    classes = [
        entry.rpartition(" :: ")[2]
        for entry in message.get_all("Classifier") or []
        if entry.startswith("License ::")
    ]
    text = (
        message.get("License-Expression")
        or "; ".join(classes)
        or (message.get("License") or "?").strip().splitlines()[0]
    )
    return _cell(text)[:80]


TABLES: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "codigos": ("problemas.md", codes),
    "ordenes": ("cli.md", commands),
    "desarrollo": ("acciones.md", announced),
    "licencias": ("licencias.md", licences),
}


def renewed(name: str) -> str:
    """The document that holds the table, with the table as it should be now."""
    file, maker = TABLES[name]
    table = "\n".join(maker()).rstrip() + "\n"
    text = (HERE / file).read_text(encoding="utf-8")
    return _BLOCK.sub(
        lambda found: f"{found[1]}{table}{found[3]}" if found[2] == name else found[0], text
    )


if __name__ == "__main__":
    for table_name, (file_name, _) in TABLES.items():
        (HERE / file_name).write_text(renewed(table_name), encoding="utf-8")
