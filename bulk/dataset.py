"""A file as text cells with the line numbers that Excel shows. Nothing is guessed, nothing is dropped in silence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from bulk import decoding, dialect, parsing
from bulk.errors import InputError
from bulk.headers import canonical
from bulk.records import DATASETS, FILE_NAMES, Problem

__all__ = ["Dataset", "canonical", "from_records", "read_any", "read_csv", "with_cells"]

XLSX = (".xlsx", ".xlsm")
_PARAMETER = frozenset(map(canonical, ("parametro", "parameter", "clave", "nombre", "campo", "key", "name")))
_VALUE = frozenset({"valor", "value"})
_SPOILT = re.compile("\ufffd|Ã[\u00a0-\u00bf\u201a\u0192\u201c\u2018\u2030\u0160\u2039]|Â[\u00a0-\u00bf]")


@dataclass(frozen=True)
class Dataset:
    """A file, read."""

    name: str  # global, ubicaciones or usuarios
    file_name: str  # as the operator knows it
    sha256: str  # of its bytes
    encoding: str  # how it was decoded; "xlsx" for a sheet of a workbook
    delimiter: str  # between cells; "" for a sheet
    frame: pd.DataFrame  # text cells ("" = empty), columns = headers as written, index = line where the row starts (header 1)
    problems: tuple[Problem, ...] = ()  # rows with too many or too few cells; what reading had to mend


def read_csv(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    file_name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Dataset:
    """Read a CSV; encoding and separator are detected unless given.

    `name` is guessed from the file name when it is not given. Raises InputError naming file, line and remedy.
    """
    raw, known_as = read_bytes(source, file_name)
    dataset_name = name or guess_name(known_as)
    text, encoding = decoding.decode(raw, known_as, encoding)
    nulls = text.count("\x00")
    if nulls:
        text = text.replace("\x00", "")
    text, named = dialect.take_sep_line(text.rstrip("\x1a"))
    delimiter = _one_character(delimiter) or named or dialect.detect_delimiter(text)
    frame, problems = parsing.parse(text, delimiter, known_as)
    if nulls:
        told = f"Se han quitado {nulls} caracteres nulos. Si algún dato no cuadra, vuelve a exportar el fichero."
        problems.append(Problem(known_as, None, None, None, "caracteres_nulos", told, "aviso"))
    if any(trace in text for trace in "\ufffdÃÂ"):
        problems += _spoilt(frame, known_as)
    digest = hashlib.sha256(raw).hexdigest()
    return Dataset(dataset_name, known_as, digest, encoding, delimiter, *_settled(dataset_name, frame, problems, known_as))


def read_any(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    file_name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> list[Dataset]:
    """Read a CSV (one dataset) or an Excel workbook (one dataset a sheet that has one of the three names).

    Raises InputError as read_csv does.
    """
    raw, known_as = read_bytes(source, file_name)
    if raw.startswith(b"PK\x03\x04") or known_as.lower().endswith(XLSX):
        from bulk import workbook  # openpyxl is only loaded for a workbook

        sheets = workbook.read_sheets(raw, known_as, name=name)
        digest = hashlib.sha256(raw).hexdigest()
        return [
            Dataset(sheet, told_as, digest, "xlsx", "", *_settled(sheet, frame, problems, told_as))
            for sheet, told_as, frame, problems in sheets
        ]
    return [read_csv(raw, name=name, file_name=known_as, encoding=encoding, delimiter=delimiter)]


def from_records(records: Mapping[int, Mapping[str, Any]], *, name: str, file_name: str | None = None) -> Dataset:
    """A dataset out of parameters given one by one: line -> {header: value}; lists are joined with `;`."""
    headers = list(dict.fromkeys(header for record in records.values() for header in record))
    cells = [[_as_text(record.get(header)) for header in headers] for record in records.values()]
    frame = pd.DataFrame(cells, columns=pd.Index(headers, dtype="str"), index=pd.Index(list(records)), dtype="str")
    return Dataset(name, file_name or FILE_NAMES[name], "", "", "", frame)


def with_cells(dataset: Dataset, cells: Iterable[tuple[int, str, str]]) -> Dataset:
    """A copy with (line, column, value) put in their places. Raises InputError for a place that there is not."""
    frame = dataset.frame.copy()
    changed: dict[str, dict[int, str]] = {}
    for line, column, value in cells:
        changed.setdefault(column, {})[line] = value.strip(parsing.BLANKS)
    for column, values in changed.items():
        if column not in frame.columns or not frame.index.isin(values).sum() == len(values):
            raise InputError(f"{dataset.file_name} no tiene todas las celdas que se quieren cambiar en «{column}».")
        frame.loc[list(values), column] = list(values.values())
    return replace(dataset, frame=frame)


def read_bytes(source: str | Path | bytes, file_name: str | None = None) -> tuple[bytes, str]:
    """(content, name as the operator knows it). Raises InputError when it cannot be read."""
    if isinstance(source, bytes):
        return source, file_name or "fichero"
    path = Path(source)
    try:
        return path.read_bytes(), file_name or path.name
    except OSError as error:
        raise InputError(f"No se puede leer «{path}»: {error.strerror}.") from None


def guess_name(file_name: str) -> str:
    """global, ubicaciones or usuarios. Raises InputError."""
    plain = canonical(file_name)
    for name in DATASETS:
        if plain.startswith(name):
            return name
    raise InputError(f"«{file_name}»: no se sabe si es GLOBAL, UBICACIONES o USUARIOS. Dilo, o cámbiale el nombre.")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _one_character(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"El separador «{delimiter}» no vale: se espera un solo carácter, como ; o tab.")
    return delimiter


def _spoilt(frame: pd.DataFrame, file_name: str) -> list[Problem]:
    """Accents that were lost before the file came here: it was saved in one encoding and read in another."""
    told = "Los acentos están estropeados desde antes. Vuelve a exportar el fichero como CSV UTF-8."
    return [
        Problem(file_name, int(line), str(header), str(cells.at[line]), "acentos_estropeados", told, "aviso")
        for header, cells in frame.items()
        for line in cells.index[cells.str.contains(_SPOILT.pattern, regex=True)]
    ]


def _settled(name: str, frame: pd.DataFrame, problems: list[Problem], file_name: str) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """GLOBAL written as two columns `parametro;valor` becomes one row of columns, like any other."""
    headers = [canonical(str(header)) for header in frame.columns]
    if name != "global" or len(headers) != 2 or headers[0] not in _PARAMETER or headers[1] not in _VALUE:
        return frame, tuple(problems)
    names = parsing.check_headers([*frame.iloc[:, 0], "_"], 1, file_name)[:-1]
    row = pd.DataFrame([list(frame.iloc[:, 1])], columns=pd.Index(names, dtype="str"), dtype="str")
    row.index = pd.Index(frame.index[:1] if len(frame) else [], dtype="int64")
    return row, tuple(problems)
