"""Undo of a run, for each of the nine actions, through the product's own front door."""

from __future__ import annotations

from typing import Any

import pytest

from bulk.adapters import SUPPORTED
from bulk.errors import UsageError
from bulk.report.verified import verification_line
from bulk.runs.launch import Launch, launch_plan, wait
from bulk.runs.resume import resume
from bulk.runs.status import find_run
from bulk.runs.undo import listed_rows, undo, undo_lists
from bulk.runs.verify import findings, verify
from tests.integration.adapters.many import callers, many_rows
from tests.workspace import PATIENCE, Remote, Result, Workspace


@pytest.fixture
def remote(wide: Remote) -> Remote:
    return wide


FORWARD = "usuarios_configurar_desvio_prefijo53"


def undone(workspace: Workspace, run_id: str, **options: Any) -> Result:
    live = undo(workspace.context, run_id, workspace.connection, **options)
    assert live.ended.wait(PATIENCE)
    return workspace.result(live.run_id)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_undo_leaves_the_organisation_as_it_was(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    as_new = remote.digest()
    rows = many_rows(remote, action_id)
    first = workspace.run(action_id, rows)
    assert set(first.counts) == {"done"}, [
        (row.state, row.message) for row in first.rows if row.state != "done"
    ]
    assert remote.digest() != as_new
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    assert preview.counts == {"change": len(rows)}
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"done": len(rows)}, [
        (row.state, row.message) for row in result.rows if row.state != "done"
    ]
    assert remote.digest() == as_new
    assert undo_lists(workspace.context, result.document["run_id"])["reverted"] == len(rows)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_undo_of_an_undo_leaves_what_the_run_left(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    first = workspace.run(action_id, many_rows(remote, action_id))
    as_left = remote.digest()
    back = undone(workspace, first.document["run_id"])
    again = undone(workspace, back.document["run_id"])
    assert set(again.counts) == {"done"}, [
        (row.state, row.message) for row in again.rows if row.state != "done"
    ]
    assert remote.digest() == as_left


def forwarded(
    remote: Remote, *indexes: int, destination: str = "600111222"
) -> list[dict[str, str]]:
    return [{"person_id": remote.person(index), "destination": destination} for index in indexes]


def change_by_hand(remote: Remote, index: int, destination: str) -> None:
    person = remote.person(index)
    forwarding = remote.doc("person", person)["forwarding"]["callForwarding"]
    always = {**forwarding["always"], "enabled": True, "destination": destination}
    remote.patch("person", person, forwarding={"callForwarding": {**forwarding, "always": always}})


def test_rows_that_somebody_changed_since_are_kept(workspace: Workspace, remote: Remote) -> None:
    calling = callers(remote, 40)
    first = workspace.run(FORWARD, forwarded(remote, *calling))
    worked = [row for row in first.rows if row.state == "done"]
    theirs = {row.params["person_id"] for row in worked[:10]}
    for index in calling:
        if remote.person(index) in theirs:
            change_by_hand(remote, index, "699999999")
    writes = remote.writes()
    result = undone(workspace, first.document["run_id"])
    kept = [row for row in result.rows if row.state == "conflict"]
    assert {row.params["person_id"] for row in kept} == theirs
    assert all(
        row.code == "modificada_despues" and "699999999" in (row.message or "") for row in kept
    )
    assert remote.writes() - writes == len(worked) - len(theirs)


def test_rows_of_one_person_are_given_back_from_the_last_to_the_first(
    workspace: Workspace, remote: Remote
) -> None:
    as_new = remote.digest()
    cx, messaging = remote.org.licenses["cx"], remote.org.licenses["meeting"]
    rows = [
        {"person_id": remote.person(1), "add_license_ids": cx},
        {"person_id": remote.person(1), "remove_license_ids": messaging},
        {"person_id": remote.person(1), "add_license_ids": messaging},
    ]
    first = workspace.run("usuarios_modificar_licencias", rows)
    assert first.counts == {"done": 3}
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"done": 3}
    assert [row.line for row in sorted(result.rows, key=lambda row: str(row.ended_at))] == [4, 3, 2]
    assert remote.digest() == as_new


