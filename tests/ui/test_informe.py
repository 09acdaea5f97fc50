"""The report: downloads, causes with their retry, verification and undo."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from bulk.core.records import Row, RunRecord
from bulk.files.dataset import Dataset
from bulk.journal import row_writes, rows, runs
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.launch import wait
from bulk.runs.status import LIVE_STATES, find_run, run_state
from bulk.runs.undo import undo, undo_lists
from bulk.runs.verify import findings, verify
from pages.ui.results import downloads
from pages.ui.results import error_groups as error_groups_view
from tests.ui.steps import (
    BOARD,
    FORWARDING,
    REPORT,
    finished_run,
    labels,
    press,
    report_view,
    text_of,
    wait_until,
)


@pytest.fixture
def run(context: Context, sandbox: Connection, files: dict[str, Dataset]) -> RunRecord:
    """Three rows as they should be; what was done before is given back first, so that there is
    something to write.
    """
    for earlier in runs.list_runs(context.journal):
        wrote = earlier.files and earlier.kind == "apply" and not earlier.dry_run
        if wrote and runs.run_counts(context.journal, earlier.run_id)["done"]:
            wait(undo(context, earlier.run_id, sandbox), every=0.05)
            break
    return finished_run(context, sandbox, files)


def failed_run(context: Context) -> RunRecord:
    """Sixty rows, two causes of failure: a code for 50 of them, another for 5; 5 went well."""
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=FORWARDING,
        target="sandbox",
        state="completed_with_errors",
        settings={},
    )
    runs.create_run(context.journal, record)
    lines = [Row(n, {"person_id": f"P{n}"}, f"Persona {n}", "Madrid") for n in range(2, 62)]
    runs.add_order(context.journal, record.run_id, lines, "person_id")
    for row in rows.claim(context.journal, record.run_id, after=None, limit=60):
        code = "403" if row.line < 52 else "404" if row.line < 57 else None
        message = f"Webex dice que no a Persona {row.line}." if code else None
        state = "failed" if code else "done"
        context.journal.later(
            row_writes.outcome(record.run_id, row.line, row.seq, state, code=code, message=message)
        )
    context.journal.flush()
    return find_run(context, record.run_id)


def open_report(app: AppTest, run_id: str) -> AppTest:
    app.query_params["run"] = run_id
    return app.switch_page(REPORT).run()


def settle(context: Context, find: Callable[[], RunRecord | None]) -> RunRecord:
    """Wait until the run that `find` gives has finished."""

    def is_finished() -> bool:
        run = find()
        return run is not None and run_state(context, run) not in LIVE_STATES

    wait_until(is_finished, "the run to end")
    run = find()
    assert run
    return run


def child(context: Context, run: RunRecord, kind: str, *, dry_run: bool) -> RunRecord | None:
    return next(
        (
            each
            for each in runs.children(context.journal, run.run_id, kind)
            if each.dry_run is dry_run
        ),
        None,
    )


# -- downloads -------------------------------------------------------------------------------------


def test_the_excel_has_its_sheets_and_every_row(run: RunRecord) -> None:
    book = openpyxl.load_workbook(io.BytesIO(downloads.report_xlsx(run)), read_only=True)
    assert book.sheetnames[:3] == ["Resumen", "Lotes", "Filas"]
    assert len(list(book["Filas"].iter_rows())) == 4


def test_three_parts_are_the_input_each_row_once(context: Context) -> None:
    book = zipfile.ZipFile(io.BytesIO(downloads.three_parts(failed_run(context))))
    lines = {}
    for name in book.namelist():
        text = book.read(name).decode("utf-8-sig")
        lines[name] = [int(row["fila"]) for row in csv.DictReader(io.StringIO(text), delimiter=";")]
    assert {name: len(found) for name, found in lines.items()} == {
        "correctas.csv": 5,
        "fallidas.csv": 55,
        "sin_procesar.csv": 0,
    }
    assert sorted(line for found in lines.values() for line in found) == list(range(2, 62))


def test_the_round_trip_file_has_the_outcome_beside_each_row(
    run: RunRecord, files: dict[str, Dataset]
) -> None:
    found = list(
        csv.DictReader(io.StringIO(downloads.round_trip(run).decode("utf-8-sig")), delimiter=";")
    )
    assert len(found) == len(files["usuarios"].frame)
    assert {row["estado"] for row in found} <= {"hecha", "sin cambios"}
    assert set(files["usuarios"].frame.columns) <= set(found[0])


def test_the_log_of_a_order_speaks_of_that_order_alone(context: Context, run: RunRecord) -> None:
    order = runs.order_statuses(context.journal, run.run_id, run.state)[0]
    lines = [json.loads(line) for line in downloads.order_log_lines(order.order_id).splitlines()]
    assert lines
    assert {line["run"] for line in lines} == {run.run_id}


def test_the_report_offers_every_form(app: AppTest, run: RunRecord) -> None:
    open_report(app, run.run_id)
    offered = [element.proto.label for element in app.get("download_button")]
    for label in (
        "Descargar Excel",
        "CSV",
        "JSON",
        "HTML",
        "Acta",
        "Ida y vuelta",
        "Hechas / fallidas / sin procesar",
    ):
        assert label in offered
    assert not app.exception
    assert not app.error


def test_a_file_that_was_not_kept_gives_no_round_trip(app: AppTest, context: Context) -> None:
    open_report(app, failed_run(context).run_id)
    button = next(each for each in app.get("download_button") if each.proto.label == "Ida y vuelta")
    assert button.proto.disabled


# -- causes ----------------------------------------------------------------------------------------


def test_each_cause_is_reported_once_with_its_remedy_and_a_retry(
    app: AppTest, context: Context
) -> None:
    run = failed_run(context)
    open_report(app, run.run_id)
    found = error_groups(context, run)
    assert [cluster.count for cluster in found] == [50, 5]
    for cluster in found:
        assert cluster.remedy in text_of(app)
    assert labels(app).count("Reintentar solo estas") == 2


def test_a_cause_is_worked_again_with_all_its_rows_not_only_the_ones_it_names(
    context: Context,
) -> None:
    run = failed_run(context)
    biggest = error_groups(context, run)[0]
    assert len(biggest.lines) < biggest.count
    assert error_groups_view.lines_of(context, run, biggest) == tuple(range(2, 52))


def test_retry_of_a_cause_leaves_the_other_one_alone_and_shows_the_board(
    app: AppTest, context: Context
) -> None:
    run = failed_run(context)
    open_report(app, run.run_id)
    app.button(key="cause_retry_1").click().run()
    settle(context, lambda: find_run(context, run.run_id))
    shown = {
        row.line: row.message
        for row in rows.read_rows(context.journal, run.run_id, states=("failed",))
    }
    as_before = {
        line for line, message in shown.items() if message == f"Webex dice que no a Persona {line}."
    }
    assert as_before == set(
        range(2, 52)
    )  # the other five were asked again, and are reported another thing
    assert set(shown) == set(range(2, 57))
    assert "Mapa de filas" in text_of(app)


def test_a_dry_run_offers_neither_retry_nor_undo(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    open_report(app, finished_run(context, sandbox, files, dry_run=True).run_id)
    assert not {"Reintentar solo estas", "Deshacer esta ejecución", "Verificar ahora"} & set(
        labels(app)
    )


def test_rows_that_are_no_longer_so_are_not_taken_for_all_rows(
    app: AppTest, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = failed_run(context)
    open_report(app, run.run_id)
    monkeypatch.setattr(error_groups_view, "lines_of", lambda *_: ())
    app.button(key="cause_retry_1").click().run()
    assert runs.run_counts(context.journal, run.run_id)["failed"] == 55
    assert "Esas filas ya no están así" in text_of(app)


# -- verification ----------------------------------------------------------------------------------


def test_verification_runs_in_the_background_and_tells_what_it_found(
    app: AppTest, context: Context, run: RunRecord
) -> None:
    open_report(app, run.run_id)
    press(app, "Verificar ahora")
    check = settle(context, lambda: child(context, run, "verify", dry_run=True))
    app.run()
    assert any("3 como se pidió, 0 distintas, 0 no legibles" in each.value for each in app.success)
    open_report(app, check.run_id)
    assert "como se pidió" in text_of(app)
    assert "Ver la ejecución de origen" in labels(app)


def test_what_others_changed_since_is_reported_as_different(
    app: AppTest, context: Context, sandbox: Connection, run: RunRecord
) -> None:
    wait(undo(context, run.run_id, sandbox), every=0.05)
    wait(verify(context, run.run_id, sandbox), every=0.05)
    found = findings(context, run.run_id)
    assert found is not None
    assert found.different == 3
    open_report(app, run.run_id)
    assert any("3 distintas" in each.value for each in app.warning)


# -- undo ------------------------------------------------------------------------------------------


def test_undo_shows_a_preview_and_waits_for_the_number(
    app: AppTest, context: Context, run: RunRecord
) -> None:
    open_report(app, run.run_id)
    press(app, "Deshacer esta ejecución")
    preview = settle(context, lambda: child(context, run, "undo", dry_run=True))
    app.run()
    assert (
        "Se restaurarán **3 filas**; 0 cambiaron después y se conservan; 0 no se pueden restaurar."
        in text_of(app)
    )
    app.text_input(key="undo_typed").input("2")
    press(app, "Deshacer")
    assert "Has escrito «2» y se espera 3." in text_of(app)
    assert child(context, run, "undo", dry_run=False) is None
    app.text_input(key="undo_typed").input("3")
    press(app, "Deshacer")
    done = settle(context, lambda: child(context, run, "undo", dry_run=False))
    assert undo_lists(context, done.run_id)["reverted"] == 3
    assert (preview.dry_run, done.scope["plan"], done.parent) == (True, preview.run_id, run.run_id)
    open_report(app, done.run_id)
    assert "Deshacer esta ejecución" in labels(app)
    assert "**Revertidas (3)**" in text_of(app)
    assert "**Conservadas (0)**" in text_of(app)
    assert "**No reversibles (0)**" in text_of(app)
    open_report(app, run.run_id)
    assert "3 revertidas, 0 conservadas, 0 no reversibles." in text_of(app)


def test_an_undo_is_undone_from_its_report_and_a_later_undo_hides_no_earlier_one(
    app: AppTest, context: Context, sandbox: Connection, run: RunRecord
) -> None:
    live = undo(context, run.run_id, sandbox)
    wait(live, every=0.05)
    wait(undo(context, run.run_id, sandbox), every=0.05)
    open_report(app, run.run_id)
    assert "3 revertidas, 0 conservadas, 0 no reversibles." in text_of(app)
    assert "0 revertidas, 0 conservadas, 0 no reversibles." in text_of(app)
    open_report(app, live.run_id)
    back = find_run(context, live.run_id)
    press(app, "Deshacer esta ejecución")
    settle(context, lambda: child(context, back, "undo", dry_run=True))
    app.run()
    app.text_input(key="undo_typed").input("3")
    press(app, "Deshacer")
    again = settle(context, lambda: child(context, back, "undo", dry_run=False))
    assert undo_lists(context, again.run_id)["reverted"] == 3


def test_failed_rows_of_an_undo_are_retried_from_the_board(
    app: AppTest, context: Context, run: RunRecord
) -> None:
    runs.update_run(
        context.journal, (failed := failed_run(context)).run_id, kind="undo", parent=run.run_id
    )
    app.query_params["run"] = failed.run_id
    app.switch_page(BOARD).run()
    assert (
        next(button.help for button in app.button if button.label == "Reintentar las fallidas")
        == "55 filas"
    )


def test_back_leaves_everything_as_it_was(app: AppTest, context: Context, run: RunRecord) -> None:
    open_report(app, run.run_id)
    press(app, "Deshacer esta ejecución")
    settle(context, lambda: child(context, run, "undo", dry_run=True))
    app.run()
    press(app, "Volver")
    app.run()
    assert "Deshacer" not in labels(app)
    assert child(context, run, "undo", dry_run=False) is None


def test_a_run_that_changed_nothing_says_so(app: AppTest, context: Context) -> None:
    open_report(app, failed_run(context).run_id)
    press(app, "Deshacer esta ejecución")
    assert "no hay nada que deshacer" in app.error[0].value


def test_the_audit_names_the_files_by_their_digest(app: AppTest, run: RunRecord) -> None:
    report_view(open_report(app, run.run_id), "Auditoría")
    shown = next(each.proto.body for each in app.get("html") if 'class="facts"' in each.proto.body)
    assert run.run_id in shown
    assert run.files[-1]["sha256"] in shown
