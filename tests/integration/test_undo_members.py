"""Undo looks at each member by itself: what is ours is given back, what is somebody else's stays,
what stays for good is listed.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from bulk.engine import settle
from bulk.errors import UsageError
from bulk.runs.launch import Launch, launch_plan, wait
from bulk.runs.resume import retry
from bulk.runs.undo import listed_rows, undo, undo_lists
from bulk.runs.verify import findings, verify
from bulk.sandbox.organisation import number
from tests.integration.adapters.many import many_rows
from tests.workspace import PATIENCE, Remote, Result, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"
LICENCES = "usuarios_modificar_licencias"
MOVES = "usuarios_asignar_location_desde_csv"
NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
HEADER = "ubicacion_actualizar_cabecera"
PERMISSIONS = "ubicacion_configurar_permisos_salientes_defecto"
PROFILE = "usuarios_configurar_perfil_saliente_custom"
LOST_PUT = {"method": "PUT", "path_regex": "callForwarding", "drop": "before"}


def undone(workspace: Workspace, run_id: str, **options: Any) -> Result:
    live = undo(workspace.context, run_id, workspace.connection, **options)
    assert live.ended.wait(PATIENCE)
    return workspace.result(live.run_id)


def retried(workspace: Workspace, run_id: str) -> Result:
    live = retry(workspace.context, run_id, workspace.connection)
    assert live is not None
    wait(live)
    return workspace.result(run_id)


def destination(remote: Remote, person: str) -> str:
    return str(
        remote.doc("person", person)["forwarding"]["callForwarding"]["always"].get("destination")
    )


def forward_by_hand(remote: Remote, person: str, to: str) -> None:
    forwarding = remote.doc("person", person)["forwarding"]
    calls = forwarding["callForwarding"]
    always = {**calls["always"], "enabled": True, "destination": to}
    remote.patch(
        "person", person, forwarding={**forwarding, "callForwarding": {**calls, "always": always}}
    )


@pytest.fixture
def unknown(workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A row whose write was lost, and somebody was quicker than the reading that should settle
    it.
    """
    person, read = remote.person(1), settle.read_now

    def too_late(live: Any, item: Any) -> Any:
        forward_by_hand(remote, person, "677")
        return read(live, item)

    monkeypatch.setattr(settle, "read_now", too_late)
    remote.fail_next(LOST_PUT)
    found = workspace.run(FORWARD, [{"person_id": person, "destination": "600111222"}])
    monkeypatch.setattr(settle, "read_now", read)
    remote.fail_next()
    assert found.counts == {"unknown": 1}
    return found


def test_what_was_seen_after_a_lost_write_is_not_taken_for_ours(
    workspace: Workspace, remote: Remote, unknown: Result
) -> None:
    result = undone(workspace, unknown.document["run_id"])
    assert result.counts == {"conflict": 1}
    assert destination(remote, remote.person(1)) == "677"


def test_who_retries_a_row_in_doubt_has_it_decided_on_what_is_there_now(
    workspace: Workspace, remote: Remote, unknown: Result
) -> None:
    result = retried(workspace, unknown.document["run_id"])
    assert result.counts == {"done": 1} and destination(remote, remote.person(1)) == "600111222"
    assert result.row.before["always"]["enabled"] is False  # the first one wins


