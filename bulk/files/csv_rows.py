"""From text to a table of text cells, each row with the line of the file where it starts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from bulk.core.headers import canonical
from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files.unclosed_quotes import swallowed
from schemas.hydra import decode_id

BLANKS = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
    "\u2005\u2006\u2007\u2008\u2009\u200a" + "\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"
)
BLOCK = 10_000  # rows made a table at a time: lists of Python strings take ten times their size
PIECE = 1 << 16  # bytes counted together
LONGEST = (
    1 << 19
    # bytes made cells together: more leaves the processor's cache. A longer row is read the careful
    # way
)
MAX_COLUMNS = 2_000
# lines without anything, one after another: the rows of a sheet that was saved to its very end
MAX_BLANK = 1_048_576
_Row = tuple[int, int, list[str]]  # line where it starts, line where it ends, its cells
RAGGED = "celdas_de_mas_o_de_menos"


def parse_blocks(
    parts: Iterable[bytes], delimiter: str, file_name: str, *, pairs: bool = False
) -> Iterator[tuple[pd.DataFrame, list[Problem]]]:
    """(frame of text cells with index = line, its ragged rows) of each part, at least once.

    `parts`: the file in UTF-8, cut where lines end. `pairs`: as in check_headers.
    Raises InputError (nothing in it, header, quotes), UnicodeDecodeError.
    """
    to_come = filter(None, parts)
    at_hand = [_opened(b"")]
    first = next(_rows(_lines(at_hand, to_come), delimiter, file_name, 0), None)
    if first is None:
        raise InputError(f"{file_name} está vacío: no hay cabecera ni filas.")
    start, at, cells = first
    headers = check_headers(cells, start, file_name, pairs=pairs)
    part, seen = _rest(at_hand), 0
    while part := part or next(to_come, b""):
        problems: list[Problem] = []
        if quick := quickly(part, delimiter, headers, at):
            (frame, at), part = quick, b""
        else:
            at_hand = [_opened(part)]
            rows = _rows(_lines(at_hand, to_come), delimiter, file_name, at)
            taken = list(_through(at + len(part.splitlines()), rows))
            at, part = taken[-1][1] if taken else at, _rest(at_hand)
            frame, problems = collect(
                ((line, cells) for line, _, cells in taken), headers, file_name
            )
            joined = swallowed(taken, {problem.line for problem in problems}, delimiter, headers)
            problems += [
                Problem(file_name, line, column, None, RAGGED, message)
                for line, column, message in joined
            ]
            frame = tidy(frame)
        seen += len(frame)
        yield frame, problems
    if not seen:
        yield collect(iter(()), headers, file_name)


# -- line by line ----------------------------------------------------------------------------------


def _opened(part: bytes) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(part), encoding="utf-8", newline="")


def _lines(at_hand: list[TextIO], to_come: Iterator[bytes]) -> Iterator[str]:
    """Lines of the part that is open, then of those to come: the one that was come to is left in
    `at_hand`.
    """
    while True:
        while line := at_hand[0].readline():
            yield line
        part = next(to_come, None)
        if part is None:
            return
        at_hand[0] = _opened(part)


def _rest(at_hand: list[TextIO]) -> bytes:
    """What has not been read of the open part."""
    return at_hand[0].read().encode()


def _through(last: int, rows: Iterator[_Row]) -> Iterator[_Row]:
    """Rows up to the first one that ends in line `last` or after it."""
    for row in rows:
        yield row
        if row[1] >= last:
            return


def _rows(lines: Iterator[str], delimiter: str, file_name: str, before: int) -> Iterator[_Row]:
    """(line where the row starts, line where it ends, its cells), without empty rows; `before`
    lines went before.

    Takes no more of `lines` than the rows that are asked for.
    Raises InputError at a quote out of place, and where nothing but blank lines comes.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    start = filled = before
    try:
        for cells in reader:
            end = before + reader.line_num
            if any(map(str.strip, cells)):
                filled = end
                yield start + 1, end, cells
            elif end - filled > MAX_BLANK:
                raise InputError(
                    f"{file_name} · Fila {end}: van más de un millón de líneas vacías seguidas."
                    " Quítalas."
                )
            start = end
    except csv.Error as error:
        raise InputError(
            f"{file_name} · Fila {start + 1}: {_wrong(str(error))}. Corrígela."
        ) from None


def _wrong(error: str) -> str:
    """What the csv module does not understand, for people."""
    if "field limit" in error:
        return "una celda es demasiado larga (¿unas comillas sin cerrar más arriba?)"
    if "expected after" in error:
        return (
            "comillas sin cerrar o mal puestas: tras cerrarlas se espera el separador (dentro de la"
            " celda se escriben dobles)"
        )
    return "comillas sin cerrar o mal puestas"


# -- header ----------------------------------------------------------------------------------------


