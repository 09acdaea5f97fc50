"""Board, report and history with runs of none, one and many orders."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.testing.v1 import AppTest

from bulk.core.records import Problem, Row, RunRecord
from bulk.files.csv_rows import RAGGED
from bulk.files.dataset import Dataset
from bulk.journal import control, memory, runs
from bulk.journal.rows import read_rows
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.stop import request_stop
from pages.ui.results import downloads, undo
from pages.ui.run import orders as run_orders
from pages.ui.run import row_filters
from tests.ui.steps import (
    BOARD,
    FORWARDING,
    HEADER,
    HISTORY,
    REPORT,
    finished_run,
    labels,
    press,
    report_view,
    session,
    text_of,
)


@pytest.fixture
def run(context: Context, sandbox: Connection, files: dict[str, Dataset]) -> RunRecord:
    return finished_run(context, sandbox, files)


def stored_run(context: Context, orders: int) -> RunRecord:
    """An ended run of so many orders of one row, as the journal would have it."""
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=FORWARDING,
        target="sandbox",
        state="completed",
        settings={},
    )
    runs.create_run(context.journal, record)
    for line in range(2, orders + 2):
        chunk = [
            Row(
                line,
                {"person_id": str(line)},
                f"Persona {line}",
                "Madrid",
                "invalid" if line % 9 else "excluded",
            )
        ]
        runs.add_order(context.journal, record.run_id, chunk, "person_id")
    return record


def open_page(app: AppTest, page: str, run_id: str) -> AppTest:
    app.query_params["run"] = run_id
    return app.switch_page(page).run()


@pytest.mark.parametrize("orders", [0, 1, 3, 120])
@pytest.mark.parametrize("page", [BOARD, REPORT])
def test_a_page_shows_a_run_of_any_number_of_orders(
    app: AppTest, context: Context, page: str, orders: int
) -> None:
    run = stored_run(context, orders)
    open_page(app, page, run.run_id)
    assert not app.exception
    assert not app.error
    assert run.run_id in text_of(app)


def test_the_board_maps_rows_below_a_hundred_orders_and_orders_above(
    app: AppTest, context: Context
) -> None:
    open_page(app, BOARD, stored_run(context, 3).run_id)
    assert "Mapa de filas" in text_of(app)
    open_page(app, BOARD, stored_run(context, 120).run_id)
    assert "Mapa de lotes" in text_of(app)


def test_a_order_is_paused_and_cancelled_from_the_board_alone(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    live = launch(context, prepare(FORWARDING, files), sandbox, Launch(chunk_size=1, at=at))
    app.session_state["board_detail"] = "Lotes"
    app.session_state[run_orders.CHOSEN] = f"{live.run_id}-r3"
    open_page(app, BOARD, live.run_id)
    assert "PROGRAMADA" in "\n".join(str(bar.proto.text) for bar in app.get("progress"))
    press(app, "Pausar este lote")
    assert order_states(context, live.run_id) == ["queued", "paused", "queued"]
    press(app, "Reanudar este lote")
    assert order_states(context, live.run_id) == ["queued", "queued", "queued"]
    app.button(key="cancel_order_for_sure").click().run()
    assert order_states(context, live.run_id) == ["queued", "cancelled", "queued"]
    assert [
        (message.command, message.who) for message in control.history(context.journal, live.run_id)
    ] == [
        ("launch", "Ana Ruiz"),
        ("pause r3", "Ana Ruiz"),
        ("resume r3", "Ana Ruiz"),
        ("cancel r3", "Ana Ruiz"),
    ]
    request_stop(context, live.run_id, "cancel", "prueba")
    assert live.ended.wait(120)
    assert not app.exception


def order_states(context: Context, run_id: str) -> list[str]:
    return [order.state for order in runs.order_statuses(context.journal, run_id, "running")]


def test_a_tab_that_lost_its_files_goes_on_with_those_of_the_last_run(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    dry_run = finished_run(context, sandbox, files, dry_run=True)
    press(
        app.switch_page("streamlit_app.py").run(), "Seguir con los ficheros de la última ejecución"
    )
    mine = session(app)
    assert (mine.mapping.action_id, mine.view.dry_run_id) == (FORWARDING, dry_run.run_id)
    assert mine.files.working["usuarios"].frame.equals(files["usuarios"].frame)
    assert not app.error
    app.switch_page(BOARD).run()
    assert {"Lanzar este ensayo", "Lanzar sin ensayo"} & set(labels(app))


def test_a_tab_that_lost_its_files_goes_on_with_a_mapping_that_joins_another_file(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    finished_run(context, sandbox, files, dry_run=True, action=HEADER)  # it has UBICACIONES
    joined = {"extension": "UBICACIONES.location_name[location_name=location_name]"}
    live = launch(
        context, prepare(FORWARDING, files, explicit=joined), sandbox, Launch(dry_run=True)
    )
    wait(live, every=0.05)
    press(
        app.switch_page("streamlit_app.py").run(), "Seguir con los ficheros de la última ejecución"
    )
    assert not app.error
    mine = session(app)
    assert (mine.mapping.action_id, mine.view.dry_run_id) == (FORWARDING, live.run_id)
    assert mine.mapping.explicit[FORWARDING]["extension"] == joined["extension"]
    assert {"ubicaciones", "usuarios"} <= mine.files.working.keys()


def test_a_second_click_while_a_preview_is_made_makes_no_second_one(
    app: AppTest, context: Context, run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser asks for another run of the page, which cuts the first one off at its next word
    to Streamlit.
    """
    runners: list[ScriptRunner] = []
    asked: list[RerunData] = []
    made: list[str] = []
    start, script, real = ScriptRunner.start, ScriptRunner._run_script, undo.undo

    def noted_start(self: ScriptRunner) -> None:
        runners.append(self)
        start(self)

    def noted_script(self: ScriptRunner, data: RerunData) -> None:
        asked.append(data)
        script(self, data)

    def clicked_again(*args: Any, **how: Any) -> Any:
        live = real(*args, **how)
        made.append(live.run_id)
        if len(made) == 1:
            now = asked[-1]
            again = RerunData(
                now.query_string,
                widget_states=now.widget_states,
                page_script_hash=now.page_script_hash,
            )
            runners[-1].request_rerun(again)
        return live

    open_page(app, REPORT, run.run_id)
    monkeypatch.setattr(ScriptRunner, "start", noted_start)
    monkeypatch.setattr(ScriptRunner, "_run_script", noted_script)
    monkeypatch.setattr(undo, "undo", clicked_again)
    press(app, "Deshacer esta ejecución")
    assert [each.run_id for each in runs.children(context.journal, run.run_id, "undo")] == made[:1]
    assert session(app).view.undo_previews == {run.run_id: made[0]}


