"""What each action's calls do to the organisation, and the refusals that come from its state."""

from __future__ import annotations

import time
from typing import Any

JOBS = "telephony/config/jobs/person/moveLocation"


def code(response: Any) -> int | None:
    body = response.json()
    return body["errors"][0].get("errorCode") if "errors" in body else body["error"][0]["code"]


def secondary(box: Any, person_id: str, number: str, action: str = "ADD") -> Any:
    entry = {"primary": False, "action": action, "directNumber": number}
    return box.http.put(
        f"telephony/config/people/{person_id}/numbers", json={"phoneNumbers": [entry]}
    )


def direct_numbers(box: Any, person_id: str) -> list[str]:
    found = box.get(f"people/{person_id}/features/numbers", preferE164Format="true")["phoneNumbers"]
    return [entry.get("directNumber") for entry in found]


def test_forwarding_written_is_read_and_the_rest_of_it_stays(box: Any) -> None:
    person_id, _ = box.caller()
    path = f"people/{person_id}/features/callForwarding"
    before = box.get(path)
    always = {
        "enabled": True,
        "destination": "0531234",
        "ringReminderEnabled": False,
        "destinationVoicemailEnabled": False,
    }
    no_answer = {
        k: v
        for k, v in before["callForwarding"]["noAnswer"].items()
        if k != "systemMaxNumberOfRings"
    }
    body = {"callForwarding": {**before["callForwarding"], "always": always, "noAnswer": no_answer}}
    assert box.http.put(path, json=body).status_code == 204
    assert box.get(path) == {
        **before,
        "callForwarding": {**before["callForwarding"], "always": always},
    }


def test_header_takes_a_number_of_the_location_and_inactive_ones_only_when_set(box: Any) -> None:
    place = next(iter(box.docs("location")))
    path = f"telephony/config/locations/{place}"
    inactive = next(
        n
        for n, d in box.docs("number").items()
        if d["location"] == place and d["state"] == "INACTIVE"
    )
    box.admin("config", {"inactive_header": False})
    assert box.http.put(path, json={"callingLineId": {"phoneNumber": inactive}}).status_code == 400
    box.admin("config", {"inactive_header": True})
    assert box.http.put(path, json={"callingLineId": {"phoneNumber": inactive}}).status_code == 204
    assert box.get(path)["callingLineId"]["phoneNumber"] == inactive


def test_internal_dialing_accepts_the_forms_of_both_sources(box: Any) -> None:
    place, route = next(iter(box.docs("location"))), next(iter(box.docs("route")))
    path = f"telephony/config/locations/{place}/internalDialing"
    kind = box.docs("route")[route]["type"]
    identity = {"id": route, "type": kind, "name": None}
    on = {"enableUnknownExtensionRoutePolicy": True, "unknownExtensionRouteIdentity": identity}
    off = {"enableUnknownExtensionRoutePolicy": False, "unknownExtensionRouteIdentity": None}
    assert box.http.put(path, json=on).status_code == 204
    assert box.get(path)["unknownExtensionRouteIdentity"]["id"] == route
    assert box.http.put(path, json=off).status_code == 204
    assert box.get(path) == {"enableUnknownExtensionRoutePolicy": False}


def test_location_permissions_are_a_subset_to_change(box: Any) -> None:
    path = f"telephony/config/locations/{next(iter(box.docs('location')))}/outgoingPermission"
    before = {e["callType"]: e for e in box.get(path)["callingPermissions"]}
    entry = {"callType": "INTERNATIONAL", "action": "BLOCK", "transferEnabled": False}
    assert box.http.put(path, json={"callingPermissions": [entry]}).status_code == 204
    after = {e["callType"]: e for e in box.get(path)["callingPermissions"]}
    assert after == before | {"INTERNATIONAL": {**before["INTERNATIONAL"], **entry}}


