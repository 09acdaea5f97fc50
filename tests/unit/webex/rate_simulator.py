"""A rate-limited server and the threads that call it, on a virtual clock, around the real decision
code.

A minute of 64 threads takes about 0.1 s, is the same each time (seeded), and loads nothing.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter
from dataclasses import dataclass, field

from bulk.webex.ratelimit.controller import Search
from bulk.webex.ratelimit.memory import Learned


@dataclass(frozen=True)
class Server:
    """A token bucket. Times in seconds."""

    limit: float = 50.0  # calls per second, 0 = none
    burst: float = 50.0  # size of the bucket
    ban: bool = False  # after a 429 all is refused until Retry-After is over
    retry_after: float = 0.0  # 0 = computed, at least 1
    latency: float = 0.1  # of an admitted call
    jitter: float = 0.3  # +- share of it
    reject_latency: float = 0.005  # of a refused call
    transit: float = 0.001  # until a call reaches the server, up to twice that
    stray: float = 0.0  # share of the calls refused for no reason of rate
    window: float = (
        0.0  # instead of a bucket: limit * window calls in each window of so many seconds
    )
    changes: tuple[tuple[float, float, float], ...] = ()  # (at second, limit, burst)


@dataclass
class Trace:
    """What happened in one simulated run."""

    seconds: float
    admitted: list[float] = field(default_factory=list)  # moments on the server
    refused: list[float] = field(default_factory=list)
    early: int = 0  # refused inside a ban
    early_known: int = 0  # of these, let go after the ban was known here
    sent: list[float] = field(default_factory=list)
    rates: list[tuple[float, float]] = field(default_factory=list)  # (second, rate), four a second

    def goodput(self, limit: float, since: float = 0.0, until: float | None = None) -> float:
        until = self.seconds if until is None else until
        return sum(since <= t < until for t in self.admitted) / (limit * (until - since))

    def refusals(self, since: float = 0.0, until: float = math.inf) -> int:
        return sum(since <= t < until for t in self.refused)

    def refused_per_1000(self, since: float = 0.0) -> float:
        return 1000 * self.refusals(since) / max(1, sum(t >= since for t in self.admitted))

    def first_window_at(self, rate: float, since: float, width: float = 5.0) -> float:
        """Seconds after `since` at which a window of `width` seconds first has `rate` calls/s; inf
        when none has.
        """
        times = [t for t in self.admitted if t >= since]
        need = math.ceil(rate * width)
        for first, last in zip(times, times[need - 1 :], strict=False):
            if last - first <= width:
                return last - since
        return math.inf


class _Bucket:
    def __init__(self, server: Server) -> None:
        self.server, self.limit, self.burst = server, server.limit, server.burst
        self.tokens, self.at, self.banned_until = self.burst, 0.0, 0.0
        self.changes = list(server.changes)
        self.chance, self.windows = random.Random(7), Counter[int]()

    def answer(self, now: float, trace: Trace) -> float | None:
        """None = admitted, else the Retry-After."""
        while self.changes and self.changes[0][0] <= now:
            _, self.limit, self.burst = self.changes.pop(0)
        if not self.limit:
            return None
        if self.server.stray and self.chance.random() < self.server.stray:
            return 1
        if self.server.window:
            return self._in_window(now)
        if now < self.banned_until:
            trace.early += 1
            return math.ceil(self.banned_until - now)
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.limit)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return None
        wait = self.server.retry_after or max(1, math.ceil((1 - self.tokens) / self.limit))
        if self.server.ban:
            self.banned_until = now + wait
        return wait

    def _in_window(self, now: float) -> float | None:
        width = self.server.window
        number = int(now // width)
        self.windows[number] += 1
        return (
            None
            if self.windows[number] <= self.limit * width
            else max(1, math.ceil((number + 1) * width - now))
        )


def simulate(
    server: Server,
    seconds: float = 60.0,
    *,
    threads: int = 64,
    start: Learned | None = None,
    ceiling: float = 0.0,
    seed: int = 1,
    idle: tuple[float, float] = (math.inf, math.inf),
    search: Search | None = None,
) -> Trace:
    """`threads` callers that always have a next call (but for the seconds `idle`), for
    `seconds`.
    """
    chance = random.Random(seed)
    search = search or Search(0.0, start, ceiling)
    bucket, trace = _Bucket(server), Trace(seconds)
    answers: list[
        tuple[float, int, float, float | None]
    ] = []  # (when it arrives, tie, let go at, Retry-After)
    tie, free, now, shown = itertools.count(), threads, 0.0, 0.0
    while now < seconds:
        slot = math.inf
        if free:
            slot = max(now, search.next_slot())
            slot += chance.uniform(0, 0.0003) if slot > now else 0.0
            if idle[0] <= slot < idle[1]:
                slot = idle[1]
        if answers and answers[0][0] <= slot:
            now, _, entered, wait = heapq.heappop(answers)
            free += 1
            if wait is not None:
                search.refused(now, entered, wait)
            continue
        now = slot
        free -= 1
        known = now < bucket.banned_until and search.closed_until > now
        search.admit(now)
        trace.sent.append(now)
        trace.early_known += known
        if now - shown >= 0.25:
            shown = now
            trace.rates.append((now, search.rate))
        arrives = now + server.transit * (1 + chance.random())
        wait = bucket.answer(arrives, trace)
        (trace.admitted if wait is None else trace.refused).append(arrives)
        took = server.reject_latency
        if wait is None:
            took = server.latency * (1 + chance.uniform(-server.jitter, server.jitter))
        heapq.heappush(answers, (arrives + took, next(tie), now, wait))
    return trace
