"""Rows as Webex has them now: one at a time, or many where Webex can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bulk.core.action import State
from bulk.core.references import Planned
from bulk.engine.state import Item, LiveRun
from bulk.errors import Interrupted


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


def read_items(live: LiveRun, items: Sequence[Item]) -> dict[int, State | Exception]:
    """Line -> what Webex says now, or why that cannot be reported; never from anything kept. Raises
    Interrupted.
    """
    sets = live.action.sets
    if sets is None or sets.read_many is None or (len(items) == 1 and not sets.shares_entity):
        return {item.line: read_one(live, item) for item in items}
    try:
        return dict(sets.read_many(live.api, [item.work() for item in items]))
    except Interrupted:
        raise
    except Exception as error:  # an answer of an unforeseen shape fails its rows, never the run
        return dict.fromkeys([item.line for item in items], error)


def read_one(live: LiveRun, item: Item) -> State | Exception:
    try:
        return live.action.read(live.api, **item.row.params)
    except Interrupted:
        raise
    except Exception as error:  # an answer of an unforeseen shape fails its row, never the run
        return error