def test_numbers_already_in_the_location_keep_their_state(box: Any) -> None:
    place = next(iter(box.docs("location")))
    active = next(
        n
        for n, d in box.docs("number").items()
        if d["location"] == place and d["state"] == "ACTIVE"
    )
    body = {"phoneNumbers": [active, "+34900099999"], "numberType": "DID", "state": "INACTIVE"}
    response = box.http.post(f"telephony/config/locations/{place}/numbers", json=body)
    assert (response.status_code, response.content) == (201, b"")
    numbers = box.docs("number")
    assert (numbers[active]["state"], numbers["+34900099999"]["state"]) == ("ACTIVE", "INACTIVE")


def test_a_number_of_another_location_refuses_the_list_and_is_named(box: Any) -> None:
    places = list(box.docs("location"))
    foreign = box.spare(places[1])
    body = {"phoneNumbers": ["+34900099998", foreign], "state": "INACTIVE"}
    response = box.http.post(f"telephony/config/locations/{places[0]}/numbers", json=body)
    assert response.status_code == 400
    assert [error["number"] for error in response.json()[0]["errors"]] == [foreign]
    assert "+34900099998" not in box.docs("number")


def test_no_more_than_five_numbers_are_deleted_and_never_the_header(box: Any) -> None:
    place, doc = next(iter(box.docs("location").items()))
    url = f"{box.running.base_url}/telephony/config/locations/{place}/numbers"
    spare = box.spare(place)
    for numbers, status in [
        ([spare] * 6, 400),
        ([doc["callingLineId"]["phoneNumber"]], 400),
        ([spare], 204),
    ]:
        assert box.http.request("DELETE", url, json={"phoneNumbers": numbers}).status_code == status
    assert spare not in box.docs("number")


def test_second_add_of_a_secondary_number_is_refused_and_delete_frees_it(box: Any) -> None:
    person_id, person = box.caller()
    number = box.spare(person["locationId"])
    assert secondary(box, person_id, number).status_code == 204
    assert secondary(box, person_id, number).status_code == 400
    assert number in direct_numbers(box, person_id)
    assert secondary(box, person_id, number, "DELETE").status_code == 204
    assert number not in direct_numbers(box, person_id)
    assert box.docs("number")[number]["owner"] is None


def test_numbers_come_in_national_form_unless_e164_is_asked_for(box: Any) -> None:
    person_id, person = box.caller()
    national = box.get(f"people/{person_id}/features/numbers")["phoneNumbers"][0]["directNumber"]
    assert person["phoneNumber"] == "+34" + national
    assert direct_numbers(box, person_id)[0] == person["phoneNumber"]


def test_a_calling_licence_needs_properties_and_a_free_extension(box: Any) -> None:
    licences = {licence["name"]: licence["id"] for licence in box.get("licenses")["items"]}
    professional = licences["Webex Calling - Professional"]
    person_id, person = box.uncalled()
    taken = next(
        d["extension"] for _, d in box.people(locationId=person["locationId"]) if d["extension"]
    )

    def patch(licence: str, **more: Any) -> Any:
        return box.http.patch(
            "licenses/users", json={"personId": person_id, "licenses": [{"id": licence, **more}]}
        )

    assert code(patch("unknown")) == 400000
    assert code(patch(professional)) == 400411
    assert (
        code(
            patch(professional, properties={"locationId": person["locationId"], "extension": taken})
        )
        == 4202
    )
    good = patch(professional, properties={"locationId": person["locationId"], "extension": "9876"})
    assert good.status_code == 200
    assert professional in good.json()["licenses"]
    assert box.get(f"people/{person_id}", callingData="true")["extension"] == "9876"


def test_a_licence_without_free_units_makes_the_answer_206_and_names_what_is_in_force(
    box: Any,
) -> None:
    licences = {licence["name"]: licence["id"] for licence in box.get("licenses")["items"]}
    cx, meeting = (
        licences["Customer Experience - Essential"],
        licences["Meeting - Webex Meetings Suite"],
    )
    box.admin("patch", {"kind": "license", "id": cx, "set": {"totalUnits": 0}})
    person_id = next(k for k, d in box.people() if meeting not in d["licenses"] and d["extension"])
    body = {"personId": person_id, "licenses": [{"id": cx}, {"id": meeting}]}
    response = box.http.patch("licenses/users", json=body)
    assert response.status_code == 206
    assert meeting in response.json()["licenses"]
    assert cx not in response.json()["licenses"]


