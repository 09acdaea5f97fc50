"""docs/webex.md 3.4, on a real socket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bulk.adapters.usuarios_configurar_perfil_saliente_custom import decide, undo
from bulk.errors import RowRefused
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_perfil_saliente_custom"


def row(
    remote: Remote, index: int = 0, block: str = "INTERNATIONAL|premium_services_i"
) -> dict[str, str]:
    return {"person_id": remote.person(index), "block_call_types": block}


def outgoing(remote: Remote, index: int = 0) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = remote.doc("person", remote.person(index))[
        "outgoing"
    ]
    return found


def test_allows_everything_but_the_blocked(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote)]).counts == {"done": 1}
    after = outgoing(remote)
    assert after["useCustomEnabled"] and after["useCustomPermissions"]
    blocked = {t for t, entry in after["permissions"].items() if entry["action"] == "BLOCK"}
    assert blocked == {"INTERNATIONAL", "PREMIUM_SERVICES_I"}
    assert all(
        entry["transferEnabled"] == (t not in blocked) for t, entry in after["permissions"].items()
    )


def test_a_profile_as_wanted_sends_no_write(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [row(remote)]).counts == {"unchanged": 1}
    assert (remote.writes(), remote.counters()["unchanged_writes"]) == (1, 0)


def test_types_fixed_by_the_system_are_left_out_and_reported(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, [row(remote, 9)])
    assert result.counts == {"done": 1}
    assert "PREMIUM_SERVICES_II" in str(result.row.message)
    assert workspace.run(ACTION, [row(remote, 9)]).counts == {"unchanged": 1}


def test_plan_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote)])
    assert plan.row.change["INTERNATIONAL"][1]["action"] == "BLOCK"
    assert remote.writes() == 0


def test_both_lists_empty_or_a_type_in_both_is_never_sent(
    workspace: Workspace, remote: Remote
) -> None:
    both = {**row(remote, 1), "allow_call_types": "INTERNATIONAL"}
    assert workspace.run(ACTION, [{"person_id": remote.person(0)}, both]).counts == {"invalid": 2}
    with pytest.raises(RowRefused):
        decide({})


@pytest.mark.parametrize("server", ["features", "telephony"])
@pytest.mark.parametrize("setting", ["features", "telephony"])
def test_the_path_is_a_setting_and_a_404_of_the_read_tries_the_other(
    workspace: Workspace, remote: Remote, server: str, setting: str
) -> None:
    remote.config(permission_path=server)
    settings = replace(workspace.context.settings, custom_permission_path=setting)
    result = Workspace(replace(workspace.context, settings=settings), remote).run(
        ACTION, [row(remote)]
    )
    assert result.counts == {"done": 1}
    assert [
        key
        for key in remote.counters()["by_entity"]
        if ("telephony" in key) == (server == "telephony")
    ]


def test_a_person_without_calling_fails_with_the_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    for status in (404, 400):
        remote.config(uncalling_status=status)
        assert "no tiene Webex Calling" in str(workspace.run(ACTION, [row(remote, 7)]).row.message)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refused_write_fails_its_row_only(
    workspace: Workspace, remote: Remote, status: int
) -> None:
    remote.fail_next(
        {
            "method": "PUT",
            "path_regex": remote.person(0),
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


def test_undo_restores_flags_and_entries() -> None:
    entry = {"action": "ALLOW", "transferEnabled": True, "restricted": False}
    before = {
        "useCustomEnabled": False,
        "useCustomPermissions": False,
        "NATIONAL": entry,
        "path": "features",
    }
    after = {
        **before,
        "useCustomEnabled": True,
        "useCustomPermissions": True,
        "NATIONAL": {**entry, "action": "BLOCK"},
    }
    body = undo(before, after).body
    assert (body["useCustomEnabled"], body["useCustomPermissions"]) == (False, False)
    assert body["callingPermissions"] == [
        {"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True}
    ]
