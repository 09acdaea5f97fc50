"""An order chosen in the list beside the map is paused, resumed and worked again; the summary is
copied by a click.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.app_server import PEOPLE, Server
from tests.e2e.operator import Operator
from tests.e2e.steps import FORWARDING, apply, choose_action, report_states, run_in_url

ORDER_ROWS, REFUSED = 20, 5


def launch_in_orders(tab: Operator, files: Path) -> None:
    """Without a dry run, two rows at a time."""
    choose_action(tab, files, FORWARDING)
    tab.open("Lanzamiento")
    tab.page.get_by_text("Más opciones").click()
    for label, value in (("Tamaño de lote", ORDER_ROWS), (re.compile("^Hilos"), 2)):
        tab.page.get_by_label(label).fill(str(value))
        tab.page.keyboard.press("Enter")
        tab.idle()
    tab.press("Lanzar sin ensayo")
    run_in_url(tab)


def choose_order(tab: Operator, number: int) -> None:
    """Tick the box at the left of a line of the list, counted from 0.

    The list is a canvas that moves while the board is drawn: a click that met nothing is repeated.
    """
    tab.page.get_by_role("radio", name=re.compile("Lotes")).click()
    grid = tab.page.locator(".st-key-board_orders canvas").first
    chosen = tab.page.locator(".st-key-order_buttons").get_by_text(
        f"desde la fila {2 + ORDER_ROWS * number}"
    )

    def is_chosen() -> bool:
        if chosen.count():
            return True
        # Forced, as a layer for scrolling lies over the canvas.
        grid.click(position={"x": 16, "y": 35 + 35 * number + 17}, force=True)
        tab.idle()
        return chosen.count() > 0

    tab.until(is_chosen, f"order {number} to be chosen")


# Slow enough for the last order to wait while the first ones are worked.
@pytest.mark.parametrize("latency_ms", [400])
def test_an_order_of_the_list_is_paused_resumed_and_worked_again(
    operator: Operator, server: Server, examples: Path
) -> None:
    operator.page.set_viewport_size({"width": 1280, "height": 1400})
    launch_in_orders(operator, examples)
    server.refuse_writes(REFUSED)
    choose_order(operator, 2)
    operator.press("Pausar este lote")
    operator.offers("Reanudar este lote")
    operator.page.locator(".st-key-order_buttons").get_by_text("en pausa").wait_for()
    operator.offers("Reanudar")  # the others are done, and the run waits for this one
    operator.sees("En pausa")
    operator.press("Reanudar este lote")
    operator.offers("Ver el informe")
    choose_order(operator, 0)
    # One more than was refused: that user has no Webex Calling.
    again = operator.page.get_by_role("button", name=f"Reintentar {REFUSED + 1} filas de este lote")
    again.click()
    again.wait_for(state="detached")
    operator.offers("Ver el informe")
    states = report_states(operator)
    assert len(states) == PEOPLE
    # Two users without Webex Calling fail whatever is tried.
    assert (states.count("hecha"), states.count("con error")) == (PEOPLE - 2, 2)
    assert operator.outside == []


def test_the_summary_for_the_telephone_is_copied(operator: Operator, examples: Path) -> None:
    operator.context.grant_permissions(["clipboard-read", "clipboard-write"])
    apply(operator, examples, FORWARDING)
    operator.page.get_by_role("button", name="Copiar resumen").click()
    operator.page.get_by_role("button", name="Copiado").wait_for()
    copied = operator.page.evaluate("navigator.clipboard.readText()")
    line = (
        rf"SANDBOX · {re.escape(FORWARDING)}: 60 de 60 usuarios \(100 %\), \d+ por revisar\."
        r" Completada( con errores)?\."
    )
    assert re.fullmatch(line, copied), copied
