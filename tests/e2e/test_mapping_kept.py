"""An edit of the mapping outlives what happens around it: the polling of a run, another page, F5 of
nothing.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.e2e.conftest import start_server
from tests.e2e.operator import Operator

FORWARDING = "Desvío total con prefijo 53"
OTHER = "Perfil saliente personalizado"
ORIGIN = 135 + 40  # px from the left edge of the table to its column «Origen»


def origin(tab: Operator, row: int) -> str:
    grid = tab.page.locator("[data-testid=stDataFrame]").first
    return str(grid.locator("[role=row]").nth(row).locator("[role=gridcell]").nth(1).inner_text())


def choose_origin(tab: Operator, row: int, text: str) -> None:
    """Choose from the list of a cell of «Origen»."""
    canvas = tab.page.locator("[data-testid=stDataFrame] canvas").first
    canvas.scroll_into_view_if_needed()
    where = canvas.bounding_box()
    assert where
    tab.page.mouse.click(where["x"] + ORIGIN, where["y"] + 35 * row + 17)
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.type(text)
    tab.page.get_by_role("option", name=text, exact=True).first.click()
    tab.page.keyboard.press("Enter")
    tab.idle()


def test_an_edit_made_while_a_run_polls_is_found_again_after_another_page(
    browser: Any, chromium: str, examples: Path, tmp_path: Path
) -> None:
    server = start_server(tmp_path / "home", latency_ms=1_500)
    tab = Operator(browser, server)
    try:
        tab.go("/Datos")
        tab.upload(examples)
        tab.press("Continuar a Mapeo")
        tab.choose(FORWARDING)
        tab.press("Continuar a Ensayo")
        tab.page.get_by_role("button", name=re.compile(r"Ensayar \d+ filas")).click()
        tab.sees("ENSAYO ·")
        tab.page.get_by_role("link", name=re.compile("Mapeo")).click()
        tab.sees("Tal como se enviaría")
        choose_origin(tab, 2, "target_extension")
        tab.page.wait_for_timeout(5_000)  # two looks of the sidebar at the run
        assert origin(tab, 2) == "target_extension"
        tab.page.get_by_role("link", name=re.compile("Datos")).click()
        tab.sees("Qué se puede hacer con estos ficheros")
        tab.page.get_by_role("link", name=re.compile("Mapeo")).click()
        tab.sees("Tal como se enviaría")
        tab.idle()
        assert origin(tab, 2) == "target_extension"
        tab.offers("Volver a las cabeceras")
    finally:
        tab.close()
        server.stop()


def test_an_action_in_development_is_shown_and_cannot_be_chosen(
    browser: Any, chromium: str, examples: Path, tmp_path: Path
) -> None:
    server = start_server(tmp_path / "home")
    tab = Operator(browser, server)
    try:
        tab.go("/Datos")
        tab.upload(examples)
        tab.press("Continuar a Mapeo")
        tab.page.get_by_role("radio", name="Espacios de trabajo").click()
        tab.idle()
        card = tab.page.locator("[data-testid=stMarkdown]").filter(
            has_text="Alta de espacios de trabajo"
        )
        card.filter(has_text="... en desarrollo ...").first.wait_for()
        assert tab.page.get_by_role("button", name="Elegir", exact=True).count() == 0
    finally:
        tab.close()
        server.stop()
