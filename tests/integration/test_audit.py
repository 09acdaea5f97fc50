"""The audit of a run: who launched it, who did what with it, with which settings, and why it
stopped by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bulk.journal import control
from bulk.report.audit import facts as audit_facts
from bulk.runs.launch import Launch, launch_plan, wait
from bulk.runs.resume import resume
from bulk.runs.status import find_run
from bulk.runs.undo import undo
from bulk.runs.verify import verify
from tests.integration.adapters.many import callers
from tests.workspace import Remote, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"


def forwarded(remote: Remote, count: int) -> list[dict[str, Any]]:
    return [
        {"person_id": remote.person(n), "destination": "600111222"} for n in callers(remote, count)
    ]


def message(workspace: Workspace, run_id: str) -> list[tuple[str, str]]:
    return [
        (command.command, command.who)
        for command in control.history(workspace.context.journal, run_id)
    ]


def test_who_launched_stays_and_each_command_has_its_own_author(
    workspace: Workspace, remote: Remote
) -> None:
    rows = forwarded(remote, 6)
    first = workspace.run(FORWARD, rows, Launch(canary=2, workers=1))
    run_id = first.document["run_id"]
    luis = replace(workspace.connection, person="Luis Gómez", org_id=remote.running.org_id)
    other = replace(
        workspace.context, settings=replace(workspace.context.settings, settle_delay=0.3)
    )
    live = resume(other, run_id, luis)
    assert live is not None
    wait(live)
    ana = str(first.document["person"])
    assert (find_run(workspace.context, run_id).person, ana != "Luis Gómez") == (ana, True)
    assert message(workspace, run_id) == [
        ("launch", ana),
        ("canary", "bulk"),
        ("resume", "Luis Gómez"),
    ]
    launched, looked, resumed = control.history(workspace.context.journal, run_id)
    assert (launched.detail, str(looked.detail).startswith("Primeras 2 filas")) == (
        "sin ensayo",
        True,
    )
    assert (
        resumed.detail
        == "espera antes de leer tras una escritura sin respuesta: 0,3 s (al lanzar, 0,1)"
    )
    facts = dict(audit_facts(workspace.context, find_run(workspace.context, run_id)))
    assert (facts["Quién"], facts["Ensayo"]) == (ana, "ninguno: se lanzó sin ensayo")
    assert (
        "Luis Gómez" in facts["Intervención 3"]
        and "espera antes de leer" in facts["Intervención 3"]
    )
    assert (
        "espera antes de leer tras una escritura sin respuesta: 0,1 s" in facts["Ajustes cambiados"]
    )
    assert "plazo para conectar: 10 s" in facts["Ajustes de fábrica"]


def test_plan_undo_verification_and_automatic_stop_leave_their_line(
    workspace: Workspace, remote: Remote
) -> None:
    plan = workspace.plan(FORWARD, forwarded(remote, 3))
    wait(
        live := launch_plan(
            workspace.context, plan.document["run_id"], workspace.connection, Launch()
        )
    )
    assert (
        control.history(workspace.context.journal, live.run_id)[0].detail
        == f"lo que mostró el ensayo {plan.document['run_id']}"
    )
    other = replace(
        workspace.context, settings=replace(workspace.context.settings, settle_delay=0.2)
    )
    remote.config(latency_ms=30)
    wait(back := undo(other, live.run_id, workspace.connection))
    wait(check := verify(workspace.context, live.run_id, workspace.connection))
    assert [message(workspace, each.run_id)[0][0] for each in (back, check)] == ["undo", "verify"]
    assert (
        find_run(workspace.context, back.run_id).settings["settle_delay"] == 0.2
    )  # in force, not those of the run undone
    late = workspace.start(FORWARD, forwarded(remote, 40), Launch(workers=1))
    wait(late, timeout=0.1)
    last = control.history(workspace.context.journal, late.run_id)[-1]
    assert (last.command, last.who, last.detail) == (
        "auto_pause",
        "bulk",
        find_run(workspace.context, late.run_id).reason,
    )
    assert "Se ha esperado" in str(last.detail)
