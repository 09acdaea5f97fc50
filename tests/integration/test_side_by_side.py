"""What one does to a run while others call, or would take it up."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from filelock import FileLock, Timeout
from sqlalchemy import event

from bulk.runs.connection import api_for, identify
from bulk.runs.launch import Launch, wait
from bulk.runs.stop import request_stop
from tests.integration.forwarding_case import FORWARD, forwarded
from tests.workspace import PATIENCE, Remote, Workspace


def test_the_ceiling_of_a_run_holds_whoever_else_calls_and_goes_with_it(
    workspace: Workspace, remote: Remote
) -> None:
    capped = workspace.start(FORWARD, forwarded(remote, 60), Launch(rate_ceiling=8.0))
    pace = capped.api.pace
    seen = [pace.snapshot().ceiling]
    reached = identify(
        api_for(workspace.connection, workspace.context.settings), workspace.connection
    )
    assert (
        api_for(reached, workspace.context.settings).pace is pace
    )  # as a page does that looks up names
    seen.append(pace.snapshot().ceiling)
    free = workspace.start(FORWARD, forwarded(remote, 61)[60:])
    seen.append(pace.snapshot().ceiling)
    wait(free)
    slower = workspace.start(FORWARD, forwarded(remote, 61)[60:], Launch(rate_ceiling=4.0))
    seen.append(pace.snapshot().ceiling)
    wait(slower)
    seen.append(pace.snapshot().ceiling)
    assert not capped.ended.is_set()
    request_stop(workspace.context, capped.run_id, "cancel", "prueba")
    wait(capped)
    assert [*seen, pace.snapshot().ceiling] == [8.0, 8.0, 8.0, 4.0, 8.0, 0.0]


def test_nobody_takes_a_run_up_while_its_rest_is_cancelled(
    workspace: Workspace, remote: Remote
) -> None:
    live = workspace.start(
        FORWARD, forwarded(remote, 3), Launch(at=datetime.now(UTC) + timedelta(hours=1))
    )
    request_stop(workspace.context, live.run_id, "pause", "prueba")
    assert live.ended.wait(PATIENCE)
    taken = []

    def resume_run(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE rows") and not taken:
            with (
                suppress(Timeout),
                FileLock(workspace.context.home / "locks" / f"run-{live.run_id}.lock", timeout=0),
            ):
                taken.append("as another process would")

    event.listen(workspace.context.journal._engine, "before_cursor_execute", resume_run)
    assert request_stop(workspace.context, live.run_id, "cancel", "prueba").state == "cancelled"
    event.remove(workspace.context.journal._engine, "before_cursor_execute", resume_run)
    assert taken == []
    assert workspace.result(live.run_id).counts == {"cancelled": 3}
