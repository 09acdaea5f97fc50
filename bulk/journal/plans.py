"""Rows as other runs are made of them: the digest of a plan, what rows are held against, whether anything was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from bulk.journal.store import Journal
from bulk.journal.tables import rows
from bulk.journal.writes import load


def plan_digest(journal: Journal, run_id: str) -> str:
    """SHA-256 over line, state, parameters and change of each row: names what was reviewed."""
    digest = hashlib.sha256()
    query = select(rows.c.line, rows.c.state, rows.c.params, rows.c.change).where(rows.c.run_id == run_id).order_by(rows.c.line)
    with journal.reading() as connection:
        for line, state, params, change in connection.execute(query):
            digest.update(f"{line}\t{state}\t{params}\t{change}\n".encode())
    return digest.hexdigest()


def references(journal: Journal, run_id: str) -> dict[int, dict[str, Any]]:
    """Line -> what the row is held against, of those that have it."""
    query = select(rows.c.line, rows.c.reference).where(rows.c.run_id == run_id, rows.c.reference.is_not(None))
    with journal.reading() as connection:
        return {line: load(reference) for line, reference in connection.execute(query)}


def has_intents(journal: Journal, run_id: str) -> bool:
    """A write of some row was sent, or was about to be."""
    query = select(func.count()).select_from(rows).where(rows.c.run_id == run_id, rows.c.attempt > 0)
    with journal.reading() as connection:
        return bool(connection.execute(query).scalar())


def has_rows(journal: Journal, run_id: str, states: Sequence[str]) -> bool:
    query = select(func.count()).select_from(rows).where(rows.c.run_id == run_id, rows.c.state.in_(states))
    with journal.reading() as connection:
        return bool(connection.execute(query).scalar())


def count_of(journal: Journal, run_id: str, *, code: str) -> int:
    """Rows of the run that ended with `code`."""
    query = select(func.count()).select_from(rows).where(rows.c.run_id == run_id, rows.c.code == code)
    with journal.reading() as connection:
        return int(connection.execute(query).scalar() or 0)
