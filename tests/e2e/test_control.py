"""A run is steered from wherever it is seen: another tab pauses it, F5 finds it, failed rows are
retried by a click.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import PEOPLE, Server, serving_app
from tests.e2e.operator import Operator
from tests.e2e.test_happy_path import FORWARDING, run_of, start_dry_run, table

REFUSED = 7  # rows


@pytest.fixture
def slow_server(chromium: str, tmp_path: Path) -> Iterator[Server]:
    """Webex answers so late that there is time to press something."""
    with serving_app(tmp_path / "home", latency_ms=3_000) as running:
        yield running


@pytest.fixture
def operator(browser: Any, slow_server: Server) -> Iterator[Operator]:
    tab = Operator(browser, slow_server)
    yield tab
    tab.close()


def launch(tab: Operator, files: Path) -> str:
    """Without a dry run, which here would take as long as the run; the run's id."""
    tab.go("/Datos")
    tab.upload(files)
    tab.press("Continuar a Mapeo")
    tab.choose(FORWARDING)
    tab.page.get_by_role("link", name=re.compile("Lanzamiento")).click()
    tab.press("Lanzar sin ensayo")
    return run_of(tab)


def states(tab: Operator) -> list[str]:
    """Of the rows, from the report's CSV."""
    tab.press("Ver el informe")
    tab.press("Más")
    return [row["estado"] for row in table(tab.save("CSV"))]


def test_another_tab_pauses_the_run_and_f5_resumes_it(
    browser: Any, operator: Operator, slow_server: Server, examples: Path
) -> None:
    run_id = launch(operator, examples)
    other = Operator(browser, slow_server)
    try:
        other.go(f"/Lanzamiento?run={run_id}")
        other.sees(run_id)
        other.press("Pausar")
        other.offers("Reanudar")
    finally:
        other.close()
    operator.offers("Reanudar")  # without anything being pressed here
    operator.page.reload()
    operator.sees(run_id)
    operator.offers("Reanudar")
    assert operator.page.get_by_role("button", name="Pausar", exact=True).count() == 0
    operator.press("Reanudar")
    operator.offers("Ver el informe")
    found = states(operator)
    assert len(found) == PEOPLE
    assert set(found) <= {"hecha", "sin cambios", "no válida", "con error"}
    assert found.count("hecha") > PEOPLE / 2


def test_rows_that_failed_are_retried_by_a_click(
    browser: Any, server: Server, examples: Path
) -> None:
    tab = Operator(browser, server)
    try:
        start_dry_run(tab, examples, FORWARDING)
        refuse_writes(server, REFUSED)
        tab.press("Ir a Lanzamiento")
        tab.press("Lanzar este ensayo")
        run_id = run_of(tab)
        tab.offers("Reintentar las fallidas")
        assert states(tab).count("con error") == REFUSED
        tab.go(f"/Lanzamiento?run={run_id}")
        tab.press("Reintentar las fallidas")
        tab.sees("Completada")
        tab.page.get_by_role("button", name="Reintentar las fallidas").wait_for(state="detached")
        found = states(tab)
        assert "con error" not in found
        assert found.count("hecha") > REFUSED
        assert tab.outside == []
    finally:
        tab.close()


def refuse_writes(server: Server, times: int) -> None:
    """The service refuses so many writes for good: they are no trouble of the moment, that the
    engine would get over by itself.
    """
    message = json.loads((server.home / "sandbox" / "server.json").read_text(encoding="utf-8"))
    admin = message["base_url"].rsplit("/v1", 1)[0] + "/__admin/fail_next"
    order = {
        "times": times,
        "method": "PUT",
        "status": 403,
        "body": {"message": "Forbidden", "trackingId": "ROUTER_1"},
    }
    httpx.post(admin, json=[order]).raise_for_status()
