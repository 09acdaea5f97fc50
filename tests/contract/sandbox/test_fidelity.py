"""What a careless stand-in would get wrong."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bulk.sandbox import SandboxConfig, embedded
from bulk.sandbox.app import Sandbox
from bulk.sandbox.faults import Faults
from bulk.sandbox.middleware import Trouble
from bulk.sandbox.state import Store

MOVE = "telephony/config/jobs/person/moveLocation"
ALWAYS = {
    "enabled": True,
    "destination": "531",
    "ringReminderEnabled": False,
    "destinationVoicemailEnabled": False,
}


def licences(box: Any) -> dict[str, str]:
    return {licence["name"]: licence["id"] for licence in box.get("licenses")["items"]}


def patch_licences(box: Any, person_id: str, *entries: dict[str, Any]) -> httpx.Response:
    return box.http.patch("licenses/users", json={"personId": person_id, "licenses": list(entries)})


def test_a_read_takes_a_few_milliseconds(box: Any) -> None:
    person_id, _ = box.caller()
    box.get(f"people/{person_id}")
    began = time.perf_counter()
    for _ in range(10):
        box.get(f"people/{person_id}")
    assert time.perf_counter() - began < 0.2


def test_a_refused_list_of_secondary_numbers_changes_nothing(box: Any) -> None:
    person_id, person = box.caller()
    good = {"primary": False, "action": "ADD", "directNumber": box.spare(person["locationId"])}
    bad = {"primary": False, "action": "ADD", "directNumber": "+34999999999"}
    before = box.admin("state?digest=1")
    body = {"phoneNumbers": [good, bad]}
    assert (
        box.http.put(f"telephony/config/people/{person_id}/numbers", json=body).status_code == 400
    )
    assert box.admin("state?digest=1") == before


def test_numbers_added_by_a_400_are_counted_as_written(box: Any) -> None:
    box.admin("config", {"numbers_400_adds_rest": True})
    places = list(box.docs("location"))
    body = {"phoneNumbers": ["+34900099997", box.spare(places[1])], "state": "INACTIVE"}
    assert (
        box.http.post(f"telephony/config/locations/{places[0]}/numbers", json=body).status_code
        == 400
    )
    assert "+34900099997" in box.docs("number")
    assert box.admin("counters")["effective_writes"] == 1


def test_two_actions_on_one_person_are_two_entities_written_once(box: Any) -> None:
    person_id, person = box.caller()
    entry = {"primary": False, "action": "ADD", "directNumber": box.spare(person["locationId"])}
    box.http.put(
        f"people/{person_id}/features/callForwarding", json={"callForwarding": {"always": ALWAYS}}
    )
    box.http.put(f"telephony/config/people/{person_id}/numbers", json={"phoneNumbers": [entry]})
    assert max(box.admin("counters")["by_entity"].values()) == 1


def test_the_main_number_is_the_header(box: Any) -> None:
    place = next(iter(box.docs("location")))
    number = box.spare(place)
    box.http.put(
        f"telephony/config/locations/{place}", json={"callingLineId": {"phoneNumber": number}}
    )
    shown = box.get("telephony/config/numbers", locationId=place)["phoneNumbers"]
    assert [n["phoneNumber"] for n in shown if n["mainNumber"]] == [number]


def test_a_person_is_moved_when_the_job_is_over_though_nobody_polls(box: Any) -> None:
    box.admin("config", {"job_seconds": 0.05})
    person_id, person = next(
        (k, d) for k, d in box.people(phoneNumber=None, device=None) if d["extension"]
    )
    target = next(place for place in box.docs("location") if place != person["locationId"])
    users = [{"userId": person_id, "extension": "9876"}]
    body = {"usersList": [{"locationId": target, "validate": False, "users": users}]}
    assert box.http.post(MOVE, json=body).status_code == 201
    time.sleep(0.2)
    assert box.get(f"people/{person_id}", callingData="true")["locationId"] == target


def test_a_paused_job_does_not_end(box: Any) -> None:
    box.admin("config", {"job_seconds": 0.3})
    person_id, person = next(
        (k, d) for k, d in box.people(phoneNumber=None, device=None) if d["extension"]
    )
    target = next(place for place in box.docs("location") if place != person["locationId"])
    users = [{"userId": person_id, "extension": "9876"}]
    body = {"usersList": [{"locationId": target, "validate": False, "users": users}]}
    job_id = box.http.post(MOVE, json=body).json()["response"]["id"]
    assert box.http.post(f"{MOVE}/{job_id}/actions/pause/invoke").status_code == 202
    time.sleep(0.4)
    assert box.get(f"{MOVE}/{job_id}")["latestExecutionStatus"] != "COMPLETED"


def test_undoing_a_forwarding_gives_back_the_same_state(box: Any) -> None:
    person_id, _ = box.caller()
    path = f"people/{person_id}/features/callForwarding"
    before, digest = box.get(path)["callForwarding"]["always"], box.admin("state?digest=1")
    box.http.put(path, json={"callForwarding": {"always": ALWAYS}})
    box.http.put(path, json={"callForwarding": {"always": {"destination": "", **before}}})
    assert box.admin("state?digest=1") == digest


def test_people_without_custom_permissions_show_those_of_their_location(box: Any) -> None:
    person_id, person = box.caller()
    entry = {"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": False}
    path = f"telephony/config/locations/{person['locationId']}/outgoingPermission"
    assert box.http.put(path, json={"callingPermissions": [entry]}).status_code == 204
    shown = box.get(f"people/{person_id}/features/outgoingPermission")["callingPermissions"]
    assert next(e["action"] for e in shown if e["callType"] == "NATIONAL") == "BLOCK"


def test_a_calling_licence_without_free_units_sets_no_calling_properties(box: Any) -> None:
    known = licences(box)
    person_id, person = box.uncalled()
    other = known["Customer Experience - Essential"]
    professional = known["Webex Calling - Professional"]
    box.admin("patch", {"kind": "license", "id": professional, "set": {"totalUnits": 0}})
    properties = {"locationId": person["locationId"], "extension": "9876"}
    answer = patch_licences(
        box, person_id, {"id": professional, "properties": properties}, {"id": other}
    )
    assert answer.status_code == 206
    assert box.docs("person")[person_id]["extension"] is None


def test_removing_the_calling_licence_frees_the_secondary_numbers(box: Any) -> None:
    person_id, person = box.caller()
    number = box.spare(person["locationId"])
    entry = {"primary": False, "action": "ADD", "directNumber": number}
    box.http.put(f"telephony/config/people/{person_id}/numbers", json={"phoneNumbers": [entry]})
    calling = licences(box)["Webex Calling - Professional"]
    assert patch_licences(box, person_id, {"id": calling, "operation": "remove"}).status_code == 200
    assert box.docs("number")[number]["owner"] is None


def test_a_put_of_a_person_refuses_unknown_members(box: Any) -> None:
    person_id, _ = box.caller()
    read = box.get(f"people/{person_id}")
    body = {name: read[name] for name in ("emails", "displayName", "licenses", "roles")} | {
        "invented": 1
    }
    assert box.http.put(f"people/{person_id}", json=body).status_code == 400


def test_a_malformed_move_is_refused_in_the_shape_of_moves(box: Any) -> None:
    response = box.http.post(
        MOVE, json={"usersList": [{"validate": False, "users": [{"userId": "x"}]}]}
    )
    assert response.status_code == 400
    assert "error" in response.json()


def test_retry_after_is_never_shorter_than_the_ban() -> None:
    config = SandboxConfig(people=1, locations=1)
    sandbox = Sandbox(Store(config), Faults(config))
    trouble = Trouble(sandbox.app, sandbox.store, sandbox.faults)
    assert float(trouble._throttled(1.005, True, "id").headers["Retry-After"]) >= 1.005


def test_validating_a_move_is_not_a_write(box: Any) -> None:
    person_id, person = box.caller()
    target = next(place for place in box.docs("location") if place != person["locationId"])
    body = {
        "usersList": [{"locationId": target, "validate": True, "users": [{"userId": person_id}]}]
    }
    assert box.http.post(MOVE, json=body).status_code == 200
    assert box.admin("counters")["unchanged_writes"] == 0


def test_reset_counters_stay_reset_after_a_restart(tmp_path: Path, start: Any) -> None:
    with start(home=tmp_path) as box:
        body = {"callForwarding": {"always": ALWAYS}}
        box.http.put(f"people/{box.caller()[0]}/features/callForwarding", json=body)
        box.admin("counters/reset", {})
    with start(home=tmp_path) as box:
        assert box.admin("counters")["effective_writes"] == 0


def test_writes_by_entity_survive_compacting(
    tmp_path: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulk.sandbox.state.COMPACT_AT", 1)
    with start(home=tmp_path) as box:
        body = {"callForwarding": {"always": ALWAYS}}
        box.http.put(f"people/{box.caller()[0]}/features/callForwarding", json=body)
        kept = box.admin("counters")["by_entity"]
    with start(home=tmp_path):
        pass  # it compacts at this start
    with start(home=tmp_path) as box:
        assert box.admin("counters")["by_entity"] == kept


def test_one_data_directory_has_one_writer(
    tmp_path: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULK_SANDBOX_PEOPLE", "200")
    monkeypatch.setenv("BULK_SANDBOX_LOCATIONS", "10")
    with start(home=tmp_path) as box:
        other = embedded(tmp_path)
        other.close()
        assert other.base_url == box.running.base_url


def test_an_embedded_sandbox_that_was_closed_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULK_SANDBOX_PEOPLE", "50")
    monkeypatch.setenv("BULK_SANDBOX_LOCATIONS", "5")
    embedded(tmp_path).close()
    again = embedded(tmp_path)
    port = int(again.base_url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        again.close()
