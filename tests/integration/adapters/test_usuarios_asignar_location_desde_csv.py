"""docs/webex.md 3.2, on a real socket."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import Any

import pytest

from bulk.adapters.usuarios_asignar_location_desde_csv import undo
from bulk.engine.finish import IN_WEBEX
from bulk.journal.rows import held
from bulk.runs.launch import Launch
from bulk.runs.resume import retry
from bulk.runs.stop import request_stop
from bulk.sandbox.organisation import number
from tests.integration.adapters.cases import AMBIGUOUS, FAULTS
from tests.workspace import PATIENCE, Remote, Workspace

ACTION = "usuarios_asignar_location_desde_csv"
UNCALLED = 7  # the first person without calling license
DECT = 5  # the first person with a DECT phone


def row(remote: Remote, index: int, **more: str) -> dict[str, str]:
    """To the next location; who has a direct number keeps only the extension."""
    target = remote.location((index + 1) % remote.locations)
    return {"person_id": remote.person(index), "target_location_id": target, **more}


def plain(count: int, start: int = 0) -> list[int]:
    """People without direct number or DECT phone: nothing hinders their move."""
    good = [i for i in range(start, 120) if i % 4 and i % 97 != 5 and i % 33 != 7 and i % 150 != 2]
    return good[:count]


def moved(remote: Remote, index: int) -> bool:
    place: str = remote.doc("person", remote.person(index))["locationId"]
    return place == remote.location((index + 1) % remote.locations)


def with_settings(workspace: Workspace, **changes: Any) -> Workspace:
    return Workspace(
        replace(workspace.context, settings=replace(workspace.context.settings, **changes)),
        workspace.remote,
    )


def test_moves_people_in_one_job_and_confirms_each_by_reading(
    workspace: Workspace, remote: Remote
) -> None:
    people = plain(30)
    result = workspace.run(ACTION, [row(remote, index) for index in people])
    assert result.counts == {"done": 30}
    assert all(moved(remote, index) for index in people)
    assert remote.counters()["move_jobs"] == 1


@pytest.mark.parametrize("chunk_size", [7, 50, 500])
def test_jobs_are_filled_across_orders(
    workspace: Workspace, remote: Remote, chunk_size: int
) -> None:
    small = with_settings(workspace, people_per_job=20)
    result = small.run(
        ACTION, [row(remote, index) for index in plain(60)], Launch(chunk_size=chunk_size)
    )
    assert result.counts == {"done": 60}
    assert remote.counters()["move_jobs"] == 3


def test_who_is_there_already_sends_no_job(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote, 1)])
    assert workspace.run(ACTION, [row(remote, 1)]).counts == {"unchanged": 1}
    assert remote.counters()["move_jobs"] == 1


def test_who_is_there_already_keeps_the_extension_and_is_reported_so(
    workspace: Workspace, remote: Remote
) -> None:
    person = remote.doc("person", remote.person(1))
    asked = {"person_id": remote.person(1), "target_location_id": person["locationId"]}
    result = workspace.run(ACTION, [{**asked, "target_extension": "9111"}])
    assert result.counts == {"unchanged": 1}
    text = (
        f"Ya está en la ubicación y no se mueve, así que conserva: extensión {person['extension']}"
        " (se pide 9111)."
    )
    assert result.row.message == text
    assert (
        workspace.run(ACTION, [{**asked, "target_extension": person["extension"]}]).row.message
        is None
    )


def test_plan_writes_nothing_and_opens_no_job(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote, index) for index in plain(5)])
    assert plan.counts == {"change": 5}
    assert (remote.writes(), remote.counters()["move_jobs"]) == (0, 0)


def test_errors_of_the_job_are_charged_to_their_people_with_the_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    remote.patch("location", remote.location(2), otherExtensions=["1001"])
    result = workspace.run(
        ACTION, [row(remote, DECT), row(remote, 1), row(remote, 0), row(remote, 3)]
    )
    assert [(found.state, found.code) for found in result.rows] == [
        ("failed", "27969"),
        ("failed", "4202"),
        ("failed", "10050010"),
        ("done", None),
    ]
    assert "DECT" in str(result.rows[0].message)


def test_a_new_number_and_extension_of_the_target_go_along(
    workspace: Workspace, remote: Remote
) -> None:
    given = {"target_phone_number": number(1, 2), "target_extension": "9000"}
    assert workspace.run(ACTION, [row(remote, 0, **given)]).counts == {"done": 1}
    person = remote.doc("person", remote.person(0))
    assert (person["phoneNumber"], person["extension"]) == (number(1, 2), "9000")


def test_one_bad_person_is_found_by_halving_and_the_others_are_moved(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next(
        {
            "method": "POST",
            "path_regex": "moveLocation$",
            "status": 404,
            "body": {"error": [{"code": 2150012, "message": "?"}]},
        }
    )
    result = workspace.run(ACTION, [row(remote, index) for index in plain(8)])
    assert result.counts == {"done": 8}
    assert remote.counters()["move_jobs"] == 2


def test_an_unknown_person_fails_alone(workspace: Workspace, remote: Remote) -> None:
    unknown = base64.b64encode(b"ciscospark://us/PEOPLE/nadie").decode().rstrip("=")
    rows = [row(remote, index) for index in plain(6)]
    result = workspace.run(ACTION, [*rows[:3], {**rows[0], "person_id": unknown}, *rows[3:]])
    assert result.counts == {"done": 6, "failed": 1}


def test_a_single_person_without_calling_is_moved_without_a_job(
    workspace: Workspace, remote: Remote
) -> None:
    assert workspace.run(ACTION, [row(remote, UNCALLED)]).counts == {"done": 1}
    assert (moved(remote, UNCALLED), remote.counters()["move_jobs"]) == (True, 0)


def test_an_extension_for_someone_without_calling_is_refused_before_it_is_sent(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, [row(remote, UNCALLED, target_extension="9000"), row(remote, 1)])
    assert [(found.state, found.code) for found in result.rows] == [
        ("failed", "1026023"),
        ("done", None),
    ]


@pytest.mark.parametrize("shape", ["V", "S"])
def test_both_shapes_of_the_answer_are_read(
    workspace: Workspace, remote: Remote, shape: str
) -> None:
    remote.config(move_shape=shape)
    assert workspace.run(ACTION, [row(remote, 1), row(remote, 3)]).counts == {"done": 2}


def test_another_job_is_waited_for(workspace: Workspace, remote: Remote) -> None:
    busy = {"error": [{"code": 1, "message": "another job"}]}
    remote.fail_next(
        {"method": "POST", "path_regex": "moveLocation$", "status": 409, "body": busy, "times": 3}
    )
    assert workspace.run(ACTION, [row(remote, 1), row(remote, 3)]).counts == {"done": 2}
    assert remote.counters()["move_jobs"] == 1


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_job_is_found_again_and_nobody_is_moved_twice(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    workspace.run(ACTION, [row(remote, 3)])
    remote.fail_next({"method": "POST", "path_regex": "moveLocation$", **FAULTS[fault]})
    result = workspace.run(ACTION, [row(remote, index) for index in plain(10, 9)])
    assert result.counts == {"done": 10}
    assert remote.counters()["move_jobs"] == 2
    assert max(remote.counters()["by_entity"].values()) == 1


def test_a_pause_while_webex_works_keeps_the_job_and_resume_follows_it(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(job_seconds=2.0)
    live = workspace.start(ACTION, [row(remote, index) for index in plain(5)])
    until = time.monotonic() + PATIENCE
    while not held(workspace.context.journal, live.run_id) and time.monotonic() < until:
        time.sleep(0.05)
    request_stop(workspace.context, live.run_id, "pause", "prueba")
    assert live.ended.wait(PATIENCE)
    paused = workspace.result(live.run_id)
    assert paused.document["state"] == "paused"
    assert paused.counts == {"running": 5}
    assert paused.document["reason"] == IN_WEBEX.format("5 filas")
    assert workspace.resume(live.run_id).counts == {"done": 5}
    assert remote.counters()["move_jobs"] == 1
    assert max(remote.counters()["by_entity"].values()) == 1


def test_a_cancel_while_webex_works_leaves_the_rows_unknown_with_their_job(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(job_seconds=2.0)
    live = workspace.start(ACTION, [row(remote, index) for index in plain(3)])
    until = time.monotonic() + PATIENCE
    while not held(workspace.context.journal, live.run_id) and time.monotonic() < until:
        time.sleep(0.05)
    request_stop(workspace.context, live.run_id, "cancel", "prueba")
    assert live.ended.wait(PATIENCE)
    assert workspace.result(live.run_id).counts == {"unknown": 3}
    again = retry(workspace.context, live.run_id, workspace.connection)
    assert again is not None and again.ended.wait(PATIENCE)
    assert workspace.result(live.run_id).counts == {"done": 3}
    assert remote.counters()["move_jobs"] == 1


def test_a_job_past_its_deadline_leaves_rows_unknown_and_a_retry_follows_the_same_job(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.journal import rows as row_queries
    from bulk.journal import runs

    remote.config(job_seconds=3.0)
    late = with_settings(workspace, job_deadline=0.5)
    first = late.run(ACTION, [row(remote, 1), row(remote, 3)])
    assert first.counts == {"unknown": 2}
    run_id = first.document["run_id"]
    assert row_queries.reopen(workspace.context.journal, run_id) == 2
    runs.update_run(workspace.context.journal, run_id, state="paused")
    assert workspace.resume(run_id).counts == {"done": 2}
    assert remote.counters()["move_jobs"] == 1


def test_only_selected_rows_are_moved(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(ACTION, [row(remote, 1, selected="x"), row(remote, 3, selected="")])
    assert result.counts == {"done": 1, "excluded": 1}


@pytest.mark.parametrize("answer", [[], {}, {"latestExecutionStatus": 7}, "texto"])
def test_a_malformed_answer_about_the_job_never_moves_anybody_twice(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": "moveLocation/", "status": 200, "body": answer}
    )
    result = workspace.run(ACTION, [row(remote, 1), row(remote, 3)])
    assert result.document["state"] in ("completed", "completed_with_errors")
    assert remote.counters()["move_jobs"] == 1


def test_undo_goes_back_with_the_old_extension_and_number() -> None:
    before = {"locationId": "A", "extension": "1", "phoneNumber": None, "calling": True}
    change = undo(before, {**before, "locationId": "B", "extension": "2"})
    assert change.body == {"locationId": "A", "extension": "1", "calling": True}
