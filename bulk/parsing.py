"""From text to a table of text cells, each row with the line of the file where it starts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from bulk.errors import InputError
from bulk.headers import canonical
from bulk.records import Problem
from schemas.hydra import decode_id

BLANKS = " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" + (
    "\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"
)
BLOCK = 10_000  # rows read at a time: more is hardly faster, and lists of Python strings take ten times their size
MOST_COLUMNS = 2_000
MOST_BLANK = 1_048_576  # lines without anything, one after another: the rows of a sheet that was saved to its very end
RAGGED = "celdas_de_mas_o_de_menos"


def parse_blocks(physical: Iterable[str], delimiter: str, file_name: str) -> Iterator[tuple[pd.DataFrame, list[Problem]]]:
    """(frame of text cells with index = line, its ragged rows), some 10,000 rows at a time, at least once.

    `physical`: the lines of the file with their ends, as a text file opened with newline="" gives them.
    Raises InputError (nothing in it, header, quotes).
    """
    lines = iter(physical)
    first = next(_rows(lines, delimiter, file_name, 0), None)
    if first is None:
        raise InputError(f"{file_name} está vacío: no hay cabecera ni filas.")
    start, at, cells = first
    headers = check_headers(cells, start, file_name)
    seen = 0
    while chunk := list(islice(lines, BLOCK)):
        frame = _quick(chunk, delimiter, headers, at)
        problems: list[Problem] = []
        if frame is not None:
            at += len(chunk)
        else:
            lines = chain(chunk, lines)
            taken = list(islice(_rows(lines, delimiter, file_name, at), BLOCK))
            at = taken[-1][1] if taken else at
            frame, problems = collect(((line, cells) for line, _, cells in taken), headers, file_name)
        seen += len(frame)
        yield tidy(frame), problems
    if not seen:
        yield collect(iter(()), headers, file_name)


def _rows(lines: Iterator[str], delimiter: str, file_name: str, before: int) -> Iterator[tuple[int, int, list[str]]]:
    """(line where the row starts, line where it ends, its cells), without empty rows; `before` lines went before.

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
            elif end - filled > MOST_BLANK:
                raise InputError(f"{file_name} · Fila {end}: van más de un millón de líneas vacías seguidas. Quítalas.")
            start = end
    except csv.Error as error:
        raise InputError(f"{file_name} · Fila {start + 1}: {_wrong(str(error))}. Corrígela.") from None


def _wrong(error: str) -> str:
    """What the csv module does not understand, for people."""
    if "field limit" in error:
        return "una celda es demasiado larga (¿unas comillas sin cerrar más arriba?)"
    if "expected after" in error:
        return "comillas sin cerrar o mal puestas: tras cerrarlas se espera el separador (dentro de la celda se escriben dobles)"
    return "comillas sin cerrar o mal puestas"


# -- header -----------------------------------------------------------------------------------------------------------


def check_headers(cells: Sequence[str], line: int, file_name: str) -> list[str]:
    """Headers without trailing empty ones, on one line each. Raises InputError for blank, repeated, too many, or none at all."""
    headers = [" ".join(cell.strip(BLANKS).split()) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MOST_COLUMNS:
        told = f"{len(headers)} columnas, y no se leen más de {MOST_COLUMNS}"
        raise InputError(f"{file_name} · Fila {line}: {told}. Revisa el separador, o quita las que sobran.")
    seen: set[str] = set()
    for position, header in enumerate(headers, 1):
        if not header:
            raise InputError(f"{file_name} · Fila {line}: la columna {position} no tiene nombre. Ponle uno o quítala.")
        if _is_data(header):
            raise InputError(f"{file_name} · Fila {line}: falta la cabecera («{header}» es un dato). Añádela encima.")
        key = canonical(header) or header
        if key in seen:
            raise InputError(f"{file_name} · Fila {line}: la columna «{header}» está repetida. Deja una sola.")
        seen.add(key)
    return headers


def _is_data(header: str) -> bool:
    """A cell that no column is called: an e-mail, a phone, an id of Webex."""
    digits = header.lstrip("+").replace(" ", "")
    return "@" in header.strip("@") or (len(digits) >= 7 and digits.isdigit()) or decode_id(header) is not None


# -- rows -------------------------------------------------------------------------------------------------------------


def _quick(chunk: list[str], delimiter: str, headers: list[str], before: int) -> pd.DataFrame | None:
    """Lines without quotes and all of the header's width go the quick way; None sends them the careful way."""
    text, width = "".join(chunk), len(headers) - 1
    if '"' in text:
        return None
    lines = np.arange(before + 1, before + 1 + len(chunk), dtype="int64")
    if width == 0 or any(line.count(delimiter) != width for line in chunk):
        filled = np.array([not line.isspace() for line in chunk])
        kept = [line for line, is_filled in zip(chunk, filled.tolist(), strict=True) if is_filled]
        if not kept or any(line.count(delimiter) != width for line in kept):
            return None
        text, lines = "".join(kept), lines[filled]
    return _table(text, delimiter, headers, lines)


def _table(text: str, delimiter: str, headers: list[str], lines: npt.NDArray[np.int64]) -> pd.DataFrame | None:
    """Whole lines as cells; None when pandas reads something else than one row a line."""
    raw = io.BytesIO(text.encode())
    try:
        frame = pd.read_csv(raw, sep=delimiter, header=None, dtype="str", engine="pyarrow", keep_default_na=False)
    except (ValueError, pd.errors.ParserError):
        return None
    if len(frame) != len(lines):
        return None
    frame.columns = pd.Index(headers, dtype="str")
    frame.index = pd.Index(lines)
    return frame


def collect(rows: Iterator[tuple[int, list[str]]], headers: list[str], file_name: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Block by block; a row of another width is kept, cut or filled, and reported: its cells may have shifted."""
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
                told = f"La fila tiene {len(cells)} celdas y la cabecera {width}. Revisa separadores y comillas."
                problems.append(Problem(file_name, line, None, None, RAGGED, told))
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
            f"{file_name}: «{headers[0]}» no parece la cabecera, las demás filas tienen más celdas. "
            "Quita las líneas de encima de la cabecera, o revisa el separador."
        )


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells without blanks around them (hard ones too), rows of nothing but blanks left out."""
    for header in frame.columns:
        frame[header] = frame[header].str.strip(BLANKS)
    empty = frame.iloc[:, 0] == ""
    if empty.any():
        empty &= (frame == "").all(axis=1)
        frame = frame[~empty]
    return frame
