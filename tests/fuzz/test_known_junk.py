"""Shapes of answers that once left rows half done, and the net below all of them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bulk.core import stop_reasons
from bulk.engine import row
from bulk.webex.answers import read_answer
from tests.workspace import Remote, Workspace

MOVE, FORWARD = "usuarios_asignar_location_desde_csv", "usuarios_configurar_desvio_prefijo53"
JOBS = "jobs/person/moveLocation"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULK_JOB_DEADLINE", "3")
    monkeypatch.setenv("BULK_MAX_ATTEMPTS", "1")


def movers(remote: Remote, people: int = 3) -> list[dict[str, str]]:
    """People who are not in the target yet."""
    target = remote.location(0)
    away = [
        key for key, doc in remote.admin("state")["person"].items() if doc["locationId"] != target
    ]
    return [{"person_id": key, "target_location_id": target} for key in away[:people]]


@pytest.mark.parametrize(
    "body", [[], "text", 7, {"latestExecutionStatus": "COMPLETED", "counts": [1]}]
)
def test_a_job_whose_state_cannot_be_read_leaves_its_rows_unconfirmed_and_a_retry_follows_it(
    workspace: Workspace, remote: Remote, body: Any
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": f"{JOBS}/.+", "status": 200, "body": body, "times": 1}
    )
    result = workspace.run(MOVE, movers(remote))
    assert result.document["state"] == "completed_with_errors"
    assert {row.state for row in result.rows} == {"unknown"}
    assert all(row.code and row.message for row in result.rows)
    from bulk.runs.launch import wait
    from bulk.runs.resume import retry

    live = retry(workspace.context, result.document["run_id"], workspace.connection)
    assert live
    wait(live)
    assert workspace.result(live.run_id).counts == {"done": 3}
    assert remote.counters()["move_jobs"] == 1  # followed, never sent again


def test_an_answer_nested_beyond_reading_fails_its_row_and_not_the_run(
    workspace: Workspace, remote: Remote
) -> None:
    deep = "[" * 50_000
    remote.fail_next(
        {"method": "GET", "path_regex": "callForwarding$", "status": 200, "text": deep, "times": 1}
    )
    person = next(
        key for key, doc in remote.admin("state")["person"].items() if doc.get("extension")
    )
    row = workspace.run(FORWARD, [{"person_id": person, "destination": "600111222"}]).row
    assert (row.state, row.code) == ("failed", "sin_respuesta")


def test_half_a_character_in_an_answer_is_reported_as_a_question_mark_and_the_row_ends(
    workspace: Workspace, remote: Remote
) -> None:
    half = r'{"message": "roto \ud83d, entero \ud83d\ude00 y \\ud83d"}'
    remote.fail_next(
        {"method": "PUT", "path_regex": "callForwarding$", "status": 400, "text": half, "times": 1}
    )
    person = next(
        key for key, doc in remote.admin("state")["person"].items() if doc.get("extension")
    )
    result = workspace.run(FORWARD, [{"person_id": person, "destination": "600111222"}])
    assert (result.row.state, result.document["state"]) == ("failed", "completed_with_errors")
    assert "roto ?, entero 😀 y \\ud83d" in (result.row.message or "")


@pytest.mark.parametrize("content", [b'["\xed\xa0\xbd"]', rb'["\uDFFF"]', rb'{"\ud83d": 1}'])
def test_half_a_character_of_an_answer_can_be_written(content: bytes) -> None:
    body = read_answer(httpx.Response(200, content=content)).body
    assert json.dumps(body, ensure_ascii=False).encode() in (b'["?"]', b'{"?": 1}')


@pytest.mark.parametrize("body", [{"items": [7]}, {"items": "no"}, []])
def test_a_list_of_jobs_that_cannot_be_read_sends_nothing(
    workspace: Workspace, remote: Remote, body: Any
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": f"{JOBS}$", "status": 200, "body": body, "times": 1}
    )
    result = workspace.run(MOVE, movers(remote))
    assert {row.state for row in result.rows} == {"failed"}
    assert remote.counters()["move_jobs"] == 0


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"response": []},
        {"response": {"jobDetails": {"id": 7}}},
        {"response": {"id": ["x"]}},
        "text",
    ],
)
def test_an_odd_answer_to_the_post_of_a_job_moves_nobody_twice(
    workspace: Workspace, remote: Remote, body: Any
) -> None:
    remote.fail_next(
        {"method": "POST", "path_regex": f"{JOBS}$", "status": 201, "body": body, "times": 1}
    )
    result = workspace.run(MOVE, movers(remote))
    assert result.document["state"] in ("completed", "completed_with_errors")
    assert {row.state for row in result.rows} <= {"done", "unknown"}
    assert all(row.state == "done" or row.message for row in result.rows)
    assert max(remote.counters()["by_entity"].values(), default=0) <= 1


def test_rows_that_an_unforeseen_failure_leaves_open_are_never_called_ended(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a failure of the program itself")

    people = [
        {"person_id": remote.person(index), "extension": str(1000 + index)} for index in range(4)
    ]
    with monkeypatch.context() as patched:
        patched.setattr(row, "_rows", broken)
        result = workspace.run(FORWARD, people)
    assert (result.document["state"], result.document["reason"]) == (
        "stopped",
        stop_reasons.LEFT_OPEN,
    )
    again = workspace.resume(result.document["run_id"])
    assert again.document["state"] == "completed"
    assert again.counts == {"done": 4}


def test_a_list_that_heeds_no_start_is_read_once_and_ends(workspace: Workspace) -> None:
    """The sandbox, as Webex, does not page licenses: asked for as many as there are, it gives the
    same ones for ever.
    """
    from itertools import islice

    from bulk.runs.connection import api_for

    api = api_for(workspace.connection, workspace.context.settings)
    everything = list(api.pages("licenses", "items"))
    again = list(islice(api.pages("licenses", "items", max=len(everything)), 10 * len(everything)))
    assert again == everything
