"""Undo of a run: a run like any other, made of what the journal says that was there before."""

from __future__ import annotations

from bulk import derived
from bulk.connection import Connection
from bulk.context import Context
from bulk.engine import LiveRun
from bulk.journal import runs
from bulk.launch import hand_over
from bulk.status import find_run


def undo(context: Context, run_id: str, connection: Connection, *, dry_run: bool = False, note: str = "") -> LiveRun:
    """Give back what a run changed, from its last row to its first; a row that somebody changed since is kept.

    Can be paused, resumed, retried and undone like any run. Raises RunNotFound, UsageError (nothing to undo, in progress,
    another organisation), TokenRejected, OwnedElsewhere.
    """
    run = find_run(context, run_id)
    connection = derived.ready_for(context, run, connection)
    record = derived.undo_of(context, run, connection, dry_run=dry_run, note=note)
    return hand_over(context, record, derived.undo_rows(context, run), connection)


def undo_lists(context: Context, undo_run_id: str) -> dict[str, int]:
    """Rows of an undo (or of its preview): reverted, kept (changed since), irreversible, already (as before), failed, open."""
    counts = runs.run_counts(context.journal, undo_run_id)
    return {
        "reverted": counts["done"] + counts["change"] + counts["create"],
        "kept": counts["conflict"],
        "irreversible": counts["invalid"],
        "already": counts["unchanged"],
        "failed": counts["failed"] + counts["unknown"] + counts["blocked"],
        "open": counts["pending"] + counts["running"] + counts["cancelled"],
    }
