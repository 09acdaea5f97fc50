"""A request as handlers see it, and what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from bulk.sandbox.problems import Refused
from bulk.sandbox.state import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: Any = None  # JSON; None = empty
    next_url: str | None = None  # Link rel="next"


@dataclass(frozen=True)
class Call:
    """A request."""

    store: Store
    method: str
    path_text: str  # /v1/…
    base: str  # http://127.0.0.1:PORT
    query: dict[str, str] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)  # parts of the path by name
    raw: bytes = b""

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def json(self) -> Any:
        try:
            return json.loads(self.raw)
        except ValueError:
            raise Refused(400, "Malformed JSON") from None


def listed(call: Call, items: list[T], cap: int) -> tuple[list[T], str | None]:
    """One page and the URL of the next one. `max` above the cap is cut silently (docs/webex.md
    1.5).
    """
    try:
        start, size = int(call.query.get("start", 0)), min(cap, int(call.query.get("max", cap)))
    except ValueError:
        raise Refused(400, "start and max must be numbers") from None
    if start < 0 or size < 1:
        raise Refused(400, "start and max must be positive")
    page = items[start : start + size]
    if start + size >= len(items):
        return page, None
    query = urlencode({**call.query, "start": start + size, "max": size})
    return page, f"{call.base}{call.path_text}?{query}"
