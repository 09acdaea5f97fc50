"""What Lanzamiento takes for the dry run of what this tab has, and what a second click does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import randrange
from secrets import token_hex
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from bulk.core.records import RunRecord
from bulk.files.dataset import Dataset, with_cells
from bulk.journal import runs
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection, api_for, identify
from bulk.runs.context import Context
from bulk.runs.launch import Launch, launch, launch_plan, wait
from bulk.runs.stop import request_stop
from bulk.runs.undo import undo
from bulk.runs.verify import verify
from pages.ui.run import launch as launch_view
from tests.ui.steps import BOARD, DRY_RUN, FORWARDING, finished_run, press, session, text_of

LAUNCH = "Lanzar este ensayo"
JOIN = {"extension": "UBICACIONES.ext[location_name=location_name]"}


@pytest.fixture
def tab(app: AppTest, files: dict[str, Dataset]) -> AppTest:
    """With the files and the action, and no dry run."""
    mine = session(app)
    mine.files.working, mine.mapping.action_id = dict(files), FORWARDING
    return app


@pytest.fixture
def fresh(files: dict[str, Dataset]) -> dict[str, Dataset]:
    """Extensions that no other test has forwarded to."""
    users = files["usuarios"]
    cells = [(int(line), "extension", str(randrange(10_000, 99_999))) for line in users.frame.index]
    return {**files, "usuarios": replace(with_cells(users, cells), sha256=token_hex(32))}


def buttons(app: AppTest) -> dict[str, bool]:
    """Label -> whether it can be pressed."""
    return {button.label: not button.disabled for button in app.button}


def launches(context: Context) -> list[RunRecord]:
    return [run for run in runs.list_runs(context.journal) if not run.dry_run]


@pytest.mark.parametrize("derive", ["undo", "verify"])
def test_neither_the_preview_of_an_undo_nor_a_verification_is_the_dry_run_of_the_tab(
    tab: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset], derive: str
) -> None:
    run = finished_run(context, sandbox, files)
    live = (
        undo(context, run.run_id, sandbox, dry_run=True)
        if derive == "undo"
        else verify(context, run.run_id, sandbox)
    )
    assert live is not None
    wait(live, every=0.05)
    before = len(launches(context))
    tab.query_params["run"] = live.run_id
    tab.switch_page(DRY_RUN).run()
    tab.query_params.clear()
    tab.switch_page(BOARD).run()
    assert LAUNCH not in buttons(tab)
    assert "Sin ensayo" in text_of(tab)
    assert len(launches(context)) == before


def test_a_value_that_comes_from_another_file_and_has_changed_makes_the_dry_run_another_one(
    tab: AppTest, context: Context, sandbox: Connection, files: dict[str, Dataset]
) -> None:
    places = files["ubicaciones"]
    ours = replace(places, frame=places.frame.assign(ext="1111"), sha256="a" * 64)
    with_join = {**files, "ubicaciones": ours}
    live = launch(
        context, prepare(FORWARDING, with_join, explicit=JOIN), sandbox, Launch(dry_run=True)
    )
    wait(live, every=0.05)
    mine = session(tab)
    mine.files.working, mine.mapping.explicit[FORWARDING], mine.view.dry_run_id = (
        with_join,
        dict(JOIN),
        live.run_id,
    )
    assert LAUNCH in buttons(tab.switch_page(BOARD).run())
    other = with_cells(ours, [(line, "ext", "2222") for line in ours.frame.index])
    mine.files.working = {
        **with_join,
        "ubicaciones": other,
    }  # as a corrected cell leaves it: the same hash
    assert LAUNCH not in buttons(tab.run())
    kept = {str(entry["name"]) for entry in runs.get_run(context.journal, live.run_id).files}
    assert kept == {"global", "ubicaciones", "usuarios"}


def test_a_dry_run_that_was_launched_is_not_offered_again(
    tab: AppTest, context: Context, sandbox: Connection, fresh: dict[str, Dataset]
) -> None:
    mine = session(tab)
    mine.files.working, mine.view.dry_run_id = (
        fresh,
        finished_run(context, sandbox, fresh, dry_run=True).run_id,
    )
    assert buttons(tab.switch_page(BOARD).run())[LAUNCH]
    press(tab, LAUNCH)
    first = launches(context)[0]
    mine = session(tab)
    mine.view.run_id = None
    tab.query_params.clear()
    tab.switch_page(BOARD).run()
    assert not buttons(tab)[LAUNCH]
    assert "ya se lanzó" in text_of(tab) and first.run_id in text_of(tab)


def test_a_launch_that_sent_nothing_leaves_its_dry_run_to_be_launched(
    tab: AppTest, context: Context, sandbox: Connection, fresh: dict[str, Dataset]
) -> None:
    mine = session(tab)
    mine.files.working, mine.view.dry_run_id = (
        fresh,
        finished_run(context, sandbox, fresh, dry_run=True).run_id,
    )
    reached = identify(api_for(sandbox, context.settings, context.journal), sandbox)
    later = Launch(at=datetime.now(UTC) + timedelta(hours=5))
    live = launch_plan(context, mine.view.dry_run_id, reached, later)
    request_stop(context, live.run_id, "cancel", "Ana")
    wait(live, every=0.05)
    assert buttons(tab.switch_page(BOARD).run())[LAUNCH]


def test_a_second_click_while_the_first_one_is_carried_out_launches_nothing(
    tab: AppTest,
    context: Context,
    sandbox: Connection,
    fresh: dict[str, Dataset],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = session(tab)
    mine.files.working, mine.view.dry_run_id = (
        fresh,
        finished_run(context, sandbox, fresh, dry_run=True).run_id,
    )
    tab.switch_page(BOARD).run()
    clicked: list[tuple[ScriptRunner, RerunData]] = []
    run_script, launch_plan = ScriptRunner._run_script, launch_view.launch_plan

    def listening(runner: ScriptRunner, click: RerunData) -> None:
        clicked.append((runner, click))
        run_script(runner, click)

    def and_again(*given: Any, **named: Any) -> Any:
        started = launch_plan(*given, **named)
        runner, click = clicked[-1]
        runner.request_rerun(
            replace(click)
        )  # as the browser asks for when the button is pressed again
        return started

    monkeypatch.setattr(ScriptRunner, "_run_script", listening)
    monkeypatch.setattr(launch_view, "launch_plan", and_again)
    before = len(launches(context))
    press(tab, LAUNCH)
    assert len(launches(context)) == before + 1
    assert session(tab).view.run_id == launches(context)[0].run_id
