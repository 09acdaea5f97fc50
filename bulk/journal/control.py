"""The control table: commands to the owner of a run."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bulk.core.records import Command
from bulk.journal.row_writes import now
from bulk.journal.store import Journal
from bulk.journal.tables import control


def post(
    journal: Journal,
    run_id: str,
    command: str,
    who: str,
    *,
    acked: bool = False,
    detail: str | None = None,
) -> int:
    """Write a command; returns its number.

    `acked` when whoever posts it carries it out as well: the line is for the audit alone.
    """
    done = now() if acked else None
    values = {
        "run_id": run_id,
        "command": command,
        "who": who,
        "at": now(),
        "acked_at": done,
        "detail": detail,
    }

    def insert(connection: Connection) -> int:
        key = connection.execute(control.insert(), values).inserted_primary_key
        return int(key[0]) if key else 0

    seq: int = journal.write(insert)
    return seq


def unread(journal: Journal, run_ids: list[str]) -> list[Command]:
    """Commands that were not acknowledged yet, oldest first."""
    if not run_ids:
        return []
    query = (
        select(control)
        .where(control.c.run_id.in_(run_ids), control.c.acked_at.is_(None))
        .order_by(control.c.seq)
    )
    with journal.reading() as connection:
        return [Command(**row._mapping) for row in connection.execute(query)]


def acknowledge(journal: Journal, seqs: list[int]) -> None:
    statement = control.update().where(control.c.seq.in_(seqs)).values(acked_at=now())
    journal.write(lambda connection: connection.execute(statement))


def history(journal: Journal, run_id: str) -> list[Command]:
    """All commands of a run, oldest first (audit)."""
    with journal.reading() as connection:
        query = select(control).where(control.c.run_id == run_id).order_by(control.c.seq)
        return [Command(**row._mapping) for row in connection.execute(query)]
