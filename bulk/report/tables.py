"""The report as a table of text: its columns, and the CSV."""

from __future__ import annotations

from collections.abc import Iterator

from bulk.core.records import RowResult, RunRecord
from bulk.files.csv_writer import csv_text, safe_cell
from bulk.journal import rows
from bulk.report.cells import OUTCOME, local, outcome
from bulk.report.naming import telling
from bulk.runs.context import Context
from bulk.wording.changes import Telling

COLUMNS = ("fila", "lote", "etiqueta", "ubicación", *OUTCOME, "inicio", "fin")


def csv_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV as Excel in Spanish opens it: `;`, UTF-8 with BOM, no cell that could be a formula."""
    found, told = rows.read_rows(context.journal, run.run_id), telling(context.journal, run)
    return csv_text(COLUMNS, (list(map(safe_cell, cells(run, row, told))) for row in found))


def cells(run: RunRecord, row: RowResult, told: Telling) -> tuple[str, ...]:
    """One text per column of COLUMNS; moments local."""
    who = (str(row.line), row.order_id, row.label, row.group)
    return (*who, *outcome(run, row, told), local(row.started_at), local(row.ended_at))
