"""History: filters, charts, comparison, acta, repetition, archive."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from bulk.core.records import Row, RunRecord
from bulk.files.dataset import Dataset
from bulk.journal import control, row_writes, rows, runs
from bulk.planning.prepare import prepare
from bulk.planning.scope import Scope
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.status import find_run
from pages.ui.results import compare, downloads, history, history_charts, repeat
from pages.ui.shell.session import Session
from tests.ui.steps import FORWARDING, HEADER, HISTORY, finished_run, session, text_of


def stored(
    context: Context,
    ends: dict[int, str],
    *,
    action: str = FORWARDING,
    target: str = "sandbox",
    **values: Any,
) -> RunRecord:
    """An ended run whose rows (line -> state) are as given."""
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=action,
        target=target,
        state="completed",
        settings={},
        **values,
    )
    runs.create_run(context.journal, record)
    lines = [Row(n, {"person_id": f"P{n}"}, f"Persona {n}", "Madrid") for n in ends]
    runs.add_order(context.journal, record.run_id, lines, "person_id")
    for row in rows.claim(context.journal, record.run_id, after=None, limit=len(ends)):
        context.journal.later(row_writes.outcome(record.run_id, row.line, row.seq, ends[row.line]))
    context.journal.flush()
    return find_run(context, record.run_id)


def listed(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["Ejecución"])


def mark(app: AppTest, *run_ids: str) -> AppTest:
    """Mark these runs in the table, as the browser tells it."""
    there = listed(app)
    app.session_state["history_table"] = {
        "selection": {"rows": [there.index(each) for each in run_ids], "columns": []}
    }
    return app.run()


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


# -- list ------------------------------------------------------------------------------------------


def test_an_archived_run_is_hidden_until_it_is_asked_for(app: AppTest, context: Context) -> None:
    run = stored(context, {2: "done"})
    app.switch_page(HISTORY).run()
    assert (
        app.dataframe[0].value["Acción"][listed(app).index(run.run_id)].startswith("Sin ensayo · ")
    )
    history.archive(context, {run.run_id: "Ana"})
    app.run()
    assert not app.exception
    assert run.run_id not in (listed(app) if app.dataframe else [])
    app.checkbox[1].check().run()
    assert run.run_id in listed(app)
    history.archive(context, {run.run_id: "Luis"}, away=False)
    message = [(each.command, each.who) for each in control.history(context.journal, run.run_id)]
    assert message[-2:] == [("archive", "Ana"), ("restore", "Luis")]
    app.checkbox[1].uncheck().run()
    assert run.run_id in listed(app)


def test_the_organisation_is_a_column_only_where_there_are_several(
    app: AppTest, context: Context
) -> None:
    stored(context, {2: "done"}, note="dos sitios")
    app.switch_page(HISTORY).run()
    search(app, "dos sitios")
    assert "Organización" not in app.dataframe[0].proto.column_order
    assert "Estado" in app.dataframe[0].proto.column_order
    stored(
        context,
        {2: "done"},
        note="dos sitios",
        target="https://webexapis.com/v1",
        org_name="Acme España",
    )
    app.run()
    assert "Organización" in app.dataframe[0].proto.column_order


def search(app: AppTest, note: str) -> None:
    next(each for each in app.text_input if each.label == "Buscar en la nota").input(note).run()


def test_filters_narrow_by_day_organisation_and_note(context: Context) -> None:
    run = stored(context, {2: "done"}, note="CHG0012345", org_name="Acme")
    today = date.today()

    def found(**asked: Any) -> bool:
        return run.run_id in {
            each.run_id
            for each in history.matching(
                context, history.everything(context), history.Filters(**asked)
            )
        }

    assert found(note="chg00123", days=(today,), org="SANDBOX")
    assert found(days=(today - timedelta(days=1), today + timedelta(days=1)))
    assert not found(days=(today - timedelta(days=3), today - timedelta(days=2)))
    assert not found(org="Otra")
    assert not found(note="CHG999")


# -- charts ----------------------------------------------------------------------------------------


def test_charts_add_up_the_rows_of_launches_and_leave_dry_runs_out(context: Context) -> None:
    good = stored(context, {2: "done", 3: "unchanged"})
    bad = stored(context, {2: "done", 3: "failed", 4: "unknown", 5: "invalid"}, action=HEADER)
    plan = stored(context, {2: "done"}, dry_run=True)
    figures = history_charts.figures(context, [good, bad, plan])
    per_day = history_charts.per_day(figures)
    assert per_day.groupby("Resultado")["Filas"].sum().to_dict() == {"bien": 3, "por revisar": 3}
    shares = history_charts.shares(figures)
    assert list(shares["Por revisar"]) == [75.0, 0.0]
    assert shares.iloc[0]["Acción"] == history.title_of(HEADER)


def test_the_page_draws_its_charts(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    finished_run(context, sandbox, files)
    app.switch_page(HISTORY).run()
    assert not app.exception
    assert not app.error
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) >= 3
    assert "Filas por día" in text_of(app)


# -- compare ---------------------------------------------------------------------------------------


def test_comparison_shows_the_rows_that_ended_otherwise_and_those_of_one_run_alone(
    context: Context,
) -> None:
    one = stored(context, {2: "done", 3: "failed", 4: "done"})
    other = stored(context, {2: "done", 3: "done", 5: "failed"})
    found = compare.differences(context, one, other)
    assert list(found["Fila"]) == [3, 4, 5]
    assert list(found[one.run_id]) == ["✗ con error", "✓ hecha", compare.MISSING]
    assert list(found[other.run_id]) == ["✓ hecha", compare.MISSING, "✗ con error"]
    table = compare.side_by_side(context, one, other).set_index("Estado")
    assert table.loc["✓ hecha"].tolist() == [2, 2]
    assert table.loc["Total"].tolist() == [3, 3]


def test_two_equal_runs_have_no_differences(context: Context) -> None:
    ends = {2: "done", 3: "failed"}
    assert compare.differences(context, stored(context, ends), stored(context, ends)).empty


def test_two_marked_runs_are_compared_on_the_page(app: AppTest, context: Context) -> None:
    one, other = stored(context, {2: "done", 3: "failed"}), stored(context, {2: "done", 3: "done"})
    app.switch_page(HISTORY).run()
    mark(app, one.run_id, other.run_id)
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert "Acabó distinta 1 fila." in text_of(app)


# -- acta ------------------------------------------------------------------------------------------


def test_one_acta_covers_all_the_chosen_runs(context: Context) -> None:
    one, other = (
        stored(context, {2: "done"}, note="fase 1"),
        stored(context, {2: "failed"}, note="fase 2"),
    )
    text = downloads.acta([one, other]).decode()
    for run in (one, other):
        assert run.run_id in text
        assert run.note in text


# -- repeat ----------------------------------------------------------------------------------------


def test_a_repeated_run_brings_back_its_file_action_mapping_and_scope(
    context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    plan = prepare(
        FORWARDING, files, explicit={"destination": "=532041"}, scope=Scope(lines=((2, 3),))
    )
    live = launch(context, plan, sandbox, Launch(note="CHG-1", chunk_size=150))
    wait(live, every=0.05)
    tab = Session()
    repeat.repeat(context, tab, find_run(context, live.run_id))
    assert tab.mapping.action_id == FORWARDING
    assert tab.mapping.explicit[FORWARDING]["destination"] == "=532041"
    assert tab.files.working["usuarios"].frame.equals(files["usuarios"].frame)
    assert tab.files.working["usuarios"].sha256 == files["usuarios"].sha256
    assert tab.mapping.scopes["usuarios"].lines == ((2, 3),)
    assert (tab.launch.note, tab.launch.chunk_size) == ("CHG-1", 150)
    again = prepare(
        FORWARDING,
        tab.files.working,
        explicit=tab.mapping.explicit[FORWARDING],
        scope=tab.mapping.scopes["usuarios"],
    )
    assert again.mapping == plan.mapping
    assert again.excluded == plan.excluded


def test_repeat_is_offered_only_while_the_file_is_kept(
    app: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    without, run = stored(context, {2: "done"}), finished_run(context, sandbox, files)
    app.switch_page(HISTORY).run()
    mark(app, without.run_id)
    assert button(app, "Repetir").disabled
    mark(app, run.run_id)
    button(app, "Repetir").click().run()
    assert not app.exception
    assert session(app).mapping.action_id == FORWARDING
    assert set(session(app).files.working) >= {"usuarios"}


# -- archive ---------------------------------------------------------------------------------------


def test_marked_runs_are_put_away_and_back(app: AppTest, context: Context) -> None:
    run = stored(context, {2: "done"})
    app.switch_page(HISTORY).run()
    mark(app, run.run_id)
    button(app, "Archivar").click().run()
    assert run.run_id in history.archived(context)
    assert run.run_id not in listed(app)
    app.checkbox[1].check().run()
    mark(app, run.run_id)
    button(app, "Recuperar").click().run()
    assert run.run_id not in history.archived(context)
