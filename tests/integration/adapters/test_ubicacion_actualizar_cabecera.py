"""docs/webex.md 2.2, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.ubicacion_actualizar_cabecera import undo
from bulk.core.action import Irreversible
from bulk.sandbox.organisation import number
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "ubicacion_actualizar_cabecera"


def row(remote: Remote, place: int = 0, tail: int = 1, **more: str) -> dict[str, str]:
    return {"location_id": remote.location(place), "phone_number": number(place, tail), **more}


def line(remote: Remote, place: int = 0) -> dict[str, str]:
    found: dict[str, str] = remote.doc("location", remote.location(place))["callingLineId"]
    return found


def test_sets_the_number_and_keeps_the_name(workspace: Workspace, remote: Remote) -> None:
    before = line(remote)
    assert workspace.run(ACTION, [row(remote)]).counts == {"done": 1}
    assert line(remote) == {"name": before["name"], "phoneNumber": number(0, 1)}


def test_sets_number_and_name_together(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote, calling_line_name="Acme Centro")])
    assert line(remote) == {"name": "Acme Centro", "phoneNumber": number(0, 1)}


def test_a_header_as_wanted_sends_no_write(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote)])
    again = workspace.run(ACTION, [row(remote)])
    assert (again.counts, remote.writes(), remote.counters()["unchanged_writes"]) == (
        {"unchanged": 1},
        1,
        0,
    )


def test_plan_shows_both_numbers_and_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote)])
    assert plan.row.change == {"phoneNumber": [number(0, 0), number(0, 1)]}
    assert remote.writes() == 0


def test_a_number_of_another_location_fails_with_the_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(
        ACTION, [{**row(remote), "phone_number": number(1, 1)}, row(remote, 1, tail=2)]
    )
    assert [found.state for found in result.rows] == ["failed", "done"]
    assert (result.rows[0].code, "Dalo de alta antes" in str(result.rows[0].message)) == (
        "27966",
        True,
    )


def test_an_inactive_number_is_left_to_webex_to_judge(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote, tail=2)]).counts == {"done": 1}
    remote.config(inactive_header=False)
    assert workspace.run(ACTION, [row(remote, place=1, tail=2)]).counts == {"failed": 1}


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_refused_write_fails_its_row_only(
    workspace: Workspace, remote: Remote, status: int
) -> None:
    remote.fail_next(
        {
            "method": "PUT",
            "path_regex": remote.location(0),
            "status": status,
            "body": {"message": "no"},
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


@pytest.mark.parametrize("answer", [{}, {"callingLineId": None}, {"callingLineId": 7}])
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {
            "method": "GET",
            "path_regex": remote.location(0),
            "status": 200,
            "body": answer,
            "times": 2,
        }
    )
    result = workspace.run(ACTION, [row(remote), row(remote, 1)])
    assert [found.state for found in result.rows] == ["failed", "done"]


def test_undo_puts_the_old_line_back_or_says_why_not() -> None:
    before, after = (
        {"phoneNumber": "+34911000001", "name": "A"},
        {"phoneNumber": "+34911000002", "name": "B"},
    )
    change = undo(before, after)
    assert not isinstance(change, Irreversible)
    assert change.body == {"callingLineId": {"phoneNumber": "+34911000001", "name": "A"}}
    assert isinstance(undo({"phoneNumber": None, "name": None}, after), Irreversible)
