"""The retry policy: one tenacity expression. 429 and 423 wait what Retry-After says; trouble backs
off with jitter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from bulk.core.settings import Settings
from bulk.errors import Interrupted

T = TypeVar("T")
# 8 attempts last at least 50 s
BACKOFF = tenacity.wait_exponential(multiplier=0.5, max=20) + tenacity.wait_random(0, 0.5)
# a throttled call may try this many times more often than a broken one: nothing is wrong with it
THROTTLE_PATIENCE = 6


class TryAgain(Exception):
    """One attempt failed in a way that another attempt may repair."""

    def __init__(
        self, final: Exception, wait: float | None = None, *, throttled: bool = False
    ) -> None:
        super().__init__(str(final))
        self.final = final  # what the caller gets when attempts or time run out
        self.wait = wait  # seconds the service asked for
        self.throttled = throttled


@dataclass
class Allowance:
    """The time that all attempts of one call have together; it begins when the first of them is let
    go.
    """

    seconds: float
    until: float | None = None  # monotonic; None = none was let go yet

    def begin(self) -> float:
        """The moment at which the time is up; later calls change nothing."""
        if self.until is None:
            self.until = time.monotonic() + self.seconds
        return self.until

    def ends_within(self, seconds: float) -> bool:
        return time.monotonic() + seconds >= self.begin()


def with_retries(
    once: Callable[[], T], allowance: Allowance, *, settings: Settings, interrupt: threading.Event
) -> T:
    """`once()` until it answers, within settings.max_attempts and the allowance.

    Raises what TryAgain.final holds when they run out, Interrupted when `interrupt` is set during a
    wait.
    """
    try:
        return once()
    except (
        TryAgain
    ) as error:  # a policy object for each call costs a quarter of it: only made when it is needed
        failed = [error]

    def again() -> T:
        if failed:
            raise failed.pop()  # the attempt that was made counts as the first
        return once()

    try:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TryAgain),
            wait=_wait,
            stop=_Enough(settings.max_attempts, allowance),
            sleep=lambda seconds: _sleep(seconds, interrupt),
            reraise=True,
        )(again)
    except TryAgain as error:
        raise error.final from None


def _wait(state: tenacity.RetryCallState) -> float:
    asked = _trouble(state).wait
    return BACKOFF(state) if asked is None else asked


class _Enough(tenacity.stop.stop_base):
    """`attempts` for what is broken; a throttled call may try more often. Nobody waits beyond the
    allowance.
    """

    def __init__(self, attempts: int, allowance: Allowance) -> None:
        self.attempts = attempts
        self.allowance = allowance

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        most = self.attempts * (THROTTLE_PATIENCE if _trouble(state).throttled else 1)
        return state.attempt_number >= most or self.allowance.ends_within(state.upcoming_sleep)


def _trouble(state: tenacity.RetryCallState) -> TryAgain:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TryAgain) else TryAgain(Exception("?"))


def _sleep(seconds: float, interrupt: threading.Event) -> None:
    if interrupt.wait(seconds):
        raise Interrupted
