"""The report as a table of text: its columns, and the CSV."""

from __future__ import annotations

from collections.abc import Iterator

from bulk.core.records import RowResult, RunRecord
from bulk.files.csv_writer import csv_text, safe_cell
from bulk.files.roundtrip import OUTCOME
from bulk.journal import rows
from bulk.report.cells import local, outcome
from bulk.report.naming import change_text
from bulk.runs.context import Context
from bulk.wording.changes import ChangeText

COLUMNS = ("fila", "lote", "etiqueta", "ubicación", *OUTCOME, "inicio", "fin")


def csv_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV as Excel in Spanish opens it: `;`, UTF-8 with BOM, no cell that could be a formula."""
    found, message = rows.read_rows(context.journal, run.run_id), change_text(context.journal, run)
    return csv_text(COLUMNS, (list(map(safe_cell, cells(run, row, message))) for row in found))


def cells(run: RunRecord, row: RowResult, message: ChangeText) -> tuple[str, ...]:
    """One text per column of COLUMNS; moments local."""
    who = (str(row.line), row.order_id, row.label, row.group)
    return (*who, *outcome(run, row, message), local(row.started_at), local(row.ended_at))
