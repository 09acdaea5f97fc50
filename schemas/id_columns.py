"""Whole columns of public ids (schemas/hydra.py), judged together. Apart from it: the engine reads
ids and needs no arrow.
"""

from __future__ import annotations

import string
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]

from schemas.hydra import decoded_text, kind_of

# what a character stands for in base64; all bits: it stands for nothing
_SIX_BITS = np.full(256, 0xFF, dtype=np.uint8)
for _last in ("+/", "-_"):
    _alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + _last
    _SIX_BITS[np.frombuffer(_alphabet.encode(), dtype=np.uint8)] = range(64)
_TABLE = _SIX_BITS.tobytes()
_TOGETHER = 1_000  # ids looked at together: their bits stay in the processor's cache
# Of four characters, the first bit of each of the three bytes in them, and what only a stranger to
# the alphabet has.
_NOT_ASCII = np.array([0b11100000, 0b11001000, 0b11000010, 0b11000000], dtype=np.uint8)


def strangers(values: Any, kinds: Collection[str]) -> list[str]:
    """Those of `values` (an array of text) that are no public id of one of `kinds`.

    Ids that are made like the first one (nearly all of a column) are looked at together, which
    costs a tenth.
    """
    ids = pa.array(values, pa.large_string())
    first = ids[0].as_py() if len(ids) else ""
    if kind_of(first) not in kinds:
        return [value for value in ids.to_pylist() if kind_of(value) not in kinds]
    as_long = pc.equal(pc.binary_length(ids), len(first))
    together = ids.filter(as_long)
    rest = [
        *ids.filter(pc.invert(as_long)).to_pylist(),
        *together.filter(pa.array(~_like(first, together))).to_pylist(),
    ]
    return [value for value in rest if kind_of(value) not in kinds]


def _like(first: str, ids: pa.LargeStringArray) -> npt.NDArray[np.bool_]:
    """Which of `ids`, all of one length, surely have the KIND of `first`, itself an id: the same
    bits up to there, then ASCII.
    """
    length = len(first)
    own = np.frombuffer(first.encode().translate(_TABLE), dtype=np.uint8)
    # bits of ciscospark://us/KIND/
    until = 8 * len("/".join(decoded_text(first).split("/")[:4]) + "/")
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
