"""Rows that a stray quote opens and another one, rows below in the same column, closes: one row that is as wide as the header."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence


def swallowed(
    rows: Iterable[tuple[int, int, list[str]]], apart: Collection[int | None], delimiter: str, headers: Sequence[str]
) -> Iterator[tuple[int, str, str]]:
    """(line where the quote opens, its column, what to tell) of rows that have become one.

    `rows`: (line where it starts, line where it ends, its cells). Those that start at a line of `apart` are not looked at.
    """
    mark = re.compile(re.escape(delimiter) + "(?! )")  # a comma before a space is one of an address
    for start, end, cells in rows:
        if end == start or start in apart or len(headers) < 2:
            continue
        for at, cell in enumerate(cells):
            first, *others = re.split("\r\n|\r|\n", cell)
            if others and _fills(mark.split(first), len(headers) - at) and len(mark.split(others[-1])) == at + 1:
                told = (
                    f"Las filas {start} a {end} se leen como una sola: unas comillas se abren aquí y no se cierran "
                    f"hasta la {end}. Quítalas en el fichero."
                )
                yield start, headers[at], told


def _fills(cells: list[str], room: int) -> bool:
    """Whether that many cells are left without the empty ones at the end, which may be too many."""
    while len(cells) > room and not cells[-1].strip():
        cells.pop()
    return len(cells) == room
