"""Rows that a stray quote opens and another one, rows below in the same column, closes: one row
that is as wide as the header.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence


def swallowed(
    rows: Iterable[tuple[int, int, list[str]]],
    apart: Collection[int | None],
    delimiter: str,
    headers: Sequence[str],
) -> Iterator[tuple[int, str, str]]:
    """(line where the quote opens, its column, what to tell) of rows that have become one.

    `rows`: (line where it starts, line where it ends, its cells). Those that start at a line of
    `apart` are not looked at.
    """
    mark = re.compile(re.escape(delimiter) + "(?! )")  # a comma before a space is one of an address
    for start, end, cells in rows:
        if end == start or start in apart or len(headers) < 2:
            continue
        for at, cell in enumerate(cells):
            lines = [mark.split(line) for line in re.split("\r\n|\r|\n", cell)]
            if _are_rows(lines, at, len(headers), cells[0] if at else lines[0][0], delimiter):
                message = (
                    f"Las filas {start} a {end} se leen como una sola: unas comillas se abren aquí"
                    f" y no se cierran hasta la {end}. Quítalas en el fichero."
                )
                yield start, headers[at], message


def _are_rows(lines: list[list[str]], at: int, width: int, key: str, delimiter: str) -> bool:
    """The rest of a row, whole rows, and the beginning of one more: not the lines of an address,
    nor of a list of numbers.
    """
    if (
        len(lines) < (3 if delimiter == "," else 2)
        or len(lines[-1]) != at + 1
        or not _fills(lines[0], width - at)
    ):
        return False
    whole = all(_fills(line, width) for line in lines[1:-1])
    return whole and bool(lines[0][-1].strip()) and _alike(key, lines[-1][0])


def _alike(one: str, other: str) -> bool:
    """Could stand in the same column: made of the same kinds of letters, of about the same
    length.
    """
    kinds = [
        {(letter.isdigit(), letter.isalpha()) for letter in text.strip()} for text in (one, other)
    ]
    shorter, longer = sorted((len(one.strip()), len(other.strip())))
    return kinds[0] == kinds[1] and 2 * shorter >= longer


def _fills(cells: list[str], room: int) -> bool:
    """Whether that many cells are left without the empty ones at the end, which may be too many."""
    while len(cells) > room and not cells[-1].strip():
        cells.pop()
    return len(cells) == room
