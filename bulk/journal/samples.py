"""Samples of the speed of runs: for the rate now, the forecast of the end, and the charts."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bulk.core.records import Sample
from bulk.journal.row_writes import now
from bulk.journal.store import Journal
from bulk.journal.tables import samples


def add(
    journal: Journal,
    run_id: str,
    *,
    rows: int,
    requests: int,
    rate_limited: int,
    pace: float | None,
) -> None:
    values = {
        "run_id": run_id,
        "at": now(),
        "rows": rows,
        "requests": requests,
        "rate_limited": rate_limited,
        "pace": pace,
    }

    def insert(connection: Connection) -> None:
        connection.execute(
            samples.delete().where(samples.c.run_id == run_id, samples.c.at == values["at"])
        )
        connection.execute(samples.insert(), values)

    journal.write(insert)


def read(journal: Journal, run_id: str, *, last: int | None = None) -> list[Sample]:
    """Samples of a run, oldest first; with `last`, only the newest so many."""
    query = (
        select(
            samples.c.at, samples.c.rows, samples.c.requests, samples.c.rate_limited, samples.c.pace
        )
        .where(samples.c.run_id == run_id)
        .order_by(samples.c.at.desc())
        .limit(last)
    )
    with journal.reading() as connection:
        return [Sample(**row._mapping) for row in connection.execute(query)][::-1]
