"""docs/webex.md 2.3, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.ubicacion_configurar_llamadas_internas import POLICY, ROUTE, decide, undo
from bulk.errors import RowRefused
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "ubicacion_configurar_llamadas_internas"


def route(remote: Remote, index: int) -> dict[str, str]:
    route_id, doc = list(remote.org.docs["route"].items())[index]
    return {"premise_route_id": route_id, "premise_route_type": doc["type"]}


def row(remote: Remote, place: int = 0, index: int = 0) -> dict[str, str]:
    return {
        "location_id": remote.location(place),
        "enable_unknown_extension_route_policy": "true",
        **route(remote, index),
    }


def off(remote: Remote, place: int = 0) -> dict[str, str]:
    return {"location_id": remote.location(place), "enable_unknown_extension_route_policy": "no"}


def dialing(remote: Remote, place: int = 0) -> dict[str, object]:
    found: dict[str, object] = remote.doc("location", remote.location(place))["internalDialing"]
    return found


@pytest.mark.parametrize("index", [0, 2])
def test_enables_the_policy_with_a_trunk_or_a_route_group(
    workspace: Workspace, remote: Remote, index: int
) -> None:
    assert workspace.run(ACTION, [row(remote, index=index)]).counts == {"done": 1}
    assert dialing(remote) == {"enabled": True, "route": route(remote, index)["premise_route_id"]}


def test_disables_the_policy(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [off(remote)]).counts == {"done": 1}
    assert dialing(remote)["enabled"] is False


def test_a_policy_as_wanted_sends_no_write(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [off(remote)]).counts == {"unchanged": 1}
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [row(remote)]).counts == {"unchanged": 1}
    assert (remote.writes(), remote.counters()["unchanged_writes"]) == (1, 0)


def test_plan_shows_the_route_and_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote)])
    assert plan.row.change[POLICY] == [False, True]
    assert plan.row.change[ROUTE][1]["type"] == "TRUNK"
    assert remote.writes() == 0


def test_enabling_without_a_route_or_with_one_of_another_type_is_refused() -> None:
    before = {POLICY: False, ROUTE: None}
    with pytest.raises(RowRefused):
        decide(before, enable_unknown_extension_route_policy=True)


def test_an_unknown_route_fails_its_row_only(workspace: Workspace, remote: Remote) -> None:
    remote.fail_next(
        {
            "method": "PUT",
            "path_regex": remote.location(0),
            "status": 404,
            "body": {"message": "route"},
        }
    )
    assert [found.state for found in workspace.run(ACTION, [row(remote), row(remote, 1)]).rows] == [
        "failed",
        "done",
    ]


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_write_is_settled_by_reading(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    settle_like(workspace, remote, ACTION, [row(remote)], "PUT", fault)


@pytest.mark.parametrize("answer", [{}, {POLICY: None}, {POLICY: True}, {POLICY: True, ROUTE: 7}])
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": "internalDialing", "status": 200, "body": answer}
    )
    result = workspace.run(ACTION, [row(remote), row(remote, 1)])
    assert sorted(found.state for found in result.rows) == ["done", "failed"]


def test_undo_restores_policy_and_route() -> None:
    on = {POLICY: True, ROUTE: {"id": "R", "type": "TRUNK"}}
    never = {POLICY: False, ROUTE: None}
    assert undo(never, on).body == {POLICY: False}
    assert undo(on, never).body == on
