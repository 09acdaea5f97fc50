"""Each page with nothing loaded and nothing run says what to do."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bulk.adapters import UNSUPPORTED
from bulk.runs.context import Context
from pages.ui import texts
from tests.ui.conftest import said

EMPTY = {
    "pages/1_Datos.py": texts.EMPTY_DATA,
    "pages/2_Mapeo.py": texts.EMPTY_MAPPING,
    "pages/3_Ensayo.py": texts.EMPTY_MAPPING,
    "pages/4_Lanzamiento.py": texts.NOTHING_RUNS,
    "pages/5_Informe.py": texts.CHOOSE_RUN,
}


@pytest.mark.parametrize(("page", "expected"), EMPTY.items())
def test_a_page_without_data_says_what_to_do(app: AppTest, page: str, expected: str) -> None:
    app.switch_page(page).run()
    assert expected in said(app)
    assert not app.exception
    assert not app.error


def test_every_page_says_sandbox_and_names_the_organisation(app: AppTest) -> None:
    for page in (*EMPTY, "pages/6_Historial.py"):
        app.switch_page(page).run()
        assert "SANDBOX · datos inventados" in said(app)
        assert "Acme España" in said(app)


def test_home_shows_the_nine_actions_and_greys_those_in_development(app: AppTest) -> None:
    shown = said(app)
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
    assert said(app).count("antes: «Datos»") == 3


def test_an_unknown_run_in_the_address_is_shown_in_spanish(app: AppTest, context: Context) -> None:
    app.query_params["run"] = "20200101-0000-zzz"
    app.switch_page("pages/5_Informe.py").run()
    assert "No existe la ejecución «20200101-0000-zzz»" in app.error[0].value
    assert not app.exception
