"""Any member may be missing from any answer: what a row then says is true by the server's own
state, and its undo never takes away what was there before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk.adapters import SUPPORTED
from bulk.runs.undo import undo
from bulk.sandbox import SandboxConfig
from bulk.webex.ratelimit import limiter
from tests.contract.strict_server import StrictServer, member_left_out, strict
from tests.integration.adapters.many import many_rows
from tests.workspace import Remote, Result, Workspace, opened, serving

PEOPLE, LOCATIONS = 40, 4
ROWS, HELD = 4, 2  # rows of a run; of these, those that are as wanted before it begins
# the organization and who asks are looked at when a run is connected
CONNECTING = ("people/me", "organizations")
EXAMPLES = int(os.environ.get("MEMBERS_EXAMPLES", "8"))
SOME = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
WENT_WELL = ("done", "unchanged")


class Bench:
    """One organization, seen directly and through the proxy."""

    def __init__(self, remote: Remote, server: StrictServer, seen: Remote, folder: Path) -> None:
        self.remote, self.server, self.seen, self.folder = remote, server, seen, folder
        self.numbers = count()
        self.known: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[str]]] = {}

    def facts(self, row: dict[str, Any]) -> Any:
        """What the server holds of a row's entity."""
        state = self.remote.admin("state")
        if "person_id" in row:
            return state["person"][row["person_id"]]
        numbers = row.get("phone_numbers", ())
        return state["location"][row["location_id"]], [state["number"].get(n) for n in numbers]

    def clean(self, action_id: str) -> tuple[list[dict[str, Any]], list[Any], list[str]]:
        """(rows, what each leaves when nothing is missing, members of all answers)."""
        if action_id not in self.known:
            rows = many_rows(self.remote.as_new(), action_id, ROWS)
            self.server.as_new()
            result = self.run(action_id, rows)
            assert result.counts == {"done": len(rows)}
            names = {
                name
                for call in self.server.calls
                if call.path not in CONNECTING
                for name in _names(call.body)
            }
            self.known[action_id] = rows, [self.facts(row) for row in rows], sorted(names)
        return self.known[action_id]

    def run(self, action_id: str, rows: list[dict[str, Any]]) -> Result:
        with self.workspace() as workspace:
            return workspace.run(action_id, rows)

    def workspace(self) -> Any:
        limiter._paces.clear()
        return opened(self.folder / str(next(self.numbers)), self.seen)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def undone(workspace: Workspace, run: Result) -> Result:
    live = undo(workspace.context, run.document["run_id"], workspace.connection)
    assert live.ended.wait(60)
    return workspace.result(live.run_id)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    config = SandboxConfig(people=PEOPLE, locations=LOCATIONS, job_seconds=0.05)
    with serving(config) as running:
        remote = Remote(running, people=PEOPLE, locations=LOCATIONS)
        with strict(remote) as (server, seen):
            yield Bench(remote, server, seen, tmp_path_factory.mktemp("members"))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("SETTLE_DELAY", "0.01"),
        ("JOB_POLL_FIRST", "0.02"),
        ("JOB_POLL_MAX", "0.1"),
        ("JOB_DEADLINE", "1"),
        ("WRITE_ATTEMPTS", "2"),
    ):
        monkeypatch.setenv(f"BULK_{name}", value)


@pytest.mark.parametrize("action_id", SUPPORTED)
@SOME
@given(data=st.data())
def test_a_row_says_what_the_server_holds_and_its_undo_keeps_what_was_there(
    bench: Bench, action_id: str, data: st.DataObject
) -> None:
    rows, wanted, names = bench.clean(action_id)
    habit = _drawn(data, names)
    bench.remote.as_new()
    bench.server.as_new()
    bench.run(action_id, rows[:HELD])
    before = [bench.facts(row) for row in rows]
    with bench.workspace() as workspace:
        bench.server.as_new(habit)
        run = workspace.run(action_id, rows)
        after = [bench.facts(row) for row in rows]
        for found, now, aim in zip(run.rows, after, wanted, strict=True):
            assert found.state not in WENT_WELL or now == aim, (found.state, found.message)
            assert found.state in (*WENT_WELL, "failed", "unknown"), found.state
            assert found.state in WENT_WELL or found.message
        assert after[:HELD] == before[:HELD]
        bench.server.as_new()
        back = undone(workspace, run) if _sent(run) else None
    assert [bench.facts(row) for row in rows[:HELD]] == before[:HELD]
    _restored(bench, rows, before, back)


@pytest.mark.parametrize("action_id", SUPPORTED)
@SOME
@given(data=st.data())
def test_an_undo_says_what_the_server_holds(
    bench: Bench, action_id: str, data: st.DataObject
) -> None:
    rows, _, names = bench.clean(action_id)
    habit = _drawn(data, names)
    bench.remote.as_new()
    bench.server.as_new()
    bench.run(action_id, rows[:HELD])
    before = [bench.facts(row) for row in rows]
    with bench.workspace() as workspace:
        run = workspace.run(action_id, rows)
        bench.server.as_new(habit)
        back = undone(workspace, run)
    assert [bench.facts(row) for row in rows[:HELD]] == before[:HELD]
    _restored(bench, rows, before, back)


def _drawn(data: st.DataObject, names: list[str]) -> Any:
    """A member missing from all answers, or only from some."""
    name = data.draw(st.sampled_from(names), label="member")
    times = data.draw(st.sampled_from([10**9, 1, 2]), label="times")
    skip = data.draw(st.integers(0, 4), label="skip") if times < 10**9 else 0
    habit = member_left_out(name, times=times, skip=skip)

    def elsewhere(exchange: Any) -> None:
        if exchange.path not in CONNECTING:
            habit(exchange)

    return elsewhere


def _sent(run: Result) -> bool:
    return any(row.attempt for row in run.rows)


def _restored(
    bench: Bench, rows: list[dict[str, Any]], before: list[Any], back: Result | None
) -> None:
    """What an undo calls reverted, or as before, is so."""
    for found in back.rows if back else ():
        row = rows[found.line - 2]
        if found.state in WENT_WELL and not found.message:
            assert bench.facts(row) == before[found.line - 2], (found.state, row)
        assert found.state in WENT_WELL or found.message
