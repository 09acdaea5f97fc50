"""How the rate moves between two 429s. `quiet` = seconds of full use since the gate opened; rates
in calls per second.

    Rising        no limit is known: the rate doubles each second
    Settled       a 429 reported roughly where the limit is: creep towards it, hold, then look above
      with growing steps

          ·                           · probing: slowly at first, twice as fast each 0.5 s
    high ·· 429                      ·
        ·      ____......-------·····
       ·  aim |      creeping   hold ends
      · floor
     Rising

All times of Settled grow with Retry-After, because that is the price of another 429.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

AIM = 1 / 3  # where the creeping begins, as a share of the way from `floor` to `high`
TOWARDS = 0.85  # where it leads
STEP = 5.0  # half the remaining way is crept in so many times Retry-After
MIN_STEP = 4.0  # seconds; no less than this for a short Retry-After
MIN_CALLS = 20  # calls; no less than these for a slow limit
MAX_RETRY_AFTER = 30.0  # seconds; a longer one does not make the search slower still
HOLD = 2.0  # steps before looking above
FIRST_PROBE = 0.014  # growth per second with which probing begins
PROBE_DOUBLES = 0.5  # seconds (times Retry-After) in which that growth doubles ...
PROBE_DOUBLINGS = 6.0  # ... so many times
FASTEST = 1e6  # calls per second


class Curve(Protocol):
    def at(self, quiet: float) -> float: ...


@dataclass(frozen=True)
class Rising:
    start: float  # where it begins

    def at(self, quiet: float) -> float:
        return min(FASTEST, self.start * math.exp2(min(quiet, 60.0)))


@dataclass(frozen=True)
class Settled:
    floor: float  # a rate that is thought to pass
    high: float  # a rate that was refused
    retry_after: float  # seconds, as the 429 said
    patience: float = (
        1.0  # the hold is so many times longer, for a limit found again and again in the same place
    )

    @property
    def aim(self) -> float:
        return self.floor + AIM * (self.high - self.floor)

    @property
    def step(self) -> float:
        price = min(self.retry_after, MAX_RETRY_AFTER)
        return self.patience * max(MIN_STEP, STEP * price, MIN_CALLS / self.aim)

    @property
    def hold(self) -> float:
        return HOLD * self.step

    def at(self, quiet: float) -> float:
        target = self.floor + TOWARDS * (self.high - self.floor)
        crept = target - (target - self.aim) * math.exp2(-quiet / self.step)
        return min(FASTEST, crept * math.exp(min(self._growth(quiet - self.hold), 60.0)))

    def _growth(self, probing: float) -> float:
        """Natural logarithm of the growth after `probing` seconds: slope FIRST_PROBE, doubling,
        then straight on.
        """
        if probing <= 0:
            return 0.0
        unit = PROBE_DOUBLES * min(max(1.0, self.retry_after), MAX_RETRY_AFTER)
        doublings = probing / unit
        bent = min(doublings, PROBE_DOUBLINGS)
        straight = (doublings - bent) * math.exp2(bent)
        return FIRST_PROBE * unit * ((math.exp2(bent) - 1) / math.log(2) + straight)
