"""Rows as other runs are made of them: the digest of a plan, what rows are held against, whether
anything was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import chain

from sqlalchemy import case, func, select

from bulk.core.references import Reference, from_json
from bulk.journal.row_writes import load
from bulk.journal.store import Journal
from bulk.journal.tables import rows, runs


def plan_digest(journal: Journal, run_id: str) -> str:
    """SHA-256 over the action, its options, and each row's line, state, parameters, before, change
    and reference: names what was reviewed.
    """
    run = select(runs.c.action_id, runs.c.kind, runs.c.options).where(runs.c.run_id == run_id)
    query = select(*_REVIEWED).where(rows.c.run_id == run_id).order_by(rows.c.line)
    digest = hashlib.sha256()
    with journal.reading() as connection:
        for found in chain(connection.execute(run), connection.execute(query)):
            digest.update(("\t".join(map(str, found)) + "\n").encode())
    return digest.hexdigest()


_REVIEWED = (
    rows.c.line,
    rows.c.state,
    rows.c.params,
    rows.c.before,
    rows.c.change,
    rows.c.reference,
)


def references(journal: Journal, run_id: str) -> dict[int, Reference | None]:
    """Line -> what the row is held against, of those that have it."""
    query = select(rows.c.line, rows.c.reference).where(
        rows.c.run_id == run_id, rows.c.reference.is_not(None)
    )
    with journal.reading() as connection:
        return {line: from_json(load(reference)) for line, reference in connection.execute(query)}


def entities_to_look_at(journal: Journal, run_id: str) -> frozenset[str]:
    """Entities of a plan with rows that change something and rows that change nothing."""
    changed = func.sum(case((rows.c.state.in_(("create", "change")), 1), else_=0))
    unchanged = func.sum(case((rows.c.state == "unchanged", 1), else_=0))
    mine = (rows.c.run_id == run_id) & rows.c.entity.is_not(None)
    query = (
        select(rows.c.entity).where(mine).group_by(rows.c.entity).having(changed > 0, unchanged > 0)
    )
    with journal.reading() as connection:
        return frozenset(connection.execute(query).scalars())


def has_intents(journal: Journal, run_id: str) -> bool:
    """A write of some row was sent, or was about to be."""
    query = (
        select(func.count()).select_from(rows).where(rows.c.run_id == run_id, rows.c.attempt > 0)
    )
    with journal.reading() as connection:
        return bool(connection.execute(query).scalar())


def has_rows(journal: Journal, run_id: str, states: Sequence[str]) -> bool:
    query = (
        select(func.count())
        .select_from(rows)
        .where(rows.c.run_id == run_id, rows.c.state.in_(states))
    )
    with journal.reading() as connection:
        return bool(connection.execute(query).scalar())


def rows_without(journal: Journal, run_id: str, other_id: str) -> dict[str, int]:
    """State -> rows of a run whose line the other run does not have."""
    other_rows = rows.alias()
    there = (
        select(other_rows.c.line)
        .where(other_rows.c.run_id == other_id, other_rows.c.line == rows.c.line)
        .exists()
    )
    query = (
        select(rows.c.state, func.count())
        .where(rows.c.run_id == run_id, ~there)
        .group_by(rows.c.state)
    )
    with journal.reading() as connection:
        return {str(state): int(n) for state, n in connection.execute(query)}


def count_of(journal: Journal, run_id: str, *, code: str) -> int:
    """Rows of the run that ended with `code`."""
    query = (
        select(func.count()).select_from(rows).where(rows.c.run_id == run_id, rows.c.code == code)
    )
    with journal.reading() as connection:
        return int(connection.execute(query).scalar() or 0)
