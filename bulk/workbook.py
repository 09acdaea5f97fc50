"""Excel workbooks as text cells: what the operator sees in a cell is what is read, with the sheet's own row numbers."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pandas as pd

from bulk import parsing
from bulk.errors import InputError
from bulk.headers import canonical
from bulk.records import DATASETS, Problem

Sheet = tuple[str, str, pd.DataFrame, list[Problem]]  # dataset name, name as told, frame, ragged rows
_MOST_UNZIPPED = 1 << 30  # bytes: a workbook that unfolds to more is refused (a full sheet of ten columns has half of that)
_MOST_PARTS = 2_000  # files inside a workbook
_FOLDED = 64 << 20, 200  # one that unfolds to so many bytes, and so many times its own size, is a bomb and not a table
_ZEROS = re.compile(r"0+\Z")  # a number format that keeps leading zeros


def read_sheets(raw: bytes, file_name: str, *, name: str | None = None, sheet: str | None = None) -> list[Sheet]:
    """The sheets called GLOBAL, UBICACIONES or USUARIOS; of a workbook without any, its first one as `name`.

    `sheet` (with `name`) is the title of the one to read instead.
    Raises InputError (no workbook, no sheet that fits, bad header).
    """
    book = _open(raw, file_name)
    try:
        there = [title for title in book.sheetnames if sheet in (None, title)]
        chosen = {name: there[0]} if name and sheet and there else _chosen(there, file_name, name)
        return [_sheet(book[title], dataset, f"{file_name} · hoja {title}") for dataset, title in chosen.items()]
    finally:
        book.close()


def titles(raw: bytes, file_name: str) -> list[str]:
    """The sheets of a workbook, in its order. Raises InputError."""
    book = _open(raw, file_name)
    try:
        return [str(title) for title in book.sheetnames]
    finally:
        book.close()


def _open(raw: bytes, file_name: str) -> Any:
    import openpyxl  # type: ignore[import-untyped]  # ships no types

    broken = InputError(f"«{file_name}» no se puede abrir como libro de Excel. Guárdalo de nuevo como .xlsx o como CSV UTF-8.")
    try:
        _refuse_bomb(raw, file_name)
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except InputError:
        raise
    except Exception:  # the library raises whatever its XML and zip readers raise
        raise broken from None


def _refuse_bomb(raw: bytes, file_name: str) -> None:
    """By the sizes that the zip declares: its reader gives out no byte more than that. Raises InputError, BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sizes = [part.file_size for part in archive.infolist()]
    total, (most, times) = sum(sizes), _FOLDED
    if total > _MOST_UNZIPPED or len(sizes) > _MOST_PARTS or total > max(most, len(raw) * times):
        raise InputError(f"«{file_name}» es demasiado grande para un libro de Excel. Guárdalo como CSV UTF-8.")


def _chosen(titles: list[str], file_name: str, name: str | None) -> dict[str, str]:
    """dataset name -> sheet title."""
    found: dict[str, str] = {}
    for title in titles:
        dataset = next((dataset for dataset in DATASETS if canonical(title).startswith(dataset)), None)
        if dataset in found:
            raise InputError(f"«{file_name}» tiene dos hojas de lo mismo: {found[dataset]}, {title}. Deja una sola.")
        if dataset:
            found[dataset] = title
    if name and name in found:
        return {name: found[name]}
    if found and not name:
        return found
    guessed = name or next((dataset for dataset in DATASETS if canonical(file_name).startswith(dataset)), None)
    if guessed is None or not titles:
        there = ", ".join(titles) or "ninguna"
        raise InputError(f"«{file_name}» no tiene hojas GLOBAL, UBICACIONES o USUARIOS. Las que tiene: {there}.")
    return {guessed: titles[0]}


def _sheet(sheet: Any, dataset: str, told_as: str) -> Sheet:
    rows = _rows(sheet)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{told_as} está vacía: no hay cabecera ni filas.")
    headers = parsing.check_headers(first[1], first[0], told_as)
    frame, problems = parsing.collect(rows, headers, told_as)
    return dataset, told_as, parsing.tidy(frame), problems


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells as text) without empty rows. The size that the file claims is not believed."""
    sheet.reset_dimensions()
    width = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [as_text(cell.value, cell.number_format if cell.value is not None else "") for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            width = width or len(texts)
            yield number, texts + [""] * (width - len(texts))


def as_text(value: Any, number_format: str = "") -> str:
    """A cell's value as Excel shows it: whole numbers without `.0`, zeros in front when the format has them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = int(value) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value).zfill(len(number_format)) if _ZEROS.match(number_format or "") else str(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return str(value)
