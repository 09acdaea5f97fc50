"""The plan that was reviewed is the plan that runs: what drifted since is set aside, what it left
out is not run.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from bulk.errors import UsageError
from bulk.journal import runs
from bulk.runs.launch import Launch, launch_plan, wait
from bulk.runs.resume import retry
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from tests.integration.adapters.many import callers, many_rows
from tests.workspace import Remote, Result, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"


@pytest.fixture
def remote(wide: Remote) -> Remote:
    return wide


def forwarded(remote: Remote, count: int) -> list[dict[str, Any]]:
    return [
        {"person_id": remote.person(n), "destination": "600111222"} for n in callers(remote, count)
    ]


def launched(workspace: Workspace, plan: Result, **settings: float) -> Result:
    context = replace(workspace.context, settings=replace(workspace.context.settings, **settings))
    live = launch_plan(context, plan.document["run_id"], workspace.connection, Launch())
    wait(live)
    return workspace.result(live.run_id)


def change_by_hand(remote: Remote, person: str) -> None:
    forwarding = remote.doc("person", person)["forwarding"]["callForwarding"]
    always = {**forwarding["always"], "enabled": True, "destination": "677777777"}
    remote.patch("person", person, forwarding={"callForwarding": {**forwarding, "always": always}})


def test_rows_that_drifted_since_the_plan_are_set_aside_and_the_rest_goes_on(
    workspace: Workspace, remote: Remote
) -> None:
    rows = forwarded(remote, 500)
    plan = workspace.plan(FORWARD, rows)
    assert plan.counts == {"change": 500} and remote.writes() == 0
    for row in rows[:20]:
        change_by_hand(remote, row["person_id"])
    result = launched(workspace, plan)
    assert result.counts == {"done": 480, "conflict": 20}
    assert {row.params["person_id"] for row in result.rows if row.state == "conflict"} == {
        row["person_id"] for row in rows[:20]
    }
    assert all("677777777" in str(row.message) for row in result.rows if row.state == "conflict")
    assert remote.writes() == 480
    assert result.document["parent"] == plan.document["run_id"]


@pytest.mark.parametrize(
    "action_id",
    [
        "ubicacion_alta_numeraciones_desactivadas",
        "usuarios_asignar_location_desde_csv",
        "usuarios_modificar_licencias",
    ],
)
def test_a_plan_of_each_way_of_writing_runs_whole(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    rows = many_rows(remote, action_id, 40)
    plan = workspace.plan(action_id, rows)
    assert launched(workspace, plan).counts == {"done": len(rows)}


def test_drift_is_seen_by_an_action_that_writes_in_sets(
    workspace: Workspace, remote: Remote
) -> None:
    rows, third = many_rows(remote, "usuarios_asignar_location_desde_csv", 12), remote.location(200)
    plan = workspace.plan("usuarios_asignar_location_desde_csv", rows)
    for row in rows[:4]:
        remote.patch("person", row["person_id"], locationId=third)
    result = launched(workspace, plan)
    assert result.counts == {"done": 8, "conflict": 4}
    assert [row.state for row in result.rows[:4]] == ["conflict"] * 4
    assert {remote.doc("person", row["person_id"])["locationId"] for row in rows[:4]} == {third}


def test_a_licence_that_somebody_gave_since_the_plan_is_not_given_again(
    workspace: Workspace, remote: Remote
) -> None:
    """A license is there or is not: changed since, it is as asked, which is no drift; the rest of
    the row goes on.
    """
    rows, cx = many_rows(remote, "usuarios_modificar_licencias", 6), remote.org.licenses["cx"]
    plan = workspace.plan("usuarios_modificar_licencias", rows)
    for row in rows[:2]:
        remote.patch(
            "person",
            row["person_id"],
            licenses=sorted({*remote.doc("person", row["person_id"])["licenses"], cx}),
        )
    result = launched(workspace, plan)
    assert result.counts == {"done": 6}
    assert [cx in row.change for row in result.rows] == [False] * 2 + [True] * 4


def test_a_licence_row_is_read_right_before_its_write(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody does to a later row while the first one is written is drift, although one call
    could have read both.
    """
    from bulk.engine import row

    rows = many_rows(remote, "usuarios_modificar_licencias", 2)
    plan = workspace.plan("usuarios_modificar_licencias", rows)
    messaging, write = remote.org.licenses["messaging"], row.write_row

    def then_somebody(live: Any, item: Any, before: Any) -> None:
        write(live, item, before)
        if item.line == 2:
            held = remote.doc("person", rows[1]["person_id"])["licenses"]
            remote.patch(
                "person", rows[1]["person_id"], licenses=[one for one in held if one != messaging]
            )

    monkeypatch.setattr(row, "write_row", then_somebody)
    live = launch_plan(
        workspace.context, plan.document["run_id"], workspace.connection, Launch(workers=1)
    )
    wait(live)
    assert list(workspace.result(live.run_id).rows[1].change) == [remote.org.licenses["cx"]]


