"""Remove old runs from a journal, with their log lines and the input files that no run names."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from bulk.core.action_log import forget
from bulk.core.states import ENDED_RUNS
from bulk.journal import tables
from bulk.journal.store import Journal

# Seconds: a kept file that no run names yet may belong to a launch that is being prepared.
YOUNG = 3_600.0


@dataclass(frozen=True)
class Pruned:
    """What `prune` took out, or would."""

    runs: tuple[str, ...]  # their ids, oldest first
    held: tuple[str, ...]  # old enough, and kept: a younger run refers to them
    rows: int  # of those runs
    files: int  # kept input files that no run names any more
    compacted: bool = False  # the file on the disk has become smaller


def prunable(journal: Journal, *, before: str | None = None, keep: int | None = None) -> Pruned:
    """Ended runs created before `before` (UTC, ISO 8601), or all but the `keep` newest ended ones.
    Changes nothing.
    """
    runs = tables.runs
    query = select(runs.c.run_id, runs.c.parent, runs.c.state, runs.c.created_at).order_by(
        runs.c.created_at, runs.c.run_id
    )
    with journal.reading() as connection:
        known = connection.execute(query).all()
        ended = [run for run in known if run.state in ENDED_RUNS]
        old = ended[: len(ended) - keep] if keep is not None else ended
        chosen = {run.run_id for run in old if before is None or run.created_at < before}
        staying = _needed(chosen, {run.run_id: run.parent for run in known})
        going = tuple(run.run_id for run in old if run.run_id in chosen - staying)
        held = tuple(run.run_id for run in old if run.run_id in chosen & staying)
        total = 0
        for part in _parts(going):
            where = tables.orders.c.run_id.in_(part)
            total += (
                connection.execute(
                    select(func.coalesce(func.sum(tables.orders.c.total), 0)).where(where)
                ).scalar()
                or 0
            )
    return Pruned(going, held, int(total), 0)


def _needed(chosen: set[str], parents: dict[str, str | None]) -> set[str]:
    """Runs that a staying one refers to (an undo needs what it undoes), at any distance."""
    needed: set[str] = set()
    open_ = [run for run in parents if run not in chosen]
    while open_:
        parent = parents.get(open_.pop())
        if parent and parent in parents and parent not in needed:
            needed.add(parent)
            open_.append(parent)
    return needed


def prune(journal: Journal, home: Path, which: Pruned) -> Pruned:
    """Remove those runs for good. Raises JournalError.

    A run that was resumed or undone in the meantime is kept.
    """
    rows = 0
    gone: list[str] = []
    # One transaction per run: an interruption leaves whole runs, and none without its parent.
    for run_id in reversed(which.runs):
        taken_out = journal.write(partial(_forget, run_id))
        if taken_out is not None:
            gone.append(run_id)
            rows += taken_out
    forget(home, set(gone), busy=_busy(journal))
    files = drop_files(journal, home)
    held = tuple(run_id for run_id in which.runs if run_id not in gone)
    return Pruned(
        tuple(reversed(gone)),
        (*which.held, *held),
        rows,
        files,
        journal.compact() if gone else False,
    )


def _forget(run_id: str, connection: Connection) -> int | None:
    """Rows that were taken out; None when the run is at work again, or another one refers to it."""
    runs, orders = tables.runs, tables.orders
    children = select(runs.c.run_id).where(runs.c.parent == run_id).correlate(None).exists()
    # Asked and done in one statement: between the two another process could resume the run.
    ended = runs.delete().where(runs.c.run_id == run_id, runs.c.state.in_(ENDED_RUNS), ~children)
    if not connection.execute(ended).rowcount:
        return None
    rows = connection.execute(
        select(func.coalesce(func.sum(orders.c.total), 0)).where(orders.c.run_id == run_id)
    ).scalar()
    for table in reversed(tables.metadata.sorted_tables):
        if "run_id" in table.c and inspect(connection).has_table(table.name):
            connection.execute(table.delete().where(table.c.run_id == run_id))
    return int(rows or 0)


def _busy(journal: Journal) -> set[str]:
    """Actions that may be running now, here or elsewhere."""
    query = select(tables.runs.c.action_id).where(
        tables.runs.c.state.in_(("preparing", "running", "scheduled"))
    )
    with journal.reading() as connection:
        return set(connection.execute(query).scalars())


def drop_files(journal: Journal, home: Path) -> int:
    """Remove kept input files (`files/<key>.parquet`) that no run names; returns how many."""
    with journal.reading() as connection:
        lists = [
            json.loads(text) for text in connection.execute(select(tables.runs.c.files)).scalars()
        ]
    named = {file.get("kept") for files in lists for file in files}
    gone = 0
    for path in (home / "files").glob("*"):
        if path.stem not in named and time.time() - path.stat().st_mtime > YOUNG:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _parts(names: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
