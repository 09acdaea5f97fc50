"""Reading and deciding rows: one at a time, or many where Webex can."""

from __future__ import annotations

from collections.abc import Sequence

from bulk.contract import Change, State
from bulk.engine.state import Item, LiveRun
from bulk.errors import Interrupted


def read_items(live: LiveRun, items: Sequence[Item]) -> dict[int, State | Exception]:
    """Line -> what Webex says now, or why that cannot be told; never from anything kept. Raises Interrupted."""
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


def decide(live: LiveRun, item: Item, before: State) -> Change:
    """Raises RowRefused, or whatever an answer of an unforeseen shape causes."""
    return live.action.decide(before, **live.action.arguments(item.row.params, live.options))
