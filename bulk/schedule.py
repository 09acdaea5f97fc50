"""When a run goes: hours as an operator writes them, and what the journal keeps of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bulk.errors import UsageError

_HOUR = re.compile(r"(\d{1,2})[:.h](\d{2})")


def next_time(text: str, *, after: datetime | None = None) -> datetime:
    """`22:30` as the next such moment of the local clock, in UTC; an ISO 8601 date and time as it is. Raises UsageError."""
    now = (after or datetime.now(UTC)).astimezone()
    hour = _HOUR.fullmatch(text.strip())
    try:
        if not hour:
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        # Naive on purpose: the day after a change of the clocks, 22:30 is 22:30 again.
        moment = now.replace(hour=int(hour[1]), minute=int(hour[2]), second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise UsageError(f"«{text}» no es una hora. Escríbela así: 22:30, o con fecha: 2026-05-31T22:30.") from None
    if moment <= now.replace(tzinfo=None):
        moment += timedelta(days=1)
    return moment.astimezone(UTC)


def stored(at: datetime | None, not_after: datetime | None, canary: int, after: Sequence[str] = ()) -> dict[str, Any]:
    """What a run keeps of it: hours in UTC, ISO 8601; rows to begin with; runs to wait for."""
    hours = {"at": at, "not_after": not_after}
    kept: dict[str, Any] = {
        name: moment.astimezone(UTC).isoformat(timespec="milliseconds") for name, moment in hours.items() if moment
    }
    return kept | ({"canary": canary} if canary else {}) | ({"after": list(after)} if after else {})
