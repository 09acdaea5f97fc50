"""What we write is what wxc_sdk writes, but for the differences of the table."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from wxc_sdk import WebexSimpleApi
from wxc_sdk.rest import RestError

from bulk.adapters import SUPPORTED
from bulk.runs.context import close_context, open_context
from bulk.runs.launch import Launch
from tests.contract.case import Case, Listed
from tests.contract.differences import TABLE, Difference
from tests.contract.location_cases import LOCATION_CASES
from tests.contract.move_cases import MOVE_CASES
from tests.contract.recorder import Recorder, Sent, in_order
from tests.contract.user_cases import USER_CASES
from tests.paths import ROOT
from tests.workspace import Remote, Workspace

CASES = [*LOCATION_CASES, *USER_CASES, *MOVE_CASES]
AT_LEAST = 5
BY_NAME = {difference.name: difference for difference in TABLE}


def our_writes(
    listed: Listed, stage: Remote, recorder: Recorder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Sent]:
    """The whole action over its rows, through the product's own front door."""
    stage.as_new()
    case = listed.make(stage)
    recorder.forget()
    with monkeypatch.context() as patch:
        for name, value in case.environment.items():
            patch.setenv(name, value)
        context = open_context(home)
        try:
            # One thread: which rows share a job follows the file, not the order in which reads come
            # back.
            result = Workspace(context, stage).run(
                listed.action, case.rows, Launch(workers=1, options=case.options), **case.options
            )
        finally:
            close_context(context)
    assert {row.state for row in result.rows} == set(case.row_states), [
        row.message for row in result.rows
    ]
    return in_order(recorder.writes())


def sdk_writes(
    listed: Listed, stage: Remote, recorder: Recorder, sdk: WebexSimpleApi
) -> list[Sent]:
    stage.as_new()
    case = listed.make(stage)
    if case.sdk_sandbox:
        stage.config(**case.sdk_sandbox)
    recorder.forget()
    refused = False
    try:
        case.sdk(sdk)
    except RestError:
        refused = True
    writes = recorder.writes()
    refused = refused or any(write.status >= 300 for write in writes)
    assert refused == case.sdk_refused, [write.status for write in writes]
    return writes


def in_our_form(theirs: list[Sent], case: Case, names: list[str]) -> list[Sent]:
    for difference in _entries(names):
        theirs = difference.ours(theirs, case)
    return in_order(theirs)


def _entries(names: list[str]) -> list[Difference]:
    return [BY_NAME[name] for name in names]


@pytest.mark.parametrize("listed", CASES, ids=lambda listed: listed.id)
def test_our_write_is_the_sdks_but_for_the_differences_listed(
    listed: Listed,
    stage: Remote,
    recorder: Recorder,
    sdk: WebexSimpleApi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = our_writes(listed, stage, recorder, tmp_path / "home", monkeypatch)
    theirs = sdk_writes(listed, stage, recorder, sdk)
    case = listed.make(stage)
    assert ours and theirs
    assert in_our_form(theirs, case, list(case.differ)) == ours
    for name in case.differ:
        others = [other for other in case.differ if other != name]
        assert in_our_form(theirs, case, others) != ours, (
            f"{name} does not occur here: a stale entry"
        )


def test_each_action_has_at_least_five_cases() -> None:
    count = Counter(listed.action for listed in CASES)
    assert set(count) == set(SUPPORTED)
    assert min(count.values()) >= AT_LEAST, count


def test_each_difference_of_the_table_occurs_in_a_case(stage: Remote) -> None:
    named: set[str] = set()
    for listed in CASES:
        named.update(listed.make(stage).differ)
    assert named == set(BY_NAME)
    assert len(BY_NAME) == len(TABLE), "two differences of one name"


SECTIONS = {
    action: number
    for number, action in re.findall(
        r"^### ([23]\.\d) `(\w+)`",
        (ROOT / "docs" / "webex.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


def test_each_difference_stands_in_its_actions_section(stage: Remote) -> None:
    """A difference of 2.x serves location actions, one of 3.x those of users; 2.4 and 3.4 share the
    entries of permissions.
    """
    for listed in CASES:
        section = SECTIONS[listed.action]
        for name in listed.make(stage).differ:
            assert BY_NAME[name].section in (section, "2.4" if section == "3.4" else section), (
                listed.id,
                name,
            )
