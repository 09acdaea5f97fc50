"""Members of an answer. One that Webex leaves out is not empty: it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from bulk.errors import Unreadable

T = TypeVar("T")
MISSING = "La respuesta de Webex no trae «{}»: no se puede saber qué hay"


def needed(answer: Any, member: str, kind: type[T]) -> T:
    """`answer[member]`, which has to be of `kind`. Raises Unreadable."""
    value = answer.get(member) if isinstance(answer, Mapping) else None
    if not isinstance(value, kind):
        raise Unreadable(f"{MISSING.format(member)}.")
    return value


def needed_objects(answer: Any, member: str) -> list[dict[str, Any]]:
    """A list of objects. Raises Unreadable."""
    found = needed(answer, member, list)
    if not all(isinstance(entry, dict) for entry in found):
        raise Unreadable(f"{MISSING.format(member)}.")
    return found
