"""Limits of the schemas that an organisation may have otherwise (docs/webex.md 5); in force for the
validation under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a cell may be."""

    extension_min: int = 2  # digits (docs/webex.md 1.11 [?]: set per organisation)
    extension_max: int = 10
    bare_uuids: bool = False  # a UUID passes for an id (docs/webex.md 1.6 [?])


DEFAULT = Limits()
# frozen: nobody can change it
_in_force: ContextVar[Limits] = ContextVar("limits", default=DEFAULT)


def limits() -> Limits:
    return _in_force.get()


@contextmanager
def limited(to: Limits) -> Iterator[None]:
    """These limits hold inside the block."""
    before = _in_force.set(to)
    try:
        yield
    finally:
        _in_force.reset(before)
