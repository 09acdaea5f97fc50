"""A small organisation on a real socket, a data directory of its own, and the product as a script
would use it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk.sandbox import RunningSandbox, SandboxConfig
from bulk.webex.ratelimit import limiter
from tests.paths import ROOT
from tests.workspace import Remote, Workspace, opened, serving

PEOPLE, LOCATIONS = 120, 6
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]


# `pytest -m quick`: no browser, no kill -9, no server of minutes.
SLOW_FOLDERS = {"e2e", "resilience", "security"}
SLOW_FILES = {"test_kill.py", "test_environment.py", "test_tenth_action.py", "test_names.py"}
SLOW_FIXTURES = {"browser", "chromium", "wide"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests."""
    for item in items:
        slow = (
            SLOW_FOLDERS & set(item.path.relative_to(ROOT / "tests").parts)
            or item.path.name in SLOW_FILES
            or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
        )
        if not slow:
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session")
def small_sandbox() -> Iterator[RunningSandbox]:
    with serving(SandboxConfig(people=PEOPLE, locations=LOCATIONS, job_seconds=0.2)) as running:
        yield running


@pytest.fixture
def remote(small_sandbox: RunningSandbox) -> Remote:
    return Remote(small_sandbox, people=PEOPLE, locations=LOCATIONS).as_new()


@pytest.fixture(autouse=True)
def quick_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits, and nothing of the developer's own environment."""
    for name in [name for name in os.environ if name.startswith(("BULK_", "WEBEX_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BULK_SETTLE_DELAY", "0.1")
    monkeypatch.setenv("BULK_JOB_POLL_FIRST", "0.1")
    monkeypatch.setenv("BULK_DEFAULT_RETRY_AFTER", "0.2")
    # a process remembers what the organisation admitted, and another test's storm of 429s is no
    # limit
    limiter._paces.clear()


@pytest.fixture
def workspace(tmp_path: Path, remote: Remote) -> Iterator[Workspace]:
    with opened(tmp_path, remote) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has to have Chromium: apt-get install chromium")
        pytest.skip("no Chromium here: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One for all tests of a process: Playwright starts once."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()
