"""Single orders of a run: asked to wait, let go on, cancelled, while the others are worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from bulk.journal.row_writes import now
from bulk.journal.store import Journal
from bulk.journal.tables import orders, rows


def held_seqs(run_id: str) -> Select[Any]:
    """The orders that were reported to wait, as a part of a statement."""
    return select(orders.c.seq).where(orders.c.run_id == run_id, orders.c.held.is_(True))


def hold(journal: Journal, run_id: str, seqs: Sequence[int], *, held: bool = True) -> None:
    """Their pending rows are not claimed any more; or they are again."""
    statement = orders.update().where(_these(run_id, seqs)).values(held=held)
    journal.write(lambda connection: connection.execute(statement))


def only(journal: Journal, run_id: str, seqs: Sequence[int]) -> None:
    """These orders go on, and every other one that has rows left waits."""
    left = (orders.c.run_id == run_id) & (orders.c.n_pending > 0)

    def change(connection: Connection) -> None:
        connection.execute(orders.update().where(left).values(held=True))
        connection.execute(orders.update().where(_these(run_id, seqs)).values(held=False))

    journal.write(change)


def release_the_last(journal: Journal, run_id: str) -> None:
    """When only orders that wait are left, they go on: nothing else can be meant by resuming the
    run.
    """

    def change(connection: Connection) -> None:
        if _waiting(connection, run_id) == _pending(connection, run_id):
            connection.execute(orders.update().where(orders.c.run_id == run_id).values(held=False))

    journal.write(change)


def cancel(journal: Journal, run_id: str, seqs: Sequence[int]) -> None:
    """Their pending rows become `cancelled`; those that were claimed end as they end."""

    def change(connection: Connection) -> None:
        mine = (rows.c.run_id == run_id) & rows.c.seq.in_(seqs) & (rows.c.state == "pending")
        connection.execute(rows.update().where(mine).values(state="cancelled", ended_at=now()))
        moved = {"n_cancelled": orders.c.n_cancelled + orders.c.n_pending, "n_pending": 0}
        connection.execute(orders.update().where(_these(run_id, seqs)).values(held=False, **moved))

    journal.write(change)


def waiting(journal: Journal, run_id: str) -> int:
    """Rows that wait because their order was reported to."""
    with journal.reading() as connection:
        return _waiting(connection, run_id)


def _waiting(connection: Connection, run_id: str) -> int:
    return _sum(connection, (orders.c.run_id == run_id) & orders.c.held.is_(True))


def _pending(connection: Connection, run_id: str) -> int:
    return _sum(connection, orders.c.run_id == run_id)


def _sum(connection: Connection, where: ColumnElement[bool]) -> int:
    return int(
        connection.execute(
            select(func.coalesce(func.sum(orders.c.n_pending), 0)).where(where)
        ).scalar()
        or 0
    )


def _these(run_id: str, seqs: Sequence[int]) -> ColumnElement[bool]:
    return (orders.c.run_id == run_id) & orders.c.seq.in_(seqs)
