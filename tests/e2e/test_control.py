"""A run is steered from any tab: another tab pauses it, F5 finds it, failed rows are
retried by a click.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.app_server import PEOPLE, Server
from tests.e2e.conftest import OpenTab
from tests.e2e.operator import Operator
from tests.e2e.steps import (
    FORWARDING,
    choose_action,
    dry_run,
    launch_dry_run,
    report_states,
    run_in_url,
)

REFUSED = 7  # rows


# Webex answers so late that there is time to press something.
@pytest.mark.parametrize("latency_ms", [3_000])
def test_another_tab_pauses_the_run_and_f5_resumes_it(
    open_tab: OpenTab, operator: Operator, server: Server, examples: Path
) -> None:
    choose_action(operator, examples, FORWARDING)
    operator.open("Lanzamiento")
    operator.press("Lanzar sin ensayo")  # a dry run would take as long as the run
    run_id = run_in_url(operator)
    other = open_tab(server)
    other.go(f"/Lanzamiento?run={run_id}")
    other.sees(run_id)
    other.press("Pausar")
    other.offers("Reanudar")
    operator.offers("Reanudar")  # without anything being pressed here
    operator.page.reload()
    operator.sees(run_id)
    operator.offers("Reanudar")
    assert operator.page.get_by_role("button", name="Pausar", exact=True).count() == 0
    operator.press("Reanudar")
    operator.offers("Ver el informe")
    states = report_states(operator)
    assert len(states) == PEOPLE
    assert set(states) <= {"hecha", "sin cambios", "no válida", "con error"}
    assert states.count("hecha") > PEOPLE / 2


def test_rows_that_failed_are_retried_by_a_click(
    operator: Operator, server: Server, examples: Path
) -> None:
    dry_run(operator, examples, FORWARDING)
    server.refuse_writes(REFUSED)
    run_id = launch_dry_run(operator)
    operator.offers("Reintentar las fallidas")
    assert report_states(operator).count("con error") == REFUSED
    operator.go(f"/Lanzamiento?run={run_id}")
    operator.press("Reintentar las fallidas")
    operator.sees("Completada")
    operator.page.get_by_role("button", name="Reintentar las fallidas").wait_for(state="detached")
    states = report_states(operator)
    assert "con error" not in states
    assert states.count("hecha") > REFUSED
    assert operator.outside == []
