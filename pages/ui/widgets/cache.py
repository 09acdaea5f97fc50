"""Expensive results that several tabs show: computed again only after a multiple of the time they
took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
REST = 50  # times what a look took, until it is taken again: a fiftieth of the time goes into it
MAX_ITEMS = 64  # looks remembered

_guard = threading.Lock()
_looks: dict[
    Hashable, tuple[float, Hashable, Any]
] = {}  # key -> (when it is due again, as what, result); shared by all tabs


def throttled(key: Hashable, version: Hashable, make: Callable[[], T], *, rest: int = REST) -> T:
    """`make()`, or what it gave lately for this key, as long as it is of the same version."""
    with _guard:
        due, made_for, known = _looks.get(key, (0.0, None, None))
    if time.monotonic() < due and made_for == version:
        found: T = known
        return found
    began = time.monotonic()
    found = make()
    ended = time.monotonic()
    with _guard:
        _looks.pop(key, None)
        _looks[key] = (ended + rest * (ended - began), version, found)
        while len(_looks) > MAX_ITEMS:
            del _looks[next(iter(_looks))]
    return found
