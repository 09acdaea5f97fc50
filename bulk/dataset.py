"""One CSV as text cells with the line numbers that Excel shows. Nothing is guessed, nothing is dropped in silence."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bulk.errors import InputError
from bulk.records import DATASETS, FILE_NAMES, Problem

DELIMITERS = (";", ",", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # a detector took Spanish cp1252 for cp1250: the ladder is right
_BLANKS = " \t\u00a0\u2007\u202f\ufeff"
csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class Dataset:
    """A file, read."""

    name: str  # global, ubicaciones or usuarios
    file_name: str  # as the operator knows it
    sha256: str  # of its bytes
    encoding: str  # how it was decoded
    delimiter: str  # between cells
    frame: pd.DataFrame  # text cells ("" = empty), columns = headers as written, index = line where the row starts (header 1)
    problems: tuple[Problem, ...] = ()  # rows with too many or too few cells


def canonical(header: str) -> str:
    """A header for comparison: case, accents, blanks, hyphens and underscores do not count."""
    plain = unicodedata.normalize("NFKD", header)
    return "".join(c for c in plain if c.isalnum() and not unicodedata.combining(c)).casefold()


def read_csv(source: str | Path | bytes, *, name: str | None = None, file_name: str | None = None) -> Dataset:
    """Read a CSV (UTF-8 with or without BOM, or Windows-1252; `;` `,` tab `|`).

    `name` is guessed from the file name when it is not given. Raises InputError naming file, line and remedy.
    """
    raw, known_as = _bytes(source, file_name)
    dataset_name = name or _guess_name(known_as)
    text, encoding = _decode(raw, known_as)
    text, delimiter = _delimiter(text)
    lines, cells = _parse(text, delimiter, known_as)
    headers = _headers(cells[0], lines[0], known_as)
    frame, problems = _frame(headers, lines[1:], cells[1:], known_as)
    digest = hashlib.sha256(raw).hexdigest()
    return Dataset(dataset_name, known_as, digest, encoding, delimiter, frame, tuple(problems))


def from_records(records: Mapping[int, Mapping[str, Any]], *, name: str, file_name: str | None = None) -> Dataset:
    """A dataset out of parameters given one by one: line -> {header: value}; lists are joined with `;`."""
    headers = list(dict.fromkeys(header for record in records.values() for header in record))
    cells = [[_as_text(record.get(header)) for header in headers] for record in records.values()]
    frame = pd.DataFrame(cells, columns=pd.Index(headers, dtype="str"), index=pd.Index(list(records)), dtype="str")
    return Dataset(name, file_name or FILE_NAMES[name], "", "", "", frame)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _bytes(source: str | Path | bytes, file_name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, file_name or "fichero"
    path = Path(source)
    try:
        return path.read_bytes(), file_name or path.name
    except OSError as error:
        raise InputError(f"No se puede leer «{path}»: {error.strerror}.") from None


def _guess_name(file_name: str) -> str:
    plain = canonical(file_name)
    for name in DATASETS:
        if plain.startswith(name):
            return name
    raise InputError(f"«{file_name}»: no se sabe si es GLOBAL, UBICACIONES o USUARIOS. Dilo, o cámbiale el nombre.")


def _decode(raw: bytes, file_name: str) -> tuple[str, str]:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strict(raw, "utf-16", file_name), "utf-16"
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    raise InputError(f"«{file_name}» no es un fichero de texto. Guárdalo como CSV UTF-8.")


def _strict(raw: bytes, encoding: str, file_name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"«{file_name}» no se puede leer como {encoding}. Guárdalo como CSV UTF-8.") from None


def _delimiter(text: str) -> tuple[str, str]:
    """The text without Excel's `sep=` line (its line number is kept), and the delimiter of the header."""
    text = text.replace("\x00", "")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return "\n" + rest, first.strip()[4]
    header = next((line for line in text.splitlines() if line.strip()), "")
    counts = {delimiter: len(next(csv.reader([header], delimiter=delimiter))) for delimiter in DELIMITERS}
    return text, max(DELIMITERS, key=lambda delimiter: counts[delimiter])


def _parse(text: str, delimiter: str, file_name: str) -> tuple[list[int], list[list[str]]]:
    """(line where each row starts, its cells); empty lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip(_BLANKS) for cell in cells):
                lines.append(before + 1)
                rows.append([cell.strip(_BLANKS + "\r\n") for cell in cells])
            before = reader.line_num
    except csv.Error as error:
        raise InputError(f"{file_name} · Fila {before + 1}: comillas sin cerrar o mal puestas ({error}). Corrígela.") from None
    if not rows:
        raise InputError(f"{file_name} está vacío: no hay cabecera ni filas.")
    return lines, rows


def _headers(cells: list[str], line: int, file_name: str) -> list[str]:
    """Headers without trailing empty ones. Raises InputError for blank or repeated ones."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    seen: dict[str, str] = {}
    for position, header in enumerate(cells, 1):
        if not canonical(header):
            raise InputError(f"{file_name} · Fila {line}: la columna {position} no tiene nombre. Ponle uno o quítala.")
        if canonical(header) in seen:
            raise InputError(f"{file_name} · Fila {line}: la columna «{header}» está repetida. Deja una sola.")
        seen[canonical(header)] = header
    return cells


def _frame(headers: list[str], lines: list[int], rows: list[list[str]], file_name: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells under their headers; a row of another width is kept, cut or filled, and reported: its cells may have shifted."""
    width, problems = len(headers), []
    for line, cells in zip(lines, rows, strict=True):
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            told = f"La fila tiene {len(cells)} celdas y la cabecera {width}. Revisa separadores y comillas."
            problems.append(Problem(file_name, line, None, None, "celdas_de_mas_o_de_menos", told))
            cells[:] = (cells + [""] * width)[:width]
    frame = pd.DataFrame(rows, columns=pd.Index(headers, dtype="str"), index=pd.Index(lines, dtype="int64"), dtype="str")
    return frame, problems
