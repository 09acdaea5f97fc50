"""Texts as people read and compare them: matching, figures, moments, what can be shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def normalize_for_match(text: str) -> str:
    """A text for comparison: case, the way of an accent and the width of blanks do not count.
    Decomposed accents (as macOS writes them) are those of the
    keyboard.
    """
    return " ".join(
        unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split()
    )


def composed_cells(cells: pd.Series[str]) -> pd.Series[str]:
    """Accents as the keyboard writes them; nothing else changes."""
    other = cells.str.contains(r"[^ -~]", regex=True)
    return (
        cells.mask(other, cells[other].map(lambda cell: unicodedata.normalize("NFC", cell)))
        if other.any()
        else cells
    )


def normalize_cells(cells: pd.Series[str]) -> pd.Series[str]:
    """The same for a column; only cells with other than plain letters take the slow way."""
    plain = cells.str.casefold()
    other = plain.str.contains(r"[^!-~]", regex=True)
    return plain.mask(other, plain[other].map(normalize_for_match)) if other.any() else plain


# What no XML file may hold, and no page shows.
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """`text` without the control characters that neither XML nor HTML may hold."""
    return _NOT_PRINTABLE.sub("", text)


_MOMENT = "%d/%m/%Y %H:%M:%S"


def local(stamp: str | None) -> str:
    """A UTC moment of the journal (ISO 8601) as the clock on the wall showed it; "" for none."""
    return f"{datetime.fromisoformat(stamp).astimezone():{_MOMENT}}" if stamp else ""


def thousands(number: int) -> str:
    """4300 -> `4.300`."""
    return f"{number:,}".replace(",", ".")


def pluralize(number: int, one: str, many: str) -> str:
    """`1 ejecución`, `2 ejecuciones`."""
    return f"{thousands(number)} {one if number == 1 else many}"
