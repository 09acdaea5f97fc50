"""docs/webex.md 3.5, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.usuarios_modificar_licencias import undo
from bulk.core.action import Irreversible
from bulk.runs.forecast.estimate import people_losing_calling
from bulk.runs.status import find_run
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "usuarios_modificar_licencias"
UNCALLED = 7  # the first person without calling license


def row(
    remote: Remote, index: int = 0, add: str = "cx", remove: str = "", **more: str
) -> dict[str, str]:
    names = {
        name: "|".join(remote.org.licenses[short] for short in text.split())
        for name, text in (("add", add), ("remove", remove))
    }
    given = {"add_license_ids": names["add"], "remove_license_ids": names["remove"], **more}
    return {
        "person_id": remote.person(index),
        **{name: value for name, value in given.items() if value},
    }


def calling(remote: Remote, **more: str) -> dict[str, str]:
    return row(
        remote, UNCALLED, "professional", extension="1007", location_id=remote.location(1), **more
    )


def held(remote: Remote, index: int = 0) -> set[str]:
    return set(remote.doc("person", remote.person(index))["licenses"])


def test_adds_and_removes_what_is_asked(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote, 1, "cx", "meeting")]).counts == {"done": 1}
    assert remote.org.licenses["cx"] in held(remote, 1)
    assert remote.org.licenses["meeting"] not in held(remote, 1)


def test_a_calling_licence_goes_with_its_properties(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [calling(remote)]).counts == {"done": 1}
    person = remote.doc("person", remote.person(UNCALLED))
    assert (person["extension"], person["locationId"]) == ("1007", remote.location(1))


def test_a_calling_licence_without_properties_is_refused_before_it_is_sent(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, [row(remote, UNCALLED, "professional")])
    assert (result.row.state, result.row.code, remote.writes()) == (
        "failed",
        "faltan_propiedades",
        0,
    )


def test_licences_as_wanted_send_no_patch_and_part_of_them_only_the_rest(
    workspace: Workspace, remote: Remote
) -> None:
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [row(remote)]).counts == {"unchanged": 1}
    again = workspace.run(ACTION, [row(remote, 0, "cx meeting", "workspaces")])
    assert again.counts == {"done": 1}
    assert "1 ya asignadas y 1 que no tenía" in str(again.row.message)
    assert remote.counters()["unchanged_writes"] == 0


def test_calls_a_row_come_near_one(workspace: Workspace, remote: Remote) -> None:
    before = remote.counters()["requests"]
    rows = [row(remote, index) for index in range(100) if index % 33 != 7]
    assert workspace.run(ACTION, rows).counts == {"done": len(rows)}
    assert (
        remote.counters()["requests"] - before <= len(rows) + 10
    )  # preflight, licenses and two readings of people


def test_plan_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    assert workspace.plan(ACTION, [row(remote), calling(remote)]).counts == {"change": 2}
    assert remote.writes() == 0


def test_part_of_the_licences_is_a_failure_with_its_real_after(
    workspace: Workspace, remote: Remote
) -> None:
    remote.patch("license", remote.org.licenses["cx"], totalUnits=0)
    found = workspace.run(ACTION, [row(remote, 0, "cx meeting")]).row
    assert (found.state, found.code) == ("failed", "partial")
    assert found.after == {remote.org.licenses["cx"]: False, remote.org.licenses["meeting"]: True}


def test_a_calling_licence_is_removed_only_when_the_run_says_so(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, [row(remote, 0, "", "professional")])
    assert (result.row.code, remote.writes()) == ("quita_calling", 0)
    asked = [row(remote, 0, "", "professional"), row(remote, 1, "meeting")]
    dry_run_seen = workspace.plan(ACTION, asked, allow_calling_removal=True)
    assert (
        people_losing_calling(
            workspace.context, find_run(workspace.context, dry_run_seen.document["run_id"])
        )
        == 1
    )
    assert workspace.run(ACTION, asked[:1], allow_calling_removal=True).counts == {"done": 1}
    assert remote.org.licenses["professional"] not in held(remote)


@pytest.mark.parametrize("status", [400, 409])
def test_an_extension_in_use_fails_with_the_remedy(
    workspace: Workspace, remote: Remote, status: int
) -> None:
    remote.config(busy_status=status)
    remote.patch("location", remote.location(1), otherExtensions=["1007"])
    found = workspace.run(ACTION, [calling(remote)]).row
    assert (found.state, found.code) == ("failed", "4202")
    assert "ya está en uso" in str(found.message)


@pytest.mark.parametrize("code", [400000, 400112, 400404, 400411, 400413, 700003, 700006])
def test_each_refusal_of_the_contract_has_its_remedy(
    workspace: Workspace, remote: Remote, code: int
) -> None:
    body = {"message": "no", "errors": [{"description": "no", "errorCode": code}]}
    remote.fail_next({"method": "PATCH", "status": 400, "body": body})
    result = workspace.run(ACTION, [row(remote)])
    assert (result.row.state, result.row.code) == ("failed", str(code))
    assert "desconocido" not in str(result.row.message)


def test_an_unknown_person_is_found_among_the_others(workspace: Workspace, remote: Remote) -> None:
    unknown = {**row(remote), "person_id": remote.location(0)}
    import base64

    unknown["person_id"] = base64.b64encode(b"ciscospark://us/PEOPLE/nadie").decode().rstrip("=")
    result = workspace.run(ACTION, [row(remote, 0), unknown, row(remote, 1)])
    assert [found.state for found in result.rows] == ["done", "failed", "done"]


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_patch_is_settled_by_reading(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    settle_like(workspace, remote, ACTION, [row(remote)], "PATCH", fault)


@pytest.mark.parametrize("answer", [{}, {"items": None}, {"items": [7]}, {"items": [{"id": 1}]}])
def test_a_malformed_answer_fails_its_rows_and_the_run_finishes(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next({"method": "GET", "path_regex": "people$", "status": 200, "body": answer})
    result = workspace.run(ACTION, [row(remote), row(remote, 1)])
    assert result.document["state"] == "completed_with_errors"


def test_undo_turns_add_and_remove_around_and_says_what_does_not_come_back() -> None:
    before = {"A": False, "B": True, "calling": [], "locationId": "L", "extension": "1"}
    change = undo(before, {**before, "A": True, "B": False})
    assert not isinstance(change, Irreversible)
    assert change.body == [{"id": "A", "operation": "remove"}, {"id": "B", "operation": "add"}]
    assert isinstance(undo({**before, "calling": ["B"]}, {**before, "B": False}), Irreversible)
