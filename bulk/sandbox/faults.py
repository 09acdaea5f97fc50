"""What goes wrong on purpose: rate limit, refusals, lost and cut answers, latency."""

from __future__ import annotations

import asyncio
import math
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

from bulk.sandbox.config import SandboxConfig


@dataclass
class Planned:
    """An answer ordered for the next matching calls (POST /__admin/fail_next)."""

    times: int = 1  # calls it still holds for
    method: str = ""  # empty = any
    path_regex: str = ""  # searched in the path
    status: int = 0  # answered before anything is applied; 0 = the call goes through
    body: Any = None  # of that answer
    text: str | None = None  # raw body in its place
    headers: dict[str, str] = field(default_factory=dict)
    drop: str = ""  # connection lost "before" or "after" applying
    truncate: bool = False  # the answer's JSON is cut

    def fits(self, method: str, path: str) -> bool:
        return (
            self.times > 0
            and self.method in ("", method)
            and bool(re.search(self.path_regex, path))
        )


@dataclass
class Faults:
    """State of the faults."""

    config: SandboxConfig
    planned: list[Planned] = field(default_factory=list)
    tokens: float = 0.0
    filled_at: float = 0.0
    banned_until: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def next_planned(self, method: str, path: str) -> Planned | None:
        found = next((planned for planned in self.planned if planned.fits(method, path)), None)
        if found:
            found.times -= 1
        return found

    def refused_for(self, now: float) -> tuple[float, bool] | None:
        """(seconds to wait, asked inside a ban) when the call is over the limit, else None."""
        config = self.config
        if not config.rate_limit:
            return None
        if config.ban and now < self.banned_until:
            return self.banned_until - now, True
        if not self.filled_at:
            self.tokens, self.filled_at = float(config.burst), now
        self.tokens = min(
            float(config.burst), self.tokens + (now - self.filled_at) * config.rate_limit
        )
        self.filled_at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return None
        wait = float(config.retry_after or max(1, math.ceil((1 - self.tokens) / config.rate_limit)))
        if config.ban:
            self.banned_until = now + wait
        return wait, False

    def chance(self, share: float) -> bool:
        return share > 0 and self.dice.random() < share

    async def delay(self) -> None:
        config = self.config
        if config.latency_ms > 0:
            spread = 1 + self.dice.uniform(-config.jitter, config.jitter) if config.jitter else 1.0
            await asyncio.sleep(config.latency_ms * spread / 1000)


def clock() -> float:
    return time.monotonic()
