"""Locations: reads, numbers, header, internal dialing, outgoing permissions (docs/webex.md 1.8,
2.1-2.4).
"""

from __future__ import annotations

from bulk.sandbox.call import Call, Reply, listed
from bulk.sandbox.organisation import Doc, hydra
from bulk.sandbox.people import shown_permissions, with_permissions
from bulk.sandbox.problems import E164, Refused, e164, members, not_found, numbers_refused, one_of
from schemas.hydra import id_tail

MAX_DELETED = 5
MAX_MOBILE = 20


def location_of(call: Call) -> tuple[str, Doc]:
    location_id = call.path["location"]
    location = call.store.docs("location").get(location_id)
    if location is None:
        raise not_found("Location", 4152)
    return location_id, location


def _place(call: Call, location_id: str, doc: Doc) -> Doc:
    address = {
        "address1": "Calle Mayor 1",
        "city": "Madrid",
        "state": "M",
        "postalCode": "28001",
        "country": "ES",
    }
    shown = {
        "id": location_id,
        "name": doc["name"],
        "orgId": call.store.org.org_id,
        "address": address,
    }
    return shown | {"timeZone": "Europe/Madrid", "preferredLanguage": "es_es"}


async def list_locations(call: Call) -> Reply:
    wanted = call.query.get("name", "").lower()
    found = [
        _place(call, key, doc)
        for key, doc in call.store.docs("location").items()
        if wanted in doc["name"].lower()
    ]
    page, following = listed(call, found, 500)
    return Reply(200, {"items": page}, following)


async def get_location(call: Call) -> Reply:
    return Reply(200, _place(call, *location_of(call)))


async def list_telephony(call: Call) -> Reply:
    found = [
        {
            "id": key,
            "name": doc["name"],
            "outsideDialDigit": "0",
            "routingPrefix": doc["routingPrefix"],
        }
        for key, doc in call.store.docs("location").items()
    ]
    page, following = listed(call, found, 1000)
    return Reply(200, {"locations": page}, following)


async def get_telephony(call: Call) -> Reply:
    location_id, doc = location_of(call)
    shown = {
        "id": location_id,
        "name": doc["name"],
        "announcementLanguage": "es_es",
        "callingLineId": doc["callingLineId"],
        "routingPrefix": doc["routingPrefix"],
        "outsideDialDigit": "0",
    }
    return Reply(200, shown | ({"connection": doc["connection"]} if doc["connection"] else {}))


async def put_telephony(call: Call) -> Reply:
    location_id, doc = location_of(call)
    texts = dict.fromkeys(
        ("announcementLanguage", "externalCallerIdName", "routingPrefix", "outsideDialDigit"), str
    )
    body = members(call.json(), {}, {**texts, "callingLineId": dict, "connection": dict})
    if "callingLineId" in body:
        line = members(body["callingLineId"], {"phoneNumber": str}, {"name": str})
        number = call.store.docs("number").get(e164(line["phoneNumber"]))
        if number is None or number["location"] != location_id:
            raise Refused(400, "Number does not belong to the location", 27966)
        if number["state"] == "INACTIVE" and not call.store.config.inactive_header:
            raise Refused(400, "Number is not active", 27967)
        call.store.merge("location", location_id, callingLineId={**doc["callingLineId"], **line})
    return Reply(204)


async def get_internal_dialing(call: Call) -> Reply:
    _, doc = location_of(call)
    dialing = doc["internalDialing"]
    route = call.store.docs("route").get(dialing["route"] or "")
    identity = (
        {"id": dialing["route"], "name": route["name"], "type": route["type"]} if route else None
    )
    body = {"enableUnknownExtensionRoutePolicy": dialing["enabled"]}
    return Reply(200, body | ({"unknownExtensionRouteIdentity": identity} if identity else {}))


