"""Retry-After in every form that was seen or may come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.webex.ratelimit import retry_after_seconds

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
FORMS = [
    (None, None),
    ("7", 7.0),
    (" 7 ", 7.0),
    ("1.5", 1.5),
    ("0", 0.0),
    ("-3", 0.0),
    ("86400", 300.0),
    ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
    ("Mon, 23 Nov 2026 11:59:00 GMT", 0.0),
    ("Mon, 23 Nov 2026 13:00:20 +0100", 20.0),
    ("Tue, 24 Nov 2026 12:00:00 GMT", 300.0),
    ("rand(30),add(30)", 5.0),
    ("", 5.0),
    ("nan", 5.0),
    ("inf", 5.0),
    ("1e999", 5.0),
    ("soon", 5.0),
    ("5, 5", 5.0),
]


@pytest.mark.parametrize(("header", "seconds"), FORMS)
def test_header_is_understood(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, default=5.0, most=300.0, now=NOW) == seconds


def test_default_is_bounded_too() -> None:
    assert retry_after_seconds("junk", default=500.0, most=300.0) == 300.0


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ .*"),
        st.floats().map(str),
    )
)
def test_no_header_raises_or_leaves_the_bounds(header: str) -> None:
    seconds = retry_after_seconds(header, default=5.0, most=300.0)
    assert seconds is not None
    assert 0.0 <= seconds <= 300.0
