"""A real server and Debian's Chromium. Skipped where there is no Chromium, never in CI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk.sandbox.examples import write_examples
from tests.e2e.app_server import LATENCY_MS, LOCATIONS, PEOPLE, Server, serving_app
from tests.e2e.operator import Operator

OpenTab = Callable[..., Operator]


@pytest.fixture
def latency_ms() -> int:
    """Of each answer of the sandbox; a test that needs time to press something parametrizes it."""
    return LATENCY_MS


@pytest.fixture
def server(chromium: str, tmp_path: Path, latency_ms: int) -> Iterator[Server]:
    with serving_app(tmp_path / "home", latency_ms=latency_ms) as running:
        yield running


@pytest.fixture(scope="session")
def shared_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that change nothing."""
    with serving_app(tmp_path_factory.mktemp("shared") / "home") as running:
        yield running


@pytest.fixture
def open_tab(browser: Any) -> Iterator[OpenTab]:
    """Opens tabs on a server, `open_tab(server, dark=True)`; they are closed after the test."""
    tabs: list[Operator] = []

    def opened(server: Server, *, dark: bool = False) -> Operator:
        tabs.append(Operator(browser, server, dark=dark))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()


@pytest.fixture
def operator(open_tab: OpenTab, server: Server) -> Operator:
    return open_tab(server)


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example files of the server's small organization."""
    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder, people=PEOPLE, locations=LOCATIONS)
    return folder
