"""The hot writes of the journal: intents, outcomes and releases of rows, applied many at a time
with their orders' counters.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Connection, Update, bindparam, case, func

from bulk.journal.tables import orders, rows


def now() -> str:
    """UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode  # json.dumps would make one for each value


def dump(value: Any) -> str | None:
    return None if value is None else _encode(value)


def load(text: str | None) -> Any:
    return None if text is None else json.loads(text)


@dataclass(slots=True)
class Entry:
    """One change of one row."""

    kind: str  # "intent", "ticket", "outcome" or "release"
    run_id: str  # run
    line: int  # row
    # column -> value, for the statement of this kind
    values: dict[str, Any] = field(default_factory=dict)
    moves: tuple[int, str, str] | None = (
        None  # (order's seq, from state, to state), for the counters
    )


def intent(
    run_id: str, line: int, *, before: Any, change: Any, touched: Any = None, mark: Any = None
) -> Entry:
    """What is about to be sent; must be committed before the request leaves. The first `before`
    wins (docs/diseno.md 6.2).

    `touched` is all that this attempt and those before it sent.
    """
    values = {
        "v_before": dump(before),
        "v_change": dump(change),
        "v_mark": dump(mark),
        "v_at": now(),
    }
    values["v_touched"] = dump(touched)
    return Entry("intent", run_id, line, values)


def ticket(run_id: str, line: int, ticket_id: str | None, tracking_id: str | None = None) -> Entry:
    """The remote job that holds the row."""
    return Entry("ticket", run_id, line, {"v_ticket": ticket_id, "v_tracking": tracking_id})


def release(run_id: str, line: int, seq: int, *, to: str = "pending") -> Entry:
    """Claimed, and nothing of it is out there: pending again (or cancelled)."""
    return Entry("release", run_id, line, {"v_state": to}, (seq, "running", to))


def outcome(run_id: str, line: int, seq: int, state: str, **values: Any) -> Entry:
    """The row's end: state, and before / change / after / code / message / notes / tracking_id /
    settled / seconds.
    """
    known = {
        "v_state": state,
        "v_before": dump(values.get("before")),
        "v_change": dump(values.get("change")),
        "v_after": dump(values.get("after")),
        "v_code": values.get("code"),
        "v_status": values.get("status"),
        "v_message": values.get("message"),
        "v_notes": dump(values.get("notes") or None),
        "v_tracking": values.get("tracking_id"),
        "v_settled": bool(values.get("settled")),
        "v_seconds": values.get("seconds"),
        "v_keep": bool(values.get("keep_intent")),
        "v_at": now(),
    }
    return Entry("outcome", run_id, line, known, (seq, "running", state))


_ROW = (rows.c.run_id == bindparam("k_run")) & (rows.c.line == bindparam("k_line"))

STATEMENTS = {
    "intent": (
        rows.update()
        .where(_ROW)
        .values(
            before=func.coalesce(rows.c.before, bindparam("v_before")),
            change=bindparam("v_change"),
            touched=func.coalesce(bindparam("v_touched"), rows.c.touched),
            mark=bindparam("v_mark"),
            attempt=rows.c.attempt + 1,
            sent_at=bindparam("v_at"),
            intent_open=True,
        )
    ),
    "ticket": (
        rows.update()
        .where(_ROW)
        .values(
            ticket=bindparam("v_ticket"),
            tracking_id=func.coalesce(bindparam("v_tracking"), rows.c.tracking_id),
        )
    ),
    "release": (
        rows.update()
        .where(_ROW)
        .values(state=bindparam("v_state"), intent_open=False, started_at=None)
    ),
    "outcome": (
        rows.update()
        .where(_ROW)
        .values(
            state=bindparam("v_state"),
            before=func.coalesce(rows.c.before, bindparam("v_before")),
            change=func.coalesce(bindparam("v_change"), rows.c.change),
            after=bindparam("v_after"),
            code=bindparam("v_code"),
            status=bindparam("v_status"),
            message=bindparam("v_message"),
            notes=bindparam("v_notes"),
            tracking_id=func.coalesce(bindparam("v_tracking"), rows.c.tracking_id),
            settled=bindparam("v_settled"),
            seconds=bindparam("v_seconds"),
            ended_at=bindparam("v_at"),
            intent_open=bindparam("v_keep"),
            ticket=case((bindparam("v_keep", type_=Boolean), rows.c.ticket), else_=None),
        )
    ),
}


@cache
def _counting(states: tuple[str, ...]) -> Update:
    """Statement that moves these counters of an order, and no other."""
    return (
        orders.update()
        .where((orders.c.run_id == bindparam("k_run")) & (orders.c.seq == bindparam("k_seq")))
        .values({f"n_{s}": orders.c[f"n_{s}"] + bindparam(f"d_{s}") for s in states})
    )


def apply_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """All entries and the counters they move, in the transaction of `connection`."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        grouped[entry.kind].append({"k_run": entry.run_id, "k_line": entry.line, **entry.values})
    for kind, values in grouped.items():
        connection.execute(STATEMENTS[kind], values)
    count(connection, [(entry.run_id, *entry.moves) for entry in entries if entry.moves])


def count(connection: Connection, moves: Sequence[tuple[str, int, str, str]]) -> None:
    """Move rows between the counters of their orders: (run_id, order's seq, from state, to
    state).
    """
    deltas: dict[tuple[str, int], dict[str, int]] = {}
    for run_id, seq, old, new in moves:
        delta = deltas.setdefault((run_id, seq), {})
        delta[old] = delta.get(old, 0) - 1
        delta[new] = delta.get(new, 0) + 1
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for (run_id, seq), delta in deltas.items():
        values = {f"d_{state}": n for state, n in delta.items()}
        alike[tuple(sorted(delta))].append({"k_run": run_id, "k_seq": seq, **values})
    for states, values_of_each in alike.items():
        connection.execute(_counting(states), values_of_each)
