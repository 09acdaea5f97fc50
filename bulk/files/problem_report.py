"""Problems to take away: as CSV, and as a copy of the file in Excel with the bad cells marked and
the reason in each.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bulk.core.files import atomic_file
from bulk.core.headers import canonical
from bulk.core.records import Problem
from bulk.errors import UsageError, os_error_text
from bulk.files.corrections import shifted
from bulk.files.csv_rows import RAGGED
from bulk.files.csv_writer import csv_text, csv_writer, safe_cell
from bulk.files.dataset import Dataset

COLUMNS = ("fichero", "fila", "columna", "valor", "regla", "gravedad", "mensaje")
NOTE_COLUMN = "problemas"
MAX_NOTES = (
    5_000  # cells with a note: Excel grows slow beyond; the last column says it for every row
)
LEFT_BLANK = "Sus celdas van aquí en blanco: corrígela en el fichero original y cárgalo de nuevo."
_MAX_CELL = 32_767  # characters that Excel takes


def to_csv(problems: Iterable[Problem]) -> Iterator[bytes]:
    """For Excel in Spanish: `;`, UTF-8 with BOM."""
    return csv_text(COLUMNS, map(_cells, problems))


def _cells(problem: Problem) -> tuple[object, ...]:
    line = "" if problem.display_line is None else problem.display_line
    texts = (
        problem.column or "",
        problem.value or "",
        problem.rule,
        problem.severity,
        problem.message,
    )
    return (safe_cell(problem.file), line, *map(safe_cell, texts))


@contextmanager
def problem_file(path: Path) -> Iterator[Callable[[Problem], None]]:
    """The same, one problem at a time; the file takes its place when the last one is in. Raises
    UsageError.
    """
    text = {"encoding": "utf-8-sig", "errors": "replace", "newline": ""}
    try:
        with atomic_file(path, "w", **text) as file:
            writer = csv_writer(file)
            writer.writerow(COLUMNS)
            yield lambda problem: writer.writerow(_cells(problem))
    except OSError as error:
        raise UsageError(f"No se puede escribir «{path}»: {os_error_text(error)}.") from None


def to_xlsx(dataset: Dataset, problems: Sequence[Problem], *, only_bad: bool = False) -> bytes:
    """The file as a workbook of text cells, errors in red and avisos in amber, with a note in each
    and a column of reasons.

    `only_bad` leaves out the rows without problems. Row numbers are those of the original, in a
    first column. Rows that are `shifted` keep their number and reason, but no cell: cut to the
    header's width they would be read again as good ones.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # ships no types; only loaded for a workbook

    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet(dataset.name.upper()[:31])
    looks = {
        "plain": book.add_format({"num_format": "@"}),
        "header": book.add_format({"bold": True, "num_format": "@"}),
        "error": book.add_format(
            {"num_format": "@", "bg_color": "#F8D7D0", "font_color": "#9F2F17"}
        ),
        "aviso": book.add_format(
            {"num_format": "@", "bg_color": "#FDEBCB", "font_color": "#8A5200"}
        ),
    }
    # also of rows not chosen
    ragged = [problem for problem in dataset.problems if problem.rule == RAGGED]
    _fill(
        sheet, dataset, _by_line([*dict.fromkeys([*problems, *ragged])]), looks, only_bad=only_bad
    )
    book.close()
    return target.getvalue()


def _by_line(problems: Sequence[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.line is not None:
            found.setdefault(problem.line, []).append(problem)
    return found


def _fill(
    sheet: Any,
    dataset: Dataset,
    wrong: dict[int, list[Problem]],
    looks: dict[str, object],
    *,
    only_bad: bool,
) -> None:
    headers = [str(header) for header in dataset.frame.columns]
    frame = dataset.frame[dataset.frame.index.isin(list(wrong))] if only_bad else dataset.frame
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(
        [_free("fila", headers), *headers, _free(NOTE_COLUMN, headers)]
    ):
        sheet.write_string(0, column, header, looks["header"])
    notes, lost = 0, set(shifted(dataset))
    for number, (line, *cells) in enumerate(frame.itertuples(name=None), 1):
        found = wrong.get(line, [])
        cells = [""] * len(cells) if line in lost else cells
        sheet.write_number(number, 0, line)
        for column, cell in enumerate(cells, 1):
            own = [problem for problem in found if problem.column == headers[column - 1]]
            take_snapshot = looks[_worst(own)] if own else looks["plain"]
            sheet.write_string(number, column, cell[:_MAX_CELL], take_snapshot)
            if own and notes < MAX_NOTES:
                sheet.write_comment(number, column, "\n".join(each.message for each in own))
                notes += 1
        if found:
            reasons = _reasons(found) + (f" {LEFT_BLANK}" if line in lost else "")
            sheet.write_string(number, len(cells) + 1, reasons[:_MAX_CELL], looks[_worst(found)])


def _reasons(found: Sequence[Problem]) -> str:
    return " ".join(
        f"{each.column}: {each.message}" if each.column else each.message for each in found
    )


def _free(name: str, headers: Sequence[str]) -> str:
    """A header that the file does not have, so that what is written can be read again."""
    taken = {canonical(header) for header in headers}
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(each for each in names if canonical(each) not in taken)


def _worst(problems: Sequence[Problem]) -> str:
    return "error" if any(problem.severity == "error" for problem in problems) else "aviso"
