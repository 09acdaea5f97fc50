"""Mapeo: scope, suggestions, templates, joins, saved mappings."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.adapters import UNSUPPORTED
from bulk.engine import find_live
from bulk.files.dataset import Dataset, from_records
from bulk.journal import runs
from bulk.journal.rows import read_rows
from bulk.planning import saved_mappings
from bulk.planning.scope import Scope, Where
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from pages.ui.mapping import editor, selection
from pages.ui.shell.session import Session
from tests.ui.steps import DATA, DRY_RUN, FORWARDING, MAPPING, press, session, text_of

MOVE = "usuarios_asignar_location_desde_csv"


def load(app: AppTest, examples: Path, change: tuple[bytes, bytes] = (b"", b"")) -> AppTest:
    app.switch_page(DATA).run()
    for name in ("global", "ubicaciones", "usuarios"):
        raw = (examples / f"{name.upper()}.CSV").read_bytes()
        raw = raw.replace(*change, 1) if name == "usuarios" and change[0] else raw
        app.file_uploader(key=f"upload_{name}").upload(f"{name.upper()}.CSV", raw, "text/csv").run()
    return app.switch_page(MAPPING).run()


def choose(app: AppTest, action_id: str) -> AppTest:
    app.button(key=f"choose_{action_id}").click().run()
    assert not app.exception
    return app


@pytest.fixture
def mapped(app: AppTest, examples: Path) -> AppTest:
    return choose(load(app, examples), FORWARDING)


def test_the_whole_file_is_the_scope_until_another_is_chosen(mapped: AppTest) -> None:
    assert "**Alcance**: todas (3 filas)" in text_of(mapped)


def test_rows_are_chosen_by_the_values_of_a_column(mapped: AppTest) -> None:
    place = str(session(mapped).files.working["usuarios"].frame["location_name"].iloc[0])
    press(mapped, "Elegir filas…")
    mapped.multiselect(key="scope_values_location_name").set_value([place]).run()
    count = int((session(mapped).files.working["usuarios"].frame["location_name"] == place).sum())
    assert f"**{count} de 3 filas** · location_name = {place}" in text_of(mapped)
    mapped.button(key="scope_take").click().run()
    assert session(mapped).mapping.scopes["usuarios"] == Scope(
        where=(Where("location_name", (place,)),)
    )
    assert f"**{count} de 3 filas**" in text_of(mapped)


def test_lines_as_excel_numbers_them_narrow_what_is_in_the_dry_run(mapped: AppTest) -> None:
    press(mapped, "Elegir filas…")
    next(
        group for group in mapped.get("button_group") if "Filas" in map(str, group.options)
    ).set_value("Filas").run()
    mapped.text_input(key="scope_lines").set_value("2-3").run()
    mapped.button(key="scope_take").click().run()
    mapped.switch_page(DRY_RUN).run()
    assert "Ensayar 2 filas" in [button.label for button in mapped.button]
    assert "alcance: 2 de 3 filas" in text_of(mapped)


def test_a_range_that_is_none_is_reported_and_chooses_nothing(mapped: AppTest) -> None:
    press(mapped, "Elegir filas…")
    next(
        group for group in mapped.get("button_group") if "Filas" in map(str, group.options)
    ).set_value("Filas").run()
    mapped.text_input(key="scope_lines").set_value("doce").run()
    assert "se esperan filas como 2-200" in mapped.error[0].value
    assert session(mapped).mapping.scopes == {}


def test_an_empty_scope_is_reported_and_stops_the_way_on(mapped: AppTest) -> None:
    session(mapped).mapping.scopes["usuarios"] = Scope(where=(Where("location_name", ("Lugo",)),))
    mapped.run()
    assert "El alcance está vacío: ninguna fila cumple «location_name = Lugo»." in text_of(mapped)
    assert next(b for b in mapped.button if b.label == "Continuar a Ensayo").disabled


def test_a_pasted_list_says_what_is_not_in_the_file(mapped: AppTest) -> None:
    email = session(mapped).files.working["usuarios"].frame["email"].iloc[0]
    session(mapped).mapping.scopes["usuarios"] = Scope(pasted=(email, "nadie@example.com"))
    mapped.run()
    assert "**1 de 3 filas**" in text_of(mapped)
    assert "Sin fila en el fichero: nadie@example.com." in text_of(mapped)


def test_another_scope_is_not_taken_for_the_one_in_the_dry_run(
    mapped: AppTest, context: Context, files: dict[str, Dataset]
) -> None:
    mapped.switch_page(DRY_RUN).run()
    press(mapped, "Ensayar 3 filas")
    run = runs.get_run(context.journal, session(mapped).view.dry_run_id or "")
    where = Connection(run.target, "", None, run.org_id)  # type: ignore[arg-type]  # no call is made
    assert selection.matches_session(run, session(mapped), where)
    session(mapped).mapping.scopes["usuarios"] = Scope(lines=((2, 2),))
    assert not selection.matches_session(run, session(mapped), where)


def test_what_an_earlier_file_had_and_this_one_lacks_can_be_given_up_in_place(
    mapped: AppTest,
) -> None:
    held = session(mapped)
    held.mapping.explicit[FORWARDING] = {"extension": "no_esta"}
    held.mapping.scopes["usuarios"] = Scope(where=(Where("tampoco", ("x",)),))
    mapped.run()
    assert "no tiene la columna «no_esta»" in mapped.error[0].value
    press(mapped, "Volver a las cabeceras")
    assert "no tiene la columna «tampoco»" in mapped.error[0].value
    press(mapped, "Todas las filas")
    assert not mapped.error
    assert "**Alcance**: todas (3 filas)" in text_of(mapped)


# -- sources ---------------------------------------------------------------------------------------


def test_suggestions_are_offered_with_their_score_and_taken_when_accepted(
    app: AppTest, examples: Path
) -> None:
    choose(load(app, examples, (b"person_id;", b"id_usuario;")), FORWARDING)
    assert "person_id ← **id_usuario** · 95 % · sinónimo" in text_of(app)
    assert session(app).mapping.explicit == {}
    assert next(b for b in app.button if b.label == "Continuar a Ensayo").disabled
    press(app, "Aceptar sugerencias (1)")
    assert session(app).mapping.explicit == {FORWARDING: {"person_id": "id_usuario"}}
    assert not next(b for b in app.button if b.label == "Continuar a Ensayo").disabled


def test_a_template_gives_each_row_its_own_text(mapped: AppTest) -> None:
    next(field for field in mapped.text_input if field.label == "Plantilla").set_value(
        "9{extension}"
    )
    mapped.selectbox(key="template_param").set_value("destination")
    press(mapped, "Aplicar plantilla")
    prepared = selection.prepared_file(session(mapped))
    assert list(prepared.frame["destination"]) == [
        f"9{ext}" for ext in session(mapped).files.working["usuarios"].frame["extension"]
    ]


def test_a_template_with_a_column_that_there_is_not_is_refused_and_not_kept(
    mapped: AppTest,
) -> None:
    next(field for field in mapped.text_input if field.label == "Plantilla").set_value("9{anexo}")
    press(mapped, "Aplicar plantilla")
    assert "no tiene la columna «anexo»" in mapped.error[0].value
    assert session(mapped).mapping.explicit == {}


def test_data_of_another_file_is_found_by_a_shared_column(app: AppTest, examples: Path) -> None:
    choose(load(app, examples), MOVE)
    app.selectbox(key="join_param").set_value("target_location_id")
    for box, value in (
        ("Columna que se trae", "location_id"),
        ("Se busca por", "location_name"),
        ("Igual a", "location_name"),
    ):
        next(each for each in app.selectbox if each.label.startswith(box)).set_value(value)
    press(app, "Unir")
    held = session(app)
    assert (
        held.mapping.explicit[MOVE]["target_location_id"]
        == "UBICACIONES.location_id[location_name=location_name]"
    )
    assert list(selection.prepared_file(held).frame["target_location_id"]) == list(
        held.files.working["usuarios"].frame["location_id"]
    )


def test_a_mapping_is_kept_by_name_and_found_by_another_tab(
    mapped: AppTest, context: Context
) -> None:
    session(mapped).mapping.explicit[FORWARDING] = {"destination": "=2041"}
    mapped.run()
    next(field for field in mapped.text_input if field.label == "Nombre").set_value("Fase 1")
    press(mapped, "Guardar")
    assert [
        each.mapping.sources["destination"].ref
        for each in saved_mappings.saved(context.home, FORWARDING)
    ] == ["2041"]
    press(mapped, "Volver a las cabeceras")
    assert session(mapped).mapping.explicit == {}
    mapped.button(key="mapping_load").click().run()
    assert session(mapped).mapping.explicit[FORWARDING]["destination"] == "=2041"


def test_a_mapping_of_another_file_that_lacks_a_column_is_refused(
    mapped: AppTest, context: Context
) -> None:
    prepared = selection.prepared_file(session(mapped))
    odd = editor.map_columns(
        prepared.action, prepared.dataset, None, explicit={"extension": "target_extension"}
    )
    raw = saved_mappings.to_bytes(odd).replace(b"target_extension", b"no_esta")
    mapped.file_uploader(key="mapping_file").upload("m.json", raw, "application/json").run()
    assert "no_esta" in session(mapped).files.upload_errors["mapping"]
    assert session(mapped).mapping.explicit == {}


def test_what_was_mapped_last_time_with_these_headers_is_offered(
    app: AppTest, examples: Path
) -> None:
    choose(load(app, examples, (b"person_id;", b"quien;")), FORWARDING)
    session(app).mapping.explicit[FORWARDING] = {"person_id": "quien"}
    app.run()
    press(app, "Continuar a Ensayo")
    session(app).mapping.explicit.clear()
    app.switch_page(MAPPING).run()
    press(app, "Usar el de la última vez")
    assert session(app).mapping.explicit[FORWARDING]["person_id"] == "quien"


def test_actions_in_development_are_grey_and_cannot_be_chosen(mapped: AppTest) -> None:
    for kind in ("ubicaciones", "usuarios", "workspaces"):
        mapped.get("button_group")[0].set_value(kind).run()
        shown = text_of(mapped)
        for action in UNSUPPORTED:
            if action.dataset == kind:
                assert f":gray[**{action.title}**  \n... en desarrollo ...]" in shown
    keys = {button.key for button in mapped.button}
    assert not keys & {f"choose_{action.id}" for action in UNSUPPORTED}


def test_emails_stand_for_ids_when_the_operator_says_so(app: AppTest, examples: Path) -> None:
    raw = b"person_id;extension\nusuario00001@example.com;2041\nnadie@example.com;2042\n"
    app.switch_page(DATA).run()
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", raw, "text/csv").run()
    app.switch_page(MAPPING).run()
    mapped = choose(app, FORWARDING)
    assert "0 filas válidas" in text_of(mapped)
    mapped.checkbox(key="by_name").set_value(True).run()
    assert "1 fila válida · 1 con errores" in text_of(mapped)
    prepared = session(mapped).mapping.prepared
    assert prepared is not None
    assert [(problem.line, problem.value) for problem in prepared.problems] == [
        (3, "nadie@example.com")
    ]


def test_what_the_action_does_by_itself_is_reported_as_its_source(mapped: AppTest) -> None:
    prepared = selection.prepared_file(session(mapped))
    table = editor.table(prepared.action, prepared, (), [])
    first = prepared.frame["extension"].iloc[0]
    assert list(table.loc["destination"])[1:4] == [
        "plantilla 53{extension}",
        f"53{first}",
        "✓ por defecto",
    ]
    editor.choose(session(mapped), prepared.action, "destination", "plantilla 53{extension}")
    assert session(mapped).mapping.explicit == {}


def test_a_file_with_only_emails_is_one_click_away_from_its_ids(app: AppTest) -> None:
    raw = b"email;extension\nusuario00001@example.com;2041\nusuario00002@example.com;2042\n"
    app.switch_page(DATA).run()
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", raw, "text/csv").run()
    app.switch_page(MAPPING).run()
    mapped = choose(app, FORWARDING)
    assert "person_id ← **email** → buscar en Webex · 85 % · sinónimo" in text_of(mapped)
    assert "filas válidas" not in text_of(
        mapped
    )  # nothing can be said of rows before it is known whose they are
    mapped.button(key="look_up_person_id").click().run()
    assert session(mapped).mapping.by_name
    assert "##### 2 filas válidas" in text_of(mapped)
    prepared = selection.prepared_file(session(mapped))
    table = editor.table(prepared.action, prepared, (), [], by_name=True)
    assert list(table.loc["person_id"])[1:4] == [
        "email",
        "usuario00001@example.com",
        "✓ se buscará",
    ]


def test_plain_headers_are_never_reported_as_another_mapping(app: AppTest, examples: Path) -> None:
    """The same file without its GLOBAL has the same headers, and nothing was chosen by hand."""
    mapped = choose(load(app, examples), FORWARDING)
    press(mapped, "Continuar a Ensayo")
    session(mapped).files.working.pop("global")
    mapped.switch_page(MAPPING).run()
    assert "se usó otro mapeo" not in text_of(mapped)


def test_before_a_dry_run_the_page_says_what_where_and_how_long(mapped: AppTest) -> None:
    mapped.switch_page(DRY_RUN).run()
    shown = text_of(mapped)
    assert "**Desvío total con prefijo 53** · " in shown
    assert "alcance: todas (3 filas)" in shown
    assert "Aún no se ha ensayado. Un ensayo lee Webex y tarda unos 1 s con estas 3 filas." in shown
    assert "##### Validación: 3 filas válidas" in shown


def test_an_empty_scope_is_reported_on_the_dry_run_too(mapped: AppTest) -> None:
    session(mapped).mapping.scopes["usuarios"] = Scope(where=(Where("location_name", ("Lugo",)),))
    mapped.switch_page(DRY_RUN).run()
    assert "ninguna fila cumple «location_name = Lugo»" in text_of(mapped)
    button = next(b for b in mapped.button if b.label == "Ensayar 0 filas")
    assert button.disabled
    assert "El alcance está vacío" in button.help


def test_rows_that_the_filter_shows_are_taken_out_of_the_scope(
    mapped: AppTest, context: Context
) -> None:
    mapped.switch_page(DRY_RUN).run()
    press(mapped, "Ensayar 3 filas")
    run_id = session(mapped).view.dry_run_id or ""
    live = find_live(run_id)
    if live:
        assert live.ended.wait(120)
    mapped.run()
    who = next(row for row in read_rows(context.journal, run_id) if row.line == 3)
    mapped.text_input(key=f"rows_{run_id}_search").set_value(who.label).run()
    press(mapped, "Quitar del alcance")
    assert session(mapped).mapping.scopes["usuarios"].lines == ((2, 2), (4, 4))
    assert "alcance: 2 de 3 filas" in text_of(mapped)


def test_a_column_of_a_file_loaded_later_is_suggested() -> None:
    held = Session()
    held.files.working["usuarios"] = from_records({2: {"person_id": "p"}}, name="usuarios")
    held.mapping.action_id = FORWARDING
    prepared = selection.prepared_file(held)
    assert "extension" not in [
        offer.param for offer in editor.suggestions(held, prepared.action, prepared)
    ]
    held.files.working["global"] = from_records({2: {"anexo": "2041"}}, name="global")
    prepared = selection.prepared_file(held)
    offers = editor.suggestions(held, prepared.action, prepared)
    assert [offer.source for offer in offers if offer.param == "extension"] == ["GLOBAL.anexo"]
