"""One sandbox process a module, the example files, and each action's end without accidents."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.resilience.baseline import undisturbed
from tests.resilience.invariants import Reference
from tests.resilience.kills import Story, kill_until, kills_of
from tests.resilience.setup import Remote, Runner, start_remote, write_files


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="200 kills an action instead of 20 in all")
    parser.addoption(
        "--chaos-seed",
        type=int,
        default=0,
        help="repeat a run of the chaos suite; 0 = by the clock",
    )


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--chaos-seed", 0)) or int(time.time())


@pytest.fixture
def dice(request: pytest.FixtureRequest, seed: int) -> random.Random:
    """Printed when the test fails; `--chaos-seed` brings the same moments again."""
    print(f"--chaos-seed {seed}")
    return random.Random(f"{seed} {request.node.name}")


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    found = start_remote(tmp_path_factory.mktemp("remote"))
    yield found
    found.process.terminate()
    found.process.wait(timeout=10)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("files"))


@pytest.fixture
def runner(tmp_path: Path, remote: Remote, files: Path) -> Runner:
    return Runner(tmp_path / "home", remote, files)


@pytest.fixture
def without_accidents(tmp_path: Path, remote: Remote, files: Path) -> Callable[[str], Reference]:
    """The end of an action without accidents, worked in this process; the organisation is as new
    again afterwards.
    """

    def work(action: str) -> Reference:
        if action not in _known:
            _known[action] = undisturbed(action, tmp_path / "calm", remote, files)
        remote.as_new()
        return _known[action]

    return work


_known: dict[str, Reference] = {}


@pytest.fixture
def killed_and_resumed(
    request: pytest.FixtureRequest,
    dice: random.Random,
    runner: Runner,
    without_accidents: Callable[[str], Reference],
) -> Callable[[str], None]:
    """Kill the runner of an action as often as the form asks for, resume it each time, and compare
    its end with that of a run without accidents.
    """

    def work(action: str) -> None:
        kills = kills_of(action, long=bool(request.config.getoption("--long", False)))
        kill_until(Story(action, dice), kills, runner, without_accidents(action))

    return work
