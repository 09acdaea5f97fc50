"""Datos, Mapeo and Ensayo with the examples cut to three rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.adapters import get_action
from bulk.engine import find_live
from bulk.journal import runs
from bulk.runs.context import Context
from pages.ui import texts
from pages.ui.mapping import editor
from pages.ui.shell.resources import EXAMPLES
from tests.ui.steps import (
    BOARD,
    DATA,
    DRY_RUN,
    FORWARDING,
    HEADER,
    MAPPING,
    press,
    session,
    text_of,
)

DATA, MAPPING, DRY_RUN, LAUNCH = (
    DATA,
    MAPPING,
    DRY_RUN,
    BOARD,
)


def load(app: AppTest, examples: Path, *names: str) -> AppTest:
    app.switch_page(DATA).run()
    for name in names:
        raw = (examples / f"{name.upper()}.CSV").read_bytes()
        app.file_uploader(key=f"upload_{name}").upload(f"{name.upper()}.CSV", raw, "text/csv").run()
    return app


@pytest.fixture
def loaded(app: AppTest, examples: Path) -> AppTest:
    return load(app, examples, "global", "ubicaciones", "usuarios")


@pytest.fixture
def mapped(loaded: AppTest) -> AppTest:
    loaded.switch_page(MAPPING).run()
    return loaded.button(key=f"choose_{FORWARDING}").click().run()


def test_uploads_are_read_and_reported(loaded: AppTest) -> None:
    shown = text_of(loaded)
    assert "✓ **USUARIOS.CSV**" in shown
    assert "3 filas · 14 columnas<br>UTF-8 · punto y coma ;" in shown
    assert "✓ 9 acciones" in shown
    assert not loaded.exception


def test_files_survive_a_page_switch(loaded: AppTest) -> None:
    loaded.switch_page(MAPPING).run()
    loaded.switch_page(DATA).run()
    assert set(session(loaded).files.working) == {"global", "ubicaciones", "usuarios"}


def test_a_file_that_cannot_be_read_is_refused_in_spanish(app: AppTest) -> None:
    app.switch_page(DATA).run()
    app.file_uploader(key="upload_usuarios").upload(
        "USUARIOS.CSV", b"person_id;person_id\n1;2\n", "text/csv"
    ).run()
    assert "está repetida" in app.error[0].value
    assert "usuarios" not in session(app).files.working
    assert not app.exception


def test_the_examples_of_the_repository_load_with_their_profile(app: AppTest) -> None:
    if not (EXAMPLES / "USUARIOS.CSV").is_file():
        pytest.fail("examples/USUARIOS.CSV is part of the product")
    app.switch_page(DATA).run()
    press(app, "Usar los ejemplos")
    assert len(session(app).files.working["usuarios"].frame) == 4500
    assert "callingPermissions" in session(app).mapping.options["profile"]


def test_canonical_headers_need_no_mapping(mapped: AppTest) -> None:
    assert texts.ALL_CANONICAL in text_of(mapped)
    assert not next(b for b in mapped.button if b.label == "Continuar a Ensayo").disabled


def test_a_parameter_without_source_blocks_the_dry_run(app: AppTest, examples: Path) -> None:
    app.switch_page(DATA).run()
    raw = (examples / "USUARIOS.CSV").read_bytes().replace(b"person_id;", b"quien;", 1)
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", raw, "text/csv").run()
    app.switch_page(MAPPING).run()
    app.button(key=f"choose_{FORWARDING}").click().run()
    assert "Falta decir de dónde sale: person_id." in text_of(app)
    assert next(b for b in app.button if b.label == "Continuar a Ensayo").disabled


def edit(app: AppTest, line: int, origin: str) -> AppTest:
    """What the browser does when a cell of the mapping is changed."""
    key = f"mapping_{FORWARDING}_{session(app).view.revision}"
    app.session_state[key] = {
        "edited_rows": {line: {"Origen": origin}},
        "added_rows": [],
        "deleted_rows": [],
    }
    action = get_action(FORWARDING)
    editor.choose(session(app), action, action.parameters[line].name, origin)
    return app.run()


def test_an_edit_of_the_mapping_survives_a_page_switch(mapped: AppTest) -> None:
    edit(mapped, 1, "target_extension")
    mapped.switch_page(DATA).run()
    mapped.switch_page(MAPPING).run()
    assert session(mapped).mapping.explicit == {FORWARDING: {"extension": "target_extension"}}
    assert not mapped.exception


def test_choosing_what_the_headers_say_leaves_nothing_behind(mapped: AppTest) -> None:
    edit(mapped, 1, "target_extension")
    edit(mapped, 1, "extension")
    assert session(mapped).mapping.explicit == {}


def wait_for_run(context: Context, run_id: str) -> None:
    live = find_live(run_id)
    if live:
        assert live.ended.wait(120)


def test_a_dry_run_shows_changes_and_writes_nothing(mapped: AppTest, context: Context) -> None:
    mapped.switch_page(DRY_RUN).run()
    press(mapped, "Ensayar 3 filas")
    run_id = session(mapped).view.dry_run_id
    assert run_id
    wait_for_run(context, run_id)
    mapped.run()
    assert "Ensayo terminado" in "\n".join(str(p.proto.text) for p in mapped.get("progress"))
    table = mapped.dataframe[0].value
    assert set(table["Campo"]) == {"desvío"}
    assert table["Después"].str.startswith("53").all()
    assert runs.get_run(context.journal, run_id).dry_run
    assert not mapped.exception


def choose(app: AppTest, action_id: str) -> AppTest:
    app.switch_page(MAPPING).run()
    if action_id.startswith("ubicacion"):
        app.get("button_group")[0].set_value("ubicaciones").run()
    return app.button(key=f"choose_{action_id}").click().run()


def test_launching_a_dry_run_plan_does_what_it_said(loaded: AppTest, context: Context) -> None:
    choose(loaded, "usuarios_configurar_perfil_saliente_custom")
    loaded.switch_page(DRY_RUN).run()
    press(loaded, "Ensayar 3 filas")
    dry_run = session(loaded).view.dry_run_id or ""
    wait_for_run(context, dry_run)
    loaded.run()
    planned = runs.run_counts(context.journal, dry_run)
    loaded.switch_page(LAUNCH).run()
    press(loaded, "Lanzar este ensayo")
    run_id = session(loaded).view.run_id or ""
    wait_for_run(context, run_id)
    assert runs.run_counts(context.journal, run_id)["done"] == planned["change"] > 0
    assert runs.get_run(context.journal, run_id).parent == dry_run


def test_an_hour_that_has_passed_is_shown_in_its_field_and_launches_nothing(
    mapped: AppTest,
) -> None:
    mapped.switch_page(DRY_RUN).run()
    press(mapped, "Ensayar 3 filas")
    live = find_live(session(mapped).view.dry_run_id or "")
    assert live is None or live.ended.wait(120)
    mapped.switch_page(LAUNCH).run()
    mapped.text_input(key="launch_not_after").set_value("2020-05-31T06:00").run()
    message = "«No después de», --not-after) ya ha pasado: 31/05/2020 06:00."
    assert [message in error.value for error in mapped.error] == [True]
    press(mapped, "Lanzar este ensayo")
    assert any(message in error.value for error in mapped.error)
    assert session(mapped).view.run_id is None


def test_what_cannot_all_be_undone_asks_for_the_number_and_launches_nothing(
    loaded: AppTest,
) -> None:
    choose(loaded, HEADER)
    loaded.switch_page(LAUNCH).run()
    press(loaded, "Lanzar sin ensayo")
    assert "Escribe 3 para confirmar." in [field.label for field in loaded.text_input]
    assert "No todo se puede deshacer" in text_of(loaded)
    assert session(loaded).view.run_id is None


def test_other_data_than_the_in_the_dry_run_are_not_taken_for_in_the_dry_run(
    mapped: AppTest, examples: Path
) -> None:
    mapped.switch_page(DRY_RUN).run()
    press(mapped, "Ensayar 3 filas")
    live = find_live(session(mapped).view.dry_run_id or "")
    assert live is None or live.ended.wait(120)
    edit(mapped.switch_page(MAPPING).run(), 1, "target_extension")
    mapped.switch_page(LAUNCH).run()
    labels = [button.label for button in mapped.button]
    assert "Lanzar sin ensayo" in labels
    assert "Lanzar este ensayo" not in labels


def test_a_removed_file_is_gone_and_can_be_loaded_again(loaded: AppTest, examples: Path) -> None:
    loaded.button(key="drop_usuarios").click().run()
    assert "usuarios" not in session(loaded).files.working
    raw = (examples / "USUARIOS.CSV").read_bytes()
    loaded.file_uploader(key="upload_usuarios_1").upload("USUARIOS.CSV", raw, "text/csv").run()
    assert "usuarios" in session(loaded).files.working


@pytest.mark.parametrize("left", [("global",), ("global", "ubicaciones")])
def test_an_action_whose_file_was_taken_out_leads_back_to_datos(
    mapped: AppTest, left: tuple[str, ...]
) -> None:
    for name in session(mapped).files.working.keys() - set(left):
        session(mapped).files.working.pop(name)
    for page in (DRY_RUN, BOARD):
        mapped.switch_page(page).run()
        assert not mapped.error
        assert "Ir a Datos" in [button.label for button in mapped.button]
        assert "--usuarios" not in text_of(mapped)