def check_headers(
    cells: Sequence[str], line: int, file_name: str, *, pairs: bool = False
) -> list[str]:
    """Headers without trailing empty ones, on one line each. Raises InputError for blank, repeated,
    too many, or none at all.

    `pairs`: the file may begin with a parameter and its value, which is data then.
    """
    headers = [" ".join(cell.strip(BLANKS).split()) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        message = f"{len(headers)} columnas, y no se leen más de {MAX_COLUMNS}"
        raise InputError(
            f"{file_name} · Fila {line}: {message}. Revisa el separador, o quita las que sobran."
        )
    seen: set[str] = set()
    for position, header in enumerate(headers, 1):
        if not header:
            raise InputError(
                f"{file_name} · Fila {line}: la columna {position} no tiene nombre. Ponle uno o"
                " quítala."
            )
        if not (pairs and position == 2):
            refuse_data(header, line, file_name)
        key = canonical(header) or header
        if key in seen:
            raise InputError(
                f"{file_name} · Fila {line}: la columna «{header}» está repetida. Deja una sola."
            )
        seen.add(key)
    return headers


def refuse_data(header: str, line: int, file_name: str) -> None:
    """Raises InputError."""
    if _is_data(header):
        raise InputError(
            f"{file_name} · Fila {line}: falta la cabecera («{header}» es un dato). Añádela encima."
        )


def _is_data(header: str) -> bool:
    """A cell that no column is called: an e-mail, a phone, an id of Webex."""
    digits = header.lstrip("+").replace(" ", "")
    return (
        "@" in header.strip("@")
        or (len(digits) >= 7 and digits.isdigit())
        or decode_id(header) is not None
    )


# -- rows ------------------------------------------------------------------------------------------


def quickly(
    part: bytes, delimiter: str, headers: list[str], before: int
) -> tuple[pd.DataFrame, int] | None:
    """(frame, last line) of whole lines without quotes and of the header's width; None sends them
    the careful way.

    `before`: lines before the part.
    """
    if b'"' in part or not delimiter.isascii() or _mostly_blank(part, len(headers)):
        return None
    table = _table(part, delimiter, headers)
    if table is None:
        return None
    last = before + table.num_rows
    frame = table.to_pandas()
    frame.index = pd.RangeIndex(before + 1, last + 1)
    frame = without_empty(frame)
    return None if frame.empty and delimiter.encode() not in part else (frame, last)


def _mostly_blank(part: bytes, width: int) -> bool:
    """Whether a cell for each column of each line would be more cells than so few bytes can
    hold.
    """
    # counts faster than bytes do, in pieces that the processor keeps at hand
    characters = np.frombuffer(part, dtype=np.uint8)
    pieces = [characters[start : start + PIECE] for start in range(0, len(characters), PIECE)]
    lines = max(sum(int(np.count_nonzero(piece == ord(end))) for piece in pieces) for end in "\n\r")
    return lines * width > len(part) + 1


def _table(part: bytes, delimiter: str, headers: list[str]) -> pa.Table | None:
    """One row a line (cells of an empty one are empty), without blanks around the cells; None when
    one has another width.
    """
    types, unsure = dict.fromkeys(headers, pa.large_string()), not part.isascii()
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(part),
            read_options=arrow_csv.ReadOptions(
                column_names=headers, use_threads=False, block_size=LONGEST
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types, strings_can_be_null=False, check_utf8=unsure
            ),
        )
    except ValueError:
        return None
    columns = table.columns
    del table  # each column goes as soon as it is trimmed
    return pa.table([_trimmed(columns.pop(0)).combine_chunks() for _ in headers], names=headers)


def _trimmed(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without blanks around them. Nothing is copied where no character can be a blank, which is
    true of most columns.
    """
    return pc.utf8_trim(cells, BLANKS) if any(map(_may_have_blanks, cells.chunks)) else cells


def _may_have_blanks(cells: pa.LargeStringArray) -> bool:
    """Whether there are bytes up to the space, or such as only characters beyond ASCII have; no
    other blank is made of others.
    """
    held = np.frombuffer(cells.buffers()[2] or b"", dtype=np.uint8)
    return len(held) > 0 and bool(held.min() <= ord(" ") or held.max() > 0x7F)


def collect(
    rows: Iterator[tuple[int, list[str]]], headers: list[str], file_name: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Block by block; a row of another width is kept, cut or filled, and reported: its cells may
    have shifted.
    """
    width = len(headers)
    lines: list[int] = []
    block: list[list[str]] = []
    done: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for line, cells in rows:
        if len(cells) != width:
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) != width:
                message = (
                    f"La fila tiene {len(cells)} celdas y la cabecera {width}. Revisa separadores y"
                    " comillas."
                )
                problems.append(Problem(file_name, line, None, None, RAGGED, message))
                cells = (cells + [""] * width)[:width]
        lines.append(line)
        block.append(cells)
        if len(block) == BLOCK:
            done.append(_block(headers, block))
            block = []
    done.append(_block(headers, block))
    frame = pd.concat(done, ignore_index=True) if len(done) > 1 else done[0]
    frame.index = pd.Index(lines, dtype="int64")
    _refuse_title(problems, headers, len(frame), file_name)
    return frame, problems


def _block(headers: list[str], block: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(block, columns=pd.Index(headers, dtype="str"), dtype="str")


def _refuse_title(problems: list[Problem], headers: list[str], rows: int, file_name: str) -> None:
    """One lonely cell above rows of several is a title, not a header."""
    if len(headers) == 1 and rows > 0 and len(problems) > rows / 2:
        raise InputError(
            f"{file_name}: «{headers[0]}» no parece la cabecera, las demás filas tienen más celdas."
            " Quita las líneas de encima de la cabecera, o revisa el separador."
        )


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells without blanks around them (hard ones too), rows of nothing but blanks left out."""
    for header in frame.columns:
        frame[header] = frame[header].str.strip(BLANKS)
    return without_empty(frame)


def without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    empty = frame.iloc[:, 0] == ""
    if empty.any():
        empty &= (frame == "").all(axis=1)
        frame = frame[~empty]
    return frame