def test_a_retried_row_in_doubt_of_an_undo_is_kept(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = remote.person(1)
    first, read = (
        workspace.run(FORWARD, [{"person_id": person, "destination": "600111222"}]),
        settle.read_now,
    )
    monkeypatch.setattr(
        settle, "read_now", lambda *a: (forward_by_hand(remote, person, "677"), read(*a))[1]
    )
    remote.fail_next(LOST_PUT)
    back = undone(workspace, first.document["run_id"])
    monkeypatch.setattr(settle, "read_now", read)
    remote.fail_next()
    assert back.counts == {"unknown": 1}
    assert retried(workspace, back.document["run_id"]).counts == {"conflict": 1}
    assert destination(remote, person) == "677"


def test_what_an_earlier_attempt_did_is_given_back_too(
    workspace: Workspace, remote: Remote
) -> None:
    """206: one license given, one not; the retry is refused and gives nothing."""
    as_new, cx, meeting = remote.digest(), remote.org.licenses["cx"], remote.org.licenses["meeting"]
    units = remote.doc("license", meeting)["totalUnits"]
    remote.patch("license", meeting, totalUnits=0)
    first = workspace.run(
        LICENCES, [{"person_id": remote.person(0), "add_license_ids": f"{cx}|{meeting}"}]
    )
    assert (first.row.state, first.row.code) == ("failed", "partial")
    again = retried(workspace, first.document["run_id"])
    assert (again.row.state, again.row.attempt) == ("failed", 2)
    assert undone(workspace, first.document["run_id"]).counts == {"done": 1}
    remote.patch("license", meeting, totalUnits=units)
    assert remote.digest() == as_new


def test_what_somebody_put_back_is_as_before_and_the_rest_is_given_back(
    workspace: Workspace, remote: Remote
) -> None:
    as_new, cx, messaging = (
        remote.digest(),
        remote.org.licenses["cx"],
        remote.org.licenses["messaging"],
    )
    person = remote.person(1)
    first = workspace.run(
        LICENCES, [{"person_id": person, "add_license_ids": cx, "remove_license_ids": messaging}]
    )
    assert first.counts == {"done": 1}
    remote.patch(
        "person", person, licenses=sorted([*remote.doc("person", person)["licenses"], messaging])
    )
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"done": 1} and list(result.row.change) == [cx]
    assert remote.digest() == as_new


def test_no_undo_while_rows_are_in_a_remote_job(workspace: Workspace, remote: Remote) -> None:
    as_new, rows = remote.digest(), many_rows(remote, MOVES, 5)
    remote.config(job_seconds=1.5)
    live = workspace.start(MOVES, rows)
    while not remote.counters()["move_jobs"]:
        time.sleep(0.02)
    time.sleep(0.3)
    live.halt("paused")
    assert live.ended.wait(PATIENCE)
    assert workspace.result(live.run_id).counts == {"running": 5}
    with pytest.raises(UsageError, match=f"5 filas siguen en Webex.*bulk resume {live.run_id}"):
        undo(workspace.context, live.run_id, workspace.connection, dry_run=True)
    assert workspace.resume(live.run_id).counts == {"done": 5}
    assert undone(workspace, live.run_id).counts == {"done": 5}
    assert remote.digest() == as_new


# -- one change in several requests ----------------------------------------------------------------


def second_request_lost(remote: Remote, method: str) -> None:
    plan = {"method": method, "path_regex": "numbers", "times": 1}
    remote.fail_next(plan, {**plan, "drop": "before"})


def test_a_row_over_the_limit_goes_on_where_a_lost_request_left_it(
    workspace: Workspace, remote: Remote
) -> None:
    row = {
        **many_rows(remote, NUMBERS, 1)[0],
        "phone_numbers": [number(0, 91000 + k) for k in range(250)],
    }
    second_request_lost(remote, "POST")
    result = workspace.run(NUMBERS, [row])
    assert result.counts == {"done": 1} and result.row.attempt == 2
    assert len(result.row.change) == 250 and {
        result.row.after[n] for n in row["phone_numbers"]
    } == {"INACTIVE"}
    assert set(row["phone_numbers"]) <= remote.admin("state")["number"].keys()


def test_an_undo_goes_on_where_a_lost_request_left_it(workspace: Workspace, remote: Remote) -> None:
    as_new = remote.digest()
    first = workspace.run(NUMBERS, many_rows(remote, NUMBERS, 1))
    second_request_lost(remote, "DELETE")
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"done": 1} and result.row.attempt == 2
    assert remote.digest() == as_new


# -- what does not come back, row by row -----------------------------------------------------------


