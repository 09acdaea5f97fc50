"""Rows as Webex has them now: one at a time, or many where Webex can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bulk.core.action import State
from bulk.core.references import Planned
from bulk.engine.boundary import adapter_call, unusable
from bulk.engine.state import Item, LiveRun
from bulk.errors import BulkError, Interrupted

Reading = State | BulkError  # a row as it was read, or why it was not


def from_dry_run(live: LiveRun, item: Item) -> State | None:
    """What the dry run of a row read, where Settings.plan_read_age lets that count as fresh; None:
    read again.

    Never of a row that was sent before, nor of an entity with other rows in the run: they change
    what the dry run read.
    """
    reference, max_age = item.row.reference, live.settings.plan_read_age
    if not isinstance(reference, Planned) or reference.read_at is None:
        return None
    if max_age <= 0 or not live.action.pure_put:
        return None
    if item.row.attempt or item.row.entity in live.spec.repeated:
        return None
    age = (datetime.now(UTC) - datetime.fromisoformat(reference.read_at)).total_seconds()
    # a negative age: the clock was set back, and says nothing
    return dict(reference.before) if 0 <= age < max_age else None


def read_items(live: LiveRun, items: Sequence[Item]) -> dict[int, Reading]:
    """Line -> what Webex says now, or why that is not known; never from anything kept. Raises
    Interrupted.
    """
    sets = live.action.sets
    if sets is None or sets.read_many is None or (len(items) == 1 and not sets.shares_entity):
        return {item.line: read_one(live, item) for item in items}
    try:
        with adapter_call():
            found = sets.read_many(live.api, [item.work() for item in items])
    except Interrupted:
        raise
    except BulkError as error:
        return dict.fromkeys([item.line for item in items], error)
    return {
        line: unusable(state) if isinstance(state, Exception) else state
        for line, state in found.items()
    }


def read_one(live: LiveRun, item: Item) -> Reading:
    """What Webex says now, or why that is not known. Raises Interrupted."""
    try:
        return read_now(live, item)
    except Interrupted:
        raise
    except BulkError as error:
        return error


def read_now(live: LiveRun, item: Item) -> State:
    """What Webex says now. Raises BulkError."""
    with adapter_call():
        return live.action.read(live.api, **item.row.params)
