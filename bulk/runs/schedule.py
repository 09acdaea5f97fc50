"""When a run goes: hours as an operator writes them, and what the journal keeps of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bulk.errors import UsageError

_HOUR = re.compile(r"(\d{1,2})[:.h](\d{2})")
_PAST = {
    "at": (
        "La hora de empezar («Empezar a las», --at) ya ha pasado: {}. Escribe una que esté por"
        " llegar, o ninguna: empieza ya."
    ),
    "not_after": (
        "La hora de parar («No después de», --not-after) ya ha pasado: {}. Escribe una que esté por"
        " llegar, o ninguna."
    ),
}


def next_time(text: str, *, after: datetime | None = None) -> datetime:
    """`22:30` as the next such moment of the local clock, in UTC; an ISO 8601 date and time as it
    is. Raises UsageError.
    """
    now = after or datetime.now(UTC)
    hour = _HOUR.fullmatch(text.strip())
    try:
        if not hour:
            return datetime.fromisoformat(text.strip()).astimezone(UTC)
        # Naive on purpose: the day after a change of the clocks, 22:30 is 22:30 again.
        today = now.astimezone().replace(
            hour=int(hour[1]), minute=int(hour[2]), second=0, microsecond=0, tzinfo=None
        )
    except ValueError:
        raise UsageError(
            f"«{text}» no es una hora. Escríbela así: 22:30, o con fecha: 2026-05-31T22:30."
        ) from None
    days = (today, today + timedelta(days=1))
    return min(moment for day in days for moment in _moments(day) if moment > now)


def window(at: str, not_after: str) -> tuple[datetime | None, datetime | None]:
    """When to begin and when to stop, in UTC; None where nothing is written. 22:00 to 06:00 ends
    the morning after it begins.

    Raises UsageError.
    """
    begin = next_time(at) if at.strip() else None
    return begin, next_time(not_after, after=begin) if not_after.strip() else None


def refuse_past(name: str, moment: datetime | None) -> None:
    """An hour (`at`, `not_after`) that has passed would be dropped in silence, and with it the
    limit. Raises UsageError.
    """
    if moment and moment.astimezone(UTC) <= datetime.now(UTC):
        raise UsageError(_PAST[name].format(f"{moment.astimezone():%d/%m/%Y %H:%M}"))


def _moments(wanted: datetime) -> Iterator[datetime]:
    """When the local clock shows that: twice in the night that repeats an hour; where it skips one,
    as much later as it skips.
    """
    for fold in (0, 1):
        moment = wanted.replace(fold=fold).astimezone(UTC)
        if moment.astimezone().replace(tzinfo=None) >= wanted:
            yield moment


def stored(
    at: datetime | None, not_after: datetime | None, canary: int, after: Sequence[str] = ()
) -> dict[str, Any]:
    """What a run keeps of it: hours in UTC, ISO 8601; rows to begin with; runs to wait for."""
    hours = {"at": at, "not_after": not_after}
    kept: dict[str, Any] = {
        name: moment.astimezone(UTC).isoformat(timespec="milliseconds")
        for name, moment in hours.items()
        if moment
    }
    return kept | ({"canary": canary} if canary else {}) | ({"after": list(after)} if after else {})
