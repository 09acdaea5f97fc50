"""The whole way in a real browser: files, action, dry run, launch, report."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import LOCATIONS, PEOPLE, Server, start_server
from tests.e2e.operator import Operator

FORWARDING = "Desvío total con prefijo 53"


@pytest.fixture
def operator(browser: Any, server: Server) -> Iterator[Operator]:
    tab = Operator(browser, server)
    yield tab
    tab.close()


def start_dry_run(operator: Operator, examples: Path, title: str) -> None:
    operator.go("/Datos")
    operator.upload(examples)
    operator.press("Continuar a Mapeo")
    if "ubicaci" in title or "cabecera" in title:
        operator.page.get_by_role("radio", name="Ubicaciones").click()
        operator.idle()
    operator.choose(title)
    operator.press("Continuar a Ensayo")
    operator.page.get_by_role("button", name=re.compile(r"Ensayar \d+ filas")).click()
    operator.offers("Ir a Lanzamiento")


def worked(operator: Operator, examples: Path, title: str) -> str:
    """Rehearsed and launched, and at its end; the run's id."""
    start_dry_run(operator, examples, title)
    operator.press("Ir a Lanzamiento")
    operator.press("Lanzar este ensayo")
    run_id = run_of(operator)
    operator.offers("Ver el informe")
    return run_id


def run_of(operator: Operator) -> str:
    operator.page.wait_for_url(re.compile(r"Lanzamiento\?run="))
    return str(operator.page.url.split("run=")[1])


def table(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))


def test_from_three_files_to_the_report(operator: Operator, examples: Path) -> None:
    start_dry_run(operator, examples, FORWARDING)
    planned = [
        row for row in table(operator.save("Descargar ensayo")) if row["estado"] == "cambiar"
    ]
    operator.press("Ir a Lanzamiento")
    operator.press("Lanzar este ensayo")
    run_id = run_of(operator)
    operator.page.reload()
    operator.idle()
    operator.sees(run_id)  # F5 finds the run again
    operator.offers("Ver el informe")
    operator.page.get_by_role("radio", name=re.compile("Errores por causa")).click()
    operator.sees("no válida (bloqueada en el ensayo)")
    operator.press("Ver el informe")
    operator.sees("no válida (bloqueada en el ensayo)")
    operator.press("Más")
    rows = table(operator.save("CSV"))
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
    start_dry_run(operator, examples, FORWARDING)
    operator.press("Ir a Lanzamiento")
    operator.press("Lanzar este ensayo")
    operator.offers("Ver el informe")
    operator.page.wait_for_timeout(1_500)
    assert operator.frames  # the board was drawn through them
    operator.frames.clear()
    operator.page.wait_for_timeout(2_500)
    assert operator.frames == []


def test_a_launch_that_cannot_be_undone_waits_for_the_number(
    operator: Operator, examples: Path
) -> None:
    start_dry_run(operator, examples, "Actualizar número de cabecera")
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
    run_of(operator)
    operator.offers("Ver el informe")
    operator.press("Ver el informe")
    operator.press("Más")
    rows = table(operator.save("CSV"))
    assert len(rows) == LOCATIONS
    assert [row["estado"] for row in rows].count("hecha") == int(number)
    assert {row["estado"] for row in rows} <= {"hecha", "sin cambios", "no válida"}
    assert operator.outside == []


def test_a_killed_server_leaves_a_run_that_another_one_finishes(
    browser: Any, chromium: str, examples: Path, tmp_path: Path
) -> None:
    first = start_server(tmp_path / "home", latency_ms=400)
    tab = Operator(browser, first)
    try:
        start_dry_run(tab, examples, FORWARDING)
        tab.press("Ir a Lanzamiento")
        tab.press("Lanzar este ensayo")
        run_id = run_of(tab)
        first.kill()
        second = start_server(tmp_path / "home")
        tab.server = second
        try:
            tab.go(f"/Lanzamiento?run={run_id}")
            tab.sees("Interrumpida (se puede reanudar)")
            tab.press("Reanudar")
            tab.offers("Ver el informe")
            tab.press("Ver el informe")
            tab.press("Más")
            states = {row["estado"] for row in table(tab.save("CSV"))}
            assert states <= {"hecha", "sin cambios", "no válida"}
            assert "hecha" in states
        finally:
            second.stop()
    finally:
        tab.close()
        if first.process.poll() is None:
            first.stop()


def test_a_fixed_value_of_the_mapping_outlives_a_page_switch(
    operator: Operator, examples: Path
) -> None:
    operator.go("/Datos")
    operator.upload(examples)
    operator.press("Continuar a Mapeo")
    operator.choose(FORWARDING)
    operator.press("Valor fijo")
    operator.page.get_by_label("El mismo valor en todas las filas").fill("2041")
    operator.page.get_by_role("button", name="Aplicar", exact=True).click()
    operator.idle()
    operator.page.get_by_role("link", name=re.compile("Datos")).click()
    operator.idle()
    operator.page.get_by_role("link", name=re.compile("Mapeo")).click()
    operator.offers("Volver a las cabeceras")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "path", ["/", "/Datos", "/Mapeo", "/Ensayo", "/Lanzamiento", "/Informe", "/Historial"]
)
def test_a_deep_link_shows_its_page_without_asking_anything_outside(
    browser: Any, shared_server: Server, path: str, dark: bool
) -> None:
    tab = Operator(browser, shared_server, dark=dark)
    tab.go(path)
    tab.sees("SANDBOX · datos inventados")
    titles = {"/": "Inicio"}
    assert tab.page.locator("h3").first.inner_text() == titles.get(path, path[1:])
    assert tab.page.locator("[data-testid=stException]").count() == 0
    assert tab.outside == []
    tab.close()
