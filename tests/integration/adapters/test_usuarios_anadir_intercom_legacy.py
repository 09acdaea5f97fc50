"""docs/webex.md 3.1, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.usuarios_anadir_intercom_legacy import undo
from bulk.sandbox.organisation import number
from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "usuarios_anadir_intercom_legacy"


def row(remote: Remote, index: int = 0, tail: int | None = None) -> dict[str, str]:
    """A spare number of the location of a person who stays there."""
    home = index % remote.locations
    return {
        "person_id": remote.person(index),
        "legacy_phone_number": number(home, 50000 + index if tail is None else tail),
    }


def secondary(remote: Remote, index: int = 0) -> list[str]:
    found: list[str] = remote.doc("person", remote.person(index))["secondary"]
    return found


def test_adds_the_number(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote)]).counts == {"done": 1}
    assert secondary(remote) == [row(remote)["legacy_phone_number"]]


def test_several_numbers_of_one_person_add_up_in_file_order(
    workspace: Workspace, remote: Remote
) -> None:
    other = row(remote, 0, 2)
    result = workspace.run(ACTION, [row(remote), other])
    assert result.counts == {"done": 2}
    assert secondary(remote) == [row(remote)["legacy_phone_number"], other["legacy_phone_number"]]


def test_a_number_that_is_there_sends_no_write(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, [row(remote)])
    assert workspace.run(ACTION, [row(remote)]).counts == {"unchanged": 1}
    assert (remote.writes(), remote.counters()["unchanged_writes"]) == (1, 0)


def test_plan_says_create_and_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(ACTION, [row(remote), row(remote)])
    assert [found.state for found in plan.rows] == ["create", "unchanged"]
    assert remote.writes() == 0


def test_a_number_of_another_location_and_one_in_use_fail_with_their_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    foreign = {**row(remote), "legacy_phone_number": number(1, 2)}
    taken = {**row(remote, 6), "legacy_phone_number": number(0, 10000)}
    result = workspace.run(ACTION, [foreign, taken, row(remote, 1)])
    assert [(found.state, found.code) for found in result.rows] == [
        ("failed", "27966"),
        ("failed", "4201"),
        ("done", None),
    ]


def test_a_person_without_calling_fails_with_the_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    for status in (404, 400):
        remote.config(uncalling_status=status)
        found = workspace.run(ACTION, [{**row(remote, 7), "legacy_phone_number": number(1, 2)}]).row
        assert (found.state, "no tiene Webex Calling" in str(found.message)) == ("failed", True)


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_write_is_settled_by_reading(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    settle_like(workspace, remote, ACTION, [row(remote)], "PUT", fault)


def test_a_lost_write_is_sent_again_only_after_two_equal_reads(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next({"method": "PUT", "drop": "before"})
    before = remote.counters()["requests"]
    assert workspace.run(ACTION, [row(remote)]).counts == {"done": 1}
    assert (
        remote.counters()["requests"] - before == 7
    )  # people/me, organisation, read, lost write, two reads, write


@pytest.mark.parametrize(
    "answer",
    [{}, {"phoneNumbers": None}, {"phoneNumbers": [7]}, {"phoneNumbers": [{"primary": False}]}],
)
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": "features/numbers", "status": 200, "body": answer}
    )
    result = workspace.run(ACTION, [row(remote), row(remote, 1)])
    assert sorted(found.state for found in result.rows) == ["done", "failed"]


def test_undo_deletes_the_added_number_and_nothing_else() -> None:
    assert undo({"+34911": False}, {"+34911": True}).body == {
        "number": "+34911",
        "action": "DELETE",
    }  # type: ignore[union-attr]
    assert not undo({"+34911": True}, {"+34911": True})
