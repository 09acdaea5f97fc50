"""Each page with nothing loaded and nothing run says what to do."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bulk.adapters import UNSUPPORTED
from bulk.runs.context import Context
from pages.ui import texts
from tests.ui.steps import BOARD, DATA, DRY_RUN, HISTORY, MAPPING, REPORT, text_of

EMPTY = {
    DATA: texts.EMPTY_DATA,
    MAPPING: texts.EMPTY_MAPPING,
    DRY_RUN: texts.EMPTY_MAPPING,
    BOARD: texts.NOTHING_RUNS,
    REPORT: texts.CHOOSE_RUN,
}


@pytest.mark.parametrize(("page", "expected"), EMPTY.items())
def test_a_page_without_data_says_what_to_do(app: AppTest, page: str, expected: str) -> None:
    app.switch_page(page).run()
    assert expected in text_of(app)
    assert not app.exception
    assert not app.error


def test_every_page_says_sandbox_and_names_the_organisation(app: AppTest) -> None:
    for page in (*EMPTY, HISTORY):
        app.switch_page(page).run()
        assert "SANDBOX · datos inventados" in text_of(app)
        assert "Acme España" in text_of(app)


def test_home_shows_the_nine_actions_and_greys_those_in_development(app: AppTest) -> None:
    shown = text_of(app)
    assert "1 · Alta de numeraciones (desactivadas)" in shown
    assert "9 · Perfil saliente personalizado" in shown
    for action in UNSUPPORTED:
        assert f"{action.title} · ... en desarrollo ..." in shown
    assert not [
        button
        for button in app.button
        if button.key in {f"go_{action.id}" for action in UNSUPPORTED}
    ]


def test_locked_steps_name_what_is_missing(app: AppTest) -> None:
    assert text_of(app).count("antes: «Datos»") == 3


def test_an_unknown_run_in_the_address_is_shown_in_spanish(app: AppTest, context: Context) -> None:
    app.query_params["run"] = "20200101-0000-zzz"
    app.switch_page(REPORT).run()
    assert "No existe la ejecución «20200101-0000-zzz»" in app.error[0].value
    assert not app.exception
