"""Kill -9 of the runner at random moments in the actions on people, in a quiet organisation and in
a noisy one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bulk.adapters import SUPPORTED
from tests.resilience.kills import KILLS, kills_of


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    "action", [action for action in SUPPORTED if action.startswith("usuarios")]
)
def test_killed_and_resumed_run_ends_as_one_without_accidents(
    action: str, killed_and_resumed: Callable[[str], None]
) -> None:
    killed_and_resumed(action)


def test_the_kills_of_all_actions_are_twenty() -> None:
    assert sum(kills_of(action, long=False) for action in SUPPORTED) == KILLS
