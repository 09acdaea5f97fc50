"""How a CSV separates its cells: Excel's `sep=` line, or the separator that makes the first rows a
table.
"""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from bulk.core.headers import KNOWN_HEADERS, canonical
from bulk.errors import InputError

DELIMITERS = (";", ",", "\t", "|")
_SEP_LINE = re.compile(r'\s*"?sep=(\\t|[^\r\n"])"?[;,\t| ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_ENDS = re.compile("\r\n|\r|\n")
_SAMPLE_ROWS = 200
_SAMPLE = 262_144
csv.field_size_limit(10_000_000)


def take_sep_line(text: str) -> tuple[str, str | None, int]:
    """(the text after the `sep=` line, the separator that it names, lines up to it); blank lines
    may stand before it.
    """
    found = _SEP_LINE.match(text)
    if not found:
        return text, None, 0
    named = "\t" if found[1] == "\\t" else found[1]
    return text[found.end() :], named, max(1, len(_ENDS.findall(found[0])))


def one_character(delimiter: str | None) -> str | None:
    """A separator as given by hand (`tab` and `\\t` are a tab). Raises InputError."""
    if delimiter is None:
        return None
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(
            f"El separador «{delimiter}» no vale: se espera un solo carácter, como ; o tab."
        )
    return delimiter


def detect_delimiter(text: str) -> str:
    """The separator with the most headers that we know and the most rows of the header's width."""
    return max(DELIMITERS, key=lambda delimiter: _score(text[:_SAMPLE], delimiter))


def _score(sample: str, delimiter: str) -> float:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        rows = list(islice((row for row in reader if any(map(str.strip, row))), _SAMPLE_ROWS))
    except csv.Error:
        return 0.0
    if not rows:
        return 0.0
    width = len(rows[0])
    known = sum(canonical(header) in KNOWN_HEADERS for header in rows[0])
    same = sum(len(row) == width for row in rows) / len(rows)
    return 10.0 * known + (same * width if width > 1 else 0.0)
