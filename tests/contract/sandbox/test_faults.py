"""Trouble on purpose does what it says, and the counters tell the truth about it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

ALWAYS = {
    "enabled": True,
    "destination": "531234",
    "ringReminderEnabled": False,
    "destinationVoicemailEnabled": False,
}


def forward(box: Any, person_id: str, destination: str = "531234") -> httpx.Response:
    body = {"callForwarding": {"always": {**ALWAYS, "destination": destination}}}
    return box.http.put(f"people/{person_id}/features/callForwarding", json=body)


def destination(box: Any, person_id: str) -> str | None:
    return box.docs("person")[person_id]["forwarding"]["callForwarding"]["always"].get(
        "destination"
    )


def test_the_same_write_again_is_an_unchanged_one(box: Any) -> None:
    person_id, _ = box.caller()
    assert [forward(box, person_id).status_code for _ in range(2)] == [204, 204]
    counters = box.admin("counters")
    assert (counters["effective_writes"], counters["unchanged_writes"]) == (1, 1)
    assert [n for key, n in counters["by_entity"].items() if person_id in key] == [1]


def test_two_effective_writes_of_one_person_can_be_seen(box: Any) -> None:
    person_id, _ = box.caller()
    forward(box, person_id, "1")
    forward(box, person_id, "2")
    assert max(n for key, n in box.admin("counters")["by_entity"].items() if person_id in key) == 2


def test_a_refused_write_is_counted_by_status_alone(box: Any) -> None:
    person_id, _ = box.caller()
    assert forward(box, person_id, "").status_code == 400
    counters = box.admin("counters")
    assert counters["by_status"] == {"400": 1}
    assert (counters["effective_writes"], counters["unchanged_writes"]) == (0, 0)


def test_every_answer_has_its_own_tracking_id(box: Any) -> None:
    answers = [
        box.http.get("people/me"),
        box.http.get("people/unknown"),
        forward(box, box.caller()[0]),
    ]
    assert len({answer.headers["trackingid"] for answer in answers}) == 3


def test_rate_limit_answers_429_with_whole_seconds(box: Any) -> None:
    box.admin("config", {"rate_limit": 1.0, "burst": 2})
    answers = [box.http.get("people/me") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert box.admin("counters")["rate_limited"] == 1


def test_a_ban_refuses_everything_until_retry_after_is_over(box: Any) -> None:
    box.admin("config", {"rate_limit": 100.0, "burst": 1, "ban": True, "retry_after": 1})
    assert [box.http.get("people/me").status_code for _ in range(2)] == [200, 429]
    time.sleep(0.3)  # the bucket is full again, the ban is not over
    assert box.http.get("people/me").status_code == 429
    assert box.admin("counters")["calls_inside_ban"] == 1
    time.sleep(0.8)
    assert box.http.get("people/me").status_code == 200


def test_junk_in_retry_after_is_sent_as_set(box: Any) -> None:
    box.admin("config", {"rate_limit": 1.0, "burst": 1, "retry_after_text": "rand(30),add(30)"})
    assert [box.http.get("people/me").headers.get("Retry-After") for _ in range(2)] == [
        None,
        "rand(30),add(30)",
    ]


def test_fail_rate_answers_503_and_applies_nothing(box: Any) -> None:
    person_id, _ = box.caller()
    box.admin("config", {"fail_rate": 1.0})
    assert forward(box, person_id).status_code == 503
    assert destination(box, person_id) is None


def test_ambiguous_rate_applies_and_loses_the_answer(box: Any) -> None:
    person_id, _ = box.caller()
    box.admin("config", {"ambiguous_rate": 1.0})
    with pytest.raises(httpx.TransportError):
        forward(box, person_id)
    assert destination(box, person_id) == "531234"
    assert box.admin("counters")["effective_writes"] == 1


def test_truncate_rate_cuts_the_json_of_a_200(box: Any) -> None:
    box.admin("config", {"truncate_rate": 1.0})
    response = box.http.get("people/me")
    assert response.status_code == 200
    with pytest.raises(ValueError):
        response.json()


def test_an_outage_closes_connections_and_ends_when_reported(box: Any) -> None:
    box.admin("config", {"outage": True})
    with pytest.raises(httpx.TransportError):
        box.http.get("people/me")
    box.admin("config", {"outage": False})
    assert box.http.get("people/me").status_code == 200


@pytest.mark.parametrize(("drop", "applied"), [("before", None), ("after", "531234")])
def test_a_planned_loss_is_before_or_after_applying(
    box: Any, drop: str, applied: str | None
) -> None:
    person_id, _ = box.caller()
    box.admin("fail_next", [{"method": "PUT", "path_regex": "callForwarding$", "drop": drop}])
    assert box.http.get("people/me").status_code == 200
    with pytest.raises(httpx.TransportError):
        forward(box, person_id)
    assert destination(box, person_id) == applied
    assert forward(box, person_id).status_code == 204  # `times` is over


def test_planned_answers_carry_their_status_body_headers_and_times(box: Any) -> None:
    rule = {
        "status": 423,
        "body": {"message": "locked"},
        "headers": {"Retry-After": "7"},
        "times": 2,
    }
    box.admin("fail_next", [rule, {"status": 502, "text": "<html>"}])
    answers = [box.http.get("people/me") for _ in range(4)]
    assert [a.status_code for a in answers] == [423, 423, 502, 200]
    assert (answers[0].headers["Retry-After"], answers[0].json()) == ("7", {"message": "locked"})
    assert answers[2].text == "<html>"


def test_a_planned_cut_of_an_empty_answer_is_an_unreadable_2xx_and_applied(box: Any) -> None:
    person_id, _ = box.caller()
    box.admin("fail_next", [{"method": "PUT", "truncate": True}])
    response = forward(box, person_id)
    assert response.is_success
    with pytest.raises(ValueError):
        response.json()
    assert destination(box, person_id) == "531234"


@pytest.mark.parametrize(
    "changes", [{"unknown": 1}, {"latency_ms": "20"}, {"seed": 1}, {"outage": 1}]
)
def test_settings_that_are_unknown_fixed_or_of_another_type_are_refused(
    box: Any, changes: Any
) -> None:
    assert box.admins.post("config", json=changes).status_code == 400


def test_what_somebody_else_changed_shows_in_the_reads(box: Any) -> None:
    person_id, _ = box.caller()
    before = box.admin("state?digest=1")
    box.admin("patch", {"kind": "person", "id": person_id, "set": {"extension": "7777"}})
    assert box.get(f"people/{person_id}", callingData="true")["extension"] == "7777"
    assert box.admin("state?digest=1") != before
    box.admin("reset", {})
    assert box.admin("state?digest=1") == before


def test_counters_are_right_with_sixteen_threads(box: Any) -> None:
    box.admin("config", {"latency_ms": 30.0})
    people = [key for key, d in box.people() if d["extension"]][:64]
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda key: forward(box, key).status_code, people))
    counters = box.admin("counters")
    assert set(statuses) == {204}
    assert (counters["requests"], counters["effective_writes"], counters["by_status"]) == (
        64,
        64,
        {"204": 64},
    )
    assert 8 <= counters["max_in_flight"] <= 16