def test_a_row_that_was_wider_than_the_header_stays_wrong_when_its_run_is_resumed_again(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    users = files["usuarios"]
    wide = Problem(
        "USUARIOS.CSV", int(users.frame.index[1]), None, None, RAGGED, "La fila tiene 9 celdas."
    )
    dry_run = finished_run(
        context, sandbox, {**files, "usuarios": replace(users, problems=(wide,))}, dry_run=True
    )
    press(
        app.switch_page("streamlit_app.py").run(), "Seguir con los ficheros de la última ejecución"
    )
    app.switch_page(BOARD).run()
    mine = session(app)
    assert mine.view.dry_run_id == dry_run.run_id
    assert list(mine.mapping.prepared.invalid) == [wide.line]
    assert {"Lanzar este ensayo", "Lanzar sin ensayo"} & set(labels(app))


def test_rows_set_aside_become_the_scope_of_a_new_dry_run(
    app: AppTest, context: Context, files: dict[str, Dataset]
) -> None:
    """They ended `invalid` in the launch, which no retry can change."""
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=FORWARDING,
        target="sandbox",
        state="completed_with_errors",
        files=(
            {
                "name": "usuarios",
                "file_name": "USUARIOS.CSV",
                "sha256": files["usuarios"].sha256,
                "rows": 3,
            },
        ),
    )
    runs.create_run(context.journal, record)
    rows = [
        Row(
            line,
            {"person_id": str(line)},
            f"P {line}",
            "Madrid",
            "done" if line == 3 else "invalid",
            "404",
        )
        for line in (2, 3, 4)
    ]
    runs.add_order(context.journal, record.run_id, rows, "person_id")
    session(app).files.working = dict(files)
    open_page(app, REPORT, record.run_id)
    assert "Reintentar solo estas" not in labels(app)
    press(app, "Elegir estas filas")
    assert session(app).mapping.scopes["usuarios"].lines == ((2, 2), (4, 4))
    assert "Ensayar 2 filas" in labels(app)


