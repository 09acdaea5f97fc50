"""What an operator does with a run: retry, first rows for a look, hours, giving up waiting."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bulk.errors import OwnedElsewhere, UsageError
from bulk.journal import Journal, control, runs, samples
from bulk.runs.launch import Launch, wait
from bulk.runs.resume import resume, retry
from bulk.runs.schedule import next_time
from bulk.runs.status import document, find_run
from bulk.runs.stop import request_stop
from bulk.webex.ratelimit import limiter
from tests.integration.forwarding_case import FORWARD, forwarded
from tests.workspace import PATIENCE, Remote, Result, Workspace


def retried(workspace: Workspace, run_id: str, **chosen: Any) -> Result:
    live = retry(workspace.context, run_id, workspace.connection, **chosen)
    assert live is not None and live.ended.wait(PATIENCE)
    return workspace.result(run_id)


def failing_first(
    workspace: Workspace, remote: Remote, rows: int, refused: int, **how: Any
) -> Result:
    remote.fail_next(*[{"method": "PUT", "status": 400, "body": {"message": "no"}}] * refused)
    return workspace.run(FORWARD, forwarded(remote, rows), Launch(workers=1, **how))


def test_when_a_run_has_ended_the_journals_file_alone_holds_it(
    workspace: Workspace, remote: Remote, tmp_path: Path
) -> None:
    run_id = workspace.run(FORWARD, forwarded(remote, 3)).document["run_id"]
    (tmp_path / "copy").mkdir()
    shutil.copy(workspace.context.home / "journal.db", tmp_path / "copy")
    copied = Journal(f"sqlite:///{tmp_path / 'copy' / 'journal.db'}")
    assert runs.run_counts(copied, run_id)["done"] == 3
    copied.close()


# -- retry -----------------------------------------------------------------------------------------


def test_retry_works_only_what_failed(workspace: Workspace, remote: Remote) -> None:
    first = failing_first(workspace, remote, 20, 6)
    assert first.counts == {"done": 14, "failed": 6}
    writes = remote.writes()
    again = retried(workspace, first.document["run_id"])
    assert again.counts == {"done": 20}
    assert remote.writes() - writes == 6
    assert again.document["state"] == "completed"


def test_retry_of_chosen_orders_leaves_the_others(workspace: Workspace, remote: Remote) -> None:
    first = failing_first(workspace, remote, 20, 6, chunk_size=5)
    orders = [order["order_id"] for order in first.document["orders"] if order["counts"]["failed"]]
    assert len(orders) == 2
    again = retried(workspace, first.document["run_id"], order_ids=orders[:1])
    assert again.counts == {"done": 19, "failed": 1}


def test_retry_of_chosen_rows(workspace: Workspace, remote: Remote) -> None:
    first = failing_first(workspace, remote, 10, 3)
    second = [row.line for row in first.rows if row.state == "failed"][1:2]
    assert retried(workspace, first.document["run_id"], lines=second).counts == {
        "done": 8,
        "failed": 2,
    }


def test_nothing_to_retry_sends_nothing(workspace: Workspace, remote: Remote) -> None:
    first = workspace.run(FORWARD, forwarded(remote, 3))
    requests = remote.counters()["requests"]
    assert (
        retry(workspace.context, first.document["run_id"], workspace.connection) is None
        and remote.counters()["requests"] == requests
    )


def test_a_second_retry_at_once_is_refused(workspace: Workspace, remote: Remote) -> None:
    first = failing_first(workspace, remote, 20, 10)
    remote.config(latency_ms=150)
    live = retry(workspace.context, first.document["run_id"], workspace.connection)
    assert live is not None
    with pytest.raises(OwnedElsewhere, match="ya está en curso"):
        retry(workspace.context, first.document["run_id"], workspace.connection)
    live.halt("paused")
    wait(live)


def test_a_cancelled_rest_can_be_retried(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=30)
    live = workspace.start(FORWARD, forwarded(remote, 60), Launch(workers=2))
    request_stop(workspace.context, live.run_id, "cancel", "prueba")
    wait(live)
    cancelled = workspace.result(live.run_id)
    assert cancelled.document["state"] == "cancelled" and cancelled.counts["cancelled"] > 0
    remote.config(latency_ms=0)
    assert retried(workspace, live.run_id).counts == {"done": 60}
    assert "retry" in [
        command.command for command in control.history(workspace.context.journal, live.run_id)
    ]


def test_a_retry_right_after_a_cancel_waits_for_the_rows_in_flight(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=700)
    live = workspace.start(FORWARD, forwarded(remote, 4), Launch(workers=2))
    while not remote.counters()["requests"]:
        time.sleep(0.01)
    request_stop(workspace.context, live.run_id, "cancel", "prueba")
    assert not live.ended.is_set()  # acknowledged, and the rows in flight are still at it
    again = retry(workspace.context, live.run_id, workspace.connection)
    assert live.ended.is_set() and again is not None
    wait(again)
    assert workspace.result(live.run_id).counts == {"done": 4}


# -- first rows for a look -------------------------------------------------------------------------


def test_a_canary_stops_after_rows_of_every_location_and_goes_on(
    workspace: Workspace, remote: Remote
) -> None:
    rows = [
        {**row, "location_name": f"Sede {n % remote.locations}"}
        for n, row in enumerate(forwarded(remote, 60))
    ]
    live = workspace.start(
        FORWARD,
        [{k: v for k, v in row.items() if k != "location_name"} for row in rows],
        Launch(canary=12),
    )
    wait(live)
    first = workspace.result(live.run_id)
    assert first.counts == {"done": 12, "pending": 48}
    assert first.document["state"] == "paused" and "Primeras 12 filas" in first.document["reason"]
    assert workspace.resume(live.run_id).counts == {"done": 60}


def test_the_rows_of_a_canary_are_spread_over_the_locations(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.files.dataset import from_records
    from bulk.planning.prepare import prepare
    from bulk.runs.launch import launch

    rows = [
        {**row, "location_name": f"Sede {n // 15}"} for n, row in enumerate(forwarded(remote, 60))
    ]
    prepared = prepare(
        FORWARD, {"usuarios": from_records(dict(enumerate(rows, 2)), name="usuarios")}
    )
    live = launch(workspace.context, prepared, workspace.connection, Launch(canary=8))
    wait(live)
    worked = [row.group for row in workspace.result(live.run_id).rows if row.state == "done"]
    assert sorted(worked) == sorted(["Sede 0", "Sede 1", "Sede 2", "Sede 3"] * 2)


def test_a_canary_of_the_whole_file_simply_ends(workspace: Workspace, remote: Remote) -> None:
    assert (
        workspace.run(FORWARD, forwarded(remote, 5), Launch(canary=50)).document["state"]
        == "completed"
    )


# -- hours -----------------------------------------------------------------------------------------


def test_a_scheduled_run_sends_nothing_before_its_hour(
    workspace: Workspace, remote: Remote
) -> None:
    hour = datetime.now(UTC) + timedelta(seconds=8)
    live = workspace.start(FORWARD, forwarded(remote, 3), Launch(at=hour))
    assert (
        document(workspace.context, find_run(workspace.context, live.run_id))["state"]
        == "scheduled"
    )
    before = remote.counters()["requests"]
    time.sleep(0.5)
    assert remote.counters()["requests"] == before
    wait(live)
    assert datetime.now(UTC) >= hour
    assert workspace.result(live.run_id).counts == {"done": 3}


def test_a_run_that_waits_for_another_begins_by_itself_when_that_one_rests(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=60)
    first = workspace.start(FORWARD, forwarded(remote, 12), Launch(workers=2))
    second = workspace.start(FORWARD, forwarded(remote, 3), Launch(after=(first.run_id,)))
    assert (
        document(workspace.context, find_run(workspace.context, second.run_id))["state"]
        == "scheduled"
    )
    assert second.ended.wait(PATIENCE)
    assert first.ended.is_set()
    former, latter = (find_run(workspace.context, live.run_id) for live in (first, second))
    assert former.ended_at and latter.started_at
    assert latter.started_at >= former.ended_at
    assert latter.state == "completed"


def test_a_run_that_would_wait_for_one_that_is_gone_begins_at_once(
    workspace: Workspace, remote: Remote
) -> None:
    live = workspace.start(FORWARD, forwarded(remote, 3), Launch(after=("20200101-0000-aaa",)))
    assert live.ended.wait(PATIENCE)
    assert workspace.result(live.run_id).document["state"] == "completed"


def test_a_scheduled_run_can_be_paused_and_still_waits_when_resumed(
    workspace: Workspace, remote: Remote
) -> None:
    live = workspace.start(
        FORWARD, forwarded(remote, 3), Launch(at=datetime.now(UTC) + timedelta(hours=1))
    )
    request_stop(workspace.context, live.run_id, "pause", "prueba")
    wait(live)
    assert workspace.result(live.run_id).document["state"] == "paused"
    again = resume(workspace.context, live.run_id, workspace.connection)
    assert again is not None and again.dispatch.waiting
    request_stop(workspace.context, live.run_id, "cancel", "prueba")
    wait(again)
    assert workspace.result(live.run_id).counts == {"cancelled": 3}
    assert remote.writes() == 0


def test_a_run_pauses_at_its_last_hour_and_goes_on_when_resumed(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=100)
    live = workspace.start(
        FORWARD,
        forwarded(remote, 80),
        Launch(workers=1, not_after=datetime.now(UTC) + timedelta(seconds=1)),
    )
    assert live.ended.wait(PATIENCE)
    first = workspace.result(live.run_id)
    assert (
        first.document["state"] == "paused"
        and "la hora a la que tenía que parar" in first.document["reason"]
    )
    assert first.counts["pending"] > 0
    remote.config(latency_ms=0)
    assert workspace.resume(live.run_id).counts == {"done": 80}


def test_a_run_that_would_stop_before_it_begins_is_refused() -> None:
    now = datetime.now(UTC)
    with pytest.raises(UsageError, match="posterior"):
        Launch(at=now + timedelta(hours=2), not_after=now + timedelta(hours=1))


def test_a_launch_that_comes_after_its_last_hour_stops_at_once_and_can_be_resumed(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=100)
    how = Launch(workers=1, not_after=datetime.now(UTC) + timedelta(seconds=0.2))
    time.sleep(0.3)  # as long as a large file takes to be prepared
    late = workspace.run(FORWARD, forwarded(remote, 30), how)
    assert (
        late.document["state"] == "paused"
        and "la hora a la que tenía que parar" in late.document["reason"]
    )
    assert late.counts["pending"] > 20
    remote.config(latency_ms=0)
    assert workspace.resume(late.document["run_id"]).counts == {"done": 30}


@pytest.mark.parametrize(("name", "option"), [("at", "--at"), ("not_after", "--not-after")])
def test_an_hour_that_has_passed_is_refused(name: str, option: str) -> None:
    past = datetime.now().astimezone() - timedelta(hours=1)
    with pytest.raises(UsageError, match=rf"{option}\) ya ha pasado: {past:%d/%m/%Y %H:%M}\."):
        Launch(**{name: past})


def test_hours_are_the_next_ones_of_the_local_clock() -> None:
    now = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    assert next_time("13:30", after=now) - now.astimezone(UTC) == timedelta(hours=1, minutes=30)
    assert next_time("11:00", after=now).astimezone().hour == 11
    assert next_time("11:00", after=now) > now
    with pytest.raises(UsageError, match="no es una hora"):
        next_time("25:00")


def test_giving_up_waiting_pauses_the_run(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=100)
    live = workspace.start(FORWARD, forwarded(remote, 80), Launch(workers=1))
    wait(live, timeout=1.0)
    found = workspace.result(live.run_id).document
    assert found["state"] == "paused" and "Se ha esperado 1 s" in found["reason"]


def test_waiting_for_retry_after_ends_at_once_on_a_pause(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=50)
    live = workspace.start(FORWARD, forwarded(remote, 80), Launch(workers=2))
    remote.fail_next({"method": "GET", "status": 429, "headers": {"Retry-After": "120"}})
    until = time.monotonic() + 20
    while live.api.pace.snapshot().waiting_until_s < 60 and time.monotonic() < until:
        time.sleep(0.05)
    assert live.api.pace.snapshot().waiting_until_s > 60
    request_stop(workspace.context, live.run_id, "pause", "prueba")
    assert live.ended.wait(10)  # not the two minutes that were asked for
    assert workspace.result(live.run_id).document["state"] == "paused"
    limiter._paces.clear()  # the next test meets the same organisation


# -- what the board shows --------------------------------------------------------------------------


def test_rate_and_end_are_reported_while_it_runs(workspace: Workspace, remote: Remote) -> None:
    remote.config(latency_ms=80)
    live = workspace.start(FORWARD, forwarded(remote, 100), Launch(workers=2))
    message = threading.Event()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not message.is_set() and not live.ended.is_set():
        found = document(workspace.context, find_run(workspace.context, live.run_id))
        if found["rate"]:
            assert found["eta_s"] is None or found["eta_s"] >= 0
            assert found["request_rate"] > 0
            message.set()
        time.sleep(0.1)
    assert message.is_set()
    remote.config(latency_ms=0)
    wait(live)
    done = document(workspace.context, find_run(workspace.context, live.run_id))
    assert done["rate"] is None and done["eta_s"] is None
    assert samples.read(workspace.context.journal, live.run_id)[-1].rows == 100
