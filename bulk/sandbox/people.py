"""People: reads, licenses, call settings and secondary numbers (docs/webex.md 1.8, 1.9, 3.1, 3.3,
3.4, 3.5).
"""

from __future__ import annotations

from typing import Any

from bulk.sandbox.call import Call, Reply, listed
from bulk.sandbox.organisation import CALL_TYPES, CALLING, Doc
from bulk.sandbox.problems import Refused, e164, members, not_found, one_of
from bulk.sandbox.state import Store
from schemas.hydra import UUID, id_tail

MAX_IDS = 85
PERSON_MEMBERS: dict[str, type] = dict.fromkeys(
    (
        "firstName",
        "lastName",
        "nickName",
        "orgId",
        "department",
        "title",
        "manager",
        "managerId",
        "locationId",
        "extension",
    ),
    str,
) | {"addresses": list, "siteUrls": list, "phoneNumbers": list}
ACTIONS = (
    "ALLOW",
    "BLOCK",
    "AUTH_CODE",
    "TRANSFER_NUMBER_1",
    "TRANSFER_NUMBER_2",
    "TRANSFER_NUMBER_3",
)


def is_calling(store: Store, person: Doc) -> bool:
    return any(store.org.licenses[short] in person["licenses"] for short in CALLING)


def person_of(call: Call) -> tuple[str, Doc]:
    person_id = call.path["person"]
    if call.store.config.bare_uuids and UUID.fullmatch(person_id):
        person_id = next(
            (key for key in call.store.docs("person") if id_tail(key) == person_id), person_id
        )
    person = call.store.docs("person").get(person_id)
    if person is None:
        raise not_found("Person", 4003)
    return person_id, person


def calling_person(call: Call) -> tuple[str, Doc]:
    """The person, who must have a calling license to have call settings [?]."""
    person_id, person = person_of(call)
    if not is_calling(call.store, person):
        raise Refused(call.store.config.uncalling_status, "Person has no Webex Calling license")
    return person_id, person


def shown(store: Store, person_id: str, person: Doc, *, calling_data: bool) -> Doc:
    """The person object of docs/webex.md 1.9."""
    name = f"{person['firstName']} {person['lastName']}"
    found = {
        "id": person_id,
        "emails": [person["email"]],
        "displayName": name,
        "firstName": person["firstName"],
        "lastName": person["lastName"],
        "orgId": store.org.org_id,
        "roles": [],
        "licenses": list(person["licenses"]),
        "created": "2024-01-01T00:00:00.000Z",
        "status": "unknown",
        "invitePending": False,
        "loginEnabled": True,
        "type": "person",
    }
    if calling_data:
        calling = is_calling(store, person)
        if calling or store.config.uncalled_location:
            found["locationId"] = person["locationId"]
        if calling:
            found |= _numbers(store, person)
    return found


def _numbers(store: Store, person: Doc) -> Doc:
    prefix = store.docs("location")[person["locationId"]]["routingPrefix"]
    phones = []
    if person["phoneNumber"]:
        phones.append({"type": "work", "value": person["phoneNumber"], "primary": True})
    if person["extension"]:
        phones.append({"type": "work_extension", "value": prefix + person["extension"]})
    return {
        "phoneNumbers": phones,
        **({"extension": person["extension"]} if person["extension"] else {}),
    }


async def me(call: Call) -> Reply:
    org = call.store.org
    return Reply(
        200,
        {
            "id": org.me,
            "emails": ["ana.ruiz@example.com"],
            "displayName": "Ana Ruiz",
            "firstName": "Ana",
            "lastName": "Ruiz",
            "orgId": org.org_id,
            "roles": ["full_admin"],
            "licenses": [],
            "created": "2024-01-01T00:00:00.000Z",
            "status": "active",
            "type": "person",
        },
    )


async def get_person(call: Call) -> Reply:
    person_id, person = person_of(call)
    return Reply(200, shown(call.store, person_id, person, calling_data=call.flag("callingData")))