def move(box: Any, *users: dict[str, str], target: str, validate: bool = False) -> Any:
    return box.http.post(
        JOBS,
        json={"usersList": [{"locationId": target, "validate": validate, "users": list(users)}]},
    )


def other_place(box: Any, person: Any) -> str:
    return next(place for place in box.docs("location") if place != person["locationId"])


def ended(box: Any, job_id: str) -> Any:
    limit = time.monotonic() + 5
    while (job := box.get(f"{JOBS}/{job_id}"))["latestExecutionStatus"] != "COMPLETED":
        assert time.monotonic() < limit
        time.sleep(0.02)
    return job


def test_a_move_job_runs_refuses_a_second_one_and_then_the_person_is_there(box: Any) -> None:
    box.admin("config", {"job_seconds": 0.3})
    person_id, person = next(
        (k, d) for k, d in box.people(phoneNumber=None, device=None) if d["extension"]
    )
    target = other_place(box, person)
    started = move(box, {"userId": person_id, "extension": "9876"}, target=target)
    assert started.status_code == 201
    job = started.json()["response"]
    assert job["latestExecutionStatus"] == "STARTING"
    assert move(box, {"userId": person_id}, target=target).status_code == 409
    assert ended(box, job["id"])["counts"] == {
        "totalMoves": 1,
        "moved": 1,
        "failed": 0,
        "pending": 0,
        "skipped": 0,
    }
    moved = box.get(f"people/{person_id}", callingData="true")
    assert (moved["locationId"], moved["extension"]) == (target, "9876")


def test_a_person_with_a_number_of_local_pstn_fails_alone_with_10050010(box: Any) -> None:
    box.admin("config", {"job_seconds": 0.0})
    places = box.docs("location")
    numbered = [(k, d) for k, d in box.people(device=None) if d["phoneNumber"]]
    person_id, person = next((k, d) for k, d in numbered if places[d["locationId"]]["connection"])
    job_id = move(box, {"userId": person_id}, target=other_place(box, person)).json()["response"][
        "id"
    ]
    job = ended(box, job_id)
    assert (job["counts"]["failed"], job["latestExecutionExitCode"]) == (1, "COMPLETED_WITH_ERRORS")
    error = box.get(f"{JOBS}/{job_id}/errors")["items"][0]
    assert error["error"]["message"][0]["code"] == "10050010"
    assert box.docs("person")[person_id]["locationId"] == person["locationId"]


def test_one_person_without_calling_is_moved_at_once_without_a_job(box: Any) -> None:
    person_id, person = box.uncalled()
    target = other_place(box, person)
    response = move(box, {"userId": person_id}, target=target)
    assert (response.status_code, response.json()["response"].get("id")) == (200, None)
    assert box.docs("person")[person_id]["locationId"] == target


def test_what_refuses_a_whole_move_request_does_so_with_its_code(box: Any) -> None:
    person_id, person = box.caller()
    uncalled, target = box.uncalled()[0], other_place(box, person)
    user = {"userId": person_id}
    assert code(move(box, user, target=person["locationId"])) == 1026013
    assert code(move(box, user, user, target=target)) == 1026019
    assert code(move(box, *[{"userId": str(n)} for n in range(101)], target=target)) == 1026018
    assert code(move(box, {"userId": uncalled, "extension": "9"}, target=target)) == 1026023
    assert code(move(box, user, {"userId": uncalled}, target=target, validate=True)) == 1026020
    assert code(move(box, {"userId": uncalled}, target=target, validate=True)) == 1026022
    unknown = move(box, user, {"userId": "unknown"}, target=target)
    assert unknown.status_code == 404
    assert "unknown" not in unknown.text
