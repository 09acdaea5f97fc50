"""The report as one HTML file: what was done, charts, causes with their remedy, rows, audit. Opens
without a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulk.core.records import RowResult, RunRecord
from bulk.core.states import review_states
from bulk.core.text import local, thousands
from bulk.journal import locations, rows, runs, samples
from bulk.journal.row_writes import now
from bulk.report import charts
from bulk.report.audit import facts, where, without_dry_run
from bulk.report.html import Table, render
from bulk.report.rows import change_text, outcome
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
CAUSE_HEADERS = (
    "Filas",
    "Estado",
    "Qué ha pasado",
    "Qué hacer",
    "Código",
    "Primeras filas",
    "trackingId",
)


def html_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """Every row to look at, and at most MAX_OTHERS of the others; it says so. Times local."""
    counts = runs.run_counts(context.journal, run.run_id)
    bad, good = review_states(run.kind), rest(run)
    n_bad, n_good = (sum(counts[state] for state in states) for states in (bad, good))
    causes = error_groups(context, run, states=review_states(run.kind))
    return render(
        "report.html",
        f"{title(run)} · {run.run_id}",
        heading=title(run),
        run=Heading(mode_marks(run), where(run)),
        phone_line=phone_line(context, run),
        moment=local(now()),
        states_chart=charts.states(run, counts),
        verification=verification(context, run),
        causes_chart=charts.causes([(cause.title, cause.count) for cause in causes]),
        causes=Table(CAUSE_HEADERS, [cause_cells(run, cause) for cause in causes], (0,))
        if causes
        else None,
        places_chart=charts.places(run, locations.group_counts(context.journal, run.run_id)),
        pace_chart=charts.pace(samples.read(context.journal, run.run_id)),
        bad_count=thousands(n_bad),
        bad=_row_table(context, run, bad) if n_bad else None,
        good_count=thousands(n_good),
        cut_to=thousands(MAX_OTHERS) if n_good > MAX_OTHERS else "",
        good=_row_table(context, run, good, limit=MAX_OTHERS) if n_good else None,
        facts=facts(context, run),
    )


@dataclass(frozen=True)
class Heading:
    """What stands above everything else."""

    marks: list[str]
    where: str  # the organization


def mode_marks(run: RunRecord) -> list[str]:
    """What must not be overlooked: nothing of this happened in the real organization, or no dry run
    showed before what it would do.
    """
    marks = ["SANDBOX: datos inventados"] if run.target == "sandbox" else []
    marks += ["ENSAYO: no se escribió nada"] if run.dry_run and run.kind != "verify" else []
    marks += ["SIN ENSAYO: se lanzó sin ver antes qué cambiaría"] if without_dry_run(run) else []
    return marks


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


def _row_table(
    context: Context, run: RunRecord, states: Sequence[str], limit: int | None = None
) -> Table:
    words = change_text(context.journal, run)
    found = rows.read_rows(context.journal, run.run_id, states=states, limit=limit)
    return Table(HEADERS, (row_cells(run, row, words) for row in found), (0, 9))


def row_cells(run: RunRecord, row: RowResult, message: ChangeText) -> tuple[str, ...]:
    """One text per column of HEADERS."""
    return (str(row.line), row.label, row.group, *outcome(run, row, message), local(row.ended_at))
