"""Before a run: the token, the organisation and a few ids are tried; when they do not fit nothing
is sent.
"""

from __future__ import annotations

import base64

import pytest

from bulk.errors import Forbidden
from bulk.journal.runs import list_runs
from bulk.runs.preflight import ForeignIds
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"


def foreign(kind: str, number: int) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{number:032x}".encode()).decode().rstrip("=")


def test_ids_of_another_organisation_are_refused_and_no_run_is_written(
    workspace: Workspace, remote: Remote
) -> None:
    records = [{"person_id": foreign("PEOPLE", n), "extension": "1000"} for n in range(9)]
    with pytest.raises(ForeignIds, match="no son de esta organización"):
        workspace.run(ACTION, records)
    assert list_runs(workspace.context.journal) == []
    assert (
        remote.counters()["requests"] == 7
    )  # people/me, the name of the organisation, and five ids


def test_locations_of_another_organisation_are_refused_too(
    workspace: Workspace, remote: Remote
) -> None:
    records = [
        {"location_id": foreign("LOCATION", n), "phone_number": f"+3491122233{n}"} for n in range(3)
    ]
    with pytest.raises(ForeignIds):
        workspace.run("ubicacion_actualizar_cabecera", records)


def test_one_known_id_is_enough_to_go_on(workspace: Workspace, remote: Remote) -> None:
    records = [{"person_id": foreign("PEOPLE", n), "extension": "1000"} for n in range(3)]
    result = workspace.run(ACTION, [*records, {"person_id": remote.person(0), "extension": "1000"}])
    assert result.counts == {"failed": 3, "done": 1}


def test_an_org_id_that_the_token_does_not_manage_is_refused_with_the_missing_scopes(
    workspace: Workspace, remote: Remote
) -> None:
    record = {
        "person_id": remote.person(0),
        "extension": "1000",
        "org_id": foreign("ORGANIZATION", 1),
    }
    with pytest.raises(Forbidden, match="people_write"):
        workspace.run(ACTION, [record])
    assert remote.writes() == 0


def test_403_on_every_first_row_stops_the_run(workspace: Workspace, remote: Remote) -> None:
    remote.fail_next(
        {
            "status": 403,
            "path_regex": "callForwarding",
            "body": {"message": "no scope"},
            "times": 1000,
        }
    )
    records = [{"person_id": remote.person(n), "extension": str(1000 + n)} for n in range(60)]
    result = workspace.run(ACTION, records)
    assert result.document["state"] == "stopped"
    assert "people_write" in result.document["reason"]
    assert result.counts["pending"] > 0


def test_a_journal_edited_by_hand_does_not_run_an_action_in_development(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.errors import InDevelopment
    from bulk.journal import runs

    done = workspace.run(ACTION, [{"person_id": remote.person(0), "extension": "1000"}])
    run_id = done.document["run_id"]
    runs.update_run(workspace.context.journal, run_id, action_id="workspaces_alta", state="paused")
    requests = remote.counters()["requests"]
    with pytest.raises(InDevelopment):
        workspace.resume(run_id)
    assert remote.counters()["requests"] == requests
