"""Names where ids go, on the pages: ids completed on Datos, one of several chosen on Mapeo and remembered."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bulk.context import Context
from bulk.names import Names
from pages.ui.session import KEY, Session
from tests.pages.conftest import ROOT, press, said

DATA, MAPPING = "pages/1_Datos.py", "pages/2_Mapeo.py"
MOVE = "usuarios_asignar_location_desde_csv"
USERS = "email;target_location_id;extension\nusuario00001@example.com;Madri;2041\nnadie@example.com;Madri;2042\n"


def session(app: AppTest) -> Session:
    found: Session = app.session_state[KEY]
    return found


@pytest.fixture
def loaded(app: AppTest) -> AppTest:
    app.switch_page(DATA).run()
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", USERS.encode(), "text/csv").run()
    assert not app.exception
    return app


def test_missing_ids_are_completed_by_email_and_what_is_not_found_is_told(loaded: AppTest) -> None:
    assert "USUARIOS.CSV: 2 sin «person_id», que se puede buscar por «email»" in said(loaded)
    press(loaded, "Completar ids")
    assert not loaded.exception
    frame = session(loaded).files["usuarios"].frame
    assert [bool(cell) for cell in frame["person_id"]] == [True, False]
    assert "person_id" in session(loaded).originals["usuarios"].frame  # what it can be taken back to
    assert [problem.value for problem in session(loaded).findings["usuarios"] if problem.rule == "nombre"] == [
        "nadie@example.com"
    ]
    assert "1 sin «person_id»" in said(loaded)


def test_a_name_that_only_resembles_is_chosen_once_and_remembered(loaded: AppTest, context: Context) -> None:
    press(loaded, "Completar ids")
    loaded.switch_page(MAPPING).run()
    session(loaded).action_id = MOVE
    session(loaded).by_name = True
    loaded.run()
    assert "¿A qué se refiere «Madri»?" in [box.label for box in loaded.selectbox]
    box = next(box for box in loaded.selectbox if box.label == "¿A qué se refiere «Madri»?")
    names: Names = session(loaded).kept["names"][1]
    madrid = next(key for key, label in names.doubts["location", "Madri"] if label == "Madrid")
    assert "Madrid" in box.options
    box.set_value(madrid).run()
    press(loaded, "Es esta")
    assert not loaded.exception
    assert "¿A qué se refiere «Madri»?" not in [each.label for each in loaded.selectbox]
    plan = session(loaded).prepared
    assert plan is not None
    assert plan.frame["target_location_id"].tolist() == [madrid, madrid]

    second = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()
    second.switch_page(DATA).run()
    second.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", USERS.encode(), "text/csv").run()
    session(second).action_id, session(second).by_name = MOVE, True
    second.switch_page(MAPPING).run()
    assert "¿A qué se refiere «Madri»?" not in [each.label for each in second.selectbox]