def test_a_board_without_orders_says_so(app: AppTest, context: Context) -> None:
    open_page(app, BOARD, stored_run(context, 0).run_id)
    assert "Aún no hay lotes." in text_of(app)


def test_a_finished_run_offers_its_report_and_no_pause(app: AppTest, run: RunRecord) -> None:
    open_page(app, BOARD, run.run_id)
    labels = [button.label for button in app.button]
    assert "Ver el informe" in labels
    assert "Pausar" not in labels
    assert "Cancelar lo pendiente" not in labels


def test_a_paused_run_is_resumed_from_the_home_page(
    app: AppTest, context: Context, sandbox: Connection, run: RunRecord
) -> None:
    runs.update_run(context.journal, run.run_id, state="paused")
    app.switch_page("streamlit_app.py").run()
    app.button(key=f"resume_{run.run_id}").click().run()
    assert not app.error
    assert runs.get_run(context.journal, run.run_id).state != "paused"


def test_a_paused_run_of_production_asks_for_its_token(app: AppTest, context: Context) -> None:
    run = stored_run(context, 1)
    runs.update_run(
        context.journal,
        run.run_id,
        state="paused",
        target="https://webexapis.com/v1",
        org_name="Otra, S. A.",
    )
    open_page(app, BOARD, run.run_id)
    press(app, "Reanudar")
    assert "hace falta un token de Otra, S. A." in app.error[0].value
    runs.update_run(context.journal, run.run_id, state="cancelled")


def test_the_report_tells_rows_by_name_and_place(app: AppTest, run: RunRecord) -> None:
    report_view(open_page(app, REPORT, run.run_id), "Filas")
    table = next(frame.value for frame in app.dataframe if "Quién" in frame.value.columns)
    assert list(table["Fila"]) == [2, 3, 4]
    assert table["Quién"].str.contains(" · ").all()
    assert (table["Ubicación"] != "").all()


def test_a_search_begins_at_its_own_first_page(
    app: AppTest, context: Context, run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_filters, "PAGE", 1)
    report_view(open_page(app, REPORT, run.run_id), "Filas")
    first = next(iter(read_rows(context.journal, run.run_id)))
    key = app.get("pagination")[0].proto.id.split("-", 2)[2]
    app.session_state[key] = 3
    app.run()
    assert lines_shown(app) == [4]
    app.text_input(key=f"report_{run.run_id}_search").set_value(first.label).run()
    assert "Ninguna fila cumple el filtro." not in text_of(app)
    assert lines_shown(app) == [first.line]


def lines_shown(app: AppTest) -> list[int]:
    return [
        line
        for table in app.dataframe
        if "Fila" in table.value.columns
        for line in table.value["Fila"]
    ]


def test_the_csv_download_has_every_row_of_the_run(run: RunRecord) -> None:
    text = downloads.report_csv(run).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["fila"] for row in rows] == ["2", "3", "4"]


def test_the_json_download_is_one_document_with_the_rows(run: RunRecord) -> None:
    document = json.loads(downloads.report_json(run))
    assert document["run_id"] == run.run_id
    assert len(document["rows"]) == 3


def test_history_lists_runs_and_keeps_dry_runs_apart(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset], run: RunRecord
) -> None:
    dry_run = finished_run(context, sandbox, files, dry_run=True)
    app.switch_page(HISTORY).run()
    listed = list(app.dataframe[0].value["Ejecución"])
    assert run.run_id in listed
    assert dry_run.run_id not in listed
    app.checkbox[0].check().run()
    assert dry_run.run_id in list(app.dataframe[0].value["Ejecución"])


@pytest.mark.parametrize(
    ("kept", "message"),
    [('{"limit": 5.04}', True), ("no es JSON", False), ('{"limit": null}', False)],
)
def test_the_learned_limit_is_reported_when_it_can_be_read(
    app: AppTest, context: Context, kept: str, message: bool
) -> None:
    run = stored_run(context, 1)
    runs.update_run(context.journal, run.run_id, org_id="otra")
    memory.remember(context.journal, "pace:sandbox|otra", kept)
    open_page(app, BOARD, run.run_id)
    assert not app.error
    progress = "\n".join(str(bar.proto.text) for bar in app.get("progress"))
    assert ("límite aprendido 5,0/s" in progress) is message
