"""The report as one HTML file: what was done, charts, causes with their remedy, rows, audit. Opens
without a network.
"""

from __future__ import annotations

from collections.abc import Iterator

from bulk.core.figures import thousands
from bulk.core.records import RowResult, RunRecord, review_states
from bulk.journal import locations, rows, runs, samples
from bulk.journal.row_writes import now
from bulk.report import charts
from bulk.report.audit import facts, where, without_dry_run
from bulk.report.cells import local, outcome
from bulk.report.markup import facts as fact_table
from bulk.report.markup import page, table, text
from bulk.report.naming import change_text
from bulk.report.verified import verification
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.status import phone_line, title
from bulk.wording.changes import ChangeText
from bulk.wording.fingerprints import ErrorGroup
from bulk.wording.states import cause_word, rest

MAX_OTHERS = 5_000  # rows without anything to look at; the other formats have them all
HEADERS = (
    "Fila",
    "Quién",
    "Ubicación",
    "Estado",
    "Motivo",
    "Código",
    "Antes",
    "Después",
    "trackingId",
    "Intento",
    "Fin",
)
_NUMBERS = (0, 9)


def html_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """Every row to look at, and at most MOST_OTHERS of the others; it says so. Times local."""
    return page(f"{title(run)} · {run.run_id}", _body(context, run))


def _body(context: Context, run: RunRecord) -> Iterator[str]:
    counts = runs.run_counts(context.journal, run.run_id)
    causes = error_groups(context, run, states=review_states(run.kind))
    yield f"<h1>{text(title(run))}</h1>{mode_mark(run)}"
    yield (
        f'<p class="lead">{text(phone_line(context, run))}<br>{text(f"Informe del {local(now())}")}</p>'
    )
    yield charts.states(run, counts)
    yield from verification(context, run)
    yield "<h2>Qué ha fallado y qué hacer</h2>" + charts.causes(
        [(cause.title, cause.count) for cause in causes]
    )
    yield from _cause_table(run, causes)
    yield charts.places(run, locations.group_counts(context.journal, run.run_id))
    yield charts.pace(samples.read(context.journal, run.run_id))
    yield from _row_tables(context, run, counts)
    yield "<h2>Cómo se hizo</h2>" + fact_table(facts(context, run))


def mode_mark(run: RunRecord) -> str:
    """What nobody may overlook: nothing of this happened in the real organisation, or nobody saw
    before what it would do.
    """
    marks = ["SANDBOX: datos inventados"] if run.target == "sandbox" else []
    marks += ["ENSAYO: no se escribió nada"] if run.dry_run and run.kind != "verify" else []
    marks += ["SIN ENSAYO: se lanzó sin ver antes qué cambiaría"] if without_dry_run(run) else []
    return "".join(
        f'<p><span class="mark try">{text(mark)}</span> {text(where(run))}</p>' for mark in marks
    )


def _cause_table(run: RunRecord, causes: list[ErrorGroup]) -> Iterator[str]:
    if not causes:
        yield '<p class="note">Ninguna fila por revisar.</p>'
        return
    headers = (
        "Filas",
        "Estado",
        "Qué ha pasado",
        "Qué hacer",
        "Código",
        "Primeras filas",
        "trackingId",
    )
    yield from table(headers, (cause_cells(run, cause) for cause in causes), (0,))


def cause_cells(run: RunRecord, cause: ErrorGroup) -> tuple[str, ...]:
    lines = ", ".join(map(str, cause.lines)) + (" …" if cause.count > len(cause.lines) else "")
    word = cause_word(run, cause)
    return (
        thousands(cause.count),
        word,
        cause.title,
        cause.remedy,
        cause.code or "",
        lines,
        cause.tracking_id or "",
    )


def _row_tables(context: Context, run: RunRecord, counts: dict[str, int]) -> Iterator[str]:
    bad, good = review_states(run.kind), rest(run)
    message = change_text(context.journal, run)
    n_bad, n_good = (sum(counts[state] for state in states) for states in (bad, good))
    yield f"<h2>Filas por revisar ({thousands(n_bad)})</h2>"
    if n_bad:
        found = rows.read_rows(context.journal, run.run_id, states=bad)
        yield from table(HEADERS, (row_cells(run, row, message) for row in found), _NUMBERS)
    else:
        yield '<p class="note">Ninguna.</p>'
    yield f"<h2>Las demás filas ({thousands(n_good)})</h2>"
    if n_good > MAX_OTHERS:
        some = f"Se muestran las {thousands(MAX_OTHERS)} primeras de {thousands(n_good)}."
        yield f'<p class="note">{text(some)} El Excel, el CSV y el JSON las tienen todas.</p>'
    if n_good:
        found = rows.read_rows(context.journal, run.run_id, states=good, limit=MAX_OTHERS)
        yield from table(HEADERS, (row_cells(run, row, message) for row in found), _NUMBERS)


def row_cells(run: RunRecord, row: RowResult, message: ChangeText) -> tuple[str, ...]:
    """One text per column of HEADERS."""
    return (str(row.line), row.label, row.group, *outcome(run, row, message), local(row.ended_at))
