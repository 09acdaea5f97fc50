"""Where units come from: pending rows claimed in windows, read together where Webex can, gathered
into sets where it can.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from bulk.core.action import SetOps
from bulk.core.records import StoredRow
from bulk.engine.state import Item, LiveRun, Unit
from bulk.errors import JournalError
from bulk.journal import rows


def is_wanted(live: LiveRun) -> bool:
    """Claim more rows when less than a round of work is ready, and not while many wait for an
    entity.
    """
    if (
        live.dispatch.exhausted
        or live.dispatch.feeding
        or len(live.dispatch.ready) >= live.spec.workers
    ):
        return False
    waiting = sum(len(unit.items) for unit in live.dispatch.parked) + sum(
        map(len, live.dispatch.gathered.values())
    )
    return waiting < 4 * _window(live)


def _window(live: LiveRun) -> int:
    """Rows a claim: enough to amortise a commit, few enough that what a pause gives back is
    small.
    """
    sets = live.action.sets
    max_in_a_set = (
        max(sets.read_limit(live.settings), sets.write_limit(live.settings))
        if sets and live.spec.bulk
        else 1
    )
    return max(2 * live.spec.workers, max_in_a_set) if live.spec.bulk else 1


def next_units(live: LiveRun) -> list[Unit]:
    window = _window(live)
    try:
        claimed = rows.claim(
            live.journal,
            live.run_id,
            after=live.dispatch.cursor,
            limit=window,
            descending=live.spec.descending,
            only=live.spec.canary,
        )
    except JournalError as error:
        live.halt("stopped", error.message)
        return []
    live.dispatch.exhausted = len(claimed) < window
    if claimed:
        live.dispatch.cursor = claimed[-1].line
    return units_of(live, claimed)


def units_of(live: LiveRun, claimed: Iterable[StoredRow]) -> list[Unit]:
    """Single rows, or groups that one call can read. A repeated entity keeps to single rows, in
    file order.
    """
    sets, started = live.action.sets, time.monotonic()
    items = [Item(row, started) for row in claimed]
    if sets is None or sets.read_many is None or not live.spec.bulk:
        return [single(live, item) for item in items]
    units: list[Unit] = []
    groups: dict[str, list[Item]] = {}
    for item in items:
        if _by_itself(live, sets, item):
            units.append(single(live, item))
        else:
            groups.setdefault(sets.set_key(item.row.params), []).append(item)
    for group in groups.values():
        keys = _keys(live, group) if sets.shares_entity else frozenset()
        limit = sets.read_limit(live.settings)
        units += [Unit("rows", group[i : i + limit], keys) for i in range(0, len(group), limit)]
    return sorted(units, key=lambda unit: live.spec.order(unit.items[0].line))


def _by_itself(live: LiveRun, sets: SetOps, item: Item) -> bool:
    """One of several rows of an entity; or held against a plan or an undo, and written alone: then
    its own read comes right before its write, with no time for another user's change between
    them.
    """
    if not sets.shares_entity and item.row.entity in live.spec.repeated:
        return True
    return not live.spec.dry_run and sets.write_many is None and item.row.reference is not None


def single(live: LiveRun, item: Item) -> Unit:
    return Unit("rows", [item], _keys(live, [item]))


def _keys(live: LiveRun, items: Iterable[Item]) -> frozenset[str]:
    return frozenset(live.spec.lock_key(item.row.entity) for item in items)


# -- sets ------------------------------------------------------------------------------------------


def gather(live: LiveRun, decided: Iterable[Item]) -> list[Unit]:
    """Add decided rows to their sets; returns the sets that are full. Call with the pool's lock
    held.
    """
    sets = live.action.sets
    if sets is None:
        return []
    full: list[Unit] = []
    for item in decided:
        key = sets.set_key(item.row.params)
        waiting = live.dispatch.gathered.setdefault(key, [])
        weight = sum(sets.weight(other.row.params) for other in waiting) + sets.weight(
            item.row.params
        )
        twin = not sets.shares_entity and any(
            other.row.entity == item.row.entity for other in waiting
        )
        if waiting and (twin or weight > sets.write_limit(live.settings)):
            full.append(set_unit(live, live.dispatch.gathered.pop(key)))
            waiting = live.dispatch.gathered.setdefault(key, [])
        waiting.append(item)
        if not live.spec.bulk or sum(
            sets.weight(other.row.params) for other in waiting
        ) >= sets.write_limit(live.settings):
            full.append(set_unit(live, live.dispatch.gathered.pop(key)))
    return full


def last_sets(live: LiveRun) -> list[Unit]:
    """What is left when there are no more rows to fill the sets with. Call with the pool's lock
    held.
    """
    left, live.dispatch.gathered = live.dispatch.gathered, {}
    return [set_unit(live, items) for items in left.values()]


def set_unit(live: LiveRun, items: list[Item], stage: str = "set") -> Unit:
    keys = _keys(live, items)
    if live.action.sets and live.action.sets.one_at_a_time and not live.settings.parallel_move_jobs:
        keys |= {live.spec.lock_key(f"{live.action.id} job")}
    return Unit(stage, sorted(items, key=lambda item: live.spec.order(item.line)), keys)