async def list_people(call: Call) -> Reply:
    store, calling_data = call.store, call.flag("callingData")
    people = store.docs("person")
    cap = 50 if "locationId" in call.query else 100
    missing: list[str] = []
    if "id" in call.query:
        wanted = call.query["id"].split(",")
        if len(wanted) > MAX_IDS:
            raise Refused(400, f"At most {MAX_IDS} ids")
        missing = [person_id for person_id in wanted if person_id not in people]
        found = [(person_id, people[person_id]) for person_id in wanted if person_id in people]
    else:
        found = list(people.items())
    if "email" in call.query:
        found = [entry for entry in found if entry[1]["email"] == call.query["email"].lower()]
    if "locationId" in call.query:
        found = [entry for entry in found if entry[1]["locationId"] == call.query["locationId"]]
    page, following = listed(call, found, cap)
    body: Doc = {
        "items": [
            shown(store, person_id, person, calling_data=calling_data) for person_id, person in page
        ]
    }
    return Reply(200, body | ({"notFoundIds": missing} if missing else {}), following)


async def put_person(call: Call) -> Reply:
    """Full replacement; only people without calling license change location this way (docs/webex.md
    3.2, fallback).
    """
    person_id, person = person_of(call)
    body = members(
        call.json(),
        {"emails": list, "displayName": str, "licenses": list, "roles": list},
        PERSON_MEMBERS,
    )
    target = body.get("locationId", person["locationId"])
    if target not in call.store.docs("location"):
        raise Refused(400, "Location not found", 4152)
    if target != person["locationId"] and is_calling(call.store, person):
        raise Refused(400, "locationId can't be changed for a calling user")
    call.store.merge("person", person_id, locationId=target)
    return Reply(
        200, shown(call.store, person_id, call.store.docs("person")[person_id], calling_data=True)
    )


# -- call settings ---------------------------------------------------------------------------------


async def get_forwarding(call: Call) -> Reply:
    return Reply(200, calling_person(call)[1]["forwarding"])


async def put_forwarding(call: Call) -> Reply:
    person_id, person = calling_person(call)
    body = members(call.json(), {}, {"callForwarding": dict, "businessContinuity": dict})
    parts = members(
        body.get("callForwarding", {}), {}, {"always": dict, "busy": dict, "noAnswer": dict}
    )
    flags = {"enabled": bool, "destinationVoicemailEnabled": bool}
    optional = {"destination": str}
    merged = {**person["forwarding"]["callForwarding"]}
    shapes = {
        "always": {**optional, "ringReminderEnabled": bool, **flags},
        "busy": {**optional, **flags},
        "noAnswer": {**optional, "numberOfRings": int, **flags},
    }
    for name, part in parts.items():
        both = {**merged[name], **_forward(name, members(part, {}, shapes[name]))}
        merged[name] = {
            member: value
            for member, value in both.items()
            if (member, value) != ("destination", "")
        }
    continuity = members(body.get("businessContinuity", {}), {}, {**optional, **flags})
    whole = {
        "callForwarding": merged,
        "businessContinuity": {**person["forwarding"]["businessContinuity"], **continuity},
    }
    call.store.merge("person", person_id, forwarding=whole)
    return Reply(204)


def _forward(name: str, part: Doc) -> Doc:
    if (
        part.get("enabled")
        and not part.get("destination")
        and not part.get("destinationVoicemailEnabled")
    ):
        raise Refused(400, f"{name}: destination is required when enabled")
    if not 2 <= part.get("numberOfRings", 2) <= 20:
        raise Refused(400, "numberOfRings must be 2-20")
    return part


async def get_outgoing(call: Call) -> Reply:
    _permission_path(call)
    _, person = calling_person(call)
    outgoing = person["outgoing"]
    flags = {name: outgoing[name] for name in ("useCustomEnabled", "useCustomPermissions")}
    return Reply(
        200, {**flags, "callingPermissions": shown_permissions(_in_force(call.store, person))}
    )


def _in_force(store: Store, person: Doc) -> Doc:
    """The person's own permissions, or those of the location with what is fixed for the person
    (docs/webex.md 3.4).
    """
    own: Doc = person["outgoing"]["permissions"]
    if person["outgoing"]["useCustomPermissions"]:
        return own
    place = store.docs("location")[person["locationId"]]["permissions"]
    fixed = "isCallTypeRestrictionEnabled"
    return {
        call_type: {**entry, fixed: own[call_type][fixed]} for call_type, entry in place.items()
    }


async def put_outgoing(call: Call) -> Reply:
    _permission_path(call)
    person_id, person = calling_person(call)
    body = members(
        call.json(),
        {"callingPermissions": list},
        {"useCustomEnabled": bool, "useCustomPermissions": bool},
    )
    outgoing = {
        **person["outgoing"],
        **{name: body[name] for name in body if name != "callingPermissions"},
    }
    outgoing["permissions"] = with_permissions(
        person["outgoing"]["permissions"], body["callingPermissions"]
    )
    call.store.merge("person", person_id, outgoing=outgoing)
    return Reply(204)


