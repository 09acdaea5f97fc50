"""Text from outside, of any form: Retry-After, ids, error bodies, cells."""

from __future__ import annotations

import contextlib
import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.adapters import get_action
from bulk.core.redaction import cleaned, mask, redact
from bulk.webex.answers import BadBody, read_answer, refusal
from bulk.webex.ratelimit import retry_after_seconds
from bulk.wording.remedies import explain
from schemas.hydra import decode_id, id_tail, kind_of
from tests.fuzz.values import ANYTHING, hydra

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ODD = st.sampled_from(
    [
        "1e400",
        "-1e400",
        "nan",
        "inf",
        "-0",
        "٣",
        "1_0",
        "0x10",
        " 5 ",
        "5s",
        "9" * 400,
        "",
        ",",
        "1;2",
        "Fri, 31 Feb 2027",
    ]
)
ACTION = get_action("usuarios_modificar_licencias")


@given(header=st.none() | st.text() | ODD | st.integers().map(str) | st.floats().map(str))
def test_a_retry_after_of_any_form_is_a_bearable_wait_or_none(header: str | None) -> None:
    wait = retry_after_seconds(header, default=5.0, most=300.0, now=NOW)
    assert wait is None or (math.isfinite(wait) and 0 <= wait <= 300)


@given(seconds=st.integers(-(10**6), 10**6))
def test_a_retry_after_as_a_date_is_the_time_until_then(seconds: int) -> None:
    header = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    wait = retry_after_seconds(header, default=5.0, most=300.0, now=NOW)
    assert wait is not None
    assert 0 <= wait <= 300
    if 0 < seconds <= 300:
        assert wait == pytest.approx(seconds, abs=1)


@given(
    value=st.text()
    | st.binary().map(lambda raw: raw.decode("latin-1"))
    | st.from_regex(r"[A-Za-z0-9+/_=-]{0,60}", fullmatch=True)
)
def test_an_id_of_any_form_is_read_or_is_none(value: str) -> None:
    decoded = decode_id(value)
    assert decoded is None or all(isinstance(part, str) for part in decoded)
    assert kind_of(value) is None or decoded is not None
    assert id_tail(value) == (decoded[1] if decoded else value)


@given(
    kind=st.from_regex(r"[A-Z_]{1,20}", fullmatch=True),
    tail=st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1),
)
def test_an_id_gives_back_its_kind_and_tail(kind: str, tail: str) -> None:
    assert decode_id(hydra(kind, tail)) == (kind, tail)


@given(
    status=st.integers(400, 499),
    body=ANYTHING
    | st.fixed_dictionaries({"errors": ANYTHING})
    | st.lists(st.fixed_dictionaries({"error": ANYTHING})),
)
def test_a_refusal_of_any_body_has_a_spanish_message_and_a_code(status: int, body: Any) -> None:
    error = refusal(httpx.Response(status, json=body), write=True)
    code, message = explain(error, ACTION)
    assert code
    assert message.strip()


@given(
    content=st.binary(max_size=200),
    kind=st.sampled_from(
        ["application/json", "text/html; charset=utf-16", "application/json; charset=nonsense"]
    ),
)
def test_an_answer_of_any_bytes_is_read_or_bad(content: bytes, kind: str) -> None:
    for status in (200, 204, 206):
        with contextlib.suppress(BadBody):
            read_answer(httpx.Response(status, content=content, headers={"Content-Type": kind}))
    refusal(httpx.Response(400, content=content, headers={"Content-Type": kind}), write=False)


@given(value=ANYTHING)
def test_cleaning_a_log_event_keeps_its_shape_and_is_stable(value: Any) -> None:
    once = cleaned(value, full=False)
    assert cleaned(once, full=False) == once
    assert type(once) is (list if isinstance(value, tuple) else type(value))


@given(text=st.text(max_size=200))
def test_hiding_never_fails_and_never_takes_two_passes(text: str) -> None:
    assert redact(redact(text)) == redact(text)
    assert mask(mask(text)) == mask(text)
