"""Requests that Webex refuses are refused here, with its status, code and shape (docs/webex.md 1.2
and each section).
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

FORWARDING = "people/{person}/features/callForwarding"
NUMBERS = "telephony/config/people/{person}/numbers"
PERMISSIONS = "people/{person}/features/outgoingPermission"
LOCATION = "telephony/config/locations/{location}"
ALLOW = {"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True}


def put(box: Any, path: str, body: Any) -> httpx.Response:
    person_id, person = box.caller()
    return box.http.put(path.format(person=person_id, location=person["locationId"]), json=body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (FORWARDING, {"callForwarding": {"always": {"enabled": "true", "destination": "531"}}}),
        (FORWARDING, {"callForwarding": {"always": {"enabled": True, "destination": ""}}}),
        (FORWARDING, {"callForwarding": {"noAnswer": {"numberOfRings": 21}}}),
        (FORWARDING, {"callForwarding": {"noAnswer": {"systemMaxNumberOfRings": 20}}}),
        (FORWARDING, {"callForwarding": {}, "other": 1}),
        (
            NUMBERS,
            {"phoneNumbers": [{"primary": False, "action": "ADD", "external": "+34911111111"}]},
        ),
        (
            NUMBERS,
            {
                "phoneNumbers": [
                    {"primary": False, "action": "MOVE", "directNumber": "+34911111111"}
                ]
            },
        ),
        (
            NUMBERS,
            {"phoneNumbers": [{"primary": False, "action": "ADD", "directNumber": "911111111"}]},
        ),
        (PERMISSIONS, {"useCustomEnabled": True, "useCustomPermissions": True}),
        (PERMISSIONS, {"callingPermissions": [{**ALLOW, "isCallTypeRestrictionEnabled": False}]}),
        (PERMISSIONS, {"callingPermissions": [{**ALLOW, "callType": "URL_DIALING"}]}),
        (PERMISSIONS, {"callingPermissions": [{**ALLOW, "action": "PERMIT"}]}),
        (PERMISSIONS, {"callingPermissions": [{"callType": "NATIONAL", "action": "ALLOW"}]}),
        (LOCATION, {"callingLineId": {"name": "without number"}}),
        (LOCATION, {"callingLineId": {"phoneNumber": "+34999999999"}}),
        (LOCATION, {"name": "renamed"}),
        (LOCATION + "/internalDialing", {"enableUnknownExtensionRoutePolicy": True}),
        (LOCATION + "/internalDialing", {"enableUnknownExtensionRoutePolicy": "false"}),
        (
            LOCATION + "/outgoingPermission",
            {"callingPermissions": [{**ALLOW, "callType": "LOCAL"}]},
        ),
    ],
)
def test_a_body_out_of_contract_is_400_in_the_usual_form_and_changes_nothing(
    box: Any, path: str, body: Any
) -> None:
    before = box.admin("state?digest=1")
    response = put(box, path, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["description"] == response.json()["message"]
    assert response.json()["trackingId"] == response.headers["trackingid"]
    assert box.admin("state?digest=1") == before


def test_route_type_that_does_not_fit_its_id_is_400(box: Any) -> None:
    trunk = next(key for key, route in box.docs("route").items() if route["type"] == "TRUNK")
    identity = {"id": trunk, "type": "ROUTE_GROUP"}
    body = {"enableUnknownExtensionRoutePolicy": True, "unknownExtensionRouteIdentity": identity}
    assert put(box, LOCATION + "/internalDialing", body).status_code == 400


@pytest.mark.parametrize("status", [404, 400])
def test_call_settings_without_calling_licence_are_refused_with_the_set_status(
    box: Any, status: int
) -> None:
    box.admin("config", {"uncalling_status": status})
    person_id, _ = box.uncalled()
    for setting in ("callForwarding", "outgoingPermission", "numbers"):
        assert box.http.get(f"people/{person_id}/features/{setting}").status_code == status


def test_a_restricted_call_type_is_refused(box: Any) -> None:
    places = box.docs("location").items()
    place = next(
        k
        for k, d in places
        if any(e["isCallTypeRestrictionEnabled"] for e in d["permissions"].values())
    )
    path = f"telephony/config/locations/{place}/outgoingPermission"
    entries = box.get(path)["callingPermissions"]
    fixed = next(e["callType"] for e in entries if e.get("isCallTypeRestrictionEnabled"))
    body = {"callingPermissions": [{**ALLOW, "callType": fixed}]}
    assert box.http.put(path, json=body).status_code == 400


def test_token_org_method_media_type_and_path_have_their_own_status(box: Any) -> None:
    base = box.running.base_url
    assert httpx.get(f"{base}/people/me").status_code == 401
    assert (
        httpx.get(f"{base}/people/me", headers={"Authorization": "Bearer other"}).status_code == 401
    )
    assert box.http.get("licenses", params={"orgId": "other"}).status_code == 403
    assert box.http.delete("people/me").status_code == 405
    assert box.http.get("people/nobody").status_code == 404
    assert box.http.get("rooms").status_code == 404
    assert (
        box.http.patch(
            "licenses/users", content="{}", headers={"Content-Type": "text/plain"}
        ).status_code
        == 415
    )
    assert (
        box.http.patch(
            "licenses/users", content="{", headers={"Content-Type": "application/json"}
        ).status_code
        == 400
    )


def test_content_type_may_carry_a_charset(box: Any) -> None:
    headers = {"Content-Type": "application/json;charset=utf-8"}
    assert (
        box.http.patch(
            "licenses/users", content='{"personId":"x","licenses":[]}', headers=headers
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("choice", "here", "missing"), [("features", "people", "telephony/config/people")]
)
def test_only_the_set_path_of_custom_permissions_exists(
    box: Any, choice: str, here: str, missing: str
) -> None:
    person_id, _ = box.caller()
    box.admin("config", {"permission_path": choice})
    assert box.http.get(f"{here}/{person_id}/features/outgoingPermission").status_code == 200
    assert box.http.get(f"{missing}/{person_id}/outgoingPermission").status_code == 404
