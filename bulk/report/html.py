"""HTML files out of the templates beside this module: everything escaped, written as the rows are
read, and nothing allowed but their own style sheet.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from bulk.core.text import printable

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
_PIECES = 500  # pieces of a template that are written at once: some tens of rows
# Columns that stay on one line, and those that may hold words without end.
_MARKS = dict.fromkeys(("Estado", "Fin", "Ejecución"), Markup(' class="k"'))
_MARKS |= dict.fromkeys(
    ("Motivo", "Qué hacer", "Código", "trackingId", "Antes", "Después", "Ahora", "Se pidió"),
    Markup(' class="a"'),
)
_NUMBER = Markup(' class="n"')


@dataclass(frozen=True)
class Table:
    """A table of a page; its lines may be a stream that is read once, as they are written."""

    headers: Sequence[str]
    lines: Iterable[Sequence[str]]
    numbers: Iterable[int] = ()  # columns aligned as numbers

    @property
    def marks(self) -> list[Markup]:
        """Attributes of each column's cells."""
        right = frozenset(self.numbers)
        return [
            _NUMBER if at in right else _MARKS.get(header, Markup())
            for at, header in enumerate(self.headers)
        ]


def render(template: str, title: str, *, kind: str = "", **values: Any) -> Iterator[bytes]:
    """A whole document in UTF-8, piece by piece. `kind`: class of the body."""
    style = Markup(STYLE)  # noqa: S704 - a file of the product
    found = _environment().get_template(template)
    stream = found.stream(title=title, kind=kind, style=style, policy=POLICY, **values)
    stream.enable_buffering(_PIECES)
    return (piece.encode("utf-8", "replace") for piece in stream)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: Any) -> Any:
    """Without the control characters that HTML may not hold; markup is ours and stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value
