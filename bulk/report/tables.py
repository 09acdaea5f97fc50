"""The report as a table of text: its columns, and the CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from bulk.context import Context
from bulk.journal import rows
from bulk.records import RowResult, RunRecord
from bulk.report.cells import changed_members, local, safe_cell
from bulk.report.words import state_word

COLUMNS = (
    "fila", "lote", "etiqueta", "ubicación", "estado", "mensaje", "causa", "antes", "después", "trackingId", "intento",
    "inicio", "fin",
)  # fmt: skip
_AT_ONCE = 500  # rows a piece


def csv_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV as Excel in Spanish opens it: `;`, UTF-8 with BOM, no cell that could be a formula."""
    found = rows.read_rows(context.journal, run.run_id)
    return csv_text(COLUMNS, (list(map(safe_cell, cells(run, row))) for row in found))


def csv_text(headers: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows of text as CSV, some hundred at a time; cells are taken as they are."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    writer.writerow(headers)
    for number, line in enumerate(lines, 1):
        writer.writerow(line)
        if number % _AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return text


def cells(run: RunRecord, row: RowResult) -> tuple[str, ...]:
    """One text per column of COLUMNS; moments local."""
    before, after = changed_members(row)
    return (
        str(row.line),
        row.order_id,
        row.label,
        row.group,
        state_word(run, row.state, row.code),
        row.message or "",
        row.code or "",
        before,
        after,
        row.tracking_id or "",
        str(row.attempt),
        local(row.started_at),
        local(row.ended_at),
    )
