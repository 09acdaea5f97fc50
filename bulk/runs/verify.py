"""Verification of a run: its rows are read again and compared with what was asked. Nothing is
written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bulk.adapters import get_action
from bulk.core.action import Action
from bulk.core.records import Row, RowResult, RunRecord
from bulk.core.references import Reference, Verifies, undo_of
from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.journal import reviewed, rows, runs
from bulk.runs.child_runs import child_of, ready_for, sent_members
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import hand_over
from bulk.runs.status import find_run

VERIFIED = ("done", "unchanged", "unknown")  # states of the rows that a verification reads


@dataclass(frozen=True)
class VerificationResult:
    """What a verification found."""

    run_id: str  # the verification
    at: str | None  # UTC, when it ended
    as_asked: int  # como se pidió
    different: int  # distinto
    unreadable: int  # no legible
    open: int  # not read yet
    left_out: Mapping[str, int]  # state -> rows of the run that there was nothing to verify of


def verify(context: Context, run_id: str, connection: Connection) -> LiveRun:
    """Read again the rows that a run did. Raises RunNotFound, UsageError, TokenRejected,
    OwnedElsewhere.
    """
    run = find_run(context, run_id)
    connection = ready_for(context, run, connection)
    record = verification_of(context, run, connection)
    if not reviewed.has_rows(context.journal, run.run_id, VERIFIED):
        raise UsageError(
            f"La ejecución {run.run_id} no hizo ninguna fila: no hay nada que verificar."
        )
    return hand_over(context, record, rows_to_verify(context, run), connection)


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
    references = reviewed.references(context.journal, run.run_id)
    action, last = get_action(run.action_id), _last_writes(context, run)
    for row in rows.read_rows(context.journal, run.run_id, states=VERIFIED):
        later = last.get(str(row.params.get(action.entity)), {})
        reference = _verified(action, row, references.get(row.line), later)
        yield Row(row.line, row.params, row.label, row.group, reference=reference)


def _verified(
    action: Action,
    row: RowResult,
    reference: Reference | None,
    later: Mapping[str, tuple[str, Any]],
) -> Verifies | None:
    """`later`: member -> when the entity's rows wrote it last, and what. None: as its parameters
    ask alone.
    """
    sent = sent_members(row)
    mine = {**(row.after or {}), **sent}
    superseded = tuple(
        member
        for member, (at, value) in later.items()
        if at > str(row.ended_at) and value != mine.get(member)
    )
    # what the first reading left out may be left out now too
    untold = set(sent) - set(row.before) if row.before else set()
    brought = {
        member: value
        for member, value in sent.items()
        if member in untold.union(action.brought_along) and member not in superseded
    }
    undoes = undo_of(reference)
    if undoes:
        left = {member: was for member, was in undoes.left.items() if member not in superseded}
        undoes = replace(undoes, left=left)
        return Verifies(superseded, brought, undoes, row.message or "")
    return Verifies(superseded, brought) if superseded or brought else None


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
                for member, value in sent_members(row).items()
                if at >= mine.get(member, ("",))[0]
            }
    return last


def findings(context: Context, run_id: str) -> VerificationResult | None:
    """What the newest verification of a run found; None when there is none. One that was killed
    before it began found nothing.
    """
    found = [
        run for run in runs.children(context.journal, run_id, "verify") if run.state != "preparing"
    ]
    return findings_of(context, found[0]) if found else None


def findings_of(context: Context, verification: RunRecord) -> VerificationResult:
    """What this verification found."""
    counts = runs.run_counts(context.journal, verification.run_id)
    return VerificationResult(
        verification.run_id,
        verification.ended_at,
        as_asked=counts["unchanged"],
        different=counts["change"] + counts["create"] + counts["conflict"],
        unreadable=counts["blocked"] + counts["invalid"],
        open=counts["pending"] + counts["running"] + counts["cancelled"],
        left_out=_left_out(context, verification, sum(counts.values())),
    )


def _left_out(context: Context, verification: RunRecord, inspected: int) -> dict[str, int]:
    """State -> rows of the run that the verification has not; which they are has to be looked up
    only when a retry has since changed how many there were to verify.
    """
    parent = str(verification.parent)
    of_run = runs.run_counts(context.journal, parent)
    if sum(of_run[state] for state in VERIFIED) != inspected:
        found = reviewed.rows_without(context.journal, parent, verification.run_id)
        return {state: n for state, n in found.items() if state != "excluded"}
    return {state: n for state, n in of_run.items() if n and state not in (*VERIFIED, "excluded")}
