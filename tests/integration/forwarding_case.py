"""Rows of the action that most tests of runs use: one PUT per person."""

from __future__ import annotations

from typing import Any

from tests.integration.adapters.many import callers
from tests.workspace import Remote

FORWARD = "usuarios_configurar_desvio_prefijo53"


def forwarded(remote: Remote, count: int) -> list[dict[str, Any]]:
    return [
        {"person_id": remote.person(n), "destination": "600111222"} for n in callers(remote, count)
    ]
