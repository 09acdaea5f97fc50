"""Webex's public ids: base64 without padding of `ciscospark://us/<KIND>/<uuid>` (contracts 1.6). Read, never built."""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection, Sequence

import numpy as np

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def decode_id(value: str) -> tuple[str, str] | None:
    """(KIND, last segment) of a public id, or None when it is not one."""
    if not _BASE64.fullmatch(value):
        return None
    try:
        text = binascii.a2b_base64(value.replace("-", "+").replace("_", "/") + "==").decode()
    except ValueError:  # binascii.Error and UnicodeDecodeError are ValueErrors
        return None
    parts = text.split("/")
    if not text.startswith("ciscospark://") or len(parts) < 5:
        return None
    return parts[3], parts[-1]


def kind_of(value: str) -> str | None:
    """PEOPLE, LOCATION … of a public id; None when it is not one."""
    decoded = decode_id(value)
    return decoded[0] if decoded else None


def strangers(values: Sequence[str], kinds: Collection[str]) -> list[str]:
    """Those of `values` that are no public id of one of `kinds`.

    Ids that are made like the first one (nearly all of a column) are decoded together, which costs a tenth.
    """
    if not values:
        return []
    first = decode_id(values[0])
    if first is None or first[0] not in kinds:
        return [value for value in values if kind_of(value) not in kinds]
    length = len(values[0])
    together = [value for value in values if len(value) == length]
    alike = _like_first(together)
    rest = [value for value, is_like in zip(together, alike, strict=True) if not is_like]
    rest += [value for value in values if len(value) != length]
    return [value for value in rest if kind_of(value) not in kinds]


def _like_first(values: Sequence[str]) -> Sequence[bool]:
    """Which of `values`, ids of one length, surely have the KIND of the first one; False says nothing."""
    length = len(values[0])
    try:  # zero bits instead of padding: one after another they are one text in base64
        joined = "".join(value + "A" * (-length % 4) for value in values).encode("ascii").translate(_URL_SAFE)
        rows = np.frombuffer(binascii.a2b_base64(joined, strict_mode=True), dtype=np.uint8).reshape(len(values), -1)
    except ValueError:
        return [False] * len(values)
    rows = rows[:, : length * 3 // 4]
    prefix = 1 + [at for at, byte in enumerate(rows[0].tolist()) if byte == ord("/")][3]  # ciscospark://us/KIND/
    found: list[bool] = ((rows[:, :prefix] == rows[0, :prefix]).all(axis=1) & (rows < 0x80).all(axis=1)).tolist()
    return found


def id_tail(value: str) -> str:
    """The last segment of a public id: what Webex sometimes answers in its place; the value itself when it is none."""
    decoded = decode_id(value)
    return decoded[1] if decoded else value
