"""The report as an Excel workbook: Resumen, Lotes, Filas, Errores. Text stays text; rows go to disk
as they come.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from bulk.core.records import RunRecord
from bulk.core.states import ORDER_WORDS, review_states
from bulk.files.xlsx_writer import Book
from bulk.journal import rows, runs
from bulk.report.audit import facts
from bulk.report.rows import COLUMNS, cells, change_text
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.status import run_state, title
from bulk.wording.fingerprints import ErrorGroup
from bulk.wording.states import cause_word, parts_of, state_word


def xlsx_file(context: Context, run: RunRecord, file: BinaryIO) -> None:
    """Write the workbook to `file`. Raises UsageError when there is no package for it on the
    disk.
    """
    causes = error_groups(context, run, states=review_states(run.kind))
    with Book(file) as book:
        book.sheet("Resumen", ("dato", "valor"), _summary(context, run))
        book.sheet("Lotes", _ORDER_COLUMNS, _orders(context, run))
        shown = change_text(context.journal, run)
        book.sheet(
            "Filas",
            COLUMNS,
            (cells(run, row, shown) for row in rows.read_rows(context.journal, run.run_id)),
        )
        book.sheet("Errores", _CAUSE_COLUMNS, (_cause(run, cause) for cause in causes))


def xlsx_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """The same in memory, for a download of a size that people open: some 60 bytes per row."""
    target = io.BytesIO()
    xlsx_file(context, run, target)
    yield target.getvalue()


# -- sheets ----------------------------------------------------------------------------------------

_ORDER_COLUMNS = (
    "lote",
    "estado",
    "filas",
    "hechas",
    "fallidas",
    "sin procesar",
    "fuera de alcance",
)
_CAUSE_COLUMNS = (
    "filas",
    "estado",
    "causa",
    "qué ha pasado",
    "remedio",
    "mensaje",
    "primera fila",
    "primeras filas",
    "trackingId",
)


def _summary(context: Context, run: RunRecord) -> Iterator[tuple[str, str]]:
    yield "Informe", title(run)
    yield from facts(context, run)
    for state, n in runs.run_counts(context.journal, run.run_id).items():
        if n:
            yield f"Filas: {state_word(run, state)}", str(n)


def _orders(context: Context, run: RunRecord) -> Iterator[tuple[str, ...]]:
    for order in runs.order_statuses(context.journal, run.run_id, run_state(context, run)):
        sums = [
            sum(order.counts.get(state, 0) for state in states) for states in parts_of(run).values()
        ]
        yield order.order_id, ORDER_WORDS[order.state], str(order.total), *map(str, sums)


def _cause(run: RunRecord, cause: ErrorGroup) -> tuple[str, ...]:
    return (
        str(cause.count),
        cause_word(run, cause),
        cause.code or "",
        cause.title,
        cause.remedy,
        cause.message,
        str(cause.lines[0]),
        ", ".join(map(str, cause.lines)),
        cause.tracking_id or "",
    )
