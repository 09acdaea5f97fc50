"""Ambiguous writes are settled by reading (docs/diseno.md 6.3, docs/webex.md 1.4): as wanted, as
before, or something else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bulk.core.action import Change, State
from bulk.core.records import StoredRow
from bulk.engine import outcomes
from bulk.engine.boundary import adapter_call
from bulk.engine.decide import decide, decide_first, equal
from bulk.engine.read import read_now
from bulk.engine.state import Item, LiveRun
from bulk.errors import BulkError, Drifted, Interrupted
from bulk.wording.remedies import explain

UNSETTLED = (
    "No se sabe si el cambio llegó a aplicarse: Webex no respondió y la lectura no lo aclara."
    " Compara «antes» y «ahora» y reintenta: se vuelve a leer y, si sigue sin aclararse, se decide"
    " con lo que haya entonces."
)


@dataclass(frozen=True)
class Verdict:
    """What to do with the row after reading."""

    send_again: bool = False  # as before: the write was lost
    before: State = field(default_factory=dict)  # as read now
    change: Change = field(default_factory=Change)  # decided on that


def settle(live: LiveRun, item: Item, *, in_flight: bool) -> Verdict:
    """Read until it is known what became of the write; records the outcome unless it has to be sent
    again.

    Waits settle_delay first when the request may still land. An interrupted wait leaves the intent
    open for the next launch.
    """
    try:
        if in_flight:
            pause(live, live.settings.settle_delay)
        now = read_now(live, item)
        verdict = judge(live, item, now)
        if verdict.send_again and not live.action.idempotent:
            # two equal reads before a write that is not idempotent
            pause(live, live.settings.settle_delay)
            now = read_now(live, item)
            verdict = judge(live, item, now)
    except Interrupted:
        return Verdict()
    except BulkError as error:  # the read failed: only a later one can tell
        unread(live, item, error)
        return Verdict()
    return verdict


def unread(live: LiveRun, item: Item, error: Exception) -> None:
    """The settling read failed: the run stops with the intent left open, or the row stays
    unknown.
    """
    reason = outcomes.stop_reason(error)
    if reason:
        live.halt("stopped", reason)
        return
    _, message = explain(error, live.action)
    outcomes.unknown(live, item, f"{UNSETTLED} ({message})")


@adapter_call()
def judge(live: LiveRun, item: Item, now: State) -> Verdict:
    """Compare only the members that the change touches; records `done`, `unknown` or `conflict`,
    unless it has to be sent.

    Part of a change that takes several requests may be done: the rest goes, as every member is as
    wanted or as before. Somebody who asks again for a row that reading cannot settle wants it
    decided on what is there now.
    """
    again = decide(live, item, now)
    if not again:
        outcomes.done(
            live, item, replace(item.change, lost=again.lost or item.change.lost), now, settled=True
        )
        return Verdict()
    if lost(again, item.change, now):
        return Verdict(send_again=True, before=now, change=again)
    if item.asked:
        return _again(live, item, now)
    outcomes.unknown(live, item, UNSETTLED, seen=now)
    return Verdict()


def lost(again: Change, sent: Change, now: State) -> bool:
    """Nothing but what was `sent` is still to be done, all of that as before; what is done already
    shows what was sent.

    A stored change has gone through JSON.
    """
    same = all(
        member in sent.fields and equal(pair, sent.fields[member])
        for member, pair in again.fields.items()
    )
    rest = sent.fields.keys() - again.fields.keys()
    return same and all(equal(now.get(member), sent.fields[member][1]) for member in rest)


def _again(live: LiveRun, item: Item, now: State) -> Verdict:
    """Decided on what is there now; of an undo and of a reviewed plan, only as far as they
    allow.
    """
    try:
        return Verdict(send_again=True, before=now, change=decide_first(live, item, now))
    except Drifted as drift:
        outcomes.failed(live, item, drift)
        return Verdict()


def stored_change(row: StoredRow) -> Change:
    """The change of the last intent, as far as comparisons need it."""
    return Change({member: (old, new) for member, (old, new) in (row.change or {}).items()})


def pause(live: LiveRun, seconds: float) -> None:
    """Raises Interrupted when the run has to stop."""
    if live.api.interrupt.wait(seconds):
        raise Interrupted
