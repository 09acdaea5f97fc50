"""Licenses: the list, and PATCH licenses/users (docs/webex.md 3.5)."""

from __future__ import annotations

from typing import Any

from bulk.sandbox.call import Call, Reply
from bulk.sandbox.organisation import CALLING, Doc
from bulk.sandbox.problems import Refused, e164, members, not_found, one_of
from bulk.sandbox.state import Store


async def list_licenses(call: Call) -> Reply:
    store = call.store
    items = [
        {
            "id": key,
            "name": doc["name"],
            "totalUnits": doc["totalUnits"],
            "consumedUnits": store.consumed[key],
        }
        for key, doc in store.docs("license").items()
    ]
    return Reply(200, {"items": items})


async def patch_user(call: Call) -> Reply:
    """200, or 206 when some license had no free units; the body tells which are in force."""
    store = call.store
    body = members(
        call.json(),
        {"licenses": list},
        {"personId": str, "email": str, "orgId": str, "siteUrls": list},
    )
    if body.get("orgId", store.org.org_id) != store.org.org_id:
        raise Refused(403, "orgId is not managed by the caller")
    person_id = body.get("personId", "")
    person = store.docs("person").get(person_id)
    if person is None:
        raise not_found("Person", 4003)
    held, settings, refused = _apply(store, person_id, person, body["licenses"])
    store.consumed.subtract(person["licenses"])
    store.consumed.update(held)
    _take_numbers(store, person_id, person, settings)
    store.merge("person", person_id, licenses=held, **settings)
    answer = {
        "orgId": store.org.org_id,
        "personId": person_id,
        "email": person["email"],
        "licenses": held,
    }
    return Reply(206 if refused else 200, answer)


def _apply(
    store: Store, person_id: str, person: Doc, entries: list[Any]
) -> tuple[list[str], Doc, list[str]]:
    """(licenses in force afterwards, calling settings to set, licenses without free units)."""
    held, settings, refused = list(person["licenses"]), Doc(), []
    calling = {store.org.licenses[short] for short in CALLING}
    for entry in entries:
        members(entry, {"id": str}, {"operation": str, "properties": dict})
        one_of("operation", entry.get("operation", "add"), ("add", "remove"))
        license_id = entry["id"]
        if license_id not in store.docs("license"):
            raise Refused(400, "License not recognised", 400000)
        if entry.get("operation") == "remove":
            held = [other for other in held if other != license_id]
            if license_id in calling:
                settings |= {"extension": None, "phoneNumber": None, "secondary": []}
            continue
        if license_id not in calling and "properties" in entry:
            raise Refused(400, "properties are only for calling licenses", 400411)
        properties = _properties(store, person_id, entry) if license_id in calling else {}
        if store.consumed[license_id] >= store.docs("license")[license_id]["totalUnits"]:
            refused.append(license_id)
        elif license_id not in held:
            held.append(license_id)
            settings |= properties
    if len(calling.intersection(held)) > 1:
        raise Refused(400, "Professional and Standard together", 400404)
    if refused and set(held) == set(person["licenses"]):
        raise Refused(400, "No free units of the license", 400001)
    return sorted(held), settings, refused  # a set: the order of changes must not show


def _properties(store: Store, person_id: str, entry: Doc) -> Doc:
    """Calling settings out of the properties of a calling license."""
    if "properties" not in entry:
        raise Refused(400, "Calling license without properties", 400411)
    given = members(
        entry["properties"], {}, {"locationId": str, "extension": str, "phoneNumber": str}
    )
    if not given.get("phoneNumber") and not (given.get("extension") and given.get("locationId")):
        raise Refused(400, "phoneNumber, or extension and locationId, are required", 400411)
    busy = store.config.busy_status
    location_id = given.get("locationId")
    if given.get("phoneNumber"):
        number = store.docs("number").get(e164(given["phoneNumber"]))
        if number is None:
            raise Refused(400, "Number not found", 27966)
        if number["owner"] not in (None, person_id):
            raise Refused(busy, "Number is in use", 4201)
        location_id = location_id or number["location"]
    if location_id not in store.docs("location"):
        raise Refused(400, "Location not found", 400)
    if given.get("extension") and extension_taken(
        store, str(location_id), given["extension"], person_id
    ):
        raise Refused(busy, "Extension is in use", 4202)
    return {
        "locationId": location_id,
        "extension": given.get("extension"),
        "phoneNumber": given.get("phoneNumber"),
    }


def extension_taken(store: Store, location_id: str, extension: str, person_id: str) -> bool:
    if extension in store.docs("location")[location_id]["otherExtensions"]:
        return True
    return any(
        key != person_id and other["extension"] == extension and other["locationId"] == location_id
        for key, other in store.docs("person").items()
    )


def _take_numbers(store: Store, person_id: str, person: Doc, settings: Doc) -> None:
    for value in person["secondary"] if "secondary" in settings else ():
        store.merge("number", value, owner=None)
    if "phoneNumber" not in settings or settings["phoneNumber"] == person["phoneNumber"]:
        return
    if person["phoneNumber"]:
        store.merge("number", person["phoneNumber"], owner=None)
    if settings["phoneNumber"]:
        store.merge("number", settings["phoneNumber"], owner=person_id, state="ACTIVE")