def test_numbers_in_use_stay_and_are_named_the_others_of_the_row_go(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, NUMBERS, 3)
    first = workspace.run(NUMBERS, rows)
    assigned, header = rows[0]["phone_numbers"][3], rows[1]["phone_numbers"][0]
    remote.patch("number", assigned, owner=remote.person(0), state="ACTIVE")
    line = remote.doc("location", rows[1]["location_id"])["callingLineId"]
    remote.patch("location", rows[1]["location_id"], callingLineId={**line, "phoneNumber": header})
    for value in rows[2]["phone_numbers"]:
        remote.patch("number", value, owner=remote.person(0))
    result = undone(workspace, first.document["run_id"])
    lists = undo_lists(workspace.context, result.document["run_id"])
    assert (lists["reverted"], lists["partly"], lists["irreversible"], lists["failed"]) == (
        2,
        2,
        1,
        0,
    )
    partly = list(listed_rows(workspace.context, result.document["run_id"], "partly", limit=9))
    assert [assigned in str(partly[0].message), header in str(partly[1].message)] == [True, True]
    ours = {value for row in rows for value in row["phone_numbers"]}
    assert ours & remote.admin("state")["number"].keys() == {
        assigned,
        header,
        *rows[2]["phone_numbers"],
    }
    wait(verify(workspace.context, result.document["run_id"], workspace.connection))
    found = findings(workspace.context, result.document["run_id"])
    assert found is not None and (found.as_asked, found.different) == (2, 0)


def test_a_header_that_had_no_name_or_no_number_is_reported(
    workspace: Workspace, remote: Remote
) -> None:
    places = [remote.location(n) for n in range(3)]
    numbers = [remote.doc_of_location(n)["callingLineId"]["phoneNumber"] for n in range(3)]
    remote.patch("location", places[0], callingLineId={"name": None, "phoneNumber": numbers[0]})
    remote.patch("location", places[1], callingLineId={"name": None, "phoneNumber": numbers[1]})
    remote.patch("location", places[2], callingLineId={"name": None, "phoneNumber": None})
    asked = [number(0, 1), numbers[1], numbers[2]]
    rows = [
        {"location_id": place, "phone_number": value, "calling_line_name": "Acme"}
        for place, value in zip(places, asked, strict=True)
    ]
    first = workspace.run(HEADER, rows)
    assert first.counts == {"done": 3}
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    assert [row.code for row in preview.rows] == [
        "revertida_en_parte",
        "irreversible",
        "irreversible",
    ]
    result = undone(workspace, first.document["run_id"])
    assert [row.state for row in result.rows] == ["done", "invalid", "invalid"]
    assert all("Acme" in str(row.message) for row in result.rows[:2])
    assert remote.doc("location", places[0])["callingLineId"] == {
        "name": "Acme",
        "phoneNumber": numbers[0],
    }


def test_each_move_says_what_does_not_come_back(workspace: Workspace, remote: Remote) -> None:
    rows = many_rows(remote, MOVES, 3)
    person = rows[0]["person_id"]
    home = remote.doc("person", person)["locationId"]
    free = next(
        k
        for k, d in remote.admin("state")["number"].items()
        if d["location"] == home and not d["owner"]
    )
    remote.patch("person", person, secondary=[free])
    remote.patch("number", free, owner=person)
    first = workspace.run(MOVES, rows)
    result = undone(workspace, first.document["run_id"])
    assert result.counts == {"done": 3}
    assert remote.doc("person", person)["secondary"] == []
    partly = list(listed_rows(workspace.context, result.document["run_id"], "partly", limit=9))
    assert [row.line for row in partly] == [2, 3, 4] and all(
        "no vuelven" in str(row.message) for row in partly
    )


