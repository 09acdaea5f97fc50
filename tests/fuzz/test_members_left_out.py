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
from bulk.errors import UsageError
from bulk.runs.undo import undo
from bulk.sandbox import SandboxConfig
from bulk.webex.ratelimit import limiter
from tests.contract.strict_server import (
    Exchange,
    Habit,
    StrictServer,
    member_left_out,
    strict,
)
from tests.integration.adapters.many import many_rows
from tests.workspace import Remote, Result, Workspace, opened, serving

PEOPLE, LOCATIONS = 40, 4
ROWS, HELD = 4, 2  # rows of a run; of these, those that are as wanted before it begins
# the organization and who asks are looked at when a run is connected
CONNECTING = ("people/me", "organizations")
EXAMPLES = int(os.environ.get("MEMBERS_EXAMPLES", "3"))
SOME = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
WENT_WELL = ("done", "unchanged")
PERMISSIONS = "callingPermissions callType action transferEnabled isCallTypeRestrictionEnabled"
READ = {  # the members that each action reads
    "ubicacion_alta_numeraciones_desactivadas": (
        "phoneNumbers phoneNumber state owner mainNumber extension connection type"
    ),
    "ubicacion_actualizar_cabecera": "callingLineId phoneNumber name",
    "ubicacion_configurar_llamadas_internas": (
        "enableUnknownExtensionRoutePolicy unknownExtensionRouteIdentity id type"
    ),
    "ubicacion_configurar_permisos_salientes_defecto": PERMISSIONS,
    "usuarios_modificar_licencias": "items id licenses name locationId extension",
    "usuarios_asignar_location_desde_csv": (
        "items id licenses name locationId extension phoneNumbers type value response counts"
        " totalMoves moved failed latestExecutionStatus sourceUserId"
    ),
    "usuarios_anadir_intercom_legacy": "phoneNumbers directNumber extension primary",
    "usuarios_configurar_desvio_prefijo53": (
        "callForwarding always enabled destination destinationVoicemailEnabled ringReminderEnabled"
        " busy noAnswer businessContinuity numberOfRings"
    ),
    "usuarios_configurar_perfil_saliente_custom": (
        f"useCustomEnabled useCustomPermissions {PERMISSIONS}"
    ),
}


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


def undone(workspace: Workspace, run: Result) -> Result | None:
    """None where an undo is refused: rows are in flight still."""
    try:
        live = undo(workspace.context, run.document["run_id"], workspace.connection)
    except UsageError:
        assert any(row.state == "unknown" for row in run.rows)
        return None
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


EVERY = [(action_id, name) for action_id, names in READ.items() for name in names.split()]


@pytest.mark.parametrize(("action_id", "name"), EVERY)
def test_a_member_that_is_never_there(bench: Bench, action_id: str, name: str) -> None:
    _run_without(bench, action_id, member_left_out(name))
    _undo_without(bench, action_id, member_left_out(name))


@pytest.mark.parametrize("action_id", SUPPORTED)
@SOME
@given(data=st.data())
def test_any_member_that_is_there_only_sometimes(
    bench: Bench, action_id: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(bench.clean(action_id)[2]), label="member")
    times, skip = data.draw(st.integers(1, 3), label="times"), data.draw(st.integers(0, 4))
    _run_without(bench, action_id, member_left_out(name, times=times, skip=skip))
    _undo_without(bench, action_id, member_left_out(name, times=times, skip=skip))


def _run_without(bench: Bench, action_id: str, habit: Habit) -> None:
    """A row says what the server holds, and its undo keeps what was there before it."""
    rows, wanted, before = _begun(bench, action_id)
    with bench.workspace() as workspace:
        bench.server.as_new(_but_connecting(habit))
        run = workspace.run(action_id, rows)
        after = [bench.facts(row) for row in rows]
        for found, now, aim in zip(run.rows, after, wanted, strict=True):
            assert found.state not in WENT_WELL or now == aim, (found.state, found.message)
            assert found.state in (*WENT_WELL, "failed", "unknown"), found.state
            assert found.state in WENT_WELL or found.message
        assert after[:HELD] == before[:HELD]
        bench.server.as_new()
        back = undone(workspace, run) if any(row.attempt for row in run.rows) else None
    _restored(bench, rows, before, back)


def _undo_without(bench: Bench, action_id: str, habit: Habit) -> None:
    """An undo says what the server holds."""
    rows, _, before = _begun(bench, action_id)
    with bench.workspace() as workspace:
        run = workspace.run(action_id, rows)
        bench.server.as_new(_but_connecting(habit))
        back = undone(workspace, run)
    _restored(bench, rows, before, back)


def _begun(bench: Bench, action_id: str) -> tuple[list[dict[str, Any]], list[Any], list[Any]]:
    """(rows, what each is to leave, what each finds): some are as wanted already."""
    rows, wanted, _ = bench.clean(action_id)
    bench.remote.as_new()
    bench.server.as_new()
    bench.run(action_id, rows[:HELD])
    return rows, wanted, [bench.facts(row) for row in rows]


def _but_connecting(habit: Habit) -> Habit:
    def elsewhere(exchange: Exchange) -> None:
        if exchange.path not in CONNECTING:
            habit(exchange)

    return elsewhere


def _restored(
    bench: Bench, rows: list[dict[str, Any]], before: list[Any], back: Result | None
) -> None:
    """What an undo calls reverted, or as before, is so; what was there before the run is kept."""
    assert [bench.facts(row) for row in rows[:HELD]] == before[:HELD]
    for found in back.rows if back else ():
        row = rows[found.line - 2]
        if found.state in WENT_WELL and not found.message:
            assert bench.facts(row) == before[found.line - 2], (found.state, row)
        assert found.state in WENT_WELL or found.message
