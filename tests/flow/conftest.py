"""A run out of an awkward file, at rest."""

from __future__ import annotations

import pytest

from tests.flow.report_case import HOW, Ended, launched, raw_file
from tests.house import House


@pytest.fixture
def raw(house: House) -> bytes:
    return raw_file(house)


@pytest.fixture
def ended(house: House, raw: bytes) -> Ended:
    return launched(house, raw, HOW)