async def put_internal_dialing(call: Call) -> Reply:
    location_id, doc = location_of(call)
    body = call.json()
    if isinstance(body, dict) and body.get("unknownExtensionRouteIdentity", "") is None:
        body = {
            name: value for name, value in body.items() if name != "unknownExtensionRouteIdentity"
        }
    members(
        body, {"enableUnknownExtensionRoutePolicy": bool}, {"unknownExtensionRouteIdentity": dict}
    )
    enabled, route = body["enableUnknownExtensionRoutePolicy"], doc["internalDialing"]["route"]
    if "unknownExtensionRouteIdentity" in body:
        given = {k: v for k, v in body["unknownExtensionRouteIdentity"].items() if v is not None}
        identity = members(given, {"id": str, "type": str}, {"name": str})
        one_of("type", identity["type"], ("TRUNK", "ROUTE_GROUP"))
        known = call.store.docs("route").get(identity["id"])
        if known is None or known["type"] != identity["type"]:
            raise Refused(400, "Route not found", 27400)
        route = identity["id"]
    elif enabled:
        raise Refused(400, "unknownExtensionRouteIdentity is required")
    call.store.merge(
        "location",
        location_id,
        internalDialing={"enabled": enabled, "route": route if enabled else None},
    )
    return Reply(204)


async def get_outgoing(call: Call) -> Reply:
    return Reply(
        200, {"callingPermissions": shown_permissions(location_of(call)[1]["permissions"])}
    )


async def put_outgoing(call: Call) -> Reply:
    location_id, doc = location_of(call)
    body = members(call.json(), {"callingPermissions": list})
    call.store.merge(
        "location",
        location_id,
        permissions=with_permissions(doc["permissions"], body["callingPermissions"]),
    )
    return Reply(204)


async def route_choices(call: Call) -> Reply:
    found = [
        {"id": key, "name": doc["name"], "type": doc["type"]}
        for key, doc in call.store.docs("route").items()
    ]
    page, following = listed(call, found, 1000)
    return Reply(200, {"routeIdentities": page}, following)


# -- numbers ---------------------------------------------------------------------------------------


async def list_numbers(call: Call) -> Reply:
    wanted, place = call.query.get("phoneNumber"), call.query.get("locationId")
    found = [
        (value, doc)
        for value, doc in call.store.docs("number").items()
        if (place is None or listed_as(call, doc["location"]) == place)
        and (wanted is None or wanted in value)
    ]
    shown = [_shown(call, value, doc) for value, doc in found]
    if wanted is None:  # extensions without a number of features (hunt groups) are in the list too
        shown += [
            entry
            for key in call.store.docs("location")
            if place in (None, listed_as(call, key))
            for entry in _features(call, key)
        ]
    page, following = listed(call, shown, 2000)
    return Reply(200, {"phoneNumbers": page}, following)


def _features(call: Call, location_id: str) -> list[Doc]:
    doc = call.store.docs("location")[location_id]
    return [
        {
            "extension": extension,
            "state": "ACTIVE",
            "mainNumber": False,
            "tollFreeNumber": False,
            "isServiceNumber": False,
            "location": {"id": location_id, "name": doc["name"]},
            "owner": {
                "id": hydra(call.store.org.seed, "HUNT_GROUP", extension),
                "type": "HUNT_GROUP",
                "lastName": f"Grupo {extension}",
            },
        }
        for extension in doc["otherExtensions"]
    ]


def listed_as(call: Call, location_id: str) -> str:
    """What the list of numbers takes for this location."""
    return id_tail(location_id) if call.store.config.number_list_location == "uuid" else location_id


def _shown(call: Call, value: str, doc: Doc) -> Doc:
    place = call.store.docs("location")[doc["location"]]
    shown = {
        "phoneNumber": value,
        "state": doc["state"],
        "phoneNumberType": "PRIMARY",
        "mainNumber": place["callingLineId"]["phoneNumber"] == value,
        "tollFreeNumber": False,
        "isServiceNumber": False,
        "location": {"id": doc["location"], "name": place["name"]},
    }
    owner = call.store.docs("person").get(doc["owner"] or "")
    if owner:
        names = {"firstName": owner["firstName"], "lastName": owner["lastName"]}
        shown["owner"] = {"id": doc["owner"], "type": "PEOPLE", **names}
    return shown


