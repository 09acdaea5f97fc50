"""Kill -9 of the runner at random moments in the actions on locations, in a quiet organisation and in a noisy one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bulk.actions import SUPPORTED
from tests.chaos.invariants import Reference
from tests.chaos.kills import Story, kill_until, kills_of
from tests.chaos.world import Runner


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("action", [action for action in SUPPORTED if action.startswith("ubicacion")])
def test_killed_and_resumed_run_ends_as_one_without_accidents(
    action: str,
    request: pytest.FixtureRequest,
    dice: random.Random,
    runner: Runner,
    without_accidents: Callable[[str], Reference],
) -> None:
    kills = kills_of(action, long=bool(request.config.getoption("--long", False)))
    kill_until(Story(action, dice), kills, runner, without_accidents(action))
