"""A order chosen in the list beside the map is paused, resumed and worked again; the summary is
copied by a click.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import PEOPLE, Server, serving_app
from tests.e2e.operator import Operator
from tests.e2e.test_control import refuse_writes, states
from tests.e2e.test_happy_path import FORWARDING, run_of, worked

LOT, REFUSED = 20, 5  # rows


@pytest.fixture
def slow_server(chromium: str, tmp_path: Path) -> Iterator[Server]:
    """Slow enough for the last order to wait while the first ones are worked."""
    with serving_app(tmp_path / "home", latency_ms=400) as running:
        yield running


@pytest.fixture
def operator(browser: Any, slow_server: Server) -> Iterator[Operator]:
    tab = Operator(browser, slow_server)
    tab.page.set_viewport_size({"width": 1280, "height": 1400})
    yield tab
    tab.close()


def launch_in_lots(tab: Operator, files: Path) -> None:
    """Without a dry run, two rows at a time."""
    tab.go("/Datos")
    tab.upload(files)
    tab.press("Continuar a Mapeo")
    tab.choose(FORWARDING)
    tab.page.get_by_role("link", name=re.compile("Lanzamiento")).click()
    tab.page.get_by_text("Más opciones").click()
    for label, value in (("Tamaño de lote", LOT), (re.compile("^Hilos"), 2)):
        tab.page.get_by_label(label).fill(str(value))
        tab.page.keyboard.press("Enter")
        tab.idle()
    tab.press("Lanzar sin ensayo")
    run_of(tab)


def choose_lot(tab: Operator, number: int) -> None:
    """The list is a canvas: the box at the left of its line is ticked, from 0."""
    tab.page.get_by_role("radio", name=re.compile("Lotes")).click()
    grid = tab.page.locator(".st-key-board_orders canvas").first
    grid.wait_for()
    tab.page.wait_for_timeout(1_200)  # a drawing of the board later the grid stands still
    grid.click(
        position={"x": 16, "y": 35 + 35 * number + 17}, force=True
    )  # a layer for scrolling lies over it
    tab.page.locator(".st-key-lot_buttons").get_by_text(
        f"desde la fila {2 + LOT * number}"
    ).wait_for()


def test_a_order_of_the_list_is_paused_resumed_and_worked_again(
    operator: Operator, slow_server: Server, examples: Path
) -> None:
    launch_in_lots(operator, examples)
    refuse_writes(slow_server, REFUSED)
    choose_lot(operator, 2)
    operator.press("Pausar este lote")
    operator.offers("Reanudar este lote")
    operator.page.locator(".st-key-lot_buttons").get_by_text("en pausa").wait_for()
    operator.offers("Reanudar")  # the others are done, and the run waits for this one
    operator.sees("En pausa")
    operator.press("Reanudar este lote")
    operator.offers("Ver el informe")
    choose_lot(operator, 0)
    again = operator.page.get_by_role(
        "button", name=f"Reintentar {REFUSED + 1} filas de este lote"
    )  # one has no Webex Calling
    again.click()
    again.wait_for(state="detached")
    operator.offers("Ver el informe")
    found = states(operator)
    assert len(found) == PEOPLE
    assert (found.count("hecha"), found.count("con error")) == (
        PEOPLE - 2,
        2,
    )  # without Webex Calling there is no way
    assert operator.outside == []


def test_the_summary_for_the_telephone_is_copied(
    browser: Any, server: Server, examples: Path
) -> None:
    tab = Operator(browser, server)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    try:
        worked(tab, examples, FORWARDING)
        tab.page.get_by_role("button", name="Copiar resumen").click()
        tab.page.get_by_role("button", name="Copiado").wait_for()
        copied = tab.page.evaluate("navigator.clipboard.readText()")
        assert re.match(
            rf".*Acme España.* · {re.escape(FORWARDING)}: 60 de 60 usuarios \(100 %\), \d+ por"
            r" revisar\.",
            copied,
        ), copied
    finally:
        tab.close()
