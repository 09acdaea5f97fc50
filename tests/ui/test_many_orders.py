"""Every page beside a run of no order, of one and of thousands: as found in history, on the board,
in the report.
"""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bulk.core.records import Row, RunRecord
from bulk.core.states import ALL_STATES
from bulk.core.text import pluralize, thousands
from bulk.journal import runs
from bulk.runs.context import Context
from pages.ui.texts import PAGES
from tests.ui.steps import FORWARDING, text_of

ORDERS = (0, 1, 5_000)
SHOWN_BY_ADDRESS = ("ensayo", "lanzamiento", "informe")
STATES = [state for state in ALL_STATES if state not in ("pending", "running")]


@pytest.fixture(scope="module")
def stored() -> dict[tuple[int, bool], RunRecord]:
    """Runs written so far, by (orders, dry run)."""
    return {}


def run_of(
    context: Context, stored: dict[tuple[int, bool], RunRecord], orders: int, *, dry_run: bool
) -> RunRecord:
    """An ended run of so many orders of one row, in every state by turns."""
    if (orders, dry_run) in stored:
        return stored[orders, dry_run]
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=FORWARDING,
        target="sandbox",
        state="completed_with_errors" if orders else "completed",
        settings={},
        dry_run=dry_run,
    )
    runs.create_run(context.journal, record)
    for line in range(2, orders + 2):
        row = Row(
            line,
            {"person_id": str(line)},
            f"Persona {line}",
            f"Sede {line % 12}",
            STATES[line % len(STATES)],
        )
        runs.add_order(context.journal, record.run_id, (row,), "person_id")
    return stored.setdefault((orders, dry_run), record)


@pytest.mark.parametrize("orders", ORDERS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_beside_a_run_of_any_size(
    app: AppTest,
    context: Context,
    stored: dict[tuple[int, bool], RunRecord],
    page: str,
    orders: int,
) -> None:
    run = run_of(context, stored, orders, dry_run=page == "ensayo")
    if page in SHOWN_BY_ADDRESS:
        app.query_params["run"] = run.run_id
    app.switch_page(PAGES[page][0]).run()
    assert not app.exception
    assert not app.error
    if page in ("ensayo", "lanzamiento"):
        rows = orders - sum(
            1 for at in range(2, orders + 2) if STATES[at % len(STATES)] == "excluded"
        )
        assert f"{thousands(rows)} de {pluralize(rows, 'usuario', 'usuarios')}" in " ".join(
            str(bar.proto.text) for bar in app.get("progress")
        )
    if page == "informe":
        assert run.run_id in text_of(app)
    if page == "historial":
        assert run.run_id in set(app.dataframe[0].value["Ejecución"])
    if page == "lanzamiento" and orders == ORDERS[-1]:
        assert "Mapa de lotes" in text_of(app)
