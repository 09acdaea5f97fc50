"""State of a run while this process works it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bulk.core.action import Action, Change, State, Work
from bulk.core.action_log import ActionLog
from bulk.core.records import StoredRow
from bulk.core.settings import Settings
from bulk.journal import Journal
from bulk.webex.client import Api
from bulk.wording.fingerprints import Failure

UNDECIDED = Change()


@dataclass
class Item:
    """A row on its way through the engine."""

    row: StoredRow  # as the journal handed it over
    started: float  # monotonic, for `seconds`
    change: Change = UNDECIDED  # as decided last
    # somebody asked for it although its last write was never settled; until it is sent again
    asked: bool = False
    unanswered: bool = False  # a write of it got no usable answer: it may have been applied

    @property
    def line(self) -> int:
        return self.row.line

    def work(self) -> Work:
        return Work(self.row.line, self.row.params, self.change)

    def pairs(self, change: Change) -> dict[str, list[Any]]:
        """member -> [old, new] of all that this row set out to do: of an earlier attempt, and by
        `change`.
        """
        earlier = self.row.change if self.row.attempt else None
        return {**(earlier or {}), **{member: list(pair) for member, pair in change.fields.items()}}

    def intend(self, mark: Any = None) -> dict[str, Any]:
        """One more write is about to be sent: what its intent says of it."""
        row = self.row
        row.change, row.touched, row.mark = (
            self.pairs(self.change),
            {**(row.touched or {}), **self.change.news()},
            mark,
        )
        row.attempt += 1
        self.asked = False
        return {"change": row.change, "touched": row.touched, "mark": mark}


@dataclass
class Unit:
    """What one thread takes at once."""

    # rows: read, decide (one row: write) · set: write together · settle: open intents · ticket:
    # follow a job
    stage: str
    items: list[Item]  # rows, in file order
    keys: frozenset[str]  # entities (and "one job at a time") that nobody else may hold meanwhile
    before: State | None = None  # read already, together with others
    read_at: float = 0.0  # monotonic


@dataclass
class LiveRun:
    """A run in this process. The fields below `ready` are guarded by the pool's lock."""

    run_id: str  # run
    action: Action  # what it does
    api: Api  # bound to its organisation and token; api.interrupt is set when it has to stop
    journal: Journal  # where everything goes
    settings: Settings  # in force for this run
    options: State  # run options for decide()
    workers: int  # requests in flight at most
    dry_run: bool  # reads and decides only
    bulk: bool  # False: row by row
    org_key: str  # organisation, for locks
    log: ActionLog  # logs/<action_id>.log
    counters_before: tuple[int, int, int] = (
        0,
        0,
        0,
    )  # requests, retries, 429s of earlier processes
    repeated: set[str] = field(default_factory=set)  # entities with more than one row
    on_end: Callable[[], None] = lambda: None  # gives the ownership back
    descending: bool = False  # from the last line to the first (an undo)
    asked: frozenset[int] = frozenset()  # lines that a retry asked for
    canary: frozenset[int] = frozenset()  # lines to work before a pause for a look; empty = all
    not_before: datetime | None = None  # UTC: waits until then
    after: frozenset[str] = frozenset()  # runs of this process that have to finish first
    not_after: datetime | None = None  # UTC: pauses then
    waiting: bool = False  # for `not_before` or `after`
    stop_state: str | None = None  # paused, stopped or cancelled: how it ends when it ends early
    stop_reason: str | None = None  # Spanish; None when somebody asked for it
    stopped_for_look: bool = False  # after its first rows
    ended: threading.Event = field(default_factory=threading.Event)
    ready: deque[Unit] = field(default_factory=deque)
    parked: list[Unit] = field(default_factory=list)  # wait for an entity
    gathered: dict[str, list[Item]] = field(
        default_factory=dict
    )  # decided rows that wait for their set to fill
    projected: dict[str, State] = field(
        default_factory=dict
    )  # dry run: entity -> state after the rows before
    active: int = 0  # units being worked
    feeding: bool = False  # a thread is claiming rows
    exhausted: bool = False  # no more pending rows
    cursor: int | None = None  # last line claimed
    woken: bool = False  # there are new orders since the last claim began
    dropped: set[int] = field(
        default_factory=set
    )  # orders cancelled since: what is given back of them is not pending again
    ending: bool = False  # someone is closing it
    recent: deque[Failure | None] = field(
        default_factory=deque
    )  # last rows that reached Webex: why they failed, or None
    refused_first: int | None = 0  # 403 answers before anything went well; None = something did
    stored_counters: tuple[Any, ...] = ()  # as last written to the journal

    def order(self, line: int) -> int:
        """Sorts lines in the order in which this run works them."""
        return -line if self.descending else line

    @property
    def stopping(self) -> bool:
        return self.stop_state is not None

    def halt(self, state: str, reason: str | None = None) -> None:
        """Stop taking rows and end all waits. A cancel overrides a pause; the first reason
        stands.
        """
        if self.stop_state is None or state == "cancelled":
            self.stop_state = state
            self.stop_reason = self.stop_reason or reason
        self.api.interrupt.set()

    def lock_key(self, entity: Any) -> str:
        return f"{self.org_key}|{entity}"