def test_a_row_that_changed_nothing_is_looked_at_when_another_of_its_entity_changes(
    workspace: Workspace, remote: Remote
) -> None:
    row = {"person_id": remote.person(1), "destination": "600111222"}
    plan = workspace.plan(FORWARD, [row, row])
    assert [found.state for found in plan.rows] == ["change", "unchanged"]
    change_by_hand(remote, remote.person(1))
    result = launched(workspace, plan)
    assert result.counts == {"conflict": 2} and remote.writes() == 0


def test_two_rows_of_one_person_are_no_drift(workspace: Workspace, remote: Remote) -> None:
    cx, meeting = remote.org.licenses["cx"], remote.org.licenses["meeting"]
    rows = [
        {"person_id": remote.person(1), "add_license_ids": cx},
        {"person_id": remote.person(1), "remove_license_ids": meeting},
        {"person_id": remote.person(1), "add_license_ids": meeting},
    ]
    plan = workspace.plan("usuarios_modificar_licencias", rows)
    assert launched(workspace, plan).counts == {"done": 3}


def test_what_the_plan_left_out_is_not_run(workspace: Workspace, remote: Remote) -> None:
    rows = forwarded(remote, 4)
    workspace.run(FORWARD, rows[:1])
    plan = workspace.plan(FORWARD, [*rows, {"person_id": remote.person(100), "extension": "no"}])
    assert plan.counts == {"unchanged": 1, "change": 3, "invalid": 1}
    requests = remote.counters()["requests"]
    assert launched(workspace, plan).counts["unchanged"] == 1
    assert remote.counters()["requests"] - requests <= 2 + 2 * plan.counts["change"]


def test_a_plan_changed_in_the_journal_is_refused(workspace: Workspace, remote: Remote) -> None:
    from bulk.journal.tables import rows as table

    for changed in (
        {"change": '{"always":[1,2]}'},
        {"before": "{}"},
        {"reference": '{"undoes":{}}'},
    ):
        plan = workspace.plan(FORWARD, forwarded(remote, 3))
        statement = (
            table.update()
            .where(table.c.run_id == plan.document["run_id"], table.c.line == 2)
            .values(**changed)
        )
        workspace.context.journal.write(
            lambda connection, statement=statement: connection.execute(statement)
        )
        with pytest.raises(UsageError, match="no es el que se revisó"):
            launch_plan(workspace.context, plan.document["run_id"], workspace.connection, Launch())


def test_a_plan_that_was_repeated_since_somebody_looked_at_it_is_refused(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=40)
    live = workspace.start(FORWARD, forwarded(remote, 20), Launch(dry_run=True, canary=4))
    wait(live)
    request_stop(workspace.context, live.run_id, "cancel", "Ana")
    shown = find_run(workspace.context, live.run_id)
    assert shown.plan_hash and workspace.result(live.run_id).counts["change"] == 4
    remote.config(latency_ms=0)
    again = retry(workspace.context, live.run_id, workspace.connection)
    assert again is not None
    wait(again)
    with pytest.raises(UsageError, match="no es el que se revisó"):
        launch_plan(
            workspace.context, live.run_id, workspace.connection, Launch(), reviewed=shown.plan_hash
        )
    assert remote.writes() == 0
    now = find_run(workspace.context, live.run_id).plan_hash
    wait(launch_plan(workspace.context, live.run_id, workspace.connection, Launch(), reviewed=now))
    assert remote.writes() == 20


