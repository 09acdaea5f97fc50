"""A wide organisation, and a run out of an awkward file, at rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bulk.sandbox import RunningSandbox, SandboxConfig
from tests.flow.report_case import HOW, Ended, launched, raw_file
from tests.house import House, Remote, serving

PEOPLE, LOCATIONS = 520, 300


@pytest.fixture(scope="session")
def wide_sandbox() -> Iterator[RunningSandbox]:
    with serving(SandboxConfig(people=PEOPLE, locations=LOCATIONS, job_seconds=0.2)) as running:
        yield running


@pytest.fixture
def wide(wide_sandbox: RunningSandbox) -> Remote:
    """An organisation in which each action finds three hundred rows to do."""
    return Remote(wide_sandbox, people=PEOPLE, locations=LOCATIONS).as_new()


@pytest.fixture
def raw(house: House) -> bytes:
    return raw_file(house)


@pytest.fixture
def ended(house: House, raw: bytes) -> Ended:
    return launched(house, raw, HOW)
