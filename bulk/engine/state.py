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
    # the operator asked for it although its last write was never settled; until it is sent again
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
    keys: frozenset[str]  # entities (and "one job at a time") that no other unit may hold meanwhile
    before: State | None = None  # read already, together with others
    read_at: float = 0.0  # monotonic


@dataclass(frozen=True)
class RunSpec:
    """What a run is; nothing of it changes while it is worked."""

    run_id: str
    action: Action  # what it does
    api: Api  # bound to its organization and token; api.interrupt is set when it has to stop
    journal: Journal  # where everything goes
    settings: Settings  # in force for this run
    options: State  # run options for decide()
    workers: int  # requests in flight at most
    dry_run: bool  # reads and decides only
    bulk: bool  # False: row by row
    org_key: str  # organization, for locks
    log: ActionLog  # logs/<action_id>.log
    on_end: Callable[[], None] = lambda: None  # gives the ownership back
    descending: bool = False  # from the last line to the first (an undo)
    asked: frozenset[int] = frozenset()  # lines that a retry asked for
    canary: frozenset[int] = frozenset()  # lines to work before a pause for a look; empty = all
    not_before: datetime | None = None  # UTC: waits until then
    after: frozenset[str] = frozenset()  # runs of this process that have to finish first
    not_after: datetime | None = None  # UTC: pauses then
    repeated: frozenset[str] = frozenset()  # entities with more than one row
    counters_before: tuple[int, int, int] = (0, 0, 0)  # requests, retries, 429s before

    def order(self, line: int) -> int:
        """Sorts lines in the order in which this run works them."""
        return -line if self.descending else line

    def lock_key(self, entity: Any) -> str:
        return f"{self.org_key}|{entity}"


@dataclass
class Dispatch:
    """Where the rows of a run stand between the threads; guarded by the pool's lock."""

    ready: deque[Unit] = field(default_factory=deque)
    parked: list[Unit] = field(default_factory=list)  # wait for an entity
    gathered: dict[str, list[Item]] = field(default_factory=dict)  # decided; their set has to fill
    active: int = 0  # units being worked
    feeding: bool = False  # a thread is claiming rows
    exhausted: bool = False  # no more pending rows
    cursor: int | None = None  # last line claimed
    woken: bool = False  # there are new orders since the last claim began
    dropped: set[int] = field(default_factory=set)  # orders cancelled since: theirs is not pending
    waiting: bool = False  # for `not_before` or `after`
    ending: bool = False  # a thread is closing it

    @property
    def idle(self) -> bool:
        return not self.active and not self.feeding

    @property
    def drained(self) -> bool:
        return self.exhausted and not (self.ready or self.parked or self.gathered)

    def claim_again(self) -> None:
        """There may be pending rows before the last one claimed."""
        self.exhausted, self.cursor = False, None


@dataclass
class StopState:
    """How the run ends when it ends early; any thread may say so."""

    state: str | None = None  # paused, stopped or cancelled
    reason: str | None = None  # Spanish; None when an operator asked for it
    for_look: bool = False  # after its first rows
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, state: str, reason: str | None = None) -> None:
        """A cancel overrides a pause; the first reason stands."""
        with self.lock:
            if self.state is None or state == "cancelled":
                self.state = state
                self.reason = self.reason or reason

    def set(self, state: str | None, reason: str | None = None) -> None:
        """Only for the thread that closes the run."""
        with self.lock:
            self.state, self.reason = state, reason


@dataclass
class Health:
    """What the automatic pause looks at, and what was last stored of the counters."""

    recent: deque[Failure | None] = field(default_factory=deque)  # why rows failed, or None
    refused_first: int | None = 0  # 403 answers before anything went well; None = something did
    stored_counters: tuple[Any, ...] = ()  # as last written to the journal
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Projection:
    """Dry run: the state that the earlier rows of a repeated entity would leave."""

    states: dict[str, State] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def over(self, entity: str, before: State) -> State:
        with self.lock:
            known = self.states.get(entity, {})
        return before | {member: value for member, value in known.items() if member in before}

    def add(self, entity: str, change: Change) -> None:
        with self.lock:
            self.states[entity] = self.states.get(entity, {}) | change.news()


@dataclass
class LiveRun:
    """A run in this process."""

    spec: RunSpec
    dispatch: Dispatch = field(default_factory=Dispatch)
    stop: StopState = field(default_factory=StopState)
    health: Health = field(default_factory=Health)
    projection: Projection = field(default_factory=Projection)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def run_id(self) -> str:
        return self.spec.run_id

    @property
    def action(self) -> Action:
        return self.spec.action

    @property
    def api(self) -> Api:
        return self.spec.api

    @property
    def journal(self) -> Journal:
        return self.spec.journal

    @property
    def settings(self) -> Settings:
        return self.spec.settings

    @property
    def stopping(self) -> bool:
        return self.stop.state is not None

    def halt(self, state: str, reason: str | None = None) -> None:
        """Stop taking rows and end all waits."""
        self.stop.ask(state, reason)
        self.api.interrupt.set()
