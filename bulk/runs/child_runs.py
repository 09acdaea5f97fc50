"""Runs made out of the journal of another run: the reviewed plan, its undo, its verification. No
file is needed for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bulk.adapters import get_action
from bulk.core.action import Change
from bulk.core.records import ENDED_RUNS, NOT_IN_DRY_RUN, Row, RowResult, RunRecord
from bulk.core.settings import in_force
from bulk.errors import RowRefused, UsageError
from bulk.journal import reviewed as reviewed_plans
from bulk.journal import rows, runs
from bulk.runs.connection import Connection, known, same_organisation
from bulk.runs.context import Context
from bulk.runs.preflight import advice
from bulk.runs.status import wait_until_idle
from bulk.wording.problems import BLOCKED

PLANNED = ("create", "change")
VERIFIED = ("done", "unchanged", "unknown")  # states of the rows that a verification reads
IRREVERSIBLE = "irreversible"  # code of the rows that an undo cannot give back
IN_FLIGHT = (
    "{} en Webex sin respuesta en la ejecución {}: lo que llegue después no se desharía. Antes {},"
    " y deshaz cuando acabe."
)
LEFT_OUT = "No entró en el ensayo."


def ready_for(
    context: Context,
    run: RunRecord,
    connection: Connection,
    advise: Callable[[str], None] = lambda text: None,
) -> Connection:
    """The connection, identified, for a run that nobody works now.

    Raises OwnedElsewhere, UsageError, TokenRejected, Forbidden, Unreadable.
    """
    get_action(
        run.action_id
    )  # a journal edited by hand is refused before anything is asked of Webex
    wait_until_idle(context, run.run_id)
    connection = known(connection, context.settings, context.journal)
    same_organisation(run, connection)
    for text in advice(connection):
        advise(text)
    return connection


def child_of(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    kind: str,
    dry_run: bool,
    note: str,
    **changes: Any,
) -> RunRecord:
    """A new run with the action, the options and the files of `run`."""
    return RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=run.action_id,
        target=connection.target,
        dry_run=dry_run,
        bulk=run.bulk,
        chunk_size=run.chunk_size,
        workers=run.workers,
        org_id=connection.org_id,
        org_name=connection.org_name or run.org_name,
        person=connection.person,
        options=run.options,
        settings=in_force(context.settings, run.settings.get("rate_ceiling")),
        mapping=run.mapping,
        files=run.files,
        note=note,
        parent=run.run_id,
        kind=kind,
        **changes,
    )


# -- the plan that was reviewed --------------------------------------------------------------------


def from_plan(
    context: Context,
    plan: RunRecord,
    connection: Connection,
    note: str,
    reviewed: str | None = None,
) -> RunRecord:
    """The run that applies a finished dry run.

    Raises UsageError when it is not one, or is not what it was when it ended, or when somebody
    looked at it (`reviewed`).
    """
    if not plan.dry_run or plan.kind == "verify":
        raise UsageError(
            f"La ejecución {plan.run_id} no es un ensayo: no se puede lanzar como plan."
        )
    if plan.state not in ENDED_RUNS:
        raise UsageError(
            f"El ensayo {plan.run_id} no ha terminado. Reanúdalo (bulk resume {plan.run_id}) o"
            " cancélalo."
        )
    digest = reviewed_plans.plan_digest(context.journal, plan.run_id)
    if {plan.plan_hash or digest, reviewed or digest} != {digest}:
        raise UsageError(
            f"El ensayo {plan.run_id} no es el que se revisó: su contenido ha cambiado. Repite el"
            " ensayo."
        )
    if plan.kind == "undo":
        wait_until_idle(context, str(plan.parent))
        _nothing_in_flight(context, runs.get_run(context.journal, str(plan.parent)))
    descending = {"descending": True} if plan.schedule.get("descending") else {}
    scope = {**plan.scope, "plan": plan.run_id, "plan_hash": digest}
    run = child_of(
        context,
        plan,
        connection,
        kind=plan.kind,
        dry_run=False,
        note=note,
        scope=scope,
        schedule=descending,
    )
    return (
        replace(run, parent=plan.parent) if plan.kind == "undo" else run
    )  # of an undo: the run that it gives back


def planned(context: Context, plan: RunRecord) -> Iterator[Row]:
    """Its rows: those with a change to make, held against it; the others as the dry run left
    them.
    """
    references = reviewed_plans.references(context.journal, plan.run_id)
    entity, again = (
        get_action(plan.action_id).entity,
        reviewed_plans.entities_to_look_at(context.journal, plan.run_id),
    )
    for row in rows.read_rows(context.journal, plan.run_id):
        yield _planned_row(row, references.get(row.line), str(row.params.get(entity)) in again)


def _planned_row(row: RowResult, reference: dict[str, Any] | None, inspected: bool) -> Row:
    same = Row(
        row.line, row.params, row.label, row.group, row.state, row.code, row.message, reference
    )
    if row.state in PLANNED:
        shown = {"planned": row.change, "read_at": row.ended_at, "before": row.before}
        return replace(
            same, state="pending", code=None, message=None, reference={**(reference or {}), **shown}
        )
    if (
        row.state == "unchanged" and inspected
    ):  # another row of the entity has a change: it may end otherwise than shown
        return replace(
            same,
            state="pending",
            code=None,
            message=None,
            reference={**(reference or {}), "planned": {}},
        )
    if reference and "undoes" in reference and row.state in ("blocked", "conflict"):
        return _kept_from_undo(same)
    if row.state in ("blocked", "conflict"):
        return replace(same, state="invalid", message=BLOCKED.format(row.message))
    if row.state not in ("unchanged", "invalid", "excluded", "conflict"):
        return replace(same, state="excluded", code=NOT_IN_DRY_RUN, message=LEFT_OUT)
    return same


def _kept_from_undo(row: Row) -> Row:
    """What the preview of an undo found that it would not give back, distinguished as in the undo
    itself.
    """
    if row.state == "conflict":
        return row  # somebody changed it since
    if row.code == IRREVERSIBLE:
        return replace(row, state="invalid")
    return replace(row, state="failed", message=BLOCKED.format(row.message))


# -- undo ------------------------------------------------------------------------------------------


def undo_of(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    dry_run: bool,
    note: str,
    options: Mapping[str, Any],
) -> RunRecord:
    """The run that gives back what `run` changed.

    Raises UsageError when it changed nothing, and while some of its rows may still change.
    """
    if run.dry_run:
        raise UsageError(f"La ejecución {run.run_id} es un ensayo: no escribió nada que deshacer.")
    if not reviewed_plans.has_intents(context.journal, run.run_id):
        raise UsageError(f"La ejecución {run.run_id} no cambió nada: no hay nada que deshacer.")
    _nothing_in_flight(context, run)
    # What was done last is given back first.
    schedule = {} if run.schedule.get("descending") else {"descending": True}
    undo = child_of(
        context, run, connection, kind="undo", dry_run=dry_run, note=note, schedule=schedule
    )
    return replace(undo, options=dict(options))  # those of the run were given for what it did


def _nothing_in_flight(context: Context, run: RunRecord) -> None:
    """What may still land after it was given back would be taken for as before, and stay."""
    open_rows = rows.in_flight(context.journal, run.run_id, context.settings.settle_delay)
    if not open_rows:
        return
    described = "1 fila sigue" if open_rows == 1 else f"{open_rows} filas siguen"
    remedy = (
        f"reintenta (bulk retry {run.run_id})"
        if run.state in ENDED_RUNS
        else f"reanuda (bulk resume {run.run_id})"
    )
    raise UsageError(IN_FLIGHT.format(described, run.run_id, remedy))


def undo_rows(context: Context, run: RunRecord, options: Mapping[str, Any]) -> Iterator[Row]:
    """Each row of which a write was sent, with what was there before and what all its attempts sent
    (docs/diseno.md 6.7).
    """
    action = get_action(run.action_id)
    for row in rows.read_rows(context.journal, run.run_id, sent=True):
        before, left = row.before or {}, _sent(row)
        undoes: dict[str, Any] = {"before": before, "left": left}
        found = Row(row.line, row.params, row.label, row.group, reference={"undoes": undoes})
        try:
            given_back = action.revert(before, {**before, **left}, options)
        except RowRefused:  # the reading of the row decides
            given_back = Change()
        except (
            Exception
        ) as error:  # a journal of an older or odd shape: the row is reported, never guessed
            lost = (
                "No se puede deshacer: el diario no guarda lo que hace falta"
                f" ({type(error).__name__})."
            )
            found, given_back = (
                replace(found, state="invalid", code=IRREVERSIBLE, message=lost),
                Change(),
            )
        if given_back.lost and given_back:
            undoes["lost"] = list(given_back.lost)
        elif (
            given_back.lost and row.state == "done"
        ):  # of the others only a reading tells whether there is anything to give back
            found = replace(
                found, state="invalid", code=IRREVERSIBLE, message=" ".join(given_back.lost)
            )
        yield found


def _sent(row: RowResult) -> dict[str, Any]:
    """member -> last value that the run sent, over all attempts of the row; never what was merely
    seen there.
    """
    if row.touched is not None:
        return dict(row.touched)
    return {
        member: new for member, (_, new) in (row.change or {}).items()
    }  # an older journal that column


# -- verification ----------------------------------------------------------------------------------


def verification_of(context: Context, run: RunRecord, connection: Connection) -> RunRecord:
    """The dry run that looks at what `run` left. Raises UsageError for a dry run."""
    if run.dry_run:
        raise UsageError(f"La ejecución {run.run_id} es un ensayo: no hay nada que verificar.")
    return child_of(context, run, connection, kind="verify", dry_run=True, note="")


def rows_to_verify(context: Context, run: RunRecord) -> Iterator[Row]:
    """The rows that are as asked according to the journal, and those that it could not tell.

    What a later row of the same entity wrote over with another value is not asked of an earlier
    one.
    """
    references = reviewed_plans.references(context.journal, run.run_id)
    action, last = get_action(run.action_id), _last_writes(context, run)
    for row in rows.read_rows(context.journal, run.run_id, states=VERIFIED):
        later = last.get(str(row.params.get(action.entity)), {})
        mine = {**(row.after or {}), **_sent(row)}
        superseded = [
            m for m, (at, value) in later.items() if at > str(row.ended_at) and value != mine.get(m)
        ]
        reference: dict[str, Any] = {"superseded": superseded} if superseded else {}
        untold = set(_sent(row)) - set(row.before) if row.before else set()
        if sent := {
            m: value
            for m, value in _sent(row).items()
            if (m in action.brought_along or m in untold) and m not in superseded
        }:
            reference["sent"] = sent
        if undoes := (references.get(row.line) or {}).get("undoes"):
            left = {
                member: value
                for member, value in undoes["left"].items()
                if member not in superseded
            }
            reference |= {"undoes": {**undoes, "left": left}, "verify": True, "told": row.message}
        yield Row(row.line, row.params, row.label, row.group, reference=reference or None)


def _last_writes(context: Context, run: RunRecord) -> dict[str, dict[str, tuple[str, Any]]]:
    """entity -> member -> when the run wrote it last, and what, of the entities with more than one
    row.
    """
    action, repeated = (
        get_action(run.action_id),
        rows.repeated_entities(context.journal, run.run_id),
    )
    last: dict[str, dict[str, tuple[str, Any]]] = {}
    for row in rows.read_rows(context.journal, run.run_id, sent=True) if repeated else ():
        if (entity := str(row.params.get(action.entity))) in repeated:
            mine = last.setdefault(entity, {})
            at = str(row.ended_at)
            mine |= {
                member: (at, value)
                for member, value in _sent(row).items()
                if at >= mine.get(member, ("",))[0]
            }
    return last
