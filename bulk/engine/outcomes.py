"""What becomes of a row, written to the journal and the log; the words for refusals; the automatic
pause.
"""

from __future__ import annotations

import time
from typing import Any

from bulk.core import stop_reasons
from bulk.core.action import Change, State
from bulk.core.references import undo_of
from bulk.engine.state import Item, LiveRun
from bulk.errors import (
    BulkError,
    Drifted,
    Forbidden,
    JournalError,
    NotReversible,
    NotSent,
    TokenRejected,
)
from bulk.journal import row_writes
from bulk.wording.fingerprints import Failure, main_cause
from bulk.wording.remedies import explain

IN_PART = "revertida_en_parte"  # code of a row of an undo of which something does not come back
FORBIDDEN_AT_ONCE = (
    10  # so many 403 before anything went well: the token lacks the permission (docs/webex.md 1.2)
)


def finish(
    live: LiveRun, item: Item, state: str, *, change: Change | None = None, **values: Any
) -> None:
    """The row's outcome, logged and queued for the journal with its order's counters: the commit
    takes the log's lines along.
    """
    row = item.row
    if change is not None:
        pairs = item.pairs(change) if change else None
        # as the intent has it
        values["change"] = None if row.attempt and pairs == row.change else pairs
        values["notes"] = list(change.notes)
    seconds = round(time.monotonic() - item.started, 3)
    live.spec.log.later(
        "row",
        run=live.run_id,
        order=f"{live.run_id}-r{row.seq}",
        row=row.line,
        state=state,
        code=values.get("code"),
        message=values.get("message"),
        tracking_id=values.get("tracking_id"),
        attempt=row.attempt,
        seconds=seconds,
    )
    live.journal.later(
        row_writes.outcome(live.run_id, row.line, row.seq, state, seconds=seconds, **values)
    )
    _watch(live, item, state, values)


def release(live: LiveRun, item: Item) -> None:
    """Nothing of this row is out there: pending again, or cancelled with its order."""
    to = "cancelled" if item.row.seq in live.dispatch.dropped else "pending"
    live.journal.later(row_writes.release(live.run_id, item.line, item.row.seq, to=to))


def done(
    live: LiveRun, item: Item, change: Change, after: State, *, settled: bool = False, **values: Any
) -> None:
    finish(
        live,
        item,
        "done",
        change=change,
        after=after,
        settled=settled,
        **{**values, **described(item, change)},
    )


def described(item: Item, change: Change) -> dict[str, Any]:
    """Code and message of a row of an undo of which not everything comes back."""
    undoes = undo_of(item.row.reference)
    lost = change.lost or (undoes.lost if undoes else ())
    return {"code": IN_PART, "message": " ".join(lost)} if lost else {}


def as_wanted(live: LiveRun, item: Item, before: State, change: Change) -> None:
    """Found as wanted: `unchanged`, or `done` when a write of ours had been sent for it
    (docs/diseno.md 6.2).
    """
    if live.spec.dry_run or not item.row.attempt:
        finish(live, item, "unchanged", before=before, after=before, notes=list(change.notes))
    else:
        finish(
            live,
            item,
            "done",
            after=before,
            settled=True,
            notes=list(change.notes),
            **described(item, change),
        )


def failed(live: LiveRun, item: Item, error: BulkError, before: State | None = None) -> None:
    """The row failed for a definite reason (in a dry run: is blocked). What stops the run leaves
    the row pending.
    """
    reason = stop_reason(error)
    if reason:
        live.halt("stopped", reason)
        if not isinstance(error, JournalError):
            release(live, item)
        return
    code, message = explain(error, live.action)
    _count_forbidden(live, error, message)
    finish(
        live,
        item,
        _state(live, error),
        before=before,
        code=code,
        message=message,
        status=getattr(error, "status", None),
        tracking_id=getattr(error, "tracking_id", None),
        change=item.change if item.change else None,
    )


def _state(live: LiveRun, error: Exception) -> str:
    if isinstance(error, Drifted):
        return "conflict"
    if isinstance(error, NotReversible):
        return "invalid"
    return "blocked" if live.spec.dry_run else "failed"


def stop_reason(error: Exception) -> str | None:
    """Why the whole run has to stop at this error, or None when it concerns one row."""
    if isinstance(error, TokenRejected):
        return stop_reasons.REJECTED
    if isinstance(error, JournalError) or (isinstance(error, NotSent) and error.offline):
        return error.message
    return None


def unknown(
    live: LiveRun, item: Item, message: str, *, seen: State | None = None, keep: bool = True
) -> None:
    """A write of this row may have been applied and reading could not settle it."""
    finish(
        live, item, "unknown", after=seen, code="sin_confirmar", message=message, keep_intent=keep
    )


def _count_forbidden(live: LiveRun, error: Exception, message: str) -> None:
    health = live.health
    with health.lock:
        if health.refused_first is None or not isinstance(error, Forbidden):
            return
        health.refused_first += 1
        enough = health.refused_first >= FORBIDDEN_AT_ONCE
    if enough:
        live.halt("stopped", stop_reasons.FORBIDDEN.format(message))


def _watch(live: LiveRun, item: Item, state: str, values: dict[str, Any]) -> None:
    """Automatic pause: too many of the last rows that reached Webex failed."""
    went_well = state in ("done", "unchanged", "change", "create")
    failure = None
    if not went_well:
        failure = Failure(
            values.get("code"), values.get("status"), values.get("message"), item.row.label
        )
    with live.health.lock:
        if went_well:
            live.health.refused_first = None
        if live.spec.dry_run or state not in ("done", "unchanged", "failed", "unknown"):
            return
        wrong = _failures(live, failure)
    if wrong:
        size = live.settings.breaker_window
        live.halt("stopped", stop_reasons.BREAKER.format(len(wrong), size, main_cause(wrong)))


def _failures(live: LiveRun, failure: Failure | None) -> list[Failure]:
    """The failures among the last rows when they are too many, else none. Call with the lock of
    its health held.
    """
    recent, size = live.health.recent, live.settings.breaker_window
    recent.append(failure)
    while len(recent) > size:
        recent.popleft()
    wrong = [each for each in recent if each]
    full = len(recent) == size
    return wrong if full and failure and len(wrong) > size * live.settings.breaker_share else []