def test_what_cannot_be_undone_is_listed_with_the_reason(
    workspace: Workspace, remote: Remote
) -> None:
    calling = remote.org.licenses["professional"]
    rows = [{"person_id": remote.person(callers(remote, 1)[0]), "remove_license_ids": calling}]
    first = workspace.run("usuarios_modificar_licencias", rows, allow_calling_removal=True)
    assert first.counts == {"done": 1}
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"invalid": 1}
    assert result.row.code == "irreversible" and "no se puede recuperar" in str(result.row.message)
    assert undo_lists(workspace.context, result.document["run_id"])["irreversible"] == 1


def test_a_run_that_changed_nothing_has_no_undo(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(FORWARD, forwarded(remote, 1))
    with pytest.raises(UsageError, match="es un ensayo"):
        undo(workspace.context, plan.document["run_id"], workspace.connection)
    first = workspace.run(FORWARD, forwarded(remote, 1))
    again = workspace.run(FORWARD, forwarded(remote, 1))
    assert first.counts == {"done": 1} and again.counts == {"unchanged": 1}
    with pytest.raises(UsageError, match="no cambió nada"):
        undo(workspace.context, again.document["run_id"], workspace.connection)


def test_a_paused_undo_is_resumed_to_the_same_end(workspace: Workspace, remote: Remote) -> None:
    as_new = remote.digest()
    calling = callers(remote, 60)
    first = workspace.run(FORWARD, forwarded(remote, *calling))
    remote.config(latency_ms=30)
    live = undo(workspace.context, first.document["run_id"], workspace.connection)
    live.halt("paused")
    assert live.ended.wait(PATIENCE)
    assert workspace.result(live.run_id).document["counts"]["pending"] > 0
    remote.config(latency_ms=0)
    again = resume(workspace.context, live.run_id, workspace.connection)
    assert again is not None
    wait(again)
    assert remote.digest() == as_new


def test_the_preview_of_an_undo_can_be_launched(workspace: Workspace, remote: Remote) -> None:
    as_new = remote.digest()
    first = workspace.run(FORWARD, forwarded(remote, 1, 2, 3))
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    live = launch_plan(
        workspace.context, preview.document["run_id"], workspace.connection, Launch()
    )
    wait(live)
    assert remote.digest() == as_new


def test_a_launched_preview_lists_its_rows_as_the_preview_did(
    workspace: Workspace, remote: Remote
) -> None:
    """Kept, irreversible and unreadable rows are distinguished, and what the preview did not show
    is not written.
    """
    cx, calling = remote.org.licenses["cx"], remote.org.licenses["professional"]
    people = callers(remote, 5)
    rows = [{"person_id": remote.person(n), "add_license_ids": cx} for n in people[:4]]
    rows.append({"person_id": remote.person(people[4]), "remove_license_ids": calling})
    first = workspace.run("usuarios_modificar_licencias", rows, allow_calling_removal=True)
    assert first.counts == {"done": 5}, [row.message for row in first.rows]
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    assert preview.counts == {"change": 4, "invalid": 1}
    kept = forwarded_run_with_one_kept(workspace, remote, people)
    live = launch_plan(workspace.context, kept.document["run_id"], workspace.connection, Launch())
    wait(live)
    result = workspace.result(live.run_id)
    assert result.counts == {"done": 2, "conflict": 1, "failed": 1}
    lists = undo_lists(workspace.context, live.run_id)
    assert lists == {
        "reverted": 2,
        "partly": 0,
        "kept": 1,
        "irreversible": 0,
        "already": 0,
        "failed": 1,
        "open": 0,
    }
    assert [row.code for row in listed_rows(workspace.context, live.run_id, "kept", limit=9)] == [
        "modificada_despues"
    ]
    assert (
        find_run(workspace.context, live.run_id).parent
        == find_run(workspace.context, kept.document["run_id"]).parent
    )
    live = launch_plan(
        workspace.context, preview.document["run_id"], workspace.connection, Launch()
    )
    wait(live)
    lists = undo_lists(workspace.context, live.run_id)
    assert lists == {
        "reverted": 4,
        "partly": 0,
        "kept": 0,
        "irreversible": 1,
        "already": 0,
        "failed": 0,
        "open": 0,
    }
    assert [
        row.params["person_id"]
        for row in listed_rows(workspace.context, live.run_id, "irreversible", limit=9)
    ] == [remote.person(people[4])]


def forwarded_run_with_one_kept(workspace: Workspace, remote: Remote, people: list[int]) -> Result:
    """Preview of the undo of four forwardings, one changed by somebody else since and one that
    cannot be read.
    """
    first = workspace.run(FORWARD, forwarded(remote, *people[:4]))
    change_by_hand(remote, people[0], "699999999")
    path = f"people/{remote.person(people[1])}/features/callForwarding"
    remote.fail_next(
        {"method": "GET", "path_regex": path, "status": 403, "times": 1, "body": {"message": "no"}}
    )
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    assert preview.counts == {"conflict": 1, "blocked": 1, "change": 2}
    return preview


# -- verification ----------------------------------------------------------------------------------


def test_verification_tells_what_is_not_as_asked_and_writes_nothing(
    workspace: Workspace, remote: Remote
) -> None:
    first = workspace.run(FORWARD, forwarded(remote, 1, 2, 3, 4))
    done = first.counts["done"]
    change_by_hand(remote, 2, "688888888")
    writes = remote.writes()
    wait(verify(workspace.context, first.document["run_id"], workspace.connection))
    found = findings(workspace.context, first.document["run_id"])
    assert found is not None
    assert (found.as_asked, found.different, found.unreadable, found.open) == (done - 1, 1, 0, 0)
    assert remote.writes() == writes


def test_what_a_later_row_wrote_over_is_not_different_and_rows_that_failed_are_reported(
    workspace: Workspace, remote: Remote
) -> None:
    meeting, cx = remote.org.licenses["meeting"], remote.org.licenses["cx"]
    rows = [
        {"person_id": remote.person(1), "remove_license_ids": meeting, "add_license_ids": cx},
        {"person_id": remote.person(1), "add_license_ids": meeting},
        {"person_id": remote.person(2), "add_license_ids": cx},
        {"person_id": "nada", "add_license_ids": cx},
    ]
    first = workspace.run("usuarios_modificar_licencias", rows)
    assert first.counts == {"done": 3, "invalid": 1}
    wait(verify(workspace.context, first.document["run_id"], workspace.connection))
    found = findings(workspace.context, first.document["run_id"])
    assert found is not None and (found.as_asked, found.different, found.left_out) == (
        3,
        0,
        {"invalid": 1},
    )
    assert verification_line(found).endswith("0 no legibles, 1 no verificada (no válida: 1).")
    remote.patch(
        "person", remote.person(1), licenses=[meeting]
    )  # somebody takes away what the first row had given
    wait(verify(workspace.context, first.document["run_id"], workspace.connection))
    found = findings(workspace.context, first.document["run_id"])
    assert found is not None and (found.as_asked, found.different) == (2, 1)


def test_verification_of_an_undo_looks_for_what_was_before(
    workspace: Workspace, remote: Remote
) -> None:
    first = workspace.run(FORWARD, forwarded(remote, 1, 2, 3))
    back = undone(workspace, first.document["run_id"])
    wait(verify(workspace.context, back.document["run_id"], workspace.connection))
    found = findings(workspace.context, back.document["run_id"])
    assert found is not None and (found.as_asked, found.different) == (back.counts["done"], 0)
