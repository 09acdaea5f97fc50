"""The acta: a printable A4 page over one or several runs, for somebody to sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bulk.adapters import get_action
from bulk.core.figures import thousands
from bulk.core.records import RowResult, RunRecord, review_states
from bulk.journal import rows, runs
from bulk.journal.row_writes import now
from bulk.report.audit import facts, where
from bulk.report.cells import local
from bulk.report.markup import facts as fact_table
from bulk.report.markup import page, table, text
from bulk.report.page import mode_mark
from bulk.report.verified import verification
from bulk.runs.context import Context
from bulk.runs.status import run_state, run_word, title
from bulk.wording.states import parts_of, state_word

_SIGNERS = ("Por quien lo ha ejecutado", "Por quien lo recibe")
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
    return page("Acta de operaciones en Webex Calling", _body(context, ordered), kind="acta")


def _body(context: Context, found: Sequence[RunRecord]) -> Iterator[str]:
    yield "<section><h1>Acta de operaciones en Webex Calling</h1>"
    yield f'<p class="lead">{text(f"Extendida el {local(now())}")}</p>'
    yield fact_table(_heading(found))
    yield "<h2>Resumen</h2>"
    yield from table(_TOTALS, (_totals(context, run) for run in found), range(4, 9))
    yield "<h2>Conformidad</h2>" + "".join(_box(who) for who in _SIGNERS).join(
        ('<div class="sign">', "</div>")
    )
    yield "</section>"
    for run in found:
        yield from _run(context, run)


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


def _run(context: Context, run: RunRecord) -> Iterator[str]:
    yield f"<section><h2>{text(title(run))}</h2>{mode_mark(run)}{fact_table(facts(context, run))}"
    counts = {state: n for state, n in runs.run_counts(context.journal, run.run_id).items() if n}
    yield "<h3>Totales</h3>"
    yield from table(
        ("Estado", "Filas"),
        ((state_word(run, state), thousands(n)) for state, n in counts.items()),
        (1,),
    )
    if note := get_action(run.action_id).undo_note:
        yield f'<p class="note">{text(f"Deshacer: {note}")}</p>'
    yield from verification(context, run)
    yield "<h3>Excepciones, fila a fila</h3>"
    bad = review_states(run.kind) + (() if run.dry_run else ("cancelled",))
    if any(counts.get(state) for state in bad):
        found = rows.read_rows(context.journal, run.run_id, states=bad)
        headers = ("Fila", "Quién", "Ubicación", "Estado", "Motivo", "trackingId")
        yield from table(headers, (_exception(run, row) for row in found), (0,))
    else:
        yield '<p class="note">Ninguna.</p>'
    yield "</section>"


def _exception(run: RunRecord, row: RowResult) -> tuple[str, ...]:
    word = state_word(run, row.state, row.code)
    return str(row.line), row.label, row.group, word, row.message or "", row.tracking_id or ""


def _box(who: str) -> str:
    return f'<div class="box"><b>{text(who)}</b><div class="line">Nombre, fecha y firma</div></div>'
