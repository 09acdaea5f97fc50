"""Excel workbooks as text cells: what the operator sees in a cell is what is read, with the sheet's
own row numbers.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pandas as pd

from bulk.core.headers import canonical
from bulk.core.records import DATASETS, Problem
from bulk.errors import InputError
from bulk.files import csv_rows

SAVE_AGAIN = "Guárdalo de nuevo como .xlsx o como CSV UTF-8."
# dataset name, name as reported, frame, ragged rows
Sheet = tuple[str, str, pd.DataFrame, list[Problem]]
_MAX_UNZIPPED = (
    1 << 30
    # bytes: a workbook that unfolds to more is refused (a full sheet of ten columns has half of
    # that)
)
# of a sheet: as Excel, and far more than a table that people filled in
_MAX_ROWS, _MAX_CELLS = (1_048_576, 50_000_000)
_MAX_PARTS = 2_000  # files inside a workbook
# one that unfolds to so many bytes, and so many times its own size, is a bomb and not a table
_FOLDED = (64 << 20, 200)
# A number format of zeros and fixed text only: `0000`, `"+34"000000000`, `000 00 00`. After a `;`
# it is for negatives, and an unquoted dot is the decimal point in every file, whatever the country.
_FORMAT = re.compile(r'(?:"[^"]*"|\\.|[0-9 +\-()])*0(?:"[^"]*"|\\.|[0-9 +\-()])*')
_PART = re.compile(r'"([^"]*)"|\\(.)|(.)')
_PLACE = re.compile(rb'r="([A-Z]+)([0-9]+)"')
_RESULT = re.compile(rb"<v>[^<]")  # a text that is empty says so by its type
NO_RESULT = (
    "Es una fórmula sin resultado guardado y se lee vacía. Abre el libro en Excel, guárdalo y"
    " cárgalo de nuevo."
)
_MAX_DIGITS = 15  # of a number in Excel; beyond them it keeps zeros


def read_sheets(
    raw: bytes, file_name: str, *, name: str | None = None, sheet: str | None = None
) -> tuple[list[Sheet], dict[str, str]]:
    """(the sheets called GLOBAL, UBICACIONES or USUARIOS, dataset name -> why its sheet could not
    be read).

    `name` must be among those read: where no sheet is called so, the first one that is called
    otherwise serves as it. `sheet` (with `name`) is the title of the only one to read. Raises
    InputError (no workbook; none, or not `name`, can be read).
    """
    book = _open(raw, file_name)
    read: list[Sheet] = []
    refused: dict[str, str] = {}
    try:
        for dataset, titles in _wanted(_tables(book), file_name, name, sheet).items():
            try:
                read.append(_only(raw, book, titles, dataset, file_name))
            except InputError as error:
                refused[dataset] = error.message
    finally:
        book.close()
    if not read or name in refused:
        raise InputError(refused.get(name or "") or next(iter(refused.values())))
    return read, refused


def titles(raw: bytes, file_name: str) -> list[str]:
    """The sheets of a workbook, in its order. Raises InputError."""
    book = _open(raw, file_name)
    try:
        return list(_tables(book))
    finally:
        book.close()


def _open(raw: bytes, file_name: str) -> Any:
    import openpyxl  # type: ignore[import-untyped]  # ships no types

    broken = InputError(f"«{file_name}» no se puede abrir como libro de Excel. {SAVE_AGAIN}")
    try:
        _refuse_bomb(raw, file_name)
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except InputError:
        raise
    except Exception:  # the library raises whatever its XML and zip readers raise
        raise broken from None


def _refuse_bomb(raw: bytes, file_name: str) -> None:
    """By the sizes that the zip declares: its reader gives out no byte more than that. Raises
    InputError, BadZipFile.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sizes = [part.file_size for part in archive.infolist()]
    total, (most, times) = sum(sizes), _FOLDED
    if total > _MAX_UNZIPPED or len(sizes) > _MAX_PARTS or total > max(most, len(raw) * times):
        raise InputError(
            f"«{file_name}» es demasiado grande para un libro de Excel. Guárdalo como CSV UTF-8."
        )


def _tables(book: Any) -> dict[str, bool]:
    """Title of each sheet of cells (one of charts has none) -> whether people see it."""
    return {str(sheet.title): sheet.sheet_state == "visible" for sheet in book.worksheets}


def _wanted(
    tables: dict[str, bool], file_name: str, name: str | None, sheet: str | None
) -> dict[str, list[str]]:
    """Dataset name -> titles that could be it: one, unless several look alike.

    `tables`: title -> whether people see it. A hidden one serves when it is asked for, and when it
    is called just like a dataset that no other sheet could be: settings are often put out of sight.
    Raises InputError.
    """
    there = (
        ", ".join(title if seen else f"{title} (oculta)" for title, seen in tables.items())
        or "ninguna"
    )
    if sheet is not None:
        if sheet not in tables:
            raise InputError(f"«{file_name}» no tiene la hoja «{sheet}». Las que tiene: {there}.")
        return {name: [sheet]} if name else _named([sheet])
    shown = [title for title, seen in tables.items() if seen]
    named, hidden = (
        _named(shown),
        {canonical(title): [title] for title, seen in tables.items() if not seen},
    )
    either = {**hidden, **named}
    found = {dataset: either[dataset] for dataset in DATASETS if dataset in either}
    known = [title for titles in found.values() for title in titles]
    guessed = name or (
        None
        if found
        else next((each for each in DATASETS if canonical(file_name).startswith(each)), None)
    )
    if guessed and guessed not in found:
        free = [title for title in shown if title not in known]
        found |= {guessed: free[:1]} if free else {}
    if not found or (name and name not in found):
        text = name.upper() if name else "GLOBAL, UBICACIONES o USUARIOS"
        raise InputError(f"«{file_name}» no tiene hojas {text}. Las que tiene: {there}.")
    return found


