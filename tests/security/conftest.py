"""A server that accepts the canary only, a data directory and files of its own, and the command
line as a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bulk.core.logs import configure
from bulk.sandbox import RunningSandbox
from bulk.sandbox.examples import write_examples
from tests.paths import ROOT
from tests.security.canary import CANARY, Canary
from tests.workspace import Remote, serving

PEOPLE, LOCATIONS = 30, 3
Bulk = Callable[..., subprocess.CompletedProcess[str]]
# As a developer would turn every library's debugging on.
WITH_DEBUGGING = (
    "import logging; logging.basicConfig(level=logging.DEBUG); from bulk.cli import main; main()"
)


@pytest.fixture(scope="session", autouse=True)
def configured() -> None:
    """As the CLI, the app and `open_context` do before anything else."""
    configure()


@pytest.fixture(scope="session")
def canary_server() -> Iterator[RunningSandbox]:
    with serving(Canary(people=PEOPLE, locations=LOCATIONS, job_seconds=0.2)) as running:
        yield running


@pytest.fixture
def remote(canary_server: RunningSandbox) -> Remote:
    return Remote(canary_server, people=PEOPLE, locations=LOCATIONS).as_new()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_examples(tmp_path / "files", people=PEOPLE, locations=LOCATIONS)
    return tmp_path / "files"


@pytest.fixture
def environment(tmp_path: Path, remote: Remote) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_"))
    }
    own = {
        "BULK_HOME": str(tmp_path / "home"),
        "BULK_SETTLE_DELAY": "0.1",
        "BULK_DEFAULT_RETRY_AFTER": "0.2",
    }
    short = {"BULK_MAX_ATTEMPTS": "2", "BULK_JOB_POLL_FIRST": "0.1"}
    return (
        clean
        | own
        | short
        | {
            "WEBEX_ACCESS_TOKEN": CANARY,
            "WEBEX_BASE_URL": remote.running.base_url,
        }
    )


@pytest.fixture
def bulk(environment: dict[str, str]) -> Bulk:
    """`bulk …` as a process of its own with all debugging on; what it said is kept whole."""

    def call(*arguments: object, **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", WITH_DEBUGGING, *map(str, arguments)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment | changes,
            cwd=ROOT,
            timeout=120,
        )

    return call
