"""Outgoing call permissions, as locations and people share them (docs/webex.md 2.4 and 3.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bulk.core.action import Member
from bulk.errors import InputError, RowRefused, json_error_position
from bulk.webex.members import needed, needed_objects
from bulk.wording.permissions import CALL_TYPE_WORDS, permission_text
from schemas.fields import CALL_TYPES

PERMISSION_MEMBERS = {
    t: Member(f"llamadas {word}", permission_text)
    for t, word in zip(CALL_TYPES, CALL_TYPE_WORDS, strict=True)
}


def permissions_state(answer: Mapping[str, Any]) -> dict[str, Any]:
    """callType -> {"action", "transferEnabled", "restricted"} of the call types we know; others are
    ignored (docs/webex.md 2.4). None for a type of which a member is missing: it is not known.

    Raises Unreadable.
    """
    entries = needed_objects(answer, "callingPermissions")
    return {
        call_type: _permission(entry)
        for entry in entries
        if (call_type := needed(entry, "callType", str)) in CALL_TYPES
    }


def _permission(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    action, transfer = entry.get("action"), entry.get("transferEnabled")
    if not isinstance(action, str) or not isinstance(transfer, bool):
        return None
    restricted = bool(entry.get("isCallTypeRestrictionEnabled"))
    return {"action": action, "transferEnabled": transfer, "restricted": restricted}


def permission(allowed: bool) -> dict[str, Any]:
    """A blocked type is sent with transferEnabled false (docs/webex.md 2.4)."""
    return {"action": "ALLOW" if allowed else "BLOCK", "transferEnabled": allowed}


def listed_permissions(
    allow: Sequence[str] | None, block: Sequence[str] | None
) -> dict[str, dict[str, Any]]:
    """callType -> permission out of the two lists. Raises RowRefused for a type in both or
    unknown.
    """
    allowed, blocked = {t.upper() for t in allow or ()}, {t.upper() for t in block or ()}
    if allowed & blocked:
        both = ", ".join(sorted(allowed & blocked))
        raise RowRefused(
            "tipo_en_ambas_listas",
            f"Tipos de llamada permitidos y bloqueados a la vez: {both}. Déjalos en una sola"
            " lista.",
        )
    if unknown := (allowed | blocked).difference(CALL_TYPES):
        raise RowRefused(
            "tipo_de_llamada", f"Tipos de llamada desconocidos: {', '.join(sorted(unknown))}."
        )
    return {t: permission(t in allowed) for t in CALL_TYPES if t in allowed | blocked}


def without_restricted(
    before: Mapping[str, Any], wanted: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """`wanted` less the types fixed by the system, and the notes that say so (docs/webex.md
    2.4).
    """
    fixed = [call_type for call_type in wanted if (before.get(call_type) or {}).get("restricted")]
    notes = (f"Fijados por el sistema, no se tocan: {', '.join(fixed)}.",) if fixed else ()
    return {
        t: {**value, "restricted": False} for t, value in wanted.items() if t not in fixed
    }, notes


def permission_entries(wanted: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Members of a PUT: callType, action, transferEnabled."""
    return [
        {
            "callType": call_type,
            "action": value["action"],
            "transferEnabled": value["transferEnabled"],
        }
        for call_type, value in wanted.items()
    ]


ACTIONS = (
    "ALLOW",
    "BLOCK",
    "AUTH_CODE",
    "TRANSFER_NUMBER_1",
    "TRANSFER_NUMBER_2",
    "TRANSFER_NUMBER_3",
)


def read_profile(raw: bytes, name: str) -> dict[str, Any]:
    """The profile in a JSON file. Raises InputError."""
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(f"El perfil «{name}» no es JSON{json_error_position(error)}.") from None
    except RecursionError:
        raise InputError(f"El perfil «{name}» no es un perfil: tiene demasiados niveles.") from None
    return check_profile(found, name)


def check_profile(profile: Any, name: str) -> dict[str, Any]:
    """The profile when it has the form of docs/webex.md 2.4. Raises InputError naming the entry
    that has not.
    """
    entries = profile.get("callingPermissions") if isinstance(profile, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InputError(f"El perfil «{name}» no tiene la lista «callingPermissions».")
    for number, entry in enumerate(entries, 1):
        where = f"El perfil «{name}», entrada {number}:"
        if not isinstance(entry, dict) or set(entry) != {"callType", "action", "transferEnabled"}:
            raise InputError(f"{where} se esperan callType, action y transferEnabled.")
        if entry["callType"] not in CALL_TYPES:
            raise InputError(
                f"{where} callType «{entry['callType']}» no existe. Los que hay:"
                f" {', '.join(CALL_TYPES)}."
            )
        if entry["action"] not in ACTIONS:
            raise InputError(
                f"{where} action «{entry['action']}» no existe. Las que hay: {', '.join(ACTIONS)}."
            )
        if not isinstance(entry["transferEnabled"], bool):
            raise InputError(f"{where} transferEnabled debe ser true o false.")
    checked: dict[str, Any] = profile
    return checked