def _named(titles: list[str]) -> dict[str, list[str]]:
    """Dataset name -> the titles that begin like it; a title that is just it wins."""
    found: dict[str, list[str]] = {}
    for dataset in DATASETS:
        alike = [title for title in titles if canonical(title).startswith(dataset)]
        exact = [title for title in alike if canonical(title) == dataset]
        if alike:
            found[dataset] = exact or alike
    return found


def _only(raw: bytes, book: Any, titles: list[str], dataset: str, file_name: str) -> Sheet:
    if len(titles) > 1:
        text = f"Deja una sola, o llama «{dataset.upper()}» a la buena."
        raise InputError(
            f"«{file_name}» tiene varias hojas de lo mismo: {', '.join(titles)}. {text}"
        )
    return _sheet(raw, book[titles[0]], dataset, f"{file_name} · hoja {titles[0]}")


def _sheet(raw: bytes, sheet: Any, dataset: str, shown_as: str) -> Sheet:
    rows = _rows(sheet, shown_as)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{shown_as} está vacía: no hay cabecera ni filas.")
    headers = csv_rows.check_headers(first[1], first[0], shown_as, pairs=dataset == "global")
    frame, problems = csv_rows.collect(rows, headers, shown_as)
    return (
        dataset,
        shown_as,
        csv_rows.tidy(frame),
        [*problems, *_formulas(raw, sheet, frame, shown_as)],
    )


def _rows(sheet: Any, shown_as: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells as text) without empty rows. The size that the file claims is not
    believed.

    Raises InputError for a cell that cannot be read, and for more of them than a sheet has.
    """
    sheet.reset_dimensions()
    width = number = read = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(), 1):
            read += len(cells)
            if number > _MAX_ROWS or read > _MAX_CELLS:
                raise InputError(
                    f"{shown_as} es demasiado grande para una hoja de Excel. Quita lo que sobra, o"
                    " guárdala como CSV UTF-8."
                )
            texts = [
                as_text(cell.value, cell.number_format if cell.value is not None else "")
                for cell in cells
            ]
            while texts and not texts[-1].strip():
                texts.pop()
            if texts:
                width = width or len(texts)
                yield number, texts + [""] * (width - len(texts))
    except InputError:
        raise
    except (
        Exception
        # whatever the library makes of a cell that is invalid; it reads a row before it gives it
        # out
    ):
        raise InputError(
            f"{shown_as}: no se puede leer a partir de la fila {number + 1}. {SAVE_AGAIN}"
        ) from None


def as_text(value: Any, number_format: str = "") -> str:
    """A cell's value as Excel shows it: whole numbers without `.0`, zeros in front when the format
    has them.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = int(value) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return _number(value, (number_format or "").partition(";")[0])
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return (
            value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
        )
    return str(value)


def _number(value: int, number_format: str) -> str:
    """Digits in their places; of a number with more of them than Excel keeps, what Excel shows: no
    digits are made up.
    """
    if len(str(abs(value))) > _MAX_DIGITS:
        return f"{value:.5E}"
    if value < 0 or not _FORMAT.fullmatch(number_format):
        return str(value)
    places = [
        (quoted or escaped or ("" if plain == "0" else plain))
        for quoted, escaped, plain in _PART.findall(number_format)
    ]
    digits = str(value).zfill(places.count(""))
    # digits for which there is no place go with the first one
    ahead = len(digits) - places.count("")
    shown, taken = [], 0
    for place in places:
        width = 0 if place else 1 + (ahead if not taken else 0)
        shown.append(place or digits[taken : taken + width])
        taken += width
    return "".join(shown)


def _without_result(raw: bytes, part: str) -> Iterator[tuple[str, int]]:
    """(letters of the column, row) of the formulas without a saved result: a program that is not
    Excel wrote them.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open(part.lstrip("/")) as file:
        rest = b""
        while chunk := file.read(1 << 20):
            *cells, rest = (rest + chunk).split(b"</c>")
            for cell in cells:
                at = cell.rfind(b"<f")
                start = cell.rfind(b"<c ", 0, at)
                saved = at < 0 or b't="str"' in cell[start:at] or _RESULT.search(cell, at)
                if not saved and (found := _PLACE.search(cell, start)):
                    yield found[1].decode(), int(found[2])


def _formulas(raw: bytes, sheet: Any, frame: pd.DataFrame, shown_as: str) -> Iterator[Problem]:
    from openpyxl.utils import column_index_from_string  # type: ignore[import-untyped]  # ships no types

    for letters, line in _without_result(raw, str(sheet._worksheet_path)):
        position = column_index_from_string(letters) - 1
        if position < frame.shape[1]:
            yield Problem(
                shown_as,
                line,
                str(frame.columns[position]),
                None,
                "formula_sin_resultado",
                NO_RESULT,
                "aviso",
            )
