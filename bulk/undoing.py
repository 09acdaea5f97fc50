"""Undo of a run: a run like any other, made of what the journal says that was there before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bulk import derived
from bulk.connection import Connection
from bulk.context import Context
from bulk.engine import LiveRun
from bulk.journal import plans, rows, runs
from bulk.launch import hand_over
from bulk.records import RowResult
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


# What became of the rows of an undo, or would: list -> states. A row with the code of what cannot be given back is
# irreversible, whichever of the states of a failure it has.
LISTS = {
    "reverted": ("done", "change", "create"),
    "kept": ("conflict",),
    "irreversible": ("invalid", "failed", "blocked"),
    "already": ("unchanged",),
    "failed": ("failed", "unknown", "blocked", "invalid"),
    "open": ("pending", "running", "cancelled"),
}


def undo_lists(context: Context, undo_run_id: str) -> dict[str, int]:
    """Rows of an undo (or of its preview): reverted, kept (changed since), irreversible, already (as before), failed, open."""
    counts = runs.run_counts(context.journal, undo_run_id)
    found = {name: sum(counts[state] for state in states) for name, states in LISTS.items()}
    found["irreversible"] = plans.count_of(context.journal, undo_run_id, code=derived.IRREVERSIBLE)
    return found | {"failed": found["failed"] - found["irreversible"]}


def listed_rows(context: Context, undo_run_id: str, name: str, *, limit: int) -> Iterator[RowResult]:
    """The first rows of one of the lists, in file order."""
    code = derived.IRREVERSIBLE if name == "irreversible" else None
    found = rows.read_rows(context.journal, undo_run_id, states=LISTS[name], code=code)
    return islice((row for row in found if code or row.code != derived.IRREVERSIBLE), limit)
