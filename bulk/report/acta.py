"""The acta: a printable A4 page over one or several runs, to be signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulk.adapters import get_action
from bulk.core.records import RowResult, RunRecord
from bulk.core.states import review_states
from bulk.core.text import local, thousands
from bulk.journal import rows, runs
from bulk.journal.row_writes import now
from bulk.report.audit import facts, where
from bulk.report.html import Table, render
from bulk.report.page import mode_marks
from bulk.report.verified import Verification, verification
from bulk.runs.context import Context
from bulk.runs.status import run_state, run_word, title
from bulk.wording.states import parts_of, state_word

_SIGNERS = ("Por quien lo ha ejecutado", "Por quien lo recibe")
_EXCEPTIONS = ("Fila", "Quién", "Ubicación", "Estado", "Motivo", "trackingId")
_TOTALS = (
    "Ejecución",
    "Acción",
    "Cuándo",
    "Resultado",
    "Filas",
    "Correctas",
    "Con error",
    "Sin procesar",
    "Fuera de alcance",
)


def acta_chunks(context: Context, found: Sequence[RunRecord]) -> Iterator[bytes]:
    """HTML of one or several runs, oldest first: organisation, who, when, note, scope, totals,
    exceptions row by row, the newest verification, and boxes to sign.
    """
    each_once = {run.run_id: run for run in found}.values()
    ordered = sorted(each_once, key=lambda run: run.created_at)
    return render(
        "acta.html",
        "Acta de operaciones en Webex Calling",
        kind="acta",
        moment=local(now()),
        heading=_heading(ordered),
        totals=Table(_TOTALS, [_totals(context, run) for run in ordered], range(4, 9)),
        signers=_SIGNERS,
        runs=(_section(context, run) for run in ordered),
    )


@dataclass(frozen=True)
class Section:
    """One run of the acta."""

    title: str
    marks: list[str]
    where: str  # the organization
    facts: list[tuple[str, str]]
    totals: Table
    undo_note: str  # what an undo would not restore
    verification: Verification | None
    exceptions: Table | None


def _section(context: Context, run: RunRecord) -> Section:
    counts = {state: n for state, n in runs.run_counts(context.journal, run.run_id).items() if n}
    sums = [(state_word(run, state), thousands(n)) for state, n in counts.items()]
    bad = review_states(run.kind) + (() if run.dry_run else ("cancelled",))
    exceptions = None
    if any(counts.get(state) for state in bad):
        found = rows.read_rows(context.journal, run.run_id, states=bad)
        exceptions = Table(_EXCEPTIONS, (_exception(run, row) for row in found), (0,))
    return Section(
        title=title(run),
        marks=mode_marks(run),
        where=where(run),
        facts=facts(context, run),
        totals=Table(("Estado", "Filas"), sums, (1,)),
        undo_note=get_action(run.action_id).undo_note,
        verification=verification(context, run),
        exceptions=exceptions,
    )


def _heading(found: Sequence[RunRecord]) -> list[tuple[str, str]]:
    moments = [
        moment
        for run in found
        for moment in (run.started_at or run.created_at, run.ended_at)
        if moment
    ]
    return [
        ("Organización", _each(where(run) for run in found)),
        ("Quién", _each(run.person or "no consta" for run in found)),
        ("Desde", local(min(moments, default=None))),
        ("Hasta", local(max(moments, default=None))),
        ("Nota", _each(run.note for run in found if run.note) or "-"),
    ]


def _each(values: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _totals(context: Context, run: RunRecord) -> tuple[str, ...]:
    counts = runs.run_counts(context.journal, run.run_id)
    sums = [sum(counts[state] for state in part) for part in parts_of(run).values()]
    word = run_word(run, run_state(context, run))
    when = local(run.started_at or run.created_at)
    return run.run_id, title(run), when, word, thousands(sum(sums)), *map(thousands, sums)


def _exception(run: RunRecord, row: RowResult) -> tuple[str, ...]:
    word = state_word(run, row.state, row.code)
    return str(row.line), row.label, row.group, word, row.message or "", row.tracking_id or ""
