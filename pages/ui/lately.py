"""Looks that cost much are made less often: never more than a twentieth of the time goes into one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
REST = 20  # times what a look took, until it is taken again
MOST = 64  # looks remembered

_guard = threading.Lock()
_looks: dict[Hashable, tuple[float, Any]] = {}  # key -> (when it is due again, result); shared by all tabs


def lately(key: Hashable, make: Callable[[], T]) -> T:
    """`make()`, or what it gave lately for this key."""
    with _guard:
        due, known = _looks.get(key, (0.0, None))
    if time.monotonic() < due:
        found: T = known
        return found
    began = time.monotonic()
    found = make()
    ended = time.monotonic()
    with _guard:
        _looks.pop(key, None)
        _looks[key] = (ended + REST * (ended - began), found)
        while len(_looks) > MOST:
            del _looks[next(iter(_looks))]
    return found
