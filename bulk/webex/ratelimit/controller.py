"""The search for an unpublished rate limit. Pure: every function takes `now`; seconds,
calls per second.

Two facts hold for every server that refills an allowance at the rate L, whatever the size of its
  bucket:
- from one 429 to the next no more than L calls per second were admitted on average, the wait
  included (`mean` <= L):
  at both ends the bucket was empty. So a bucket, however large, cannot make a rate look safe
    that is not;
- in the last second before a 429 calls were sent faster than L (`recent` >= L): the bucket was
  running dry.
Each 429 thus ends a round and leaves a bracket; the next round begins inside it (curves.Settled).
"""

from __future__ import annotations

import math
from collections import deque

from bulk.webex.ratelimit.curves import Curve, Rising, Settled
from bulk.webex.ratelimit.memory import Learned

FIRST_RATE = 20.0  # where a start without memory begins
RECENT = 1.0  # seconds of sending that count as "now", and no fewer than ...
RECENT_CALLS = 5  # ... what holds so many calls
# callers that use less than this share of the rate are the limit themselves: the clock of the round
# stops
IN_USE = 0.6
SLACK = 0.02  # seconds of lateness that are made up for, so that waking up late does not cost rate
MIN_STEP = 0.2  # calls per second; never slower

# the rate was so many times the last `high`: the limit has risen, `mean` says nothing about it
OVERSHOT = 1.5
HALF = (
    0.5  # after fast growth (first start, risen limit) the floor is this share of what was refused
)
SAME = 0.95  # a floor no lower than this share of the last aim: the limit is where it was
MORE_PATIENCE = 1.7  # each time it is, the hold gets so many times longer, up to ...
MAX_PATIENCE = 4.0  # ... this
REMEMBERED_PATIENCE = 3.0  # for a limit that a former run has learned
REMEMBERED = (0.97, 1.03)  # bracket around a remembered limit, as shares of it


class Search:
    """Rate and gate of one organisation. Not thread safe."""

    def __init__(self, now: float, start: Learned | None = None, ceiling: float = 0.0) -> None:
        self.ceiling = ceiling  # calls per second set by hand, 0 = none
        self.closed_until = now  # no call before this moment
        self._retry_after = (start.retry_after if start else None) or 1.0
        self._curve = self._first_curve(start or Learned())
        self._patience = 1.0
        self._last_cut = -math.inf
        self._last_slot = -math.inf  # when the last call was due
        self._sent: deque[float] = deque()  # moments of the recent calls
        self._fastest = (start.no_429_up_to if start else None) or 0.0  # the fastest second so far
        self._begin_round(now)

    def _first_curve(self, start: Learned) -> Curve:
        if start.limit is None:
            return Rising(max(FIRST_RATE, start.no_429_up_to or 0.0))
        low, high = REMEMBERED
        return Settled(
            low * start.limit, high * start.limit, self._retry_after, REMEMBERED_PATIENCE
        )

    def _begin_round(self, now: float) -> None:
        self._calls = 0  # let go in this round
        self._lasted = 0.0  # seconds of this round that were in use, the closed gate included
        self._quiet = 0.0  # the same without the closed gate
        self._last_call = now
        self._rate = max(MIN_STEP, self._curve.at(0.0))

    # -- what the gate asks ------------------------------------------------------------------------
    @property
    def rate(self) -> float:
        return min(self._rate, self.ceiling) if self.ceiling else self._rate

    @property
    def limit(self) -> float | None:
        """The estimate of the limit; None while no 429 was met. Above the last refused rate it
        follows with a distance.
        """
        if not isinstance(self._curve, Settled):
            return None
        return max(min(self._rate, self._curve.high), self._rate / OVERSHOT)

    def next_slot(self) -> float:
        """The earliest moment for the next call."""
        return max(self._last_slot + 1 / self.rate, self.closed_until)

    def admit(self, now: float) -> None:
        """One call goes out at `now`, which is next_slot() or later."""
        self._last_slot = max(self.next_slot(), now - SLACK)
        self._sent.append(now)
        self._calls += 1
        self._advance(now)

    def _advance(self, now: float) -> None:
        window = max(RECENT, RECENT_CALLS / self._rate)
        while self._sent[0] <= now - window:
            self._sent.popleft()
        used, open_for = len(self._sent) / window, now - self.closed_until
        self._fastest = max(self._fastest, used)
        if open_for < window or used >= IN_USE * self._rate:
            since = now - self._last_call
            self._lasted += since
            self._quiet += min(since, open_for)
            self._rate = max(MIN_STEP, self._curve.at(self._quiet))
        self._last_call = now

    # -- what it learns ----------------------------------------------------------------------------
    def refused(self, now: float, entered_at: float, retry_after: float) -> None:
        """A 429 for the call let go at `entered_at`. Closes the gate; ends the round if the call
        belongs to it.
        """
        self.closed_until = max(self.closed_until, now + retry_after)
        if entered_at <= self._last_cut:
            return
        self._last_cut = now
        self._retry_after = retry_after
        mean, recent = self._evidence(entered_at)
        floor, confirmed = self._floor(mean, recent)
        self._patience = min(MAX_PATIENCE, self._patience * MORE_PATIENCE) if confirmed else 1.0
        self._curve = Settled(
            max(MIN_STEP, floor), max(MIN_STEP, recent), retry_after, self._patience
        )
        self._begin_round(now)

    def _evidence(self, entered_at: float) -> tuple[float, float]:
        """(mean, recent) of the round that ended with the call of `entered_at`; calls behind it
        tell nothing more.
        """
        behind = sum(moment > entered_at for moment in self._sent)
        lasted = self._lasted - (self._last_call - entered_at)
        mean = (self._calls - behind) / max(lasted, 0.05)
        window = max(0.05, min(max(RECENT, RECENT_CALLS / self._rate), self._quiet))
        recent = sum(entered_at - window < moment <= entered_at for moment in self._sent) / window
        return mean, min(recent, self._rate)

    def _floor(self, mean: float, recent: float) -> tuple[float, bool]:
        """(a rate thought to pass, whether the limit is where it was)."""
        floor, curve = min(mean, recent), self._curve
        if not isinstance(curve, Settled):
            return HALF * recent, False  # the bucket was full at the start, so `mean` is no bound
        if self._rate > OVERSHOT * curve.high:
            return max(floor, HALF * recent), False
        return floor, floor >= SAME * curve.aim

    def learned(self) -> Learned:
        """What the next run should know; nothing while nothing was met."""
        limit = self.limit
        if limit is not None:
            return Learned(limit=limit, retry_after=self._retry_after or None)
        return Learned(no_429_up_to=self._fastest or None)
