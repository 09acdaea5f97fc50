"""What is remembered between runs: values by key, such as an organization's learned limit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from bulk.journal.row_writes import dump, load, now
from bulk.journal.store import Journal
from bulk.journal.tables import learned


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
    """Calls per second that the organisation was found to admit.

    None while unknown, or when the memory cannot be read.
    """
    kept = recall(journal, f"pace:{org_key}")
    try:
        limit = load(kept).get("limit") if isinstance(kept, str) else None
    except (ValueError, AttributeError):
        return None
    return float(limit) if isinstance(limit, int | float) else None
