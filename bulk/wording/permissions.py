"""Outgoing call permissions in words (docs/webex.md 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.fields import CALL_TYPES

CALL_TYPE_WORDS = (
    "internas",
    "gratuitas",
    "nacionales",
    "internacionales",
    "por operador",
    "consulta de guía con cargo",
    "servicios especiales I",
    "servicios especiales II",
    "servicios premium I",
    "servicios premium II",
)
ACTION_WORDS = {
    "ALLOW": "permitidas",
    "BLOCK": "bloqueadas",
    "AUTH_CODE": "con código",
    "TRANSFER_NUMBER_1": "al número de desvío 1",
    "TRANSFER_NUMBER_2": "al número de desvío 2",
    "TRANSFER_NUMBER_3": "al número de desvío 3",
}


def permission_text(value: Any) -> str:
    """`permitidas`, `permitidas, sin transferir`, `bloqueadas`."""
    if not isinstance(value, dict):
        return "-"
    word = ACTION_WORDS.get(value.get("action") or "", str(value.get("action")))
    return (
        word
        if value.get("action") == "BLOCK" or value.get("transferEnabled")
        else f"{word}, sin transferir"
    )


def profile_text(profile: Mapping[str, Any]) -> str:
    """`internas permitidas, internacionales bloqueadas`: the profile of docs/webex.md 2.4 in one
    line.
    """
    words = dict(zip(CALL_TYPES, CALL_TYPE_WORDS, strict=True))
    entries = [
        entry for entry in profile.get("callingPermissions") or [] if isinstance(entry, dict)
    ]
    return ", ".join(
        f"{words.get(str(entry.get('callType')), entry.get('callType'))} {permission_text(entry)}"
        for entry in entries
    )
