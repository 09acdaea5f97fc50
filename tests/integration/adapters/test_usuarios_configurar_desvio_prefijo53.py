"""docs/webex.md 3.3, on a real socket."""

from __future__ import annotations

import pytest

from tests.integration.adapters.cases import AMBIGUOUS, settle_like
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"


def rows(remote: Remote, *indexes: int) -> list[dict[str, str]]:
    return [
        {"person_id": remote.person(index), "extension": str(1000 + index)} for index in indexes
    ]


def test_forwards_everything_to_53_and_the_extension(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(ACTION, rows(remote, 0))
    always = remote.doc("person", remote.person(0))["forwarding"]["callForwarding"]["always"]
    assert result.counts == {"done": 1}
    assert (always["enabled"], always["destination"]) == (True, "531000")


def test_busy_and_no_answer_keep_their_values(workspace: Workspace, remote: Remote) -> None:
    before = remote.doc("person", remote.person(6))["forwarding"]
    workspace.run(ACTION, rows(remote, 6))
    after = remote.doc("person", remote.person(6))["forwarding"]
    for member in ("busy", "noAnswer"):
        assert after["callForwarding"][member] == before["callForwarding"][member]
    assert after["businessContinuity"] == before["businessContinuity"]


def test_an_explicit_destination_wins_over_the_extension(
    workspace: Workspace, remote: Remote
) -> None:
    workspace.run(
        ACTION, [{"person_id": remote.person(0), "extension": "1000", "destination": "0600123"}]
    )
    always = remote.doc("person", remote.person(0))["forwarding"]["callForwarding"]["always"]
    assert always["destination"] == "0600123"


def test_row_already_as_wanted_sends_no_write(workspace: Workspace, remote: Remote) -> None:
    workspace.run(ACTION, rows(remote, 0, 1))
    again = workspace.run(ACTION, rows(remote, 0, 1))
    assert again.counts == {"unchanged": 2}
    assert remote.writes() == 2
    assert remote.counters()["unchanged_writes"] == 0


def test_plan_shows_before_and_after_and_writes_nothing(
    workspace: Workspace, remote: Remote
) -> None:
    plan = workspace.plan(ACTION, rows(remote, 0))
    old, new = plan.row.change["always"]
    assert plan.counts == {"change": 1}
    assert (old["enabled"], new["destination"]) == (False, "531000")
    assert remote.writes() == 0


def test_a_person_without_calling_fails_with_the_remedy(
    workspace: Workspace, remote: Remote
) -> None:
    result = workspace.run(ACTION, rows(remote, 7))
    assert result.row.state == "failed"
    assert "El usuario no tiene Webex Calling" in str(result.row.message)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 415])
def test_a_refused_write_fails_its_row_only(
    workspace: Workspace, remote: Remote, status: int
) -> None:
    person = remote.person(0)
    body = {"message": "no", "errors": [{"description": "no se puede", "errorCode": 12345}]}
    remote.fail_next({"method": "PUT", "path_regex": person, "status": status, "body": body})
    result = workspace.run(ACTION, rows(remote, 0, 1))
    assert [row.state for row in result.rows] == ["failed", "done"]
    assert result.rows[0].code == "12345"
    assert "no se puede" in str(result.rows[0].message)


@pytest.mark.parametrize("fault", AMBIGUOUS)
def test_an_unanswered_write_is_settled_by_reading(
    workspace: Workspace, remote: Remote, fault: str
) -> None:
    settle_like(workspace, remote, ACTION, rows(remote, 0), "PUT", fault)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"callForwarding": None},
        {"callForwarding": {"always": "sí"}},
        {"callForwarding": {"always": {}}},
    ],
)
def test_a_malformed_answer_fails_the_row_and_not_the_run(
    workspace: Workspace, remote: Remote, answer: object
) -> None:
    remote.fail_next(
        {
            "method": "GET",
            "path_regex": f"{remote.person(0)}/features",
            "status": 200,
            "body": answer,
        }
    )
    result = workspace.run(ACTION, rows(remote, 0, 1))
    assert [row.state for row in result.rows] == ["failed", "done"]


def test_undo_restores_the_forwarding_read_before() -> None:
    from bulk.adapters.usuarios_configurar_desvio_prefijo53 import decide, undo

    before = {
        "always": {"enabled": False},
        "busy": {
            "enabled": True,
            "destination": "6000",
            "destinationVoicemailEnabled": False,
        },
        "noAnswer": {"numberOfRings": 3},
    }
    change = decide(before, extension="1000")
    restored = undo(before, {**before, **change.news()})
    assert restored.news() == {"always": {"enabled": False}}
    assert restored.body["callForwarding"]["always"] == {
        "destination": "",
        "enabled": False,
    }  # docs/webex.md 3.3
    assert restored.body["callForwarding"]["busy"] == before["busy"]
    assert "noAnswer" not in restored.body["callForwarding"]  # a switch of it was not read
