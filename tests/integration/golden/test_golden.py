"""Output and exit code of the CLI's commands are those that were recorded."""

from __future__ import annotations

import pytest

from tests.integration.golden.recording import EXPECTED, record
from tests.integration.golden.scenario import COMMANDS


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = record(tmp_path_factory.mktemp("golden"))
    return {command.name: text for command, text in found}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_a_command_says_what_it_said(name: str, recorded: dict[str, str]) -> None:
    assert recorded[name] == (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")


def test_nothing_is_expected_of_a_command_that_is_not_run() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == {command.name for command in COMMANDS}
