"""docs/webex.md 2.4, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.ubicacion_configurar_permisos_salientes_defecto import decide, undo
from bulk.errors import InputError, RowRefused
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "ubicacion_configurar_permisos_salientes_defecto"
PROFILE = {
    "callingPermissions": [
        {"callType": "NATIONAL", "action": "TRANSFER_NUMBER_1", "transferEnabled": True}
    ]
}


def row(
    remote: Remote, place: int = 0, block: str = "INTERNATIONAL", **more: str
) -> dict[str, str]:
    return {"location_id": remote.location(place), "block_call_types": block, **more}


def permissions(remote: Remote, place: int = 0) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = remote.doc("location", remote.location(place))[
        "permissions"
    ]
    return found


def test_changes_only_the_types_that_are_named(workspace: Workspace, remote: Remote) -> None:
    before = permissions(remote)
    assert workspace.run(ACTION, [row(remote)]).counts == {"done": 1}
    after = permissions(remote)
    assert (after["INTERNATIONAL"]["action"], after["INTERNATIONAL"]["transferEnabled"]) == (
        "BLOCK",
        False,
    )
    assert {t: v for t, v in after.items() if t != "INTERNATIONAL"} == {
        t: v for t, v in before.items() if t != "INTERNATIONAL"
    }


def test_a_profile_of_the_run_is_applied_and_the_rows_lists_win(
    workspace: Workspace, remote: Remote
) -> None:
    rows = [{"location_id": remote.location(0)}, row(remote, 1, "national")]
    assert workspace.run(ACTION, rows, profile=PROFILE).counts == {"done": 2}
    assert permissions(remote)["NATIONAL"]["action"] == "TRANSFER_NUMBER_1"
    assert permissions(remote, 1)["NATIONAL"]["action"] == "BLOCK"


def test_without_profile_and_lists_the_row_is_invalid_and_nothing_is_sent(
    workspace: Workspace, remote: Remote
) -> None:
    assert workspace.run(
        ACTION, [{"location_id": remote.location(0), "block_call_types": ""}]
    ).counts == {"invalid": 1}
    with pytest.raises(InputError, match="o un perfil"):  # no column for them either: no run at all
        workspace.run(ACTION, [{"location_id": remote.location(0)}])
    assert remote.writes() == 0
    with pytest.raises(RowRefused):
        decide({})


def test_permissions_as_wanted_send_no_write(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [row(remote)]).counts == {"unchanged": 1}
    assert (remote.writes(), remote.counters()["unchanged_writes"]) == (1, 0)


def test_types_fixed_by_the_system_are_left_out_and_reported(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(
        ACTION,
        [
            row(
                remote,
                3,
                "INTERNATIONAL|PREMIUM_SERVICES_II",
                allow_call_types="SPECIAL_SERVICES_I",
            )
        ],
    )
    assert result.counts == {"done": 1}
    assert "PREMIUM_SERVICES_II" in str(result.row.message)


def test_plan_shows_each_type_and_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote)])
    assert [*plan.row.change] == ["INTERNATIONAL"]
    assert remote.writes() == 0


@pytest.mark.parametrize("status", [400, 403, 404])
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


@pytest.mark.parametrize("answer", [{}, {"callingPermissions": [7]}, {"callingPermissions": "x"}])
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": "outgoingPermission", "status": 200, "body": answer}
    )
    result = workspace.run(ACTION, [row(remote), row(remote, 1)])
    assert sorted(found.state for found in result.rows) == ["done", "failed"]


def test_undo_restores_the_touched_types_only() -> None:
    allowed = {"action": "ALLOW", "transferEnabled": True, "restricted": False}
    blocked = {"action": "BLOCK", "transferEnabled": False, "restricted": False}
    before = {"NATIONAL": allowed, "INTERNATIONAL": allowed}
    change = undo(before, {"NATIONAL": allowed, "INTERNATIONAL": blocked})
    assert change.body == {
        "callingPermissions": [
            {"callType": "INTERNATIONAL", "action": "ALLOW", "transferEnabled": True}
        ]
    }
