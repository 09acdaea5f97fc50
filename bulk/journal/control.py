"""The control table: commands to the owner of a run, and what was learned about an organisation's
rate limit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from bulk.core.records import Command
from bulk.journal.row_writes import dump, load, now
from bulk.journal.store import Journal
from bulk.journal.tables import control, learned


def post(
    journal: Journal,
    run_id: str,
    command: str,
    who: str,
    *,
    acked: bool = False,
    detail: str | None = None,
) -> int:
    """Write a command; returns its number. `acked` when it is carried out by the one who posts it
    (audit).
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
    """Commands that nobody has acknowledged, oldest first."""
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


def remember(journal: Journal, key: str, value: Any) -> None:
    def upsert(connection: Connection) -> None:
        connection.execute(learned.delete().where(learned.c.key == key))
        connection.execute(learned.insert(), {"key": key, "value": dump(value), "at": now()})

    journal.write(upsert)


def recall(journal: Journal, key: str) -> Any:
    """What was remembered under `key`, or None."""
    with journal.reading() as connection:
        return load(
            connection.execute(select(learned.c.value).where(learned.c.key == key)).scalar()
        )


def learned_limit(journal: Journal, org_key: str) -> float | None:
    """Calls a second that the organisation was found to admit; None while unknown, or when the
    memory cannot be read.
    """
    kept = recall(journal, f"pace:{org_key}")
    try:
        limit = load(kept).get("limit") if isinstance(kept, str) else None
    except (ValueError, AttributeError):
        return None
    return float(limit) if isinstance(limit, int | float) else None