def _permission_path(call: Call) -> None:
    allowed = call.store.config.permission_path
    here = "telephony" if call.path_text.startswith("/v1/telephony") else "features"
    if allowed not in ("both", here):
        raise not_found("Resource")


def shown_permissions(permissions: Doc) -> list[Doc]:
    known = [{"callType": call_type, **entry} for call_type, entry in permissions.items()]
    # Reads may bring undocumented types; they must be ignored and never sent back.
    return [*known, {"callType": "URL_DIALING", "action": "ALLOW", "transferEnabled": True}]


def with_permissions(current: Doc, entries: list[Any]) -> Doc:
    changed = {call_type: dict(entry) for call_type, entry in current.items()}
    for entry in entries:
        members(entry, {"callType": str, "action": str, "transferEnabled": bool})
        one_of("callType", entry["callType"], CALL_TYPES)
        one_of("action", entry["action"], ACTIONS)
        if changed[entry["callType"]]["isCallTypeRestrictionEnabled"]:
            raise Refused(400, f"{entry['callType']} is restricted")
        changed[entry["callType"]] |= {
            "action": entry["action"],
            "transferEnabled": entry["transferEnabled"],
        }
    return changed


# -- secondary numbers -----------------------------------------------------------------------------


async def get_numbers(call: Call) -> Reply:
    _, person = calling_person(call)
    e164_asked = call.flag("preferE164Format")
    prefix = call.store.docs("location")[person["locationId"]]["routingPrefix"]

    def form(value: str) -> str:
        return value if e164_asked else value.removeprefix("+34")

    primary: Doc = {"primary": True, "ringPattern": "NORMAL"}
    if person["phoneNumber"]:
        primary["directNumber"] = form(person["phoneNumber"])
    if person["extension"]:
        primary |= {
            "extension": person["extension"],
            "routingPrefix": prefix,
            "esn": prefix + person["extension"],
        }
    others = [
        {"primary": False, "directNumber": form(value), "ringPattern": "NORMAL"}
        for value in person["secondary"]
    ]
    return Reply(200, {"distinctiveRingEnabled": True, "phoneNumbers": [primary, *others]})


async def put_numbers(call: Call) -> Reply:
    person_id, person = calling_person(call)
    body = members(
        call.json(),
        {"phoneNumbers": list},
        {"distinctiveRingEnabled": bool, "enableDistinctiveRingPattern": bool},
    )
    member = call.store.config.secondary_member
    secondary = list(person["secondary"])
    for entry in body["phoneNumbers"]:
        members(
            entry,
            {"primary": bool, "action": str, member: str},
            {"ringPattern": str, "extension": str},
        )
        one_of("action", entry["action"], ("ADD", "DELETE"))
        _secondary(call.store, person, secondary, e164(entry[member]), entry["action"])
    for value in set(person["secondary"]) ^ set(secondary):
        call.store.merge("number", value, owner=person_id if value in secondary else None)
    call.store.merge("person", person_id, secondary=secondary)
    return Reply(204)


def _secondary(store: Store, person: Doc, secondary: list[str], value: str, action: str) -> None:
    """Change the list of secondary numbers, or refuse; nothing is stored before all entries have
    passed.
    """
    number = store.docs("number").get(value)
    if action == "DELETE":
        if value not in secondary:
            raise Refused(400, "Number is not assigned to the person", 4204)
        secondary.remove(value)
        return
    if value in secondary:
        raise Refused(400, "Number is already assigned to the person", 4201)
    if number is None or number["location"] != person["locationId"]:
        raise Refused(400, "Number does not belong to the location of the person", 27966)
    if number["owner"]:
        raise Refused(400, "Number is in use", 4201)
    secondary.append(value)


async def secondary_available(call: Call) -> Reply:
    _, person = calling_person(call)
    header = call.store.docs("location")[person["locationId"]]["callingLineId"]["phoneNumber"]
    wanted = call.query.get("phoneNumber", "").split(",") if "phoneNumber" in call.query else None
    found = [
        {"phoneNumber": value, "state": number["state"], "isMainNumber": value == header}
        for value, number in call.store.docs("number").items()
        if number["location"] == person["locationId"]
        and not number["owner"]
        and (wanted is None or value in wanted)
    ]
    page, following = listed(call, found, 1000)
    return Reply(200, {"phoneNumbers": page}, following)
