"""What a dry run says that launching will cost, held against what launching the same rows did
cost.
"""

from __future__ import annotations

import pytest

from bulk.runs.forecast.estimate import estimate
from bulk.runs.status import find_run
from tests.integration.adapters.many import many_rows
from tests.workspace import Remote, Workspace


@pytest.mark.parametrize(
    "action_id",
    [
        "usuarios_configurar_desvio_prefijo53",  # a read and a write a row
        "usuarios_modificar_licencias",  # read 85 at a time, written one by one
        "ubicacion_alta_numeraciones_desactivadas",  # read and written by location
        "usuarios_asignar_location_desde_csv",  # read 85 at a time, moved by jobs
    ],
)
def test_the_calls_forecast_are_about_those_that_launching_makes(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    rows = many_rows(remote, action_id, 100)
    plan = workspace.plan(action_id, rows)
    message = estimate(
        workspace.context, find_run(workspace.context, plan.document["run_id"]), plan.counts
    )
    made = workspace.run(action_id, rows).document["requests"]
    assert message.calls == pytest.approx(made, rel=0.35, abs=3)
    assert message.seconds >= message.calls / message.rate


def test_jobs_of_webex_take_their_time_whatever_the_pace(
    workspace: Workspace, remote: Remote
) -> None:
    plan = workspace.plan(
        "usuarios_asignar_location_desde_csv",
        many_rows(remote, "usuarios_asignar_location_desde_csv", 20),
    )
    message = estimate(
        workspace.context, find_run(workspace.context, plan.document["run_id"]), plan.counts
    )
    assert message.seconds > workspace.context.settings.job_poll_max


def test_nothing_to_change_costs_what_reading_costs(workspace: Workspace, remote: Remote) -> None:
    rows = many_rows(remote, "usuarios_configurar_desvio_prefijo53", 10)
    workspace.run("usuarios_configurar_desvio_prefijo53", rows)
    plan = workspace.plan("usuarios_configurar_desvio_prefijo53", rows)
    message = estimate(
        workspace.context, find_run(workspace.context, plan.document["run_id"]), plan.counts
    )
    assert (plan.counts, message.calls) == ({"unchanged": 10}, 10)
