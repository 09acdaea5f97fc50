"""What a rehearsal says that launching will cost, held against what launching the same rows did
cost.
"""

from __future__ import annotations

import pytest

from bulk.runs.forecast.estimate import estimate
from bulk.runs.status import find_run
from tests.house import House, Remote
from tests.integration.adapters.many import many_rows


@pytest.mark.parametrize(
    "action_id",
    [
        "usuarios_configurar_desvio_prefijo53",  # a read and a write a row
        "usuarios_modificar_licencias",  # read 85 at a time, written one by one
        "ubicacion_alta_numeraciones_desactivadas",  # read and written by location
        "usuarios_asignar_location_desde_csv",  # read 85 at a time, moved by jobs
    ],
)
def test_the_calls_foretold_are_about_those_that_launching_makes(
    house: House, remote: Remote, action_id: str
) -> None:
    rows = many_rows(remote, action_id, 100)
    plan = house.plan(action_id, rows)
    told = estimate(house.context, find_run(house.context, plan.document["run_id"]), plan.counts)
    made = house.run(action_id, rows).document["requests"]
    assert told.calls == pytest.approx(made, rel=0.35, abs=3)
    assert told.seconds >= told.calls / told.rate


def test_jobs_of_webex_take_their_time_whatever_the_pace(house: House, remote: Remote) -> None:
    plan = house.plan(
        "usuarios_asignar_location_desde_csv",
        many_rows(remote, "usuarios_asignar_location_desde_csv", 20),
    )
    told = estimate(house.context, find_run(house.context, plan.document["run_id"]), plan.counts)
    assert told.seconds > house.context.settings.job_poll_max


def test_nothing_to_change_costs_what_reading_costs(house: House, remote: Remote) -> None:
    rows = many_rows(remote, "usuarios_configurar_desvio_prefijo53", 10)
    house.run("usuarios_configurar_desvio_prefijo53", rows)
    plan = house.plan("usuarios_configurar_desvio_prefijo53", rows)
    told = estimate(house.context, find_run(house.context, plan.document["run_id"]), plan.counts)
    assert (plan.counts, told.calls) == ({"unchanged": 10}, 10)
