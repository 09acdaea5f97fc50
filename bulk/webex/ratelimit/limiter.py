"""One gate for all threads: only the thread whose turn it is sleeps on time, the others wait for
the turn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bulk.errors import Interrupted
from bulk.webex.ratelimit.controller import Search
from bulk.webex.ratelimit.memory import Learned

POLL_INTERVAL = (
    0.2  # seconds: the longest that a waiting thread goes without looking at its interrupt
)


@dataclass(frozen=True)
class PaceView:
    """What the board shows. Rates in calls per second."""

    rate: float  # now
    limit: float | None  # learned, None while no 429 was met
    ceiling: float  # asked for, 0 = none
    waiting_until_s: float  # seconds the gate is still closed, 0 = open
    refused: int  # answers 429
    admitted: int  # other answers


class Pace:
    """One per (base_url, organisation) in a process, for all threads, tabs and runs. Every method
    is thread safe.
    """

    def __init__(
        self,
        *,
        start: Learned | None = None,
        ceiling: float = 0.0,
        default_retry_after: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._default_retry_after = (
            default_retry_after  # seconds, for a 429 that names none (docs/webex.md 1.3)
        )
        self._usual = ceiling  # calls per second, while no run asks for another
        self._asked: dict[str, float] = {}  # run -> ceiling it asked for, 0 = none
        self._search = Search(clock(), start, ceiling)
        self._state = threading.Lock()  # guards _search and the counters; never held while waiting
        self._turn = threading.Lock()  # held by the one thread that goes next
        self._refused = 0
        self._admitted = 0

    def enter(self, interrupt: threading.Event) -> float:
        """Block until this call's turn; the moment (clock) at which it is let go. Raises
        Interrupted.
        """
        while not self._turn.acquire(timeout=POLL_INTERVAL):
            if interrupt.is_set():
                raise Interrupted
        try:
            return self._wait_for_slot(interrupt)
        finally:
            self._turn.release()

    def _wait_for_slot(self, interrupt: threading.Event) -> float:
        while True:
            with self._state:
                now = self._clock()
                early = self._search.next_slot() - now
                if early <= 0:
                    self._search.admit(now)
                    return now
            if interrupt.wait(min(early, POLL_INTERVAL)):
                raise Interrupted

    def admitted(self, entered_at: float) -> None:
        """An answer other than 429 came for the call let go at `entered_at`."""
        with self._state:
            self._admitted += 1

    def refused(self, entered_at: float, retry_after: float | None) -> None:
        """A 429: close the gate for all for `retry_after` seconds; slow down once per round."""
        wait = self._default_retry_after if retry_after is None else retry_after
        with self._state:
            self._refused += 1
            self._search.refused(self._clock(), entered_at, wait)

    def cap(self, run_id: str, per_second: float) -> None:
        """The run wants no more than `per_second` calls per second until it is uncapped; 0 = any.
        The least of all runs holds.
        """
        with self._state:
            self._asked[run_id] = per_second
            self._set_ceiling()

    def uncap(self, run_id: str) -> None:
        """The run has finished, or never asked for anything."""
        with self._state:
            self._asked.pop(run_id, None)
            self._set_ceiling()

    def _set_ceiling(self) -> None:
        asked = self._asked.values() or (self._usual,)
        self._search.ceiling = min(filter(None, asked), default=0.0)

    def snapshot(self) -> PaceView:
        with self._state:
            now, search = self._clock(), self._search
            closed = max(0.0, search.closed_until - now)
            return PaceView(
                search.rate, search.limit, search.ceiling, closed, self._refused, self._admitted
            )

    def learned(self) -> Learned:
        """What to remember for the next run of this organisation."""
        with self._state:
            return self._search.learned()


_paces: dict[str, Pace] = {}
_paces_lock = threading.Lock()


def pace_for(key: str, **kwargs: Any) -> Pace:
    """The process's one Pace of `key` (base URL and organisation); `kwargs` build it the first time
    only.
    """
    with _paces_lock:
        pace = _paces.get(key)
        if pace is None:
            pace = _paces[key] = Pace(**kwargs)
        return pace
