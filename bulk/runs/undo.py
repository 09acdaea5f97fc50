"""Undo of a run: a run like any other, made of what the journal says that was there before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from bulk.core.records import RowResult
from bulk.engine import LiveRun
from bulk.engine.outcomes import IN_PART
from bulk.journal import reviewed, rows, runs
from bulk.runs import child_runs
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import hand_over
from bulk.runs.status import find_run


def undo(
    context: Context,
    run_id: str,
    connection: Connection,
    *,
    dry_run: bool = False,
    note: str = "",
    options: Mapping[str, Any] = MappingProxyType({}),
) -> LiveRun:
    """Give back what a run changed, from its last row to its first; a row that somebody changed
    since is kept.

    Each member is looked at by itself: one that somebody has put back is as before, one that shows
    what the run sent is given back, and any other value is somebody else's: then the row stays as
    it is. `options`: allow_calling_removal. Can be paused, resumed, retried and undone like any
    run. Raises RunNotFound, UsageError (nothing to undo, in progress, rows whose end nobody knows
    yet, another organisation), TokenRejected, OwnedElsewhere.
    """
    run = find_run(context, run_id)
    connection = child_runs.ready_for(context, run, connection)
    record = child_runs.undo_of(
        context, run, connection, dry_run=dry_run, note=note, options=options
    )
    return hand_over(context, record, child_runs.undo_rows(context, run, options), connection)


# What became of the rows of an undo, or would: list -> states. A row with the code of what cannot
# be given back is irreversible, whichever of the states of a failure it has.
LISTS = {
    "reverted": ("done", "change", "create"),
    "kept": ("conflict",),
    "irreversible": ("invalid", "failed", "blocked"),
    "already": ("unchanged",),
    "failed": ("failed", "unknown", "blocked", "invalid"),
    "open": ("pending", "running", "cancelled"),
}


def undo_lists(context: Context, undo_run_id: str) -> dict[str, int]:
    """Rows of an undo (or of its preview): reverted, kept (changed since), irreversible, already
    (as before), failed, open.

    Each row is in one of these; `partly` are those of the reverted of which something does not come
    back.
    """
    counts = runs.run_counts(context.journal, undo_run_id)
    found = {name: sum(counts[state] for state in states) for name, states in LISTS.items()}
    found["irreversible"] = reviewed.count_of(
        context.journal, undo_run_id, code=child_runs.IRREVERSIBLE
    )
    found["partly"] = reviewed.count_of(context.journal, undo_run_id, code=IN_PART)
    return found | {"failed": found["failed"] - found["irreversible"]}


def listed_rows(
    context: Context, undo_run_id: str, name: str, *, limit: int
) -> Iterator[RowResult]:
    """The first rows of one of the lists, in file order."""
    code = {"irreversible": child_runs.IRREVERSIBLE, "partly": IN_PART}.get(name)
    found = rows.read_rows(context.journal, undo_run_id, states=LISTS.get(name, ()), code=code)
    return islice((row for row in found if code or row.code != child_runs.IRREVERSIBLE), limit)
