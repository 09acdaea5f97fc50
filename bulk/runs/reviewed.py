"""The launch of a reviewed dry run: its rows, each held against what it showed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bulk.adapters import get_action
from bulk.core.records import Row, RowResult, RunRecord
from bulk.core.references import Planned, Reference, undo_of
from bulk.core.states import ENDED_RUNS, NOT_IN_DRY_RUN
from bulk.errors import UsageError
from bulk.journal import reviewed as reviewed_plans
from bulk.journal import rows, runs
from bulk.runs.child_runs import IRREVERSIBLE, child_of, require_nothing_in_flight
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.status import wait_until_idle
from bulk.wording.problems import BLOCKED

PLANNED = ("create", "change")
LEFT_OUT = "No entró en el ensayo."


def from_plan(
    context: Context,
    plan: RunRecord,
    connection: Connection,
    note: str,
    reviewed: str | None = None,
) -> RunRecord:
    """The run that applies a finished dry run.

    Raises UsageError when it is not one, or is not what it was when it ended, or when it
    was looked at (`reviewed`).
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
        require_nothing_in_flight(context, runs.get_run(context.journal, str(plan.parent)))
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
    # the parent of an undo is the run that it gives back
    return replace(run, parent=plan.parent) if plan.kind == "undo" else run


def planned(context: Context, plan: RunRecord) -> Iterator[Row]:
    """Its rows: those with a change to make, held against it; the others as the dry run left
    them.
    """
    references = reviewed_plans.references(context.journal, plan.run_id)
    entity = get_action(plan.action_id).entity
    again = reviewed_plans.entities_to_look_at(context.journal, plan.run_id)
    for row in rows.read_rows(context.journal, plan.run_id):
        yield _planned_row(row, references.get(row.line), str(row.params.get(entity)) in again)


def _planned_row(row: RowResult, reference: Reference | None, inspected: bool) -> Row:
    same = Row(
        row.line, row.params, row.label, row.group, row.state, row.code, row.message, reference
    )
    undoes = undo_of(reference)
    if row.state in PLANNED:
        held = Planned(row.change or {}, row.before or {}, row.ended_at, undoes)
        return replace(same, state="pending", code=None, message=None, reference=held)
    if row.state == "unchanged" and inspected:
        # another row of the entity has a change: this one may end otherwise than shown
        held = Planned({}, undoes=undoes)
        return replace(same, state="pending", code=None, message=None, reference=held)
    if undoes and row.state in ("blocked", "conflict"):
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
        return row  # changed since by another user
    if row.code == IRREVERSIBLE:
        return replace(row, state="invalid")
    return replace(row, state="failed", message=BLOCKED.format(row.message))
