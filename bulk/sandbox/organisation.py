"""An invented organisation, derived from a seed and two sizes only. The examples are derived from
the same rules.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any

TOWNS = (
    "Madrid",
    "Sevilla",
    "Valencia",
    "Bilbao",
    "Zaragoza",
    "Málaga",
    "Murcia",
    "Palma",
    "Vigo",
    "Gijón",
    "Granada",
    "Alicante",
    "Córdoba",
    "Valladolid",
    "Vitoria",
    "A Coruña",
    "Elche",
    "Oviedo",
    "Badalona",
    "Cartagena",
    "Terrassa",
    "Jerez",
    "Sabadell",
    "Móstoles",
    "Santander",
    "Pamplona",
    "Almería",
    "Alcalá",
    "Getafe",
    "Burgos",
    "Albacete",
    "Castellón",
    "Logroño",
    "Badajoz",
    "Huelva",
    "Salamanca",
    "Lleida",
    "Tarragona",
    "León",
    "Cádiz",
)
FIRST = (
    "Marta",
    "Luis",
    "Ana",
    "Jorge",
    "Lucía",
    "Pablo",
    "Elena",
    "Raúl",
    "Nuria",
    "Iván",
    "Sara",
    "Hugo",
    "Irene",
    "Óscar",
    "Julia",
    "Diego",
)
LAST = (
    "Gil",
    "Gómez",
    "Ruiz",
    "Peña",
    "Núñez",
    "Ortega",
    "Castro",
    "Vidal",
    "Soler",
    "Ibáñez",
    "Marín",
    "Rubio",
    "Sáez",
    "Prieto",
    "Cano",
)
CALL_TYPES = (
    "INTERNAL_CALL",
    "TOLL_FREE",
    "NATIONAL",
    "INTERNATIONAL",
    "OPERATOR_ASSISTED",
    "CHARGEABLE_DIRECTORY_ASSISTED",
    "SPECIAL_SERVICES_I",
    "SPECIAL_SERVICES_II",
    "PREMIUM_SERVICES_I",
    "PREMIUM_SERVICES_II",
)
LICENSES = {
    "professional": ("Webex Calling - Professional", "BC"),
    "basic": ("Webex Calling - Basic", "BCBASIC"),
    "workspaces": ("Webex Calling - Workspaces", "BCWS"),
    "cx": ("Customer Experience - Essential", "CX"),
    "meeting": ("Meeting - Webex Meetings Suite", "EE"),
    "messaging": ("Messaging - Basic", "MS"),
}
CALLING = ("professional", "basic")
Doc = dict[str, Any]


@dataclass
class Organisation:
    """Documents by kind and id: what the sandbox serves and changes."""

    seed: int
    org_id: str
    me: str  # id of the administrator whose token it is
    docs: dict[str, dict[str, Doc]] = field(default_factory=dict)  # kind -> id -> document
    licenses: dict[str, str] = field(default_factory=dict)  # short name -> id


def hydra(seed: int, kind: str, name: str, tail: str | None = None) -> str:
    """A public id (docs/webex.md 1.6), always the same for the same seed and name."""
    last = tail or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed}/{kind}/{name}"))
    return base64.b64encode(f"ciscospark://us/{kind}/{last}".encode()).decode().rstrip("=")


def number(location: int, tail: int) -> str:
    return f"+349{location:03d}{tail:05d}"


# -- rules shared with the examples ----------------------------------------------------------------


def has_calling(person: int) -> bool:
    return person % 33 != 7


def has_did(person: int) -> bool:
    return person % 4 == 0 and has_calling(person)


def home_of(person: int, locations: int) -> int:
    return person % locations


def target_of(person: int, locations: int) -> int:
    """Where the examples want the person: about 80 % are there already."""
    home = home_of(person, locations)
    if person % 5 != 2 or locations < 2:
        return home
    step = 1 + person % (locations - 1)
    return (home + step) % locations


def extension_of(person: int) -> str:
    return str(1000 + person)


def town(index: int) -> str:
    return (
        TOWNS[index]
        if index < len(TOWNS)
        else f"{TOWNS[index % len(TOWNS)]} {index // len(TOWNS) + 1}"
    )


def full_name(person: int) -> tuple[str, str]:
    first = FIRST[person % len(FIRST)]
    surnames = (
        LAST[(7 * person + 3) % len(LAST)],
        LAST[(11 * person + person // len(LAST)) % len(LAST)],
    )
    return first, " ".join(surnames)


# -- the documents ---------------------------------------------------------------------------------


def build(seed: int, locations: int, people: int) -> Organisation:
    """The organisation as new: under a second for 4,500 people."""
    org_uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed}/org"))
    org = Organisation(
        seed, hydra(seed, "ORGANIZATION", "", org_uuid), hydra(seed, "PEOPLE", "admin")
    )
    org.docs = {kind: {} for kind in ("location", "person", "number", "license", "route", "job")}
    for short, (name, code) in LICENSES.items():
        tail = f"{org_uuid}:{code}_{uuid.uuid5(uuid.NAMESPACE_URL, f'{seed}/license/{short}')}"
        org.licenses[short] = hydra(seed, "LICENSE", "", tail)
        org.docs["license"][org.licenses[short]] = {"name": name, "totalUnits": people + 500}
    for index in range(4):
        kind = "TRUNK" if index < 2 else "ROUTE_GROUP"
        label = "Troncal" if index < 2 else "Grupo de rutas"
        org.docs["route"][hydra(seed, kind, str(index))] = {
            "name": f"{label} {index % 2 + 1}",
            "type": kind,
        }
    for index in range(locations):
        _location(org, index)
    for index in range(people):
        _person(org, index, locations)
    return org


def permissions(*restricted: str) -> Doc:
    return {
        call_type: {
            "action": "BLOCK" if call_type.startswith("PREMIUM") else "ALLOW",
            "transferEnabled": not call_type.startswith("PREMIUM"),
            "isCallTypeRestrictionEnabled": call_type in restricted,
        }
        for call_type in CALL_TYPES
    }


def _location(org: Organisation, index: int) -> None:
    location_id = hydra(org.seed, "LOCATION", str(index))
    route = list(org.docs["route"])[index % 4]
    connection = (
        None if index % 20 == 11 else {"type": org.docs["route"][route]["type"], "id": route}
    )
    org.docs["location"][location_id] = {
        "name": town(index),
        "callingLineId": {"name": town(index), "phoneNumber": number(index, 0)},
        "connection": connection,
        "routingPrefix": f"8{index:03d}",
        "internalDialing": {"enabled": False, "route": None},
        "permissions": permissions(*(["PREMIUM_SERVICES_II"] if index % 13 == 3 else [])),
        "otherExtensions": [],
    }
    for tail, state in ((0, "ACTIVE"), (1, "ACTIVE"), (2, "INACTIVE")):
        add_number(org, index, tail, state)


def add_number(
    org: Organisation, location: int, tail: int, state: str, owner: str | None = None
) -> str:
    value = number(location, tail)
    location_id = hydra(org.seed, "LOCATION", str(location))
    org.docs["number"][value] = {"state": state, "location": location_id, "owner": owner}
    return value


def _person(org: Organisation, index: int, locations: int) -> None:
    person_id = hydra(org.seed, "PEOPLE", str(index))
    first, last = full_name(index)
    home, target, calling = (
        home_of(index, locations),
        target_of(index, locations),
        has_calling(index),
    )
    did = add_number(org, home, 10000 + index, "ACTIVE", person_id) if has_did(index) else None
    add_number(org, target, 50000 + index, "INACTIVE")  # for the secondary number of the examples
    if target != home and did:
        add_number(org, target, 70000 + index, "INACTIVE")  # for the move of the examples
    if target != home and index % 150 == 2:
        target_id = hydra(org.seed, "LOCATION", str(target))
        org.docs["location"][target_id]["otherExtensions"].append(extension_of(index))
    licenses = [org.licenses["messaging"], *([org.licenses["meeting"]] if index % 3 else [])]
    org.docs["person"][person_id] = {
        "email": f"usuario{index:05d}@example.com",
        "firstName": first,
        "lastName": last,
        "licenses": sorted([*licenses, org.licenses["professional"]] if calling else licenses),
        "locationId": hydra(org.seed, "LOCATION", str(home)),
        "extension": extension_of(index) if calling else None,
        "phoneNumber": did,
        "device": "dect" if index % 97 == 5 else None,
        "secondary": [],
        "forwarding": _forwarding(index),
        "outgoing": {
            "useCustomEnabled": False,
            "useCustomPermissions": False,
            "permissions": permissions(*(["PREMIUM_SERVICES_II"] if index % 101 == 9 else [])),
        },
    }


def _forwarding(index: int) -> Doc:
    busy: Doc = {"enabled": index % 6 == 0, "destinationVoicemailEnabled": False}
    if busy["enabled"]:
        busy["destination"] = f"6{index % 1000:03d}"
    return {
        "callForwarding": {
            "always": {
                "enabled": False,
                "ringReminderEnabled": False,
                "destinationVoicemailEnabled": False,
            },
            "busy": busy,
            "noAnswer": {
                "enabled": index % 7 == 0,
                "numberOfRings": 3 + index % 5,
                "systemMaxNumberOfRings": 20,
                "destinationVoicemailEnabled": index % 7 == 0,
            },
        },
        "businessContinuity": {"enabled": False, "destinationVoicemailEnabled": False},
    }