def test_a_plan_with_other_options_is_refused(workspace: Workspace, remote: Remote) -> None:
    action, entry = (
        "ubicacion_configurar_permisos_salientes_defecto",
        {"callType": "NATIONAL", "transferEnabled": False},
    )
    profiles = [
        {"callingPermissions": [{**entry, "action": what}]} for what in ("BLOCK", "AUTH_CODE")
    ]
    plan = workspace.plan(action, [{"location_id": remote.location(0)}], profile=profiles[0])
    runs.update_run(
        workspace.context.journal, plan.document["run_id"], options={"profile": profiles[1]}
    )
    with pytest.raises(UsageError, match="no es el que se revisó"):
        launch_plan(workspace.context, plan.document["run_id"], workspace.connection, Launch())


def test_a_run_or_an_unfinished_dry_run_is_no_plan(workspace: Workspace, remote: Remote) -> None:
    run = workspace.run(FORWARD, forwarded(remote, 1))
    part = workspace.run(FORWARD, forwarded(remote, 30)[1:], Launch(dry_run=True, canary=2))
    with pytest.raises(UsageError, match="escribe en Webex"):
        launch_plan(
            workspace.context, part.document["run_id"], workspace.connection, Launch(dry_run=True)
        )
    for no_plan, reason in ((run, "no es un ensayo"), (part, "no ha terminado")):
        with pytest.raises(UsageError, match=reason):
            launch_plan(
                workspace.context, no_plan.document["run_id"], workspace.connection, Launch()
            )


# -- how old a read may be -------------------------------------------------------------------------


def test_by_default_each_row_is_read_again_before_its_write(
    workspace: Workspace, remote: Remote
) -> None:
    plan = workspace.plan(FORWARD, forwarded(remote, 30))
    before = remote.counters()["requests"]
    assert launched(workspace, plan).counts == {"done": 30}
    assert remote.counters()["requests"] - before >= 60


def test_a_put_may_rest_on_a_young_enough_read_of_its_dry_run(
    workspace: Workspace, remote: Remote
) -> None:
    plan = workspace.plan(FORWARD, forwarded(remote, 30))
    before = remote.counters()["requests"]
    result = launched(workspace, plan, plan_read_age=600)
    assert result.counts == {"done": 30}
    assert remote.counters()["requests"] - before <= 30 + 3  # the preflight asks too
    assert {row.line: row.before for row in result.rows} == {
        row.line: row.before for row in plan.rows
    }


def test_an_older_read_of_a_dry_run_is_made_again(workspace: Workspace, remote: Remote) -> None:
    rows = forwarded(remote, 12)
    plan = workspace.plan(FORWARD, rows)
    time.sleep(0.6)
    change_by_hand(remote, rows[0]["person_id"])
    assert launched(workspace, plan, plan_read_age=0.5).counts == {"done": 11, "conflict": 1}


def test_what_is_no_put_is_always_read_again(workspace: Workspace, remote: Remote) -> None:
    plan = workspace.plan(
        "usuarios_anadir_intercom_legacy",
        rows := many_rows(remote, "usuarios_anadir_intercom_legacy", 10),
    )
    before = remote.counters()["requests"]
    assert launched(workspace, plan, plan_read_age=600).counts == {"done": len(rows)}
    assert remote.counters()["requests"] - before >= 2 * len(rows)


def test_rows_of_one_entity_are_read_again(workspace: Workspace, remote: Remote) -> None:
    """The first row of a person changes what the dry run of the second one read."""
    row = {"person_id": remote.person(1), "destination": "600111222"}
    plan = workspace.plan(FORWARD, [row, row])
    before = remote.counters()["requests"]
    assert launched(workspace, plan, plan_read_age=600).counts == {"done": 1, "unchanged": 1}
    assert remote.counters()["requests"] - before >= 3