async def add_numbers(call: Call) -> Reply:
    """Numbers already here are ignored, their state untouched; one elsewhere refuses the list
    (docs/webex.md 2.1).
    """
    location_id, doc = location_of(call)
    body = members(
        call.json(),
        {"phoneNumbers": list},
        {"numberType": str, "numberUsageType": str, "state": str, "subscriptionId": str},
    )
    one_of("state", body.get("state", "ACTIVE"), ("ACTIVE", "INACTIVE"))
    one_of("numberType", body.get("numberType", "DID"), ("DID", "TOLLFREE", "MOBILE"))
    if body.get("numberType") == "MOBILE" and len(body["phoneNumbers"]) > MAX_MOBILE:
        raise Refused(400, f"At most {MAX_MOBILE} MOBILE numbers")
    if doc["connection"] is None:
        raise Refused(400, "Location uses an integrated PSTN", 27500)
    known = call.store.docs("number")
    bad = [
        (str(v), 27601, "Invalid number")
        for v in body["phoneNumbers"]
        if not isinstance(v, str) or not E164.fullmatch(v)
    ]
    bad += [
        (v, 27602, "Number belongs to another location")
        for v in body["phoneNumbers"]
        if isinstance(v, str) and v in known and known[v]["location"] != location_id
    ]
    refused = {value for value, _, _ in bad}
    if not bad or call.store.config.numbers_400_adds_rest:
        state = body.get("state", "ACTIVE")
        for value in body["phoneNumbers"]:
            if value not in known and value not in refused:
                call.store.put(
                    "number", value, {"state": state, "location": location_id, "owner": None}
                )
    if bad:
        raise numbers_refused(bad)
    return Reply(201)


async def delete_numbers(call: Call) -> Reply:
    location_id, doc = location_of(call)
    body = members(call.json(), {"phoneNumbers": list}, {"state": str})
    if len(body["phoneNumbers"]) > MAX_DELETED:
        raise Refused(400, f"At most {MAX_DELETED} numbers", 27610)
    known = call.store.docs("number")
    for value in body["phoneNumbers"]:
        if known.get(value, {}).get("location") != location_id:
            raise Refused(400, f"{value} does not belong to the location", 27966)
        if known[value]["owner"] or doc["callingLineId"]["phoneNumber"] == value:
            raise Refused(400, f"{value} is in use", 4201)
    for value in body["phoneNumbers"]:
        call.store.put("number", value, None)
    return Reply(204)


async def available_numbers(call: Call) -> Reply:
    location_id, location = location_of(call)
    header = location["callingLineId"]["phoneNumber"]
    found = [
        {"phoneNumber": value, "state": doc["state"], "isMainNumber": value == header}
        for value, doc in call.store.docs("number").items()
        if doc["location"] == location_id and not doc["owner"]
    ]
    page, following = listed(call, found, 2000)
    return Reply(200, {"phoneNumbers": page}, following)


async def validate_numbers(call: Call) -> Reply:
    body = members(call.json(), {"phoneNumbers": list})
    seen: set[str] = set()
    found = []
    for value in body["phoneNumbers"]:
        good = isinstance(value, str) and bool(E164.fullmatch(value))
        state = (
            "Duplicate In List"
            if value in seen
            else "Duplicate"
            if value in call.store.docs("number")
            else "Available"
        )
        found.append({"phoneNumber": value, "state": state if good else "Invalid", "detail": []})
        seen.add(value)
    fine = all(entry["state"] == "Available" for entry in found)
    return Reply(200, {"status": "OK" if fine else "ERRORS", "phoneNumbers": found})
