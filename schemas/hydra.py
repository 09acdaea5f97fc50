"""Webex's public ids: base64 without padding of `ciscospark://us/<KIND>/<uuid>` (docs/webex.md
1.6). Read, never built.
"""

from __future__ import annotations

import binascii
import re

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def decode_id(value: str) -> tuple[str, str] | None:
    """(KIND, last segment) of a public id, or None when it is not one."""
    text = decoded_text(value)
    parts = text.split("/")
    return (parts[3], parts[-1]) if text.startswith("ciscospark://") and len(parts) >= 5 else None


def decoded_text(value: str) -> str:
    """The text that stands in base64; "" when it is not one."""
    if not _BASE64.fullmatch(value):
        return ""
    try:
        return binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "==").decode()
    except ValueError:  # binascii.Error and UnicodeDecodeError are ValueErrors
        return ""


def kind_of(value: str) -> str | None:
    """PEOPLE, LOCATION … of a public id; None when it is not one."""
    decoded = decode_id(value)
    return decoded[0] if decoded else None


def id_tail(value: str) -> str:
    """The last segment of a public id: what Webex sometimes answers in its place; the value itself
    when it is not one.
    """
    decoded = decode_id(value)
    return decoded[1] if decoded else value


def id_key(value: object) -> str:
    """What two forms of one id have in common: padding, the cluster's part and the case of a UUID
    do not count.
    """
    return id_tail(str(value)).casefold()
