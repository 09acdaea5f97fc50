"""Expensive results that several tabs show: computed again only after a multiple of the time they
took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
PAUSE_FACTOR = 50  # times what a result took, until it is computed again
MAX_ITEMS = 64  # results kept

_guard = threading.Lock()
# key -> (when it is due again, its version, result); shared by all tabs
_results: dict[Hashable, tuple[float, Hashable, Any]] = {}


def throttled(
    key: Hashable, version: Hashable, make: Callable[[], T], *, pause_factor: int = PAUSE_FACTOR
) -> T:
    """`make()`, or its last result for this key while it is recent and of the same version."""
    with _guard:
        due, made_for, known = _results.get(key, (0.0, None, None))
    if time.monotonic() < due and made_for == version:
        result: T = known
        return result
    began = time.monotonic()
    result = make()
    ended = time.monotonic()
    with _guard:
        _results.pop(key, None)
        _results[key] = (ended + pause_factor * (ended - began), version, result)
        while len(_results) > MAX_ITEMS:
            del _results[next(iter(_results))]
    return result
