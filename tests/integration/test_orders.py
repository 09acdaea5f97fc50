"""Single orders of a run are paused, let go on and cancelled; the others are not touched."""

from __future__ import annotations

import pytest

from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.journal import check, control, runs
from bulk.runs.launch import Launch
from bulk.runs.resume import resume, resume_orders
from bulk.runs.status import document, exit_code, find_run
from bulk.runs.stop import stop_orders
from tests.integration.forwarding_case import FORWARD, forwarded
from tests.workspace import PATIENCE, Remote, Workspace


def slow_orders(workspace: Workspace, remote: Remote) -> tuple[LiveRun, list[str]]:
    """Forty rows in four orders, one row after another."""
    remote.config(latency_ms=40)
    live = workspace.start(FORWARD, forwarded(remote, 40), Launch(workers=1, chunk_size=10))
    return live, [
        order.order_id
        for order in runs.order_statuses(workspace.context.journal, live.run_id, "running")
    ]


def lot_states(workspace: Workspace, run_id: str) -> list[str]:
    return [
        order["state"]
        for order in document(workspace.context, find_run(workspace.context, run_id))["orders"]
    ]


def test_a_paused_order_waits_while_the_others_end_and_goes_on_when_the_run_is_resumed(
    workspace: Workspace, remote: Remote
) -> None:
    live, orders = slow_orders(workspace, remote)
    stop_orders(workspace.context, live.run_id, "pause", [orders[2]], "Ana")
    assert lot_states(workspace, live.run_id)[2] == "paused"
    assert live.ended.wait(PATIENCE)
    rested = workspace.result(live.run_id)
    assert rested.counts == {"done": 30, "pending": 10}
    assert {row.line for row in rested.rows if row.state == "pending"} == set(range(22, 32))
    assert (
        rested.document["state"] == "paused"
        and "solo quedan lotes en pausa" in rested.document["reason"]
    )
    remote.config(latency_ms=0)
    assert workspace.resume(live.run_id).counts == {"done": 40}
    message = [
        command.command for command in control.history(workspace.context.journal, live.run_id)
    ]
    assert message == ["launch", "pause r22", "auto_pause", "resume"]


def test_a_order_that_waits_is_let_go_on_while_the_run_lives(
    workspace: Workspace, remote: Remote
) -> None:
    live, orders = slow_orders(workspace, remote)
    stop_orders(workspace.context, live.run_id, "pause", orders[1:], "Ana")
    assert resume_orders(workspace.context, live.run_id, [orders[3]], "Ana")
    assert live.ended.wait(PATIENCE)
    assert lot_states(workspace, live.run_id) == ["success", "paused", "paused", "success"]
    assert not resume_orders(
        workspace.context, live.run_id, [orders[2]], "Ana"
    )  # nobody works it any more
    again = resume(workspace.context, live.run_id, workspace.connection, order_ids=[orders[2]])
    assert again is not None and again.ended.wait(PATIENCE)
    assert lot_states(workspace, live.run_id) == ["success", "paused", "success", "success"]


def test_a_cancelled_order_is_not_sent_and_the_others_are(
    workspace: Workspace, remote: Remote
) -> None:
    live, orders = slow_orders(workspace, remote)
    stop_orders(
        workspace.context, live.run_id, "cancel", [orders[3].removeprefix(f"{live.run_id}-")], "Ana"
    )
    assert live.ended.wait(PATIENCE)
    result = workspace.result(live.run_id)
    assert result.counts == {"done": 30, "cancelled": 10}
    assert remote.writes() == 30
    assert exit_code(result.document) == 1
    assert check.check(workspace.context.journal).findings == ()


def test_a_run_idle_whose_last_order_is_cancelled_has_ended(
    workspace: Workspace, remote: Remote
) -> None:
    live, orders = slow_orders(workspace, remote)
    stop_orders(workspace.context, live.run_id, "pause", [orders[3]], "Ana")
    assert live.ended.wait(PATIENCE)
    assert (
        stop_orders(workspace.context, live.run_id, "cancel", [orders[3]], "Ana").state
        == "completed"
    )
    assert workspace.result(live.run_id).counts == {"done": 30, "cancelled": 10}


def test_a_order_of_another_run_is_refused(workspace: Workspace, remote: Remote) -> None:
    run_id = workspace.run(FORWARD, forwarded(remote, 2)).document["run_id"]
    with pytest.raises(UsageError, match="no es un lote"):
        stop_orders(workspace.context, run_id, "pause", ["r999"], "Ana")
