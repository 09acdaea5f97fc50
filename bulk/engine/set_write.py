"""Rows that Webex writes together: one POST, perhaps a remote job, and a read that decides each row
(docs/webex.md 2.1, 3.2).

A 4xx on a set is never charged to all its rows: those the answer names fail, else the set is halved
until the bad one is found.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bulk.core.action import Accepted, Outcome, SetOps, State, Ticket, Work, project
from bulk.engine import outcomes, settle
from bulk.engine.boundary import adapter_call
from bulk.engine.decide import decide, decide_first
from bulk.engine.read import read_items
from bulk.engine.state import Item, LiveRun
from bulk.errors import (
    AmbiguousWrite,
    ApiError,
    BulkError,
    Interrupted,
    JournalError,
    NotFound,
    TokenRejected,
    Unreadable,
    UnusableAnswer,
)
from bulk.journal import row_writes
from bulk.wording.remedies import explain
from schemas.hydra import id_key

NOT_CONFIRMED = (
    "Webex aceptó la petición, pero la lectura posterior no muestra el cambio. Reintenta la fila"
    " más tarde."
)
STILL_GOING = (
    "El trabajo de Webex {} no ha terminado en el plazo. Reanuda más tarde: se sigue el mismo"
    " trabajo, no se repite."
)


def write_set(live: LiveRun, items: Sequence[Item], attempts: int = 1) -> None:
    """Read the rows again, drop those already as wanted, and write the rest together.

    Rows that others of the set would leave as wanted are looked at again once it is known what
    became of those.
    """
    try:
        ready, after = _still_needed(live, items)
    except Interrupted:
        _release(live, items)
        return
    if ready:
        _send(live, ready, attempts)
    if after and live.api.interrupt.is_set():
        _release(live, after)
    elif after:
        write_set(live, after, attempts)


def _still_needed(
    live: LiveRun, items: Sequence[Item]
) -> tuple[list[tuple[Item, State]], list[Item]]:
    """(item, before) of the rows that need the write, each decided on what the ones before it
    leave; and those that would then need none. The others have ended. Raises Interrupted before any
    of them has.
    """
    befores, projected = read_items(live, items), State()
    ready: list[tuple[Item, State]] = []
    after: list[Item] = []
    for item in items:
        before = befores[item.line]
        if isinstance(before, BulkError):
            outcomes.failed(live, item, before)
            continue
        known = before | {member: value for member, value in projected.items() if member in before}
        try:
            item.change = decide_first(live, item, known)
        except BulkError as error:
            outcomes.failed(live, item, error, before)
            continue
        if not item.change and known != before:
            after.append(item)
            continue
        if not item.change:
            outcomes.as_wanted(live, item, before, item.change)
            continue
        ready.append((item, before))
        if set_ops(live).shares_entity:
            projected = project(projected, item.change)
    return ready, after


def _send(live: LiveRun, ready: Sequence[tuple[Item, State]], attempts: int) -> None:
    items = [item for item, _ in ready]
    try:
        mark = job_mark(live, items)
    except Interrupted:
        _release(live, items)  # only these: the others of the set have their outcome
        return
    except BulkError as error:  # nothing was sent yet
        for item, before in ready:
            outcomes.failed(live, item, error, before)
        return
    live.journal.commit(
        *(
            row_writes.intent(live.run_id, item.line, before=before, **item.intend(mark))
            for item, before in ready
        )
    )
    try:
        answer = _post(live, items)
    except AmbiguousWrite as error:
        settle_set(live, items, in_flight=error.in_flight, attempts=attempts)
    except UnusableAnswer:  # after the request left, only a reading can tell
        settle_set(live, items, in_flight=True, attempts=attempts)
    except ApiError as error:
        _refused(live, items, error, attempts)
    except Interrupted:
        _release(live, items)
    except BulkError as error:
        for item in items:
            outcomes.failed(live, item, error)
    else:
        if isinstance(answer, Ticket):
            hold_rows(live, items, answer)
            follow(live, items, answer.id)
        else:
            confirm(live, items, {item.line: Outcome() for item in items}, answer.tracking_id)


def _post(live: LiveRun, items: Sequence[Item]) -> Ticket | Accepted:
    """One write_many; where only one job may run, a 409 is a wait for the other one (contracts
    3.2).
    """
    sets, until = set_ops(live), time.monotonic() + live.settings.job_deadline
    write_many = sets.write_many
    assert write_many is not None  # noqa: S101 - only actions that write in sets come here
    while True:
        try:
            with adapter_call():
                return write_many(live.api, [item.work() for item in items])
        except ApiError as error:
            if error.status != 409 or not sets.one_at_a_time or time.monotonic() > until:
                raise
        if live.api.interrupt.wait(live.settings.job_poll_first):
            raise Interrupted


def _refused(live: LiveRun, items: Sequence[Item], error: ApiError, attempts: int) -> None:
    if isinstance(error, TokenRejected):
        for item in items:
            outcomes.failed(live, item, error)
        return
    # what was done of it all the same, only a reading tells (docs/webex.md 2.1)
    if len(items) == 1:
        code, message = explain(error, live.action)
        confirm(
            live,
            items,
            {items[0].line: Outcome(False, None, code, message, error.tracking_id, error.status)},
        )
        return
    named = {item.line for item in items if _is_named(item, error)}
    if 0 < len(named) < len(items):
        for item in items:
            if item.line in named:
                outcomes.failed(live, item, error)
        parts = [[item for item in items if item.line not in named]]
    else:
        middle = len(items) // 2
        parts = [list(items[:middle]), list(items[middle:])]
    for part in parts:
        if live.api.interrupt.is_set():
            _release(live, part)
        else:
            write_set(live, part, attempts)


def _is_named(item: Item, error: ApiError) -> bool:
    """The answer blames a value of this row: its id, its number, or the uuid inside the id."""
    values = {id_key(each) for each in (item.row.entity, *item.change.fields)}
    return not values.isdisjoint(map(id_key, error.named))


# -- what became of it -----------------------------------------------------------------------------


def confirm(
    live: LiveRun,
    items: Sequence[Item],
    said: Mapping[int, Outcome],
    tracking_id: str | None = None,
) -> None:
    """The reading after the write decides each row, and what Webex `said` of it where no reading
    can tell.
    """
    try:
        now = read_items(live, items)
    except Interrupted:
        return  # the intents stay open: the next launch reads
    for item in items:
        seen = now[item.line]
        if isinstance(seen, BulkError):
            settle.unread(live, item, seen)
        else:
            _confirm_one(live, item, seen, said.get(item.line), tracking_id)


def _confirm_one(
    live: LiveRun, item: Item, seen: State, said: Outcome | None, tracking_id: str | None
) -> None:
    try:
        again = decide(live, item, seen)
    except BulkError as error:
        settle.unread(live, item, error)
        return
    if not again:
        change = replace(item.change, lost=again.lost or item.change.lost)
        outcomes.done(live, item, change, seen, tracking_id=tracking_id)
        return
    if said and _unseen(live, item, seen) and _accepted_unseen(live, item, seen, said, tracking_id):
        return
    if not said or said.ok:  # accepted, and not to be seen: only a later reading can tell
        as_before = settle.lost(again, item.change, seen)
        outcomes.unknown(
            live, item, NOT_CONFIRMED if as_before else settle.UNSETTLED, seen=seen, keep=False
        )
        return
    outcomes.finish(
        live,
        item,
        "failed",
        change=item.change,
        after=seen,
        code=said.code,
        message=said.message,
        status=said.status,
        tracking_id=said.tracking_id or tracking_id,
    )


def _unseen(live: LiveRun, item: Item, seen: State) -> bool:
    unseen = set_ops(live).unseen
    return bool(unseen and unseen(item.change, seen))


def _accepted_unseen(
    live: LiveRun, item: Item, seen: State, said: Outcome, tracking_id: str | None
) -> bool:
    """The outcome of a change that no reading shows: what Webex accepted is done; what it says was
    there already is done by a write of this row that got no answer, else unchanged.
    """
    tracking_id = said.tracking_id or tracking_id
    after = project(seen, item.change)
    if said.ok:
        outcomes.done(live, item, item.change, after, tracking_id=tracking_id)
    elif said.code not in set_ops(live).already:
        return False
    elif item.unanswered:
        outcomes.done(live, item, item.change, after, settled=True, tracking_id=tracking_id)
    else:
        outcomes.finish(live, item, "unchanged", before=after, after=after, tracking_id=tracking_id)
    return True


def follow(live: LiveRun, items: Sequence[Item], job: str) -> None:
    """Look at the job with growing intervals until it has ended, then read each row. A pause leaves
    it to the next launch.
    """
    settings = live.settings
    interval, until = settings.job_poll_first, time.monotonic() + settings.job_deadline
    for item in items:
        item.change = item.change or settle.stored_change(item.row)
    works = [item.work() for item in items]
    try:
        while (refused := look_at(live, job, works)) is None:
            if time.monotonic() > until:
                _give_up(live, items, job)
                return
            settle.pause(live, interval)
            interval = min(interval * 1.5, settings.job_poll_max)
    except Interrupted:
        return
    except BulkError as error:  # a retry follows the same job
        for item in items:
            settle.unread(live, item, error)
        return
    confirm(live, items, refused)


def _give_up(live: LiveRun, items: Sequence[Item], job: str) -> None:
    for item in items:
        outcomes.unknown(live, item, STILL_GOING.format(job))


def settle_set(live: LiveRun, items: Sequence[Item], *, in_flight: bool, attempts: int) -> None:
    """After an unanswered write: look for its job, else read; what was lost goes again after two
    equal reads.
    """
    again = lost_rows(live, items, in_flight=in_flight)
    if not again:
        return
    if attempts >= live.settings.write_attempts:
        for item in again:
            outcomes.failed(live, item, Unreadable(NOT_CONFIRMED))
        return
    write_set(live, again, attempts + 1)


def lost_rows(live: LiveRun, items: Sequence[Item], *, in_flight: bool) -> list[Item]:
    """Settle the rows of an unanswered write; returns those that are surely as before."""
    for item in items:
        item.unanswered = True
    try:
        if in_flight:
            settle.pause(live, live.settings.settle_delay)
        ticket = find_job(live, items)
        if isinstance(ticket, BulkError):
            for item in items:
                settle.unread(live, item, ticket)
            return []
        if ticket:
            hold_rows(live, items, ticket)
            follow(live, items, ticket.id)
            return []
        rest = _unsettled(live, items)
        if rest and not live.action.idempotent:
            settle.pause(live, live.settings.settle_delay)
            rest = _unsettled(live, rest)
        return rest
    except Interrupted:
        return []


def _unsettled(live: LiveRun, items: Sequence[Item]) -> list[Item]:
    now, rest = read_items(live, items), []
    for item in items:
        seen = now[item.line]
        try:
            if isinstance(seen, BulkError):
                settle.unread(live, item, seen)
            elif settle.judge(live, item, seen).send_again:
                rest.append(item)
        except JournalError:
            raise
        except BulkError as error:
            settle.unread(live, item, error)
    return rest


def resume_run(live: LiveRun, items: Sequence[Item]) -> list[Item]:
    """Rows of one set with open intents from before an interruption; returns those that have to be
    sent again.
    """
    for item in items:
        item.change = settle.stored_change(item.row)
    return lost_rows(live, items, in_flight=True)


def _release(live: LiveRun, items: Sequence[Item]) -> None:
    for item in items:
        outcomes.release(live, item)


# -- remote jobs that hold rows of ours (docs/webex.md 3.2) ----------------------------------------


def job_mark(live: LiveRun, items: Sequence[Item]) -> dict[str, Any]:
    """Kept with the intents: which rows go together, and what tells their job from earlier ones."""
    newest, seen = set_ops(live).mark, None
    if newest:
        with adapter_call():
            seen = newest(live.api, [item.work() for item in items])
    return {"set": uuid.uuid4().hex[:12], "seen": seen}


def look_at(live: LiveRun, job: str, works: Sequence[Work]) -> Mapping[int, Outcome] | None:
    poll = set_ops(live).poll
    try:
        with adapter_call():
            return poll(live.api, job, works) if poll else {}
    except NotFound:  # the job is gone: it has ended (docs/webex.md 3.2)
        return {}


def find_job(live: LiveRun, items: Sequence[Item]) -> Ticket | BulkError | None:
    """The lost job of the rows, None when there is none, or why that is not known. Raises
    Interrupted.
    """
    ask = set_ops(live).find
    try:
        with adapter_call():
            works = [item.work() for item in items]
            return ask(live.api, works, items[0].row.mark) if ask else None
    except Interrupted:
        raise
    except BulkError as error:
        return error


def hold_rows(live: LiveRun, items: Sequence[Item], ticket: Ticket) -> None:
    live.journal.commit(
        *(
            row_writes.ticket(live.run_id, item.line, ticket.id, ticket.tracking_id)
            for item in items
        )
    )


def set_ops(live: LiveRun) -> SetOps:
    sets = live.action.sets
    assert sets is not None  # noqa: S101 - only actions that write in sets come here
    return sets
