"""The file as it came, with the outcome of each row beside it: to look at, to correct, and to load
again (`bulk.files.roundtrip` reads it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from bulk.adapters import get_action
from bulk.core.headers import canonical
from bulk.core.records import RowResult, RunRecord
from bulk.core.states import STATE_WORDS
from bulk.errors import UsageError
from bulk.files.csv_writer import csv_text, guarded, safe_cell
from bulk.files.roundtrip import AGAIN, OUTCOME, outcome_columns
from bulk.journal import rows
from bulk.report.rows import change_text, outcome
from bulk.runs import input_files
from bulk.runs.context import Context
from bulk.wording.changes import ChangeText

NOT_KEPT = (
    "La ejecución {} no guarda su fichero (es de una versión anterior): no se puede escribir el de"
    " ida y vuelta."
)
NOT_IN_RUN = "no entró"


@dataclass(frozen=True)
class FileRow:
    """A line of the run's file and what became of it."""

    line: int  # of the file
    cells: tuple[str, ...]  # as read
    row: RowResult | None  # None: the run did not take it up


def roundtrip_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV: the original columns as they were, then OUTCOME. Raises UsageError at once when the file
    was not kept.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which `original` takes
    off again.
    """
    columns = file_columns(context, run)
    message = change_text(context.journal, run)
    lines = (
        csv_line(run, columns.kept(each.cells), each.row, message)
        for each in file_rows(context, run)
    )
    return csv_text(list(map(guarded, columns.headers)), lines)


def roundtrip_file(context: Context, run: RunRecord, file: BinaryIO) -> None:
    """The same as a workbook of text cells: every cell exactly as it was. Raises UsageError."""
    from bulk.files.xlsx_writer import text_book

    columns = file_columns(context, run)
    message = change_text(context.journal, run)
    lines = (
        [*columns.kept(each.cells), *_beside(run, each.row, message)]
        for each in file_rows(context, run)
    )
    text_book(file, get_action(run.action_id).dataset.upper(), columns.headers, lines)


@dataclass(frozen=True)
class Columns:
    """The columns of a round-trip file."""

    headers: tuple[str, ...]  # original ones, then the outcome
    # positions of the original columns that are kept: an older outcome is not
    chosen: tuple[int, ...]

    def kept(self, cells: Sequence[str]) -> list[str]:
        return [cells[at] for at in self.chosen]


def file_columns(context: Context, run: RunRecord) -> Columns:
    """Raises UsageError when the run's file was not kept."""
    own = input_files.headers(context, key_of(run))
    older = set(outcome_columns(own).values())
    chosen = tuple(at for at, header in enumerate(own) if header not in older)
    original = tuple(own[at] for at in chosen)
    taken = {canonical(header) for header in original}
    added = tuple(name + AGAIN if canonical(name) in taken else name for name in OUTCOME)
    return Columns((*original, *added), chosen)


def key_of(run: RunRecord) -> str:
    """Key of the run's own file. Raises UsageError when it was not kept."""
    name = get_action(run.action_id).dataset
    key = next((entry.get("kept") for entry in run.files if entry.get("name") == name), None)
    if not key:
        raise UsageError(NOT_KEPT.format(run.run_id))
    return str(key)


def has_file(context: Context, run: RunRecord) -> bool:
    """The round-trip file of `run` can be written."""
    try:
        return input_files.is_kept(context, key_of(run))
    except UsageError:
        return False


def file_rows(context: Context, run: RunRecord) -> Iterator[FileRow]:
    """Each line of the run's file with its row, in file order; neither stands in memory as a whole.
    Raises UsageError.
    """
    found = rows.read_rows(context.journal, run.run_id)
    row = next(found, None)
    for kept in input_files.read(context, key_of(run)):
        while row is not None and row.line < kept.line:
            row = next(found, None)
        yield FileRow(
            kept.line, kept.cells, row if row is not None and row.line == kept.line else None
        )


def _beside(run: RunRecord, row: RowResult | None, message: ChangeText) -> tuple[str, ...]:
    """One text per column of OUTCOME, for a line that the run took up, did not, or has not been
    handed over yet.
    """
    missing = STATE_WORDS["pending"] if run.state == "preparing" else NOT_IN_RUN
    return outcome(run, row, message) if row else (missing, *[""] * (len(OUTCOME) - 1))


def csv_line(
    run: RunRecord, cells: Sequence[str], row: RowResult | None, message: ChangeText
) -> list[str]:
    """Cells of the file and of the outcome, safe for a spreadsheet."""
    return [*map(guarded, cells), *map(safe_cell, _beside(run, row, message))]


# -- a run without its file ------------------------------------------------------------------------


def parameter_headers(run: RunRecord) -> tuple[str, ...]:
    """Stands in for the file's headers: the parameters of the action."""
    return tuple(param.name for param in get_action(run.action_id).parameters)


def parameter_cells(run: RunRecord, row: RowResult) -> list[str]:
    return [_text(row.params.get(name)) for name in parameter_headers(run)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# -- loading it again ------------------------------------------------------------------------------
