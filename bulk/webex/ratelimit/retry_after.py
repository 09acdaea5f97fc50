"""Seconds that a Retry-After header asks for, whatever its form (docs/webex.md 1.3, RFC 9110
10.2.3).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_seconds(
    header: str | None, *, default: float, most: float, now: datetime | None = None
) -> float | None:
    """Seconds to wait, 0 <= result <= `most`; None when the header is absent. Never raises.

    Seconds (whole or decimal) and HTTP dates are believed, negative ones and past dates are 0;
    anything else, such as `rand(30),add(30)`, is `default`. `now` is for tests and must carry a
    time zone.
    """
    if header is None:
        return None
    asked = _seconds(header.strip())
    if asked is None:
        asked = _until(header.strip(), now or datetime.now(UTC))
    return min(max(default if asked is None else asked, 0.0), most)


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _until(text: str, now: datetime) -> float | None:
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
