"""The hours of a launch on the two nights in which the clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bulk.runs.schedule import next_time, window


@pytest.fixture
def madrid(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("now", "wanted", "moment"),
    [
        # 29 March 2026: after 01:59 comes 03:00, and 02:30 is as much later as the clock jumps
        # (03:30)
        ("2026-03-29T01:50+01:00", "02:30", "2026-03-29T03:30+02:00"),
        ("2026-03-28T21:00+01:00", "02:30", "2026-03-29T03:30+02:00"),
        ("2026-03-28T21:00+01:00", "03:00", "2026-03-29T03:00+02:00"),
        ("2026-03-28T23:00+01:00", "22:30", "2026-03-29T22:30+02:00"),
        ("2026-03-29T03:40+02:00", "02:30", "2026-03-30T02:30+02:00"),
        # 25 October 2026: after 02:59 comes 02:00 again
        ("2026-10-25T02:10+02:00", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40+02:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:10+01:00", "02:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:40+01:00", "02:30", "2026-10-26T02:30+01:00"),
        ("2026-10-24T23:00+02:00", "22:30", "2026-10-25T22:30+01:00"),
    ],
)
def test_an_hour_is_always_the_next_one_to_come(
    madrid: None, now: str, wanted: str, moment: str
) -> None:
    found = next_time(wanted, after=datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(moment).astimezone(UTC)
    assert found > datetime.fromisoformat(now)


@pytest.mark.parametrize("at", ["00:30", "03:00", "12:00", "22:00", "23:59"])
@pytest.mark.parametrize("stop", ["00:30", "03:00", "12:00", "22:00", "23:59"])
def test_the_last_hour_is_the_first_one_after_the_beginning(at: str, stop: str) -> None:
    begin, end = window(at, stop)
    assert begin and end and timedelta(0) < end - begin <= timedelta(hours=25)
    assert begin > datetime.now(UTC)
    assert window("", "") == (None, None)
