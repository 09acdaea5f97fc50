"""What a forecast costs: each list once, and only what the rows need."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bulk.sandbox import SandboxConfig
from bulk.sandbox.organisation import home_of, number
from tests.integration.adapters.many import callers, many_rows
from tests.integration.forecast_case import FORWARD, INTERCOM, MOVE, away, calls_of
from tests.workspace import Remote, Workspace, opened, serving


def test_each_list_is_asked_once_also_of_4500_people_in_40_locations(tmp_path: Path) -> None:
    """Everybody moves: one list of locations, and of each location its people, 50 a page, its
    numbers and its details.
    """
    with serving(SandboxConfig(people=4_500, locations=40)) as running:
        remote = Remote(running, people=4_500, locations=40)
        rows = [away(remote, n) for n in range(4_500)]
        for n in callers(remote, 100):
            rows[n]["target_phone_number"] = number((home_of(n, 40) + 1) % 40, 80000 + n)
        with opened(tmp_path, remote) as workspace:
            before = remote.digest()
            asked = calls_of(workspace, MOVE, rows)
            assert remote.digest() == before
            assert remote.writes() == 0
    assert max(Counter(asked).values()) == 1
    pages = sum(
        -(-sum(1 for n in range(4_500) if home_of(n, 40) == place) // 50) for place in range(40)
    )
    assert len(asked) <= 1 + 2 * 40 + pages + 40


def test_secondary_numbers_ask_for_people_85_at_a_time_and_each_location_once(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, INTERCOM, 90)
    asked = Counter(calls_of(workspace, INTERCOM, rows))
    assert asked.pop("people") == -(-len(rows) // 85)
    assert len(asked) <= remote.locations
    assert max(asked.values()) == 1


def test_actions_that_take_nothing_of_others_ask_nothing(
    workspace: Workspace, remote: Remote
) -> None:
    assert calls_of(workspace, FORWARD, many_rows(remote, FORWARD, 20)) == []
