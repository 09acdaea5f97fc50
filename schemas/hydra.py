"""Webex's public ids: base64 without padding of `ciscospark://us/<KIND>/<uuid>` (contracts 1.6). Read, never built."""

from __future__ import annotations

import binascii
import re
import string
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_SIX_BITS = np.full(256, 0xFF, dtype=np.uint8)  # what a character stands for in base64; all bits: it stands for nothing
for _last in ("+/", "-_"):
    _alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + _last
    _SIX_BITS[np.frombuffer(_alphabet.encode(), dtype=np.uint8)] = range(64)
_TABLE = _SIX_BITS.tobytes()
_TOGETHER = 1_000  # ids looked at together: their bits stay in the processor's cache
# Of four characters, the first bit of each of the three bytes in them, and what only a stranger to the alphabet has.
_NOT_ASCII = np.array([0b11100000, 0b11001000, 0b11000010, 0b11000000], dtype=np.uint8)


def decode_id(value: str) -> tuple[str, str] | None:
    """(KIND, last segment) of a public id, or None when it is not one."""
    text = _decoded(value)
    parts = text.split("/")
    return (parts[3], parts[-1]) if text.startswith("ciscospark://") and len(parts) >= 5 else None


def _decoded(value: str) -> str:
    """The text that stands in base64; "" when it is none."""
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


def strangers(values: Any, kinds: Collection[str]) -> list[str]:
    """Those of `values` (an array of text) that are no public id of one of `kinds`.

    Ids that are made like the first one (nearly all of a column) are looked at together, which costs a tenth.
    """
    ids = pa.array(values, pa.large_string())
    first = ids[0].as_py() if len(ids) else ""
    if kind_of(first) not in kinds:
        return [value for value in ids.to_pylist() if kind_of(value) not in kinds]
    as_long = pc.equal(pc.binary_length(ids), len(first))
    together = ids.filter(as_long)
    rest = [*ids.filter(pc.invert(as_long)).to_pylist(), *together.filter(pa.array(~_like(first, together))).to_pylist()]
    return [value for value in rest if kind_of(value) not in kinds]


def _like(first: str, ids: pa.LargeStringArray) -> npt.NDArray[np.bool_]:
    """Which of `ids`, all of one length, surely have the KIND of `first`, itself an id: the same bits up to there, then ASCII."""
    length = len(first)
    own = np.frombuffer(first.encode().translate(_TABLE), dtype=np.uint8)
    until = 8 * len("/".join(_decoded(first).split("/")[:4]) + "/")  # bits of ciscospark://us/KIND/
    ends = 6 * np.arange(1, length + 1)
    same = (0b111111 << np.clip(ends - until, 0, 6) & 0b111111).astype(np.uint8)
    ascii_only = np.resize(_NOT_ASCII, length)
    text = memoryview(ids.buffers()[2])
    found = np.ones(len(ids), dtype=np.bool_)
    for start in range(0, len(ids), _TOGETHER):
        piece = text[start * length : (start + _TOGETHER) * length]
        bits = np.frombuffer(bytes(piece).translate(_TABLE), dtype=np.uint8).reshape(-1, length)
        wrong = ((bits ^ own) & same) | (bits & ascii_only)
        if wrong.any():
            found[start : start + _TOGETHER] = ~wrong.any(axis=1)
    return found


def id_tail(value: str) -> str:
    """The last segment of a public id: what Webex sometimes answers in its place; the value itself when it is none."""
    decoded = decode_id(value)
    return decoded[1] if decoded else value
