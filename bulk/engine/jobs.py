"""Remote jobs that hold rows of ours: recognising, finding again, holding and looking at them
(docs/webex.md 3.2).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from bulk.core.action import Outcome, SetOps, Ticket, Work
from bulk.engine.state import Item, LiveRun
from bulk.errors import Interrupted, NotFound
from bulk.journal import row_writes


def mark(live: LiveRun, items: Sequence[Item]) -> dict[str, Any]:
    """Kept with the intents: which rows go together, and what tells their job from earlier ones."""
    newest = set_ops(live).mark
    return {
        "set": uuid.uuid4().hex[:12],
        "seen": newest(live.api, [item.work() for item in items]) if newest else None,
    }


def take_snapshot(live: LiveRun, job: str, works: Sequence[Work]) -> Mapping[int, Outcome] | None:
    poll = set_ops(live).poll
    try:
        return poll(live.api, job, works) if poll else {}
    except NotFound:  # the job is gone: it has ended (docs/webex.md 3.2)
        return {}


def find(live: LiveRun, items: Sequence[Item]) -> Ticket | Exception | None:
    """The lost job of the rows, None when there is none, or why that cannot be reported. Raises
    Interrupted.
    """
    ask = set_ops(live).find
    try:
        return ask(live.api, [item.work() for item in items], items[0].row.mark) if ask else None
    except Interrupted:
        raise
    except Exception as error:  # also a list of an unforeseen shape
        return error


def hold(live: LiveRun, items: Sequence[Item], ticket: Ticket) -> None:
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
