"""The safety protocol inside one process: what fails stays alone, what is unanswered is settled,
what stops can go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bulk.errors import BulkError, OwnedElsewhere, TokenRejected, UsageError
from bulk.journal import check, control, runs
from bulk.planning.prepare import prepare
from bulk.runs.connection import same_organisation
from bulk.runs.launch import Launch, launch
from bulk.runs.resume import resume, retry
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from bulk.runs.undo import undo
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"


def users(remote: Remote, *indexes: int) -> list[dict[str, str]]:
    return [
        {"person_id": remote.person(index), "extension": str(1000 + index)} for index in indexes
    ]


def with_calling(count: int) -> list[int]:
    return [index for index in range(count * 2) if index % 33 != 7][:count]


def test_five_bad_rows_do_not_stop_the_others(workspace: Workspace, remote: Remote) -> None:
    good, bad = users(remote, *with_calling(40)), users(remote, 7, 40, 73, 106)
    result = workspace.run(
        ACTION, [*good[:20], *bad, {"person_id": "nada", "extension": "12"}, *good[20:]]
    )
    assert result.counts == {"done": 40, "failed": 4, "invalid": 1}
    assert result.document["state"] == "completed_with_errors"
    assert all(row.message for row in result.rows if row.state in ("failed", "invalid"))


def test_every_row_has_intent_before_and_after_in_the_journal(
    workspace: Workspace, remote: Remote
) -> None:
    row = workspace.run(ACTION, users(remote, 0)).row
    assert (row.attempt, row.before["always"]["enabled"], row.after["always"]["enabled"]) == (
        1,
        False,
        True,
    )
    assert row.change["always"][1]["destination"] == "531000"
    assert str(row.tracking_id).startswith("SANDBOX_")


def test_a_rate_limit_is_waited_for_and_no_row_fails(workspace: Workspace, remote: Remote) -> None:
    remote.config(rate_limit=60.0, burst=5)
    result = workspace.run(ACTION, users(remote, *with_calling(30)))
    assert result.counts == {"done": 30}
    assert max(remote.counters()["by_entity"].values()) == 1


@pytest.mark.parametrize("header", ["rand(30),add(30)", "Wed, 21 Oct 2015 07:28:00 GMT", "", "0"])
def test_a_retry_after_of_any_form_is_survived(
    workspace: Workspace, remote: Remote, header: str
) -> None:
    remote.fail_next(
        {
            "status": 429,
            "path_regex": "callForwarding",
            "headers": {"Retry-After": header},
            "body": {},
        }
    )
    assert workspace.run(ACTION, users(remote, 0)).counts == {"done": 1}


def test_faults_everywhere_end_like_a_run_without_faults(
    workspace: Workspace, remote: Remote
) -> None:
    workspace.run(ACTION, users(remote, *with_calling(40)))
    wanted = remote.digest()
    remote.as_new()
    remote.config(fail_rate=0.08, ambiguous_rate=0.08, truncate_rate=0.04)
    result = workspace.run(ACTION, users(remote, *with_calling(40)))
    assert result.counts == {"done": 40}, [
        row.message for row in result.rows if row.state != "done"
    ]
    assert remote.digest() == wanted
    assert max(remote.counters()["by_entity"].values()) == 1


def test_a_rejected_token_writes_no_run_and_sends_nothing_else(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.runs.connection import connect

    wrong = connect(workspace.context.home, token="caducado-0000", base_url=remote.running.base_url)
    from bulk.files.dataset import from_records

    prepared = prepare(
        ACTION, {"usuarios": from_records({2: users(remote, 0)[0]}, name="usuarios")}
    )
    with pytest.raises(TokenRejected):
        launch(workspace.context, prepared, wrong, Launch())
    assert remote.counters()["by_status"]["401"] >= 1
    from bulk.journal.runs import list_runs

    assert list_runs(workspace.context.journal) == []


def test_a_token_that_expires_stops_the_run_and_leaves_the_rest_pending(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next(
        {"status": 401, "method": "PUT", "body": {"message": "expired"}, "times": 1000}
    )
    stopped = workspace.run(ACTION, users(remote, *with_calling(20)))
    assert stopped.document["state"] == "stopped"
    assert stopped.counts == {"pending": 20}
    assert "token" in stopped.document["reason"]
    remote.fail_next()
    assert workspace.resume(stopped.document["run_id"]).counts == {"done": 20}
    assert max(remote.counters()["by_entity"].values()) == 1


def test_pause_leaves_nothing_running_and_resume_finishes(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=50.0)
    live = workspace.start(ACTION, users(remote, *with_calling(60)), Launch(workers=4))
    while not remote.writes():
        pass
    request_stop(workspace.context, live.run_id, "pause", "prueba")
    assert live.ended.wait(10)
    paused = workspace.result(live.run_id)
    assert paused.document["state"] == "paused"
    assert set(paused.counts) == {"pending", "done"}
    assert workspace.resume(live.run_id).counts == {"done": 60}
    assert [c.command for c in control.history(workspace.context.journal, live.run_id)] == [
        "launch",
        "pause",
        "resume",
    ]


def test_cancel_marks_what_was_not_sent(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=50.0)
    live = workspace.start(ACTION, users(remote, *with_calling(60)), Launch(workers=4))
    while not remote.writes():
        pass
    request_stop(workspace.context, live.run_id, "cancel", "prueba")
    assert live.ended.wait(10)
    result = workspace.result(live.run_id)
    assert result.document["state"] == "cancelled"
    assert result.counts["cancelled"] + result.counts["done"] == 60


def test_a_run_in_course_is_refused_to_a_second_owner(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=100.0)
    live = workspace.start(ACTION, users(remote, *with_calling(40)), Launch(workers=2))
    with pytest.raises(OwnedElsewhere, match="proceso"):
        workspace.resume(live.run_id)
    live.halt("paused")
    assert live.ended.wait(10)


def test_resume_of_a_finished_run_changes_nothing(workspace: Workspace, remote: Remote) -> None:
    first = workspace.run(ACTION, users(remote, 0))
    requests = remote.counters()["requests"]
    again = workspace.resume(first.document["run_id"])
    assert again.document == first.document
    assert remote.counters()["requests"] == requests


def test_resume_with_a_token_of_another_organisation_is_refused(
    workspace: Workspace, remote: Remote
) -> None:
    live = workspace.start(ACTION, users(remote, 0))
    live.ended.wait(10)
    runs.update_run(workspace.context.journal, live.run_id, org_id="OTRA", state="paused")
    with pytest.raises(UsageError, match="otra organización"):
        workspace.resume(live.run_id)


@pytest.mark.parametrize(
    "me", [{"id": "x", "displayName": "Otro"}, {"id": "x", "displayName": "Otro", "orgId": ""}]
)
def test_a_token_that_does_not_tell_its_organisation_takes_up_nothing_and_changes_no_run(
    workspace: Workspace, remote: Remote, me: dict[str, str]
) -> None:
    run = workspace.run(ACTION, users(remote, 0, 7))
    again: list[Callable[[], object]] = [
        lambda: resume(workspace.context, run.document["run_id"], workspace.connection),
        lambda: retry(workspace.context, run.document["run_id"], workspace.connection),
        lambda: undo(workspace.context, run.document["run_id"], workspace.connection),
        lambda: workspace.start(ACTION, users(remote, 1)),
    ]
    runs.update_run(workspace.context.journal, run.document["run_id"], state="paused")
    for attempt in again:
        remote.fail_next({"path_regex": "people/me$", "status": 200, "body": me, "times": 1})
        with pytest.raises(BulkError, match="de quién es el token"):
            attempt()
    assert (
        runs.get_run(workspace.context.journal, run.document["run_id"]).org_id == remote.org.org_id
    )


def test_a_connection_of_no_known_organisation_is_not_taken_for_the_runs_own(
    workspace: Workspace, remote: Remote
) -> None:
    run = find_run(workspace.context, workspace.run(ACTION, users(remote, 0)).document["run_id"])
    with pytest.raises(UsageError, match="otra organización"):
        same_organisation(run, workspace.connection)  # not identified yet


def test_no_more_requests_in_flight_than_workers(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=20.0)
    workspace.run(ACTION, users(remote, *with_calling(60)), Launch(workers=5))
    assert 1 < remote.counters()["max_in_flight"] <= 5


def test_row_by_row_keeps_the_order_of_the_file(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(ACTION, users(remote, *with_calling(8)), Launch(bulk=False))
    ended = [row.ended_at for row in result.rows]
    assert ended == sorted(ended, key=str)
    assert remote.counters()["max_in_flight"] == 1


def test_identical_rows_of_one_person_end_unchanged_and_contradictory_ones_are_invalid(
    workspace: Workspace, remote: Remote
) -> None:
    twice = [*users(remote, 0), *users(remote, 0)]
    assert [row.state for row in workspace.run(ACTION, twice).rows] == ["done", "unchanged"]
    apart = [*users(remote, 1), {"person_id": remote.person(1), "extension": "2222"}]
    assert workspace.run(ACTION, apart).counts == {"invalid": 2}


def test_too_many_failures_pause_the_run_and_name_the_cause(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next(
        {"status": 400, "method": "PUT", "body": {"message": "dato imposible"}, "times": 1000}
    )
    result = workspace.run(ACTION, users(remote, *with_calling(110)))
    assert result.document["state"] == "stopped"
    assert "dato imposible" in result.document["reason"]
    assert result.counts["pending"] > 0


def test_the_automatic_pause_names_the_cause_of_its_window_whatever_number_each_row_names(
    workspace: Workspace, remote: Remote
) -> None:
    """Five rows of one text long before count no more; six that differ only in their number are one
    cause.
    """
    people = with_calling(40)
    shown = dict.fromkeys(people[:5], "ocupado") | {
        n: f"choca con +3491122{n:04d}" for n in people[25:]
    }
    remote.fail_next(
        *[
            {
                "status": 400,
                "method": "PUT",
                "path_regex": remote.person(n),
                "body": {"message": text},
            }
            for n, text in shown.items()
        ]
    )
    settings = replace(workspace.context.settings, breaker_window=10)
    alone = Workspace(replace(workspace.context, settings=settings), remote)
    result = alone.run(ACTION, users(remote, *people), Launch(bulk=False))
    assert "6 de las últimas 10" in result.document["reason"]
    assert "«Webex no acepta el dato: choca con +3491122" in result.document["reason"]


def test_a_stop_after_the_first_rows_names_their_main_cause(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next(
        {"status": 400, "method": "PUT", "body": {"message": "dato imposible"}, "times": 2}
    )
    first = workspace.run(ACTION, users(remote, *with_calling(20)), Launch(canary=5, workers=1))
    assert "2 con error" in first.document["reason"]
    assert first.document["reason"].endswith(
        "Causa principal: «Webex no acepta el dato: dato imposible»."
    )


def test_losing_the_connection_stops_the_run_and_fails_no_row(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.sandbox import SandboxConfig, start_in_thread

    other = start_in_thread(SandboxConfig(people=120, locations=6, latency_ms=30.0))
    settings = replace(workspace.context.settings, max_attempts=2)
    lost = Workspace(
        replace(workspace.context, settings=settings), Remote(other, people=120, locations=6)
    )
    live = lost.start(ACTION, users(remote, *with_calling(60)), Launch(workers=4))
    while not lost.remote.writes():
        pass
    other.close()
    assert live.ended.wait(30)
    result = lost.result(live.run_id)
    assert result.document["state"] == "stopped"
    assert "Sin conexión" in result.document["reason"]
    assert set(result.counts) <= {"pending", "running", "done"}


def test_a_pause_before_a_set_leaves_gives_back_only_the_rows_without_an_end(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bulk.engine import set_write
    from bulk.errors import Interrupted
    from tests.integration.adapters.many import many_rows

    moves = many_rows(remote, "usuarios_asignar_location_desde_csv", 3)
    read = set_write.read_items

    def somebody_moves_one(live: Any, items: Any) -> Any:
        remote.patch("person", moves[0]["person_id"], locationId=moves[0]["target_location_id"])
        return read(live, items)

    def paused(live: Any, items: Any) -> Any:
        live.halt("paused")
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(set_write, "read_items", somebody_moves_one)
        patched.setattr(set_write, "job_mark", paused)
        result = workspace.run("usuarios_asignar_location_desde_csv", moves)
    assert result.counts == {"pending": 2, "unchanged": 1}
    assert check.check(workspace.context.journal).sound
    assert workspace.resume(result.document["run_id"]).counts == {"done": 2, "unchanged": 1}
