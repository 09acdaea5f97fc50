"""Names where ids go, on the pages: ids completed on Datos, one of several chosen on Mapeo and
remembered.
"""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from bulk.planning.name_lookup import Names
from bulk.runs.context import Context
from bulk.sandbox import embedded
from schemas.hydra import id_tail
from tests.paths import ROOT
from tests.ui.steps import DATA, LOCATIONS, MAPPING, PEOPLE, press, session, text_of
from tests.workspace import Remote

MOVE = "usuarios_asignar_location_desde_csv"
USERS = "email;target_location_id;extension\nusuario00001@example.com;Madri;2041\nnadie@example.com;Madri;2042\n"


@pytest.fixture
def loaded(app: AppTest) -> AppTest:
    app.switch_page(DATA).run()
    app.file_uploader(key="upload_usuarios").upload(
        "USUARIOS.CSV", USERS.encode(), "text/csv"
    ).run()
    assert not app.exception
    return app


def test_missing_ids_are_completed_by_email_and_what_is_not_found_is_reported(
    loaded: AppTest,
) -> None:
    assert "USUARIOS.CSV: 2 sin «person_id», que se puede buscar por «email»" in text_of(loaded)
    press(loaded, "Completar ids")
    assert not loaded.exception
    frame = session(loaded).files.working["usuarios"].frame
    assert [bool(cell) for cell in frame["person_id"]] == [True, False]
    assert (
        "person_id" in session(loaded).files.originals["usuarios"].frame
    )  # what it can be taken back to
    assert [
        problem.value
        for problem in session(loaded).files.problems["usuarios"]
        if problem.rule == "nombre"
    ] == ["nadie@example.com"]
    assert "1 sin «person_id»" in text_of(loaded)
    press(loaded, "Completar ids")
    assert [
        problem.value
        for problem in session(loaded).files.problems["usuarios"]
        if problem.rule == "nombre"
    ] == ["nadie@example.com"]


def test_a_name_that_only_resembles_is_chosen_once_and_remembered(
    loaded: AppTest, context: Context
) -> None:
    press(loaded, "Completar ids")
    loaded.switch_page(MAPPING).run()
    session(loaded).mapping.action_id = MOVE
    session(loaded).mapping.by_name = True
    loaded.run()
    assert "¿A qué se refiere «Madri»?" in [box.label for box in loaded.selectbox]
    box = next(box for box in loaded.selectbox if box.label == "¿A qué se refiere «Madri»?")
    names: Names = session(loaded).cache["names"][1]
    madrid = next(entry.id for entry in names.doubts["location", "Madri"] if entry.name == "Madrid")
    assert "Madrid" in box.options
    box.set_value(madrid).run()
    press(loaded, "Es esta")
    assert not loaded.exception
    assert "¿A qué se refiere «Madri»?" not in [each.label for each in loaded.selectbox]
    prepared = session(loaded).mapping.prepared
    assert prepared is not None
    assert prepared.frame["target_location_id"].tolist() == [madrid, madrid]
    assert "Como elegiste: «Madri» es Madrid (prefijo 8000" in text_of(loaded)

    second = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    second.switch_page(DATA).run()
    second.file_uploader(key="upload_usuarios").upload(
        "USUARIOS.CSV", USERS.encode(), "text/csv"
    ).run()
    press(second, "Completar ids")
    session(second).mapping.action_id, session(second).mapping.by_name = MOVE, True
    second.switch_page(MAPPING).run()
    assert "¿A qué se refiere «Madri»?" not in [each.label for each in second.selectbox]
    assert "Como elegiste: «Madri» es …" in text_of(second)  # no list was asked for
    press(second, "Elegir de nuevo")
    assert not second.exception
    assert "¿A qué se refiere «Madri»?" in [each.label for each in second.selectbox]
    assert "Como elegiste" not in text_of(second)


def test_on_datos_one_of_several_of_a_name_is_chosen_and_then_completed(
    app: AppTest, context: Context
) -> None:
    remote = Remote(embedded(context.home), people=PEOPLE, locations=LOCATIONS)
    places = [remote.location(1), remote.location(2)]
    for place in places:
        remote.patch("location", place, name="Sede")
    app.switch_page(DATA).run()
    text = "location_name;extension\nSede;2041\nSede;2042\n"
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", text.encode(), "text/csv").run()
    assert "¿A qué se refiere «Sede»?" not in [
        box.label for box in app.selectbox
    ]  # Webex was not asked yet
    press(app, "Completar ids")
    box = next(box for box in app.selectbox if box.label == "¿A qué se refiere «Sede»?")
    assert len(set(box.options)) == 2
    assert all(id_tail(place)[-8:] in " ".join(box.options) for place in places)
    box.set_value(places[1]).run()
    press(app, "Es esta")
    press(app, "Completar ids")
    assert not app.exception
    assert session(app).files.working["usuarios"].frame["location_id"].tolist() == [
        places[1],
        places[1],
    ]
    assert "Completar ids" not in [button.label for button in app.button]
