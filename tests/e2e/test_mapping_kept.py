"""An edit of the mapping outlives what happens around it: the polling of a run, another page."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.app_server import Server
from tests.e2e.operator import Operator
from tests.e2e.steps import FORWARDING, choose_action

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
    operator: Operator, server: Server, examples: Path
) -> None:
    choose_action(operator, examples, FORWARDING)
    operator.press("Continuar a Ensayo")
    server.hold_rows("callForwarding")
    operator.page.get_by_role("button", name=re.compile(r"Ensayar \d+ filas")).click()
    operator.sees("ENSAYO ·")
    operator.open("Mapeo")
    operator.sees("Tal como se enviaría")
    choose_origin(operator, 2, "target_extension")
    before = operator.traffic.polled
    operator.until(
        lambda: operator.traffic.polled >= before + 2, "two polls of the sidebar at the run"
    )
    operator.idle()
    assert origin(operator, 2) == "target_extension"
    operator.open("Datos")
    operator.sees("Qué se puede hacer con estos ficheros")
    operator.open("Mapeo")
    operator.sees("Tal como se enviaría")
    assert origin(operator, 2) == "target_extension"
    operator.offers("Volver a las cabeceras")


def test_an_action_in_development_is_shown_and_cannot_be_chosen(
    operator: Operator, examples: Path
) -> None:
    operator.go("/Datos")
    operator.upload(examples)
    operator.press("Continuar a Mapeo")
    operator.pick("Espacios de trabajo")
    card = operator.page.locator("[data-testid=stMarkdown]").filter(
        has_text="Alta de espacios de trabajo"
    )
    card.filter(has_text="... en desarrollo ...").first.wait_for()
    assert operator.page.get_by_role("button", name="Elegir", exact=True).count() == 0
