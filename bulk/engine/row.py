"""What a thread does with a unit: read, decide, and for a single row write. Sets and unanswered
writes live apart.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bulk.core.action import State, project
from bulk.engine import outcomes, set_write, settle
from bulk.engine.boundary import adapter_call
from bulk.engine.decide import decide_first
from bulk.engine.feed import single
from bulk.engine.read import Reading, from_dry_run, read_items
from bulk.engine.state import Item, LiveRun, Unit
from bulk.errors import (
    AmbiguousWrite,
    BulkError,
    Interrupted,
    JournalError,
    Unreadable,
    UnusableAnswer,
)
from bulk.journal import row_writes

NEVER_TOOK = (
    "Webex no responde a la escritura, y al leer el dato sigue como antes. Reintenta la fila más"
    " tarde."
)


@dataclass
class Next:
    """What a unit leaves to do."""

    units: list[Unit] = field(default_factory=list)  # come first
    decided: list[Item] = field(default_factory=list)  # rows to be written in sets


def do_unit(live: LiveRun, unit: Unit) -> Next:
    """Work one unit. Never raises: each row gets its outcome, is given back, or keeps its open
    intent.
    """
    try:
        if unit.stage == "set":
            set_write.write_set(live, unit.items)
        elif unit.stage == "settle":
            return _resume_run(live, unit)
        elif unit.stage == "ticket":
            set_write.follow(live, unit.items, str(unit.items[0].row.ticket))
        else:
            return _rows(live, unit)
    except JournalError as error:  # nothing may be sent that is not written down first
        live.halt("stopped", error.message)
    return Next()


def _rows(live: LiveRun, unit: Unit) -> Next:
    following = Next()
    try:
        befores = read_unit(live, unit)
    except Interrupted:
        for item in unit.items:
            outcomes.release(live, item)
        return following
    for item in unit.items:
        before = befores[item.line]
        if isinstance(before, BulkError):
            outcomes.failed(live, item, before)
        else:
            _decide(live, unit, item, before, following)
    return following


def read_unit(live: LiveRun, unit: Unit) -> Mapping[int, Reading]:
    """Line -> what Webex says now, or why that is not known. Raises Interrupted."""
    fresh = time.monotonic() - unit.read_at < live.settings.max_read_age
    if unit.before is not None and fresh:
        return {unit.items[0].line: unit.before}
    known = {
        item.line: state for item in unit.items if (state := from_dry_run(live, item)) is not None
    }
    unit.read_at = time.monotonic()
    return known or read_items(live, unit.items)  # a PUT of values never comes in groups


def _decide(live: LiveRun, unit: Unit, item: Item, before: State, following: Next) -> None:
    known = _projected(live, item, before)
    try:
        item.change = decide_first(live, item, known)
    except BulkError as error:
        outcomes.failed(live, item, error, before)
        return
    if not item.change:
        outcomes.as_wanted(live, item, before, item.change)
    elif live.spec.dry_run:
        _plan(live, item, known)
    elif live.action.sets and live.action.sets.write_many:
        following.decided.append(item)
    elif len(unit.items) == 1:
        write_row(live, item, before)
    else:
        following.units.append(replace(single(live, item), before=before, read_at=unit.read_at))


def _projected(live: LiveRun, item: Item, before: State) -> State:
    """In a dry run the next row of an entity sees what the rows before it would leave
    (docs/diseno.md 6.7).
    """
    entity = str(item.row.entity)
    if not live.spec.dry_run or entity not in live.spec.repeated:
        return before
    return live.projection.over(entity, before)


def _plan(live: LiveRun, item: Item, before: State) -> None:
    change = item.change
    after = project(before, change)
    entity = str(item.row.entity)
    if entity in live.spec.repeated:
        live.projection.add(entity, change)
    described = outcomes.described(item, change)
    outcomes.finish(
        live,
        item,
        "create" if change.creates else "change",
        change=change,
        before=before,
        after=after,
        **described,
    )


# -- one row ---------------------------------------------------------------------------------------


def write_row(live: LiveRun, item: Item, before: State) -> None:
    """Send the row's change: intent, request, outcome; an unanswered one is settled by reading and
    sent again if it was lost.
    """
    for _ in range(live.settings.write_attempts):
        live.journal.commit(
            row_writes.intent(live.run_id, item.line, before=before, **item.intend())
        )
        try:
            with adapter_call():
                result = live.action.write(live.api, item.change, **item.row.params)
        except (AmbiguousWrite, UnusableAnswer) as error:
            # after the request may have left, only a reading can tell
            in_flight = error.in_flight if isinstance(error, AmbiguousWrite) else True
            verdict = settle.settle(live, item, in_flight=in_flight)
            if not verdict.send_again:
                return
            item.change, before = verdict.change, verdict.before
            continue
        except Interrupted:
            outcomes.release(live, item)  # it was waiting for its turn: never sent
            return
        except BulkError as error:
            outcomes.failed(live, item, error)
            return
        _written(live, item, before, result)
        return
    outcomes.failed(live, item, Unreadable(NEVER_TOOK))


def _written(live: LiveRun, item: Item, before: State, result: Any) -> None:
    after = result.after if result.after is not None else project(before, item.change)
    if result.ok:
        outcomes.done(
            live, item, item.change, after, tracking_id=result.tracking_id, message=result.message
        )
        return
    outcomes.finish(
        live,
        item,
        "failed",
        change=item.change,
        after=after,
        code=result.code,
        message=result.message,
        tracking_id=result.tracking_id,
    )


def _resume_run(live: LiveRun, unit: Unit) -> Next:
    """Rows with an open intent from before an interruption (docs/diseno.md 6.3)."""
    if live.action.sets and live.action.sets.write_many:
        return Next(decided=set_write.resume_run(live, unit.items))
    item = unit.items[0]
    item.change = settle.stored_change(item.row)
    verdict = settle.settle(live, item, in_flight=True)
    if verdict.send_again:
        item.change = verdict.change
        write_row(live, item, verdict.before)
    return Next()
