"""The whole way in a real browser: files, action, dry run, launch, report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.e2e.app_server import LOCATIONS, PEOPLE, Server, start_server
from tests.e2e.conftest import OpenTab
from tests.e2e.operator import Operator
from tests.e2e.steps import (
    FORWARDING,
    PAGES,
    choose_action,
    csv_rows,
    dry_run,
    launch_dry_run,
    report_rows,
    report_states,
    run_in_url,
)


def test_from_three_files_to_the_report(operator: Operator, examples: Path) -> None:
    dry_run(operator, examples, FORWARDING)
    planned = [
        row for row in csv_rows(operator.save("Descargar ensayo")) if row["estado"] == "cambiar"
    ]
    run_id = launch_dry_run(operator)
    operator.page.reload()
    operator.sees(run_id)  # F5 finds the run again
    operator.offers("Ver el informe")
    operator.page.get_by_role("radio", name=re.compile("Errores por causa")).click()
    operator.sees("no válida (bloqueada en el ensayo)")
    operator.press("Ver el informe")
    operator.sees("no válida (bloqueada en el ensayo)")
    operator.press("Más")
    rows = csv_rows(operator.save("CSV"))
    assert len(rows) == PEOPLE
    done = [row for row in rows if row["estado"] == "hecha"]
    assert {row["fila"] for row in done} == {row["fila"] for row in planned}
    assert {row["estado"] for row in rows} <= {
        "hecha",
        "no válida",
    }  # blocked in the dry run: set aside, not sent
    assert all("532" in row["después"] or "53" in row["después"] for row in done)
    document = json.loads(operator.save("JSON"))
    assert document["run_id"] == run_id
    assert document["counts"]["done"] == len(done)
    assert operator.outside == []


def test_polling_stops_when_the_run_ends(operator: Operator, examples: Path) -> None:
    dry_run(operator, examples, FORWARDING)
    launch_dry_run(operator)
    operator.offers("Ver el informe")
    operator.idle()
    assert operator.traffic.polled > 0  # the board was drawn through it
    operator.until(lambda: not operator.traffic.polling, "the polling to stop")


def test_a_launch_that_cannot_be_undone_waits_for_the_number(
    operator: Operator, examples: Path
) -> None:
    dry_run(operator, examples, "Actualizar número de cabecera", kind="Ubicaciones")
    operator.press("Ir a Lanzamiento")
    operator.press("Lanzar este ensayo")
    field = operator.page.get_by_label(re.compile(r"Escribe \d+ para confirmar"))
    field.wait_for()
    operator.page.wait_for_function(
        "document.activeElement.innerText === 'Volver'"
    )  # the safe one has the focus
    number = re.findall(
        r"\d+",
        operator.page.get_by_text(re.compile(r"Escribe \d+ para confirmar")).first.inner_text(),
    )[0]
    field.fill("999")
    operator.page.get_by_role("button", name="Lanzar", exact=True).click()
    operator.sees(f"Has escrito «999» y se espera {number}.")
    field.fill(number)
    operator.page.get_by_role("button", name="Lanzar", exact=True).click()
    run_in_url(operator)
    operator.offers("Ver el informe")
    rows = report_rows(operator)
    assert len(rows) == LOCATIONS
    assert [row["estado"] for row in rows].count("hecha") == int(number)
    assert {row["estado"] for row in rows} <= {"hecha", "sin cambios", "no válida"}
    assert operator.outside == []


def test_a_killed_server_leaves_a_run_that_another_one_finishes(
    open_tab: OpenTab, chromium: str, examples: Path, tmp_path: Path
) -> None:
    first = start_server(tmp_path / "home", latency_ms=400)
    try:
        tab = open_tab(first)
        dry_run(tab, examples, FORWARDING)
        run_id = launch_dry_run(tab)
    finally:
        first.kill()
    second = start_server(tmp_path / "home")
    try:
        tab.server = second
        tab.go(f"/Lanzamiento?run={run_id}")
        tab.sees("Interrumpida (se puede reanudar)")
        tab.press("Reanudar")
        tab.offers("Ver el informe")
        states = set(report_states(tab))
        assert states <= {"hecha", "sin cambios", "no válida"}
        assert "hecha" in states
    finally:
        second.stop()


def test_a_fixed_value_of_the_mapping_outlives_a_page_switch(
    operator: Operator, examples: Path
) -> None:
    choose_action(operator, examples, FORWARDING)
    operator.press("Valor fijo")
    operator.page.get_by_label("El mismo valor en todas las filas").fill("2041")
    operator.press("Aplicar")
    operator.open("Datos")
    operator.open("Mapeo")
    operator.offers("Volver a las cabeceras")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_deep_link_shows_its_page_without_asking_anything_outside(
    open_tab: OpenTab, shared_server: Server, page: str, dark: bool
) -> None:
    tab = open_tab(shared_server, dark=dark)
    tab.go("/" if page == "Inicio" else f"/{page}")
    tab.sees("SANDBOX · datos inventados")
    assert tab.page.locator("h3").first.inner_text() == page
    assert tab.page.locator("[data-testid=stException]").count() == 0
    assert tab.outside == []
