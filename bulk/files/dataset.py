"""A file as text cells with the line numbers that Excel shows. Nothing is guessed, nothing is
dropped in silence.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from bulk.core.headers import canonical
from bulk.core.records import DATASETS, FILE_NAMES, Problem
from bulk.errors import InputError, os_error_text
from bulk.files import csv_rows, global_file
from bulk.files.csv_reader import open_csv

__all__ = ["Dataset", "canonical", "from_records", "read_all", "read_any", "read_csv", "with_cells"]

XLSX = (".xlsx", ".xlsm")
MAX_UPLOADED = 200 << 20  # bytes; as maxUploadSize of .streamlit/config.toml


@dataclass(frozen=True)
class Dataset:
    """A file, read."""

    name: str  # global, ubicaciones or usuarios
    file_name: str  # as the operator knows it
    sha256: str  # of its bytes
    encoding: str  # how it was decoded; "xlsx" for a sheet of a workbook
    delimiter: str  # between cells; "" for a sheet
    frame: (
        pd.DataFrame
        # text cells ("" = empty), columns = headers as written, index = line where the row starts
        # (header 1)
    )
    problems: tuple[
        Problem, ...
    ] = ()  # rows with too many or too few cells; what reading had to repair
    # header -> its line, where GLOBAL is written as pairs
    lines: Mapping[str, int] = field(default_factory=dict)


def read_csv(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    file_name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Dataset:
    """Read a CSV; encoding and separator are detected unless given.

    `name` is guessed from the file name when it is not given. Raises InputError naming file, line
    and remedy.
    """
    opener, known_as = _openable(source, file_name)
    dataset_name = name or guess_name(known_as)
    try:
        csv = open_csv(opener, known_as, encoding=encoding, delimiter=delimiter)
        blocks = list(csv.blocks(pairs=dataset_name == "global"))
    except OSError as error:
        raise InputError(f"No se puede leer «{source!s}»: {os_error_text(error)}.") from None
    frame = pd.concat([frame for frame, _ in blocks]) if len(blocks) > 1 else blocks[0][0]
    problems = [problem for _, found in blocks for problem in found]
    settled = _settled(dataset_name, frame, problems, known_as)
    return Dataset(dataset_name, known_as, csv.sha256, csv.encoding, csv.delimiter, *settled)


def read_any(source: str | Path | bytes, **how: str | None) -> list[Dataset]:
    """Every dataset of a file, or only the one called `name`; arguments as in read_all. Raises
    InputError for one that is bad.
    """
    found = read_all(source, **how)
    if found.refused and not how.get("name"):
        raise InputError(next(iter(found.refused.values())))
    return [dataset for dataset in found.datasets if how.get("name") in (None, dataset.name)]


@dataclass(frozen=True)
class Read:
    """What a file brings."""

    datasets: list[Dataset]  # one; of a workbook, one a sheet that has one of the three names
    # dataset name -> why its sheet could not be read
    refused: dict[str, str] = field(default_factory=dict)


def read_all(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    file_name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Read:
    """Read a CSV or an Excel workbook; of a workbook every sheet with one of the three names
    (`sheet`: only the one so titled).

    Raises InputError as read_csv does; of a workbook when `name`, or every sheet, cannot be read.
    """
    opener, known_as = _openable(source, file_name)
    try:
        if not is_book(opener, known_as):
            return Read(
                [
                    read_csv(
                        source,
                        name=name,
                        file_name=known_as,
                        encoding=encoding,
                        delimiter=delimiter,
                    )
                ]
            )
        with opener() as file:
            raw = file.read()
    except OSError as error:
        raise InputError(f"No se puede leer «{source!s}»: {os_error_text(error)}.") from None
    from bulk.files import workbook  # openpyxl is only loaded for a workbook

    digest = hashlib.sha256(raw).hexdigest()
    sheets, refused = workbook.read_sheets(raw, known_as, name=name, sheet=sheet)
    datasets = [
        Dataset(
            dataset, shown_as, digest, "xlsx", "", *_settled(dataset, frame, problems, shown_as)
        )
        for dataset, shown_as, frame, problems in sheets
    ]
    return Read(datasets, refused)


def is_book(opener: Callable[[], BinaryIO], file_name: str) -> bool:
    """An Excel workbook, by its first bytes or its name. Raises OSError."""
    with opener() as file:
        return file.read(4) == b"PK\x03\x04" or file_name.lower().endswith(XLSX)


def is_csv(path: Path) -> bool:
    """A file to be read as a CSV. Raises InputError when it cannot be opened."""
    try:
        return not is_book(lambda: path.open("rb"), path.name)
    except OSError as error:
        raise InputError(f"No se puede leer «{path}»: {os_error_text(error)}.") from None


def from_records(
    records: Mapping[int, Mapping[str, Any]], *, name: str, file_name: str | None = None
) -> Dataset:
    """A dataset out of parameters given one by one: line -> {header: value}; lists are joined with
    `;`.
    """
    headers = list(dict.fromkeys(header for record in records.values() for header in record))
    cells = [[as_text(record.get(header)) for header in headers] for record in records.values()]
    frame = pd.DataFrame(
        cells, columns=pd.Index(headers, dtype="str"), index=pd.Index(list(records)), dtype="str"
    )
    return Dataset(name, file_name or FILE_NAMES[name], "", "", "", frame)


def with_cells(dataset: Dataset, cells: Iterable[tuple[int, str, str]]) -> Dataset:
    """A copy with (line, column, value) put in their places. Raises InputError for a place that
    there is not.
    """
    frame = dataset.frame.copy()
    changed: dict[str, dict[int, str]] = {}
    for line, column, value in cells:
        changed.setdefault(column, {})[line] = value.strip(csv_rows.BLANKS)
    for column, values in changed.items():
        if column not in frame.columns or not frame.index.isin(values).sum() == len(values):
            raise InputError(
                f"{dataset.file_name} no tiene todas las celdas que se quieren cambiar en"
                f" «{column}»."
            )
        frame.loc[list(values), column] = list(values.values())
    return replace(dataset, frame=frame)


def _openable(
    source: str | Path | bytes, file_name: str | None
) -> tuple[Callable[[], BinaryIO], str]:
    """(how to open its bytes, name as the operator knows it). Raises InputError for an upload that
    is too big.
    """
    if isinstance(source, bytes):
        # the browser asks first, but it is not the one to be believed
        if len(source) > MAX_UPLOADED:
            raise InputError(
                f"«{file_name}» pasa de {MAX_UPLOADED >> 20} MB. Pártelo, o usa la línea de"
                " órdenes: ella lo lee por bloques."
            )
        return lambda: io.BytesIO(source), file_name or "fichero"
    path = Path(source)
    return lambda: path.open("rb"), file_name or path.name


def guess_name(file_name: str) -> str:
    """global, ubicaciones or usuarios. Raises InputError."""
    plain = canonical(file_name)
    for name in DATASETS:
        if plain.startswith(name):
            return name
    raise InputError(
        f"«{file_name}»: no se sabe si es GLOBAL, UBICACIONES o USUARIOS. Dilo, o cámbiale el"
        " nombre."
    )


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _settled(
    name: str, frame: pd.DataFrame, problems: list[Problem], file_name: str
) -> tuple[pd.DataFrame, tuple[Problem, ...], dict[str, int]]:
    """GLOBAL in whatever form becomes one row of columns, like any other file."""
    lines: dict[str, int] = {}
    if name == "global":
        frame, problems, lines = global_file.settled(frame, problems, file_name)
    return frame, tuple(problems), lines
