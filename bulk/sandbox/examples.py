"""The three example files and the profile, made for the sandbox's organisation of the same seed and
sizes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from bulk.files.csv_writer import csv_text
from bulk.sandbox import organisation as o

BLOCKED = ("INTERNATIONAL", "PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II")
LOCATION_HEADERS = (
    "location_id",
    "location_name",
    "phone_numbers",
    "number_type",
    "phone_number",
    "calling_line_name",
    "enable_unknown_extension_route_policy",
    "premise_route_id",
    "premise_route_type",
    "allow_call_types",
    "block_call_types",
)
USER_HEADERS = (
    "person_id",
    "email",
    "display_name",
    "location_name",
    "location_id",
    "extension",
    "target_location_id",
    "target_extension",
    "target_phone_number",
    "legacy_phone_number",
    "add_license_ids",
    "remove_license_ids",
    "allow_call_types",
    "block_call_types",
)


def write_examples(
    directory: Path, *, seed: int = 2026, people: int = 4500, locations: int = 40
) -> None:
    """GLOBAL.CSV, UBICACIONES.CSV, USUARIOS.CSV (UTF-8 with BOM, `;`, CRLF) and
    perfil_saliente_defecto.json.
    """
    directory.mkdir(parents=True, exist_ok=True)
    org = o.build(seed, locations, people)
    _write(directory / "GLOBAL.CSV", ("org_id", "default_country"), [(org.org_id, "ES")])
    _write(
        directory / "UBICACIONES.CSV",
        LOCATION_HEADERS,
        (_location(org, index) for index in range(locations)),
    )
    _write(
        directory / "USUARIOS.CSV",
        USER_HEADERS,
        (_user(org, index, locations) for index in range(people)),
    )
    entries = [
        {
            "callType": t,
            "action": "BLOCK" if t in BLOCKED else "ALLOW",
            "transferEnabled": t not in BLOCKED,
        }
        for t in o.CALL_TYPES
    ]
    profile = json.dumps({"callingPermissions": entries}, indent=2)
    (directory / "perfil_saliente_defecto.json").write_text(profile + "\n", encoding="utf-8")


def _write(path: Path, headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("wb") as file:
        file.writelines(csv_text(headers, rows))


def _location(org: o.Organisation, index: int) -> tuple[str, ...]:
    routes = list(org.docs["route"].items())
    route_id, route = routes[(index + 1) % len(routes)]
    enabled = index % 10 != 9
    return (
        o.hydra(org.seed, "LOCATION", str(index)),
        o.town(index),
        "|".join(o.number(index, 91001 + n) for n in range(3)),
        "DID",
        o.number(index, 1 + index % 2),
        f"Acme {o.town(index)}",
        "true" if enabled else "false",
        route_id if enabled else "",
        route["type"] if enabled else "",
        "",
        "|".join(BLOCKED),
    )


def _user(org: o.Organisation, index: int, locations: int) -> tuple[str, ...]:
    home, target = o.home_of(index, locations), o.target_of(index, locations)
    first, last = o.full_name(index)
    moves, collides = home != target, index % 150 == 2
    # a few lack it: they can't take theirs along
    gets_number = moves and o.has_did(index) and index % 200 != 12
    return (
        o.hydra(org.seed, "PEOPLE", str(index)),
        f"usuario{index:05d}@example.com",
        f"{first} {last}",
        o.town(home),
        o.hydra(org.seed, "LOCATION", str(home)),
        o.extension_of(index),
        o.hydra(org.seed, "LOCATION", str(target)),
        f"9{index:04d}" if moves and collides and index % 300 != 2 and o.has_calling(index) else "",
        o.number(target, 70000 + index) if gets_number else "",
        o.number(target, 50000 + index),
        org.licenses["cx"] if o.has_calling(index) else org.licenses["professional"],
        org.licenses["meeting"] if index % 50 == 1 else "",
        "",
        "|".join(BLOCKED),
    )
