"""Webex's public ids: base64 without padding of `ciscospark://us/<KIND>/<uuid>` (contracts 1.6). Read, never built."""

from __future__ import annotations

import base64
import binascii


def decode_id(value: str) -> tuple[str, str] | None:
    """(KIND, last segment) of a public id, or None when it is not one."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    parts = text.split("/")
    if not text.startswith("ciscospark://") or len(parts) < 5:
        return None
    return parts[3], parts[-1]


def id_tail(value: str) -> str:
    """The last segment of a public id: what Webex sometimes answers in its place; the value itself when it is none."""
    decoded = decode_id(value)
    return decoded[1] if decoded else value
