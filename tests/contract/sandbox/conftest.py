"""One small sandbox for the whole session, put back to its seed and its settings before each
test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from bulk.sandbox import RunningSandbox, SandboxConfig, start_in_thread
from bulk.sandbox.config import FIXED

SMALL = SandboxConfig(people=200, locations=10)


@dataclass(frozen=True)
class Box:
    """The sandbox as a client sees it."""

    running: RunningSandbox
    http: httpx.Client  # of the API, with the token
    admins: httpx.Client  # of the admin address, without

    def get(self, path: str, **query: Any) -> Any:
        response = self.http.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def admin(self, what: str, body: Any = None) -> Any:
        """POST when there is a body, else GET."""
        response = self.admins.get(what) if body is None else self.admins.post(what, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def docs(self, kind: str) -> dict[str, Any]:
        return self.admin("state")[kind]

    def people(self, **members: Any) -> list[tuple[str, Any]]:
        """(id, document) of the people whose members are as given."""
        return [
            (k, d)
            for k, d in self.docs("person").items()
            if all(d[m] == v for m, v in members.items())
        ]

    def caller(self) -> tuple[str, Any]:
        """A person with calling license and a direct number."""
        return next(
            (k, d) for k, d in self.docs("person").items() if d["extension"] and d["phoneNumber"]
        )

    def uncalled(self) -> tuple[str, Any]:
        return self.people(extension=None)[0]

    def spare(self, location_id: str) -> str:
        """A number of the location that is neither assigned nor main."""
        numbers = self.docs("number").items()
        return next(
            n
            for n, d in numbers
            if d["location"] == location_id and not d["owner"] and not n.endswith("00000")
        )


def opened(running: RunningSandbox) -> httpx.Client:
    return httpx.Client(
        base_url=running.base_url, headers={"Authorization": f"Bearer {running.token}"}, timeout=10
    )


@contextmanager
def boxed(running: RunningSandbox) -> Iterator[Box]:
    """Clients of a running sandbox, which is closed at the end."""
    with opened(running) as http, httpx.Client(base_url=running.admin_url, timeout=10) as admins:
        yield Box(running, http, admins)
    running.close()


@pytest.fixture(scope="session")
def _box() -> Iterator[Box]:
    with boxed(start_in_thread(SMALL)) as box:
        yield box


@pytest.fixture
def box(_box: Box) -> Box:
    _box.admin("config", {k: v for k, v in vars(SMALL).items() if k not in FIXED})
    _box.admin("fail_next", [])
    _box.admin("reset", {})
    return _box


@pytest.fixture(scope="session")
def start() -> Callable[..., AbstractContextManager[Box]]:
    """start(home=..., people=...) -> a sandbox of one's own, small unless reported otherwise."""
    return lambda **settings: boxed(start_in_thread(replace(SMALL, **settings)))
