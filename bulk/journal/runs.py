"""Runs and orders: creation, counters, states, lists."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    String,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
)

from bulk.core import references
from bulk.core.records import OrderStatus, Params, RunRecord
from bulk.core.records import Row as DataRow
from bulk.core.states import ALL_STATES, order_state
from bulk.errors import RunNotFound
from bulk.journal.row_writes import dump, load, now
from bulk.journal.store import Journal
from bulk.journal.tables import orders, rows, runs

_JSON = ("options", "settings", "mapping", "scope", "files", "schedule")


def new_run_id(journal: Journal) -> str:
    """`20261123-0712-a3f`: local day and minute, and a random tail that no run has (ids are read
    aloud).
    """
    while True:
        found = f"{datetime.now():%Y%m%d-%H%M}-{secrets.token_hex(2)[:3]}"
        with journal.reading() as connection:
            if (
                connection.execute(select(runs.c.run_id).where(runs.c.run_id == found)).first()
                is None
            ):
                return found


def create_run(journal: Journal, run: RunRecord) -> None:
    values = asdict(run) | {"created_at": now(), "files": list(run.files)}
    for name in _JSON:
        values[name] = dump(values[name])
    journal.write(lambda connection: connection.execute(runs.insert(), values))


def update_run(journal: Journal, run_id: str, **values: Any) -> None:
    """Set columns of a run; JSON columns take Python values."""
    stored = {name: dump(value) if name in _JSON else value for name, value in values.items()}
    journal.write(
        lambda connection: connection.execute(
            runs.update().where(runs.c.run_id == run_id).values(**stored)
        )
    )


def get_run(journal: Journal, run_id: str) -> RunRecord:
    """Raises RunNotFound."""
    with journal.reading() as connection:
        found = connection.execute(select(runs).where(runs.c.run_id == run_id)).first()
    if found is None:
        raise RunNotFound(f"No existe la ejecución «{run_id}» en este directorio de datos.")
    return _record(found)


def list_runs(
    journal: Journal, *, limit: int | None = None, states: Sequence[str] = ()
) -> list[RunRecord]:
    """Newest first."""
    query = select(runs).order_by(runs.c.created_at.desc(), runs.c.run_id.desc()).limit(limit)
    if states:
        query = query.where(runs.c.state.in_(states))
    with journal.reading() as connection:
        return [_record(found) for found in connection.execute(query)]


def children(journal: Journal, run_id: str, kind: str) -> list[RunRecord]:
    """Runs of one kind made out of another run, newest first."""
    query = (
        select(runs)
        .where(runs.c.parent == run_id, runs.c.kind == kind)
        .order_by(runs.c.created_at.desc())
    )
    with journal.reading() as connection:
        return [_record(found) for found in connection.execute(query)]


def _record(found: Row[Any]) -> RunRecord:
    values = dict(found._mapping)
    for name in _JSON:
        values[name] = load(values[name])
    values["files"] = tuple(values["files"])
    return RunRecord(**values)


# -- orders ----------------------------------------------------------------------------------------


def add_order(journal: Journal, run_id: str, chunk: Sequence[DataRow], entity: str) -> str:
    """Write an order and its rows, in one transaction; returns its id (named after its first
    line).
    """
    seq = chunk[0].line
    order_id = f"{run_id}-r{seq}"
    counts = dict.fromkeys(ALL_STATES, 0)
    for row in chunk:
        counts[row.state] += 1
    order = {"run_id": run_id, "seq": seq, "order_id": order_id, "total": len(chunk)}
    order |= {f"n_{state}": n for state, n in counts.items()}
    values = [_row_values(run_id, seq, row, entity) for row in chunk]

    def insert(connection: Connection) -> None:
        connection.execute(orders.insert(), order)
        connection.execute(rows.insert(), values)

    journal.write(insert)
    return order_id


def _row_values(run_id: str, seq: int, row: DataRow, entity: str) -> Params:
    closed = now() if row.state != "pending" else None
    value = row.params.get(entity)
    return {
        "run_id": run_id,
        "line": row.line,
        "seq": seq,
        "state": row.state,
        "entity": None if value is None else str(value),
        "label": row.label,
        "group_name": row.group,
        "params": dump(row.params),
        "code": row.code,
        "message": row.message,
        "reference": dump(references.to_json(row.reference)),
        "ended_at": closed,
    }


def run_counts(journal: Journal, run_id: str) -> dict[str, int]:
    """State -> rows over all orders of the run; every state is a key."""
    with journal.reading() as connection:
        found = connection.execute(_SUMS, {"run": run_id}).one()
    return dict(zip(ALL_STATES, map(int, found), strict=True))


_SUMS = select(*(func.coalesce(func.sum(orders.c[f"n_{state}"]), 0) for state in ALL_STATES)).where(
    orders.c.run_id == bindparam("run")
)


def order_states(journal: Journal, run_id: str, run_state: str) -> list[str]:
    """State of each order of a run, in file order (for the map): thousands are read each second, so
    all in one text.
    """
    with journal.reading() as connection:
        found: str = connection.execute(_KINDS, {"run": run_id}).scalar() or ""
    kinds = found.split(",") if found else []
    known = {kind: _state_of(int(kind), run_state) for kind in set(kinds)}
    return [known[kind] for kind in kinds]


def _state_of(kind: int, run_state: str) -> str:
    counts = {state: kind & bit for state, bit in _BITS.items()}
    return order_state(counts, "paused" if kind & _WAITS else run_state)


# What makes the state of an order, as a number: whether it was reported to wait, and which of its
# counters are not 0.
_WAITS = 1
_BITS = {state: 2 << place for place, state in enumerate(ALL_STATES)}
_kinds = (
    select(
        sum(
            (case((orders.c[f"n_{state}"] > 0, bit), else_=0) for state, bit in _BITS.items()),
            start=case((orders.c.held, _WAITS), else_=0),
        ).label("kind")
    )
    .where(orders.c.run_id == bindparam("run"))
    .order_by(orders.c.seq)
    .subquery()
)
_KINDS = select(func.aggregate_strings(cast(_kinds.c.kind, String), ","))


def order_statuses(
    journal: Journal,
    run_id: str,
    run_state: str,
    order_ids: Sequence[str] = (),
    *,
    states: Collection[str] = (),
) -> list[OrderStatus]:
    """Orders of a run in file order, their state derived from their counters; only those in one of
    `states`, when given.
    """
    query = select(*_STATUS).where(orders.c.run_id == run_id).order_by(orders.c.seq)
    if order_ids:
        query = query.where(orders.c.order_id.in_(order_ids))
    with journal.reading() as connection:
        found = connection.execute(query).all()
    known: dict[
        tuple[int, ...], tuple[str, dict[str, int]]
    ] = {}  # thousands of orders have few different counters
    judged = ((order, _judged(order, run_state, known)) for order in found)
    return [_status(order, *seen) for order, seen in judged if not states or seen[0] in states]


def order_status(journal: Journal, order_id: str) -> OrderStatus:
    """One order. Raises RunNotFound."""
    query = select(runs.c.state, *_STATUS).join(runs, runs.c.run_id == orders.c.run_id)
    with journal.reading() as connection:
        found = connection.execute(query.where(orders.c.order_id == order_id)).first()
    if found is None:
        raise RunNotFound(f"No existe el lote «{order_id}».")
    return _status(found[1:], *_judged(found[1:], found[0], {}))


# as it stands on the disk: thousands are read each second
_HELD = type_coerce(orders.c.held, Integer)
_STATUS = (
    orders.c.order_id,
    orders.c.run_id,
    orders.c.total,
    _HELD,
    *(orders.c[f"n_{state}"] for state in ALL_STATES),
)


def _judged(
    found: Sequence[Any], run_state: str, known: dict[tuple[int, ...], tuple[str, dict[str, int]]]
) -> tuple[str, dict[str, int]]:
    """(state, counters), each kind of order judged once."""
    numbers = tuple(found[3:])  # whether it was reported to wait, and its counters
    if numbers not in known:
        counts = {state: n for state, n in zip(ALL_STATES, numbers[1:], strict=True) if n}
        known[numbers] = order_state(counts, "paused" if numbers[0] else run_state), counts
    return known[numbers]


def _status(found: Sequence[Any], state: str, counts: dict[str, int]) -> OrderStatus:
    order_id, run_id, total = found[:3]
    return OrderStatus(order_id, run_id, state, total, counts)


def recount(connection: Connection, run_id: str) -> None:
    """Set the counters of a run's orders from its rows, after a change of many rows at once."""
    sums = [
        func.sum(case((rows.c.state == state, 1), else_=0)).label(f"n_{state}")
        for state in ALL_STATES
    ]
    query = select(rows.c.seq, *sums).where(rows.c.run_id == run_id).group_by(rows.c.seq)
    for found in connection.execute(query).all():
        values = dict(found._mapping)
        seq = values.pop("seq")
        connection.execute(
            orders.update()
            .where((orders.c.run_id == run_id) & (orders.c.seq == seq))
            .values(**values)
        )
