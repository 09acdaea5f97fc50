"""Rows: claiming them in windows, taking them up after an interruption, reading them for
reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Select, func, select

from bulk.core import references
from bulk.core.records import RowResult, StoredRow
from bulk.core.states import NOT_IN_DRY_RUN, OPEN_STATES, RETRY_STATES
from bulk.journal import orders
from bulk.journal import runs as run_queries
from bulk.journal.row_writes import count, dump, load, now
from bulk.journal.store import Journal
from bulk.journal.tables import rows

PAGE = 2_000
_CLAIMED = (
    rows.c.line,
    rows.c.seq,
    rows.c.params,
    rows.c.state,
    rows.c.entity,
    rows.c.before,
    rows.c.change,
    rows.c.touched,
    rows.c.attempt,
    rows.c.intent_open,
    rows.c.mark,
    rows.c.ticket,
    rows.c.label,
    rows.c.reference,
)


def claim(
    journal: Journal,
    run_id: str,
    *,
    after: int | None,
    limit: int,
    descending: bool = False,
    only: Collection[int] = (),
) -> list[StoredRow]:
    """The next pending rows behind line `after`, in file order (or from its end), now `running`; of
    `only`, when given.

    Those of an order that was reported to wait are passed over.

    A claim is not an intent (docs/diseno.md 6.1).
    """
    where = [
        rows.c.run_id == run_id,
        rows.c.state == "pending",
        rows.c.seq.not_in(orders.held_seqs(run_id)),
    ]
    if after is not None:
        where.append(rows.c.line < after if descending else rows.c.line > after)
    if only:
        where.append(rows.c.line.in_(_list(only)))
    next_ = (
        select(rows.c.line)
        .where(*where)
        .order_by(rows.c.line.desc() if descending else rows.c.line)
        .limit(limit)
    )
    # One statement: between a look and a write of its own, another process could cancel or hold
    # what was seen.
    these = rows.update().where(rows.c.run_id == run_id, rows.c.line.in_(next_.correlate(None)))
    claiming = these.values(state="running", started_at=now()).returning(*_CLAIMED)

    def take(connection: Connection) -> list[StoredRow]:
        found = sorted(
            map(_stored, connection.execute(claiming)), key=lambda row: row.line, reverse=descending
        )
        count(connection, [(run_id, row.seq, "pending", "running") for row in found])
        return found

    taken: list[StoredRow] = journal.write(take)
    return taken


def in_flight(journal: Journal, run_id: str, settle_delay: float) -> int:
    """Rows whose end is not known yet: in a remote job, or with a write that may
    still land.
    """
    throttled = (datetime.now(UTC) - timedelta(seconds=settle_delay)).isoformat(
        timespec="milliseconds"
    )
    open_write = rows.c.intent_open & ((rows.c.state == "running") | (rows.c.sent_at > throttled))
    query = select(func.count()).where(
        rows.c.run_id == run_id, rows.c.ticket.is_not(None) | open_write
    )
    with journal.reading() as connection:
        return int(connection.execute(query).scalar() or 0)


def held(journal: Journal, run_id: str) -> int:
    """Rows that are in a remote job."""
    query = select(func.count()).where(
        rows.c.run_id == run_id, rows.c.state == "running", rows.c.ticket.is_not(None)
    )
    with journal.reading() as connection:
        return int(connection.execute(query).scalar() or 0)


def recover_running_rows(journal: Journal, run_id: str) -> list[StoredRow]:
    """Rows of an interrupted run that may have a write or a remote job out there; those without are
    pending again.
    """

    def recover(connection: Connection) -> list[StoredRow]:
        running = (rows.c.run_id == run_id) & (rows.c.state == "running")
        clean = running & ~rows.c.intent_open & rows.c.ticket.is_(None)
        connection.execute(rows.update().where(clean).values(state="pending", started_at=None))
        run_queries.recount(connection, run_id)
        query = select(*_CLAIMED).where(running).order_by(rows.c.line)
        return [_stored(row) for row in connection.execute(query)]

    found: list[StoredRow] = journal.write(recover)
    return found


def reopen(
    journal: Journal, run_id: str, *, order_seqs: Sequence[int] = (), lines: Sequence[int] = ()
) -> int:
    """Make the rows that a retry may repeat pending again (docs/diseno.md 6.5); returns how many.

    A row with an open intent or a ticket becomes `running`, so that it is settled by reading before
    anything is sent.
    """

    chosen = _retryable(run_id, order_seqs, lines)

    def change(connection: Connection) -> int:
        held = rows.c.intent_open | rows.c.ticket.is_not(None)
        cleared = {
            "code": None,
            "status": None,
            "message": None,
            "ended_at": None,
            "after": None,
            "settled": False,
        }
        n = connection.execute(select(func.count()).select_from(rows).where(chosen)).scalar() or 0
        connection.execute(rows.update().where(chosen & held).values(state="running", **cleared))
        connection.execute(rows.update().where(chosen & ~held).values(state="pending", **cleared))
        run_queries.recount(connection, run_id)
        return n

    reopened: int = journal.write(change)
    return reopened


def retryable_lines(
    journal: Journal, run_id: str, *, order_seqs: Sequence[int] = (), lines: Sequence[int] = ()
) -> list[int]:
    """The rows that `reopen` would make pending again, in file order."""
    query = select(rows.c.line).where(_retryable(run_id, order_seqs, lines)).order_by(rows.c.line)
    with journal.reading() as connection:
        return list(connection.execute(query).scalars())


def open_entities(journal: Journal, run_id: str) -> frozenset[str]:
    """Entities of the rows that are not settled well: pending, failed, invalid, unknown, cancelled,
    conflict.
    """
    query = (
        select(rows.c.entity)
        .where(rows.c.run_id == run_id, rows.c.entity.is_not(None), _left_open())
        .distinct()
    )
    with journal.reading() as connection:
        return frozenset(connection.execute(query).scalars())


def open_without_entity(journal: Journal, run_id: str) -> int:
    """How many of those rows name no entity."""
    query = select(func.count()).where(
        rows.c.run_id == run_id, rows.c.entity.is_(None), _left_open()
    )
    with journal.reading() as connection:
        return int(connection.execute(query).scalar_one())


def _left_open() -> ColumnElement[bool]:
    never_tried = (rows.c.state == "excluded") & (rows.c.code == NOT_IN_DRY_RUN)
    return rows.c.state.in_((*OPEN_STATES, *RETRY_STATES, "invalid")) | never_tried


def _retryable(run_id: str, order_seqs: Sequence[int], lines: Sequence[int]) -> ColumnElement[bool]:
    chosen: ColumnElement[bool] = (rows.c.run_id == run_id) & rows.c.state.in_(RETRY_STATES)
    if order_seqs:
        chosen &= rows.c.seq.in_(_list(order_seqs))
    if lines:
        chosen &= rows.c.line.in_(_list(lines))
    return chosen


def _list(numbers: Collection[int]) -> Select[Any]:
    """Any number of them in one bound value: SQLite limits the values of a statement."""
    return select(func.json_each(dump(list(numbers))).table_valued("value").c.value)


def cancel_open(journal: Journal, run_id: str) -> None:
    """Pending rows become `cancelled`; those with a write or a job out there `unknown`, with their
    ticket (docs/diseno.md 6.5).
    """

    def change(connection: Connection) -> None:
        mine, ended = rows.c.run_id == run_id, now()
        held = rows.c.intent_open | rows.c.ticket.is_not(None)
        lost = (
            "Se canceló sin saber si el cambio llegó a aplicarse. Reintenta la fila: se lee antes"
            " de escribir."
        )
        connection.execute(
            rows.update()
            .where(mine, rows.c.state == "running", held)
            .values(state="unknown", ended_at=ended, code="cancelada", message=lost)
        )
        connection.execute(
            rows.update()
            .where(mine, rows.c.state.in_(("pending", "running")))
            .values(state="cancelled", ended_at=ended)
        )
        run_queries.recount(connection, run_id)

    journal.write(change)


def spread(journal: Journal, run_id: str, most: int, *, descending: bool = False) -> list[int]:
    """Lines of at most `most` pending rows, the first of each location, then the second of each,
    and so on.

    In the order in which the run works them (`descending`: from the last line), and no row of an
    entity before the ones that the run works first: an entity counts in the location of its first
    row.
    """
    turn_of = -rows.c.line if descending else rows.c.line
    home = (
        func.first_value(rows.c.group_name)
        .over(partition_by=rows.c.entity, order_by=turn_of)
        .label("home")
    )
    pending = (rows.c.run_id == run_id) & (rows.c.state == "pending")
    found = select(rows.c.line, turn_of.label("place"), home).where(pending).subquery()
    turn = func.row_number().over(partition_by=found.c.home, order_by=found.c.place).label("turn")
    ranked = select(found.c.line, found.c.place, turn).subquery()
    query = select(ranked.c.line).order_by(ranked.c.turn, ranked.c.place).limit(most)
    with journal.reading() as connection:
        return sorted(connection.execute(query).scalars())


def repeated_entities(journal: Journal, run_id: str) -> set[str]:
    """Entities that more than one row of the run names."""
    query = (
        select(rows.c.entity)
        .where(rows.c.run_id == run_id, rows.c.entity.is_not(None))
        .group_by(rows.c.entity)
        .having(func.count() > 1)
    )
    with journal.reading() as connection:
        return set(connection.execute(query).scalars())


class RowFilters(TypedDict, total=False):
    """Which rows `read_rows` gives; without any, all of them."""

    states: Sequence[str]  # in one of these states
    search: str  # the label contains it
    group: str  # of that location
    code: str | None  # failed with that code
    order_seq: int | None  # of that order
    sent: bool  # True: a write left, whatever became of it


def _conditions(run_id: str, filters: RowFilters) -> list[Any]:
    where: list[Any] = [rows.c.run_id == run_id]
    if states := filters.get("states"):
        where.append(rows.c.state.in_(states))
    if search := filters.get("search"):
        where.append(rows.c.label.icontains(search, autoescape=True))
    if group := filters.get("group"):
        where.append(rows.c.group_name == group)
    if (code := filters.get("code")) is not None:
        where.append(rows.c.code == code)
    if (order_seq := filters.get("order_seq")) is not None:
        where.append(rows.c.seq == order_seq)
    if filters.get("sent"):
        where += [rows.c.attempt > 0, rows.c.change.is_not(None)]
    return where


def read_rows(
    journal: Journal,
    run_id: str,
    *,
    offset: int = 0,
    limit: int | None = None,
    **filters: Unpack[RowFilters],
) -> Iterator[RowResult]:
    """Rows in file order, read page by page: a million rows never stand in memory."""
    where = _conditions(run_id, filters)
    left, last, skip = limit, 0, offset
    while left is None or left > 0:
        size = min(PAGE, left or PAGE)
        query = select(rows).where(*where, rows.c.line > last).order_by(rows.c.line).limit(size)
        with journal.reading() as connection:
            found = connection.execute(query.offset(skip) if skip else query).all()
        yield from (_result(run_id, row) for row in found)
        if len(found) < size:  # asking for more would go through the rest of the run for nothing
            return
        last, skip = found[-1].line, 0
        left = None if left is None else left - len(found)


def latest_rows(journal: Journal, run_id: str, limit: int = 50) -> list[RowResult]:
    """Rows whose outcome came last, newest first."""
    query = (
        select(rows)
        .where(rows.c.run_id == run_id, rows.c.ended_at.is_not(None), rows.c.state != "invalid")
        .order_by(rows.c.ended_at.desc())
        .limit(limit)
    )
    with journal.reading() as connection:
        return [_result(run_id, row) for row in connection.execute(query)]


def row_states(journal: Journal, run_id: str) -> list[str]:
    """State of each row, in file order (for the map)."""
    with journal.reading() as connection:
        return list(
            connection.execute(
                select(rows.c.state).where(rows.c.run_id == run_id).order_by(rows.c.line)
            ).scalars()
        )


def _stored(row: Any) -> StoredRow:
    (
        line,
        seq,
        params,
        state,
        entity,
        before,
        change,
        touched,
        attempt,
        intent_open,
        mark,
        ticket,
        label,
        reference,
    ) = row
    return StoredRow(
        line,
        seq,
        load(params),
        state,
        entity,
        load(before),
        load(change),
        load(touched),
        attempt,
        intent_open,
        load(mark),
        ticket,
        label,
        references.from_json(load(reference)),
    )


def _result(run_id: str, row: Any) -> RowResult:
    return RowResult(
        line=row.line,
        state=row.state,
        label=row.label,
        group=row.group_name,
        code=row.code,
        message="; ".join(filter(None, [row.message, *(load(row.notes) or [])])) or None,
        before=load(row.before),
        after=load(row.after),
        change=load(row.change),
        tracking_id=row.tracking_id,
        attempt=row.attempt,
        started_at=row.started_at,
        ended_at=row.ended_at,
        order_id=f"{run_id}-r{row.seq}",
        params=load(row.params),
        touched=load(row.touched),
        status=row.status,
    )