def test_a_calling_licence_that_the_run_gave_is_taken_away_only_when_asked(
    workspace: Workspace, remote: Remote
) -> None:
    calling, person = remote.org.licenses["professional"], remote.person(7)
    given = {"location_id": remote.location(1), "extension": "7777"}
    first = workspace.run(LICENCES, [{"person_id": person, "add_license_ids": calling, **given}])
    assert first.counts == {"done": 1}
    refused = undone(workspace, first.document["run_id"])
    assert (refused.row.state, refused.row.code) == ("failed", "quita_calling")
    assert calling in remote.doc("person", person)["licenses"]
    preview = undone(
        workspace, first.document["run_id"], dry_run=True, options={"allow_calling_removal": True}
    )
    assert preview.row.state == "change" and "se borra" in str(preview.row.message)
    live = launch_plan(
        workspace.context,
        preview.document["run_id"],
        workspace.connection,
        Launch(options={"allow_calling_removal": False}),
    )
    wait(live)
    assert workspace.result(live.run_id).row.code == "quita_calling"
    live = launch_plan(
        workspace.context, preview.document["run_id"], workspace.connection, Launch()
    )
    wait(live)
    assert workspace.result(live.run_id).counts == {"done": 1}
    assert calling not in remote.doc("person", person)["licenses"]


def test_the_first_rows_of_an_undo_are_the_last_of_the_run(
    workspace: Workspace, remote: Remote
) -> None:
    as_new, cx, meeting = remote.digest(), remote.org.licenses["cx"], remote.org.licenses["meeting"]
    steps = [{"remove_license_ids": meeting}, {"add_license_ids": meeting}, {"add_license_ids": cx}]
    first = workspace.run(LICENCES, [{"person_id": remote.person(1), **step} for step in steps])
    assert first.counts == {"done": 3}
    preview = undone(workspace, first.document["run_id"], dry_run=True)
    live = launch_plan(
        workspace.context, preview.document["run_id"], workspace.connection, Launch(canary=1)
    )
    wait(live)
    assert [row.line for row in workspace.result(live.run_id).rows if row.state == "done"] == [4]
    assert workspace.resume(live.run_id).counts == {"done": 3}
    assert remote.digest() == as_new


@pytest.mark.parametrize(
    ("action_id", "entity"), [(PERMISSIONS, "location_id"), (PROFILE, "person_id")]
)
def test_a_call_type_that_webex_had_not_reported_is_named_and_the_others_come_back(
    workspace: Workspace, remote: Remote, action_id: str, entity: str
) -> None:
    text = {"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True}
    body = {"useCustomEnabled": False, "useCustomPermissions": False, "callingPermissions": [text]}
    remote.fail_next(
        {"method": "GET", "path_regex": "outgoingPermission", "status": 200, "body": body}
    )
    key = remote.location(0) if entity == "location_id" else remote.person(0)
    first = workspace.run(action_id, [{entity: key, "block_call_types": "NATIONAL|INTERNATIONAL"}])
    assert first.counts == {"done": 1} and first.row.change["INTERNATIONAL"][0] is None
    result = undone(workspace, first.document["run_id"])
    assert (result.row.state, result.row.code) == ("done", "revertida_en_parte")
    assert result.row.message == "No vuelve a estar como antes: llamadas internacionales."
    doc = remote.doc(entity.removesuffix("_id"), key)
    permissions = doc.get("permissions") or doc["outgoing"]["permissions"]
    assert (permissions["NATIONAL"]["action"], permissions["INTERNATIONAL"]["action"]) == (
        "ALLOW",
        "BLOCK",
    )


def test_an_extension_stays_and_is_reported_where_somebody_has_moved_the_person_back(
    workspace: Workspace, remote: Remote
) -> None:
    person, home = remote.person(1), remote.doc("person", remote.person(1))["locationId"]
    first = workspace.run(
        MOVES,
        [
            {
                "person_id": person,
                "target_location_id": remote.location(2),
                "target_extension": "9222",
            }
        ],
    )
    assert first.counts == {"done": 1}
    remote.patch("person", person, locationId=home)
    jobs = remote.counters()["move_jobs"]
    result = undone(workspace, first.document["run_id"])
    assert (result.row.state, result.row.code) == ("invalid", "irreversible")
    assert result.row.message == "No vuelve a estar como antes: extensión."
    assert remote.counters()["move_jobs"] == jobs
