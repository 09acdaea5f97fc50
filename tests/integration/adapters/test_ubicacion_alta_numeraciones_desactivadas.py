"""docs/webex.md 2.1, on a real socket."""

from __future__ import annotations

import pytest

from bulk.adapters.ubicacion_alta_numeraciones_desactivadas import decide, undo
from bulk.runs.launch import Launch
from bulk.sandbox.organisation import number
from tests.integration.adapters.cases import AMBIGUOUS
from tests.workspace import Remote, Workspace

ACTION = "ubicacion_alta_numeraciones_desactivadas"
POSTS = {"method": "POST", "path_regex": "/numbers$"}


def row(remote: Remote, place: int, *tails: int, **more: str) -> dict[str, object]:
    return {
        "location_id": remote.location(place),
        "phone_numbers": [number(place, tail) for tail in tails],
        **more,
    }


def posts(remote: Remote) -> int:
    return sum(1 for key in remote.counters()["by_entity"] if key.startswith("POST"))


def test_adds_the_numbers_inactive(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote, 0, 91001, 91002)]).counts == {"done": 1}
    added = remote.doc("number", number(0, 91001))
    assert (added["state"], added["location"]) == ("INACTIVE", remote.location(0))


def test_rows_of_one_location_share_one_post(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(
        ACTION, [row(remote, place, 91001 + n) for n in range(20) for place in (0, 1)]
    )
    assert result.counts == {"done": 40}
    assert remote.counters()["effective_writes"] == 2


def test_250_numbers_of_a_location_go_in_three_posts(workspace: Workspace, remote: Remote) -> None:
    rows = [row(remote, 0, *range(91000 + 5 * n, 91005 + 5 * n)) for n in range(50)]
    assert workspace.run(ACTION, rows).counts == {"done": 50}
    assert remote.counters()["effective_writes"] == 3


def test_one_row_over_the_limit_is_split(workspace: Workspace, remote: Remote) -> None:
    assert workspace.run(ACTION, [row(remote, 0, *range(91000, 91230))]).counts == {"done": 1}
    assert remote.counters()["effective_writes"] == 3


def test_numbers_that_are_there_send_no_write_and_keep_their_state(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, [row(remote, 0, 1, 2)])
    assert (result.counts, remote.writes()) == ({"unchanged": 1}, 0)
    assert "activos" in str(result.row.message)
    assert remote.doc("number", number(0, 1))["state"] == "ACTIVE"


def test_plan_says_create_and_writes_nothing(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(
        ACTION, [row(remote, 0, 91001), row(remote, 0, 91001, 91002), row(remote, 0, 1)]
    )
    assert plan.counts == {"create": 2, "unchanged": 1}
    assert plan.rows[1].change == {number(0, 91002): [None, "INACTIVE"]}
    assert remote.writes() == 0


def test_a_location_without_local_pstn_is_refused_unless_forced(
    workspace: Workspace, remote: Remote
) -> None:
    remote.patch("location", remote.location(0), connection=None)
    result = workspace.run(ACTION, [row(remote, 0, 91001), row(remote, 1, 91001)])
    assert [found.state for found in result.rows] == ["failed", "done"]
    assert "PSTN propia" in str(result.rows[0].message)
    assert "+349" not in str(remote.admin("state")["number"].get(number(0, 91001)))
    assert decide({"connection": None, "+34911": None}, phone_numbers=["+34911"], force_pstn=True)


@pytest.mark.parametrize("adds_rest", [False, True])
def test_a_bad_number_fails_its_own_row_only(
    workspace: Workspace, remote: Remote, adds_rest: bool
) -> None:
    remote.config(numbers_400_adds_rest=adds_rest)
    bad = {"location_id": remote.location(0), "phone_numbers": [number(1, 1)]}
    result = workspace.run(ACTION, [*(row(remote, 0, 91000 + n) for n in range(6)), bad])
    assert result.counts == {"done": 6, "failed": 1}
    assert (result.rows[-1].state, result.rows[-1].code) == ("failed", "27602")


def test_an_unnamed_refusal_is_found_by_halving(workspace: Workspace, remote: Remote) -> None:
    bad = number(0, 91003)
    rows = [row(remote, 0, 91000 + n) for n in range(6)]
    remote.patch("location", remote.location(0), otherExtensions=[])
    remote.fail_next({**POSTS, "status": 400, "body": {"message": "algo va mal"}, "times": 1})
    result = workspace.run(ACTION, rows)
    assert result.counts == {"done": 6}, bad
    assert max(remote.counters()["by_entity"].values()) == 1


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_post_is_settled_by_reading(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    from tests.integration.adapters.cases import FAULTS

    remote.fail_next({**POSTS, **FAULTS[fault]})
    result = workspace.run(ACTION, [row(remote, 0, 91001), row(remote, 0, 91002)])
    assert result.counts == {"done": 2}
    assert max(remote.counters()["by_entity"].values()) == 1


def test_row_by_row_posts_one_row_at_a_time(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(
        ACTION, [row(remote, 0, 91001), row(remote, 0, 91002)], Launch(bulk=False)
    )
    assert result.counts == {"done": 2}
    assert remote.counters()["effective_writes"] == 2


@pytest.mark.parametrize(
    "answer", [{}, {"phoneNumbers": None}, {"phoneNumbers": [7]}, {"phoneNumbers": [{}]}]
)
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {"method": "GET", "path_regex": "config/numbers$", "status": 200, "body": answer}
    )
    result = workspace.run(ACTION, [row(remote, 0, 91001), row(remote, 1, 91001)])
    assert sorted(found.state for found in result.rows) == ["done", "failed"]


def test_undo_removes_only_what_was_added() -> None:
    before = {"+34911000001": None, "+34911000002": "ACTIVE", "connection": "TRUNK"}
    after = {"+34911000001": "INACTIVE", "+34911000002": "ACTIVE", "connection": "TRUNK"}
    assert undo(before, after).body == {"phoneNumbers": ["+34911000001"]}  # type: ignore[union-attr]
