"""Rows by location: all of them, or for a run that lives a base that is counted now and then and
what ended since.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, union_all

from bulk.journal.store import Journal
from bulk.journal.tables import rows

# location, state, rows: those of one location and state add up
Counted = list[tuple[str, str, int]]
TO_DISK = 5.0  # seconds that an outcome may take from its stamp to its commit


def group_counts(journal: Journal, run_id: str) -> Counted:
    """(location, state, rows)."""
    with journal.reading() as connection:
        return [(group, state, n) for group, state, n in connection.execute(_count(run_id))]


def groups(journal: Journal, run_id: str) -> list[str]:
    """The locations of a run."""
    query = (
        select(rows.c.group_name).where(rows.c.run_id == run_id, rows.c.group_name != "").distinct()
    )
    with journal.reading() as connection:
        return sorted(connection.execute(query).scalars())


def base_counts(journal: Journal, run_id: str) -> tuple[str, Counted]:
    """A moment, and the counts as they are but for the outcomes since then, for `ended_since` to be
    added to.

    All rows are read for it, while what ended since is found by an index.
    """
    moment = (datetime.now(UTC) - timedelta(seconds=TO_DISK)).isoformat(timespec="milliseconds")
    since = _count(run_id).where(rows.c.ended_at > moment).subquery()
    parts = (
        select(_count(run_id).subquery()),
        select(since.c.group_name, since.c.state, -since.c.n),
    )
    with journal.reading() as connection:  # in one statement: what is taken off is what was counted
        found = connection.execute(union_all(*parts)).all()
    base: Counted = []
    for group, state, n in found:
        base += [(group, state, n)] if n > 0 else _ended(group, state, n)
    return moment, base


def ended_since(journal: Journal, run_id: str, moment: str) -> Counted:
    """The outcomes after `moment`."""
    with journal.reading() as connection:
        found = connection.execute(_count(run_id).where(rows.c.ended_at > moment)).all()
    return [entry for group, state, n in found for entry in _ended(group, state, n)]


def _ended(group: str, state: str, n: int) -> Counted:
    """So many more of them, and so many less that run: the rows of a location stay as many."""
    return [(group, state, n), (group, "running", -n)]


def _count(run_id: str) -> Select[Any]:
    return (
        select(rows.c.group_name, rows.c.state, func.count().label("n"))
        .where(rows.c.run_id == run_id)
        .group_by(rows.c.group_name, rows.c.state)
    )
