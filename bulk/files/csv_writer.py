"""Tables as a spreadsheet in Spanish opens them: `;`, UTF-8 with BOM, CRLF, and no cell that could
be a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# A cell that a spreadsheet would take for a formula, in letters of full width too. A sign before
# digits only is a phone or a number: left as it is.
_STARTS = r"(?:[=@＝＠\t\r\n]|[+\-＋－](?![\d\s]*\Z))"
_FORMULA = re.compile(f"^{_STARTS}")
_GUARDED = re.compile(f"^'+{_STARTS}")
_AT_ONCE = 500  # rows a piece


def safe_cell(text: str) -> str:
    """`text`, behind an apostrophe when a spreadsheet would take it for a formula; E.164 phones
    stay as they are.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def guarded(text: str) -> str:
    """As `safe_cell`, in a way that `unguarded` can take back: a cell that begins with apostrophes
    gets one more.
    """
    return f"'{text}" if _FORMULA.match(text) or _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """The cell that `guarded` made safe."""
    return text[1:] if _GUARDED.match(text) else text


def csv_writer(file: Any) -> Any:
    """A `csv.writer` onto a text file opened with `newline=""`.

    Quotes only where they are needed: who opens the file with another separator splits quoted cells
    all the same.
    """
    return csv.writer(file, delimiter=";", lineterminator="\r\n")


def csv_text(headers: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table in pieces of some hundred rows, so that it never stands in memory as a whole; cells
    are taken as they are.
    """
    buffer = io.StringIO(newline="")
    writer = csv_writer(buffer)
    yield b"\xef\xbb\xbf"
    writer.writerow(headers)
    for number, line in enumerate(lines, 1):
        writer.writerow(line)
        if number % _AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return text
