"""Verification of a run: its rows are read again and compared with what was asked. Nothing is
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulk.core.records import RunRecord
from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.journal import reviewed, runs
from bulk.runs import child_runs
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import hand_over
from bulk.runs.status import find_run


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
    connection = child_runs.ready_for(context, run, connection)
    record = child_runs.verification_of(context, run, connection)
    if not reviewed.has_rows(context.journal, run.run_id, child_runs.VERIFIED):
        raise UsageError(
            f"La ejecución {run.run_id} no hizo ninguna fila: no hay nada que verificar."
        )
    return hand_over(context, record, child_runs.rows_to_verify(context, run), connection)


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
    if sum(of_run[state] for state in child_runs.VERIFIED) != inspected:
        found = reviewed.rows_without(context.journal, parent, verification.run_id)
        return {state: n for state, n in found.items() if state != "excluded"}
    return {
        state: n
        for state, n in of_run.items()
        if n and state not in (*child_runs.VERIFIED, "excluded")
    }
