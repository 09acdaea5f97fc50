"""Datos: what was detected, repairs, problems, and cells corrected; the original is never
changed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from bulk.files import corrections
from bulk.files.dataset import read_csv
from bulk.planning.repairs import propose
from bulk.runs.context import Context, close_context, open_context
from pages.ui.data import corrections as session_corrections
from pages.ui.data import problem_list
from pages.ui.shell.session import Session
from tests.paths import ROOT
from tests.ui.steps import (
    DATA,
    FORWARDING,
    MAPPING,
    grid,
    press,
    session,
    text_of,
    type_into,
    upload,
    view,
)


def spoiled(examples: Path) -> bytes:
    """Three users: two phones without +, an extension with letters."""
    raw = (examples / "USUARIOS.CSV").read_bytes().decode("utf-8-sig")
    first, *rows = raw.splitlines()
    at, ext = first.split(";").index("legacy_phone_number"), first.split(";").index("extension")
    cells = [row.split(";") for row in rows]
    for row in cells[:2]:
        row[at] = "34911222333"
    cells[2][ext] = "20x4"
    return "\r\n".join([first, *map(";".join, cells), ""]).encode()


@pytest.fixture
def bad(app: AppTest, examples: Path) -> AppTest:
    app.switch_page(DATA).run()
    upload(app, "global", (examples / "GLOBAL.CSV").read_bytes())
    return upload(app, "usuarios", spoiled(examples))


def test_repairs_are_offered_before_and_after_and_none_is_taken_by_itself(bad: AppTest) -> None:
    shown = text_of(bad)
    assert "**2 celdas** · Teléfono sin prefijo +" in shown
    assert "`34911222333` → `+34911222333`" in shown
    assert "34911222333" in set(session(bad).files.working["usuarios"].frame["legacy_phone_number"])
    assert session(bad).files.corrections.get("usuarios", {}) == {}


def test_accepting_all_repairs_changes_the_working_file_and_not_the_original(bad: AppTest) -> None:
    press(bad, "Aceptar todas las reparaciones")
    held = session(bad)
    assert (
        list(held.files.working["usuarios"].frame["legacy_phone_number"][:2])
        == ["+34911222333"] * 2
    )
    assert (
        list(held.files.originals["usuarios"].frame["legacy_phone_number"][:2])
        == ["34911222333"] * 2
    )
    assert held.files.working["usuarios"].sha256 != held.files.originals["usuarios"].sha256
    assert "2 celdas corregidas; el original no se toca" in text_of(bad)
    bad.button(key="undo_usuarios").click().run()
    assert (
        session(bad).files.working["usuarios"].frame.equals(held.files.originals["usuarios"].frame)
    )


def test_repairs_can_be_accepted_one_by_one(bad: AppTest) -> None:
    key = f"some_usuarios_0_{session(bad).view.revision}"
    bad.session_state[key] = {
        "edited_rows": {0: {"Aceptar": False}},
        "added_rows": [],
        "deleted_rows": [],
    }
    bad.run()
    press(bad, "Aceptar las marcadas (1)")
    assert list(session(bad).files.working["usuarios"].frame["legacy_phone_number"][:2]) == [
        "34911222333",
        "+34911222333",
    ]


def test_problems_are_reported_by_kind_with_how_many_rows(bad: AppTest) -> None:
    view(bad, "Avisos")
    shown = text_of(bad)
    assert "! **2 filas** · El teléfono no lleva prefijo internacional." in shown
    assert (
        ":gray[USUARIOS.CSV · legacy_phone_number «34911222333», por ejemplo en la fila 2]" in shown
    )


def test_the_counters_are_those_of_the_rows_below_them(bad: AppTest) -> None:
    """Of the file by itself both are avisos; for the action that needs it the extension is an
    error.
    """
    views = next(
        group for group in bad.get("button_group") if any("Avisos" in str(o) for o in group.options)
    )
    assert [str(option) for option in views.options] == [
        "Reparaciones 2",
        "Errores",
        "Avisos 3",
        "Vista previa",
    ]
    session(bad).mapping.action_id = FORWARDING
    bad.run()
    assert "USUARIOS: 2 válidas · 1 con errores (se aparta)" in text_of(bad)
    view(bad, "Errores")
    assert list(grid(bad)["Fila"]) == [4]


def test_the_rows_of_one_kind_are_seen_alone_and_all_of_them_again(bad: AppTest) -> None:
    view(bad, "Avisos")
    assert list(grid(bad)["Fila"]) == [2, 3, 4]
    press(bad, "Ver filas")
    assert list(grid(bad)["Fila"]) == [2, 3]
    assert list(grid(bad)) == ["Fila", "Quién", "legacy_phone_number", "Qué se espera y qué hacer"]
    press(bad, "Ver todas")
    assert list(grid(bad)["Fila"]) == [2, 3, 4]


def test_a_cell_typed_and_applied_is_right_and_looked_at_again(bad: AppTest) -> None:
    view(bad, "Avisos")
    type_into(bad, 4, "extension", "2044")
    press(bad, "Aplicar 1 corrección")
    assert session(bad).files.working["usuarios"].frame.at[4, "extension"] == "2044"
    assert not [p for p in session(bad).files.problems["usuarios"] if p.column == "extension"]
    assert session(bad).files.pending.get("usuarios", {}) == {}


def test_the_same_correction_goes_to_all_cells_that_are_alike(bad: AppTest) -> None:
    view(bad, "Avisos")
    type_into(bad, 2, "legacy_phone_number", "+34911222333")
    press(bad, "Aplicar a todas las iguales (2)")
    assert (
        list(session(bad).files.working["usuarios"].frame["legacy_phone_number"][:2])
        == ["+34911222333"] * 2
    )


def test_cells_typed_and_not_applied_survive_a_page_switch_and_are_shown_in_the_menu(
    bad: AppTest,
) -> None:
    view(bad, "Avisos")
    type_into(bad, 4, "extension", "2044")
    bad.switch_page(MAPPING).run()
    assert "1 celda sin aplicar" in text_of(bad)
    bad.switch_page(DATA).run()
    assert session(bad).files.pending["usuarios"] == {(4, "extension"): "2044"}


def test_a_corrected_file_is_what_the_action_works_on(bad: AppTest) -> None:
    bad.switch_page(MAPPING).run()
    bad.button(key=f"choose_{FORWARDING}").click().run()
    assert "2 filas válidas · 1 con errores" in text_of(bad)
    session_corrections.accept(session(bad), "usuarios", [corrections.Fix(4, "extension", "2044")])
    bad.run()
    assert "##### 3 filas válidas" in text_of(bad)


def test_the_corrected_file_reads_back_the_same(bad: AppTest) -> None:
    press(bad, "Aceptar todas las reparaciones")
    working = session(bad).files.working["usuarios"]
    again = read_csv(corrections.to_csv(working), name="usuarios")
    assert again.frame.equals(working.frame)
    assert (
        again.sha256 == working.sha256
    )  # the digest that a run keeps is that of the file that can be downloaded
    assert propose(again, None, "ES") == []


def workbook(**sheets: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_with_the_three_sheets_fills_the_three_zones(app: AppTest) -> None:
    app.switch_page(DATA).run()
    raw = workbook(
        GLOBAL=[["default_country"], ["ES"]],
        UBICACIONES=[["location_name"], ["Madrid"]],
        USUARIOS=[["email"], ["a@b.es"]],
    )
    upload(app, "global", raw, "todo.xlsx")
    assert {name: len(file.frame) for name, file in session(app).files.working.items()} == {
        "global": 1,
        "ubicaciones": 1,
        "usuarios": 1,
    }
    assert "Excel · hoja USUARIOS" in text_of(app)


def test_another_sheet_can_be_chosen(app: AppTest) -> None:
    app.switch_page(DATA).run()
    upload(
        app,
        "usuarios",
        workbook(Hoja1=[["nada"], ["x"]], Personas=[["email"], ["a@b.es"]]),
        "todo.xlsx",
    )
    assert list(session(app).files.working["usuarios"].frame.columns) == ["nada"]
    next(box for box in app.selectbox if box.label == "Hoja").set_value("Personas")
    press(app, "Leer de nuevo")
    assert list(session(app).files.working["usuarios"].frame.columns) == ["email"]


def test_encoding_and_separator_can_be_changed(app: AppTest) -> None:
    app.switch_page(DATA).run()
    upload(app, "usuarios", "email|display_name\r\na@b.es|Peña Ana\r\n".encode("cp1252"))
    assert session(app).files.working["usuarios"].encoding == "cp1252"
    next(box for box in app.selectbox if box.label == "Separador").set_value(",")
    press(app, "Leer de nuevo")
    held = session(app)
    assert list(held.files.working["usuarios"].frame.columns) == ["email|display_name"]


def test_without_a_country_no_prefix_is_proposed_until_one_is_chosen(
    app: AppTest, examples: Path
) -> None:
    app.switch_page(DATA).run()
    upload(app, "usuarios", spoiled(examples))
    assert "Teléfono sin prefijo +" not in text_of(app)
    view(app, "Reparaciones")
    next(box for box in app.selectbox if box.label.startswith("País")).set_value("ES").run()
    assert "Teléfono sin prefijo +" in text_of(app)


@pytest.fixture
def set_to_spain(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings are read when the data directory is opened."""
    close_context(context)
    monkeypatch.setenv("BULK_DEFAULT_COUNTRY", "es")
    yield
    close_context(open_context())


def test_the_country_of_the_settings_is_taken_until_another_is_said(
    set_to_spain: None, examples: Path
) -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    app.switch_page(DATA).run()
    upload(app, "usuarios", spoiled(examples))
    view(app, "Reparaciones")
    assert "Teléfono sin prefijo +" in text_of(app)
    box = next(box for box in app.selectbox if box.label.startswith("País"))
    assert box.value == "ES"
    box.set_value("US").run()
    assert "Teléfono sin prefijo +" not in text_of(app)


def test_groups_count_each_file_apart() -> None:
    from bulk.core.records import Problem

    held = Session()
    found = {"a": [Problem("A.CSV", n, "c", "v", "r", "m", "aviso") for n in (2, 3)]}
    found["b"] = [Problem("B.CSV", 2, "c", "v", "r", "m", "aviso")]
    assert [(g["file"], g["count"]) for g in problem_list.groups(held, found, "x")] == [
        ("A.CSV", 2),
        ("B.CSV", 1),
    ]


def test_the_profile_of_the_examples_goes_with_the_last_of_their_files(
    app: AppTest, examples: Path
) -> None:
    app.switch_page(DATA).run()
    press(app, "Usar los ejemplos")
    held = session(app)
    raw = f"location_id\n{held.files.working['ubicaciones'].frame['location_id'].iloc[0]}\n"
    app.button(key="drop_global").click().run()
    app.button(key="drop_usuarios").click().run()
    held.mapping.action_id = "ubicacion_configurar_permisos_salientes_defecto"
    app.switch_page(MAPPING).run()
    assert "**Perfil saliente**: 10 tipos de llamada · el de los ejemplos" in text_of(app)
    app.switch_page(DATA).run()
    app.button(key="drop_ubicaciones").click().run()
    app.file_uploader(key="upload_ubicaciones_1").upload("MIS.CSV", raw.encode(), "text/csv").run()
    app.switch_page(MAPPING).run()
    assert "**Perfil saliente**: ninguno" in text_of(app)
    assert "profile" not in held.mapping.options


def test_a_profile_of_ones_own_stays_when_the_examples_go(app: AppTest) -> None:
    app.switch_page(DATA).run()
    press(app, "Usar los ejemplos")
    own = session(app).mapping.options["profile"] = {**session(app).mapping.options["profile"]}
    for name in ("global", "ubicaciones", "usuarios"):
        app.button(key=f"drop_{name}").click().run()
    assert session(app).mapping.options["profile"] is own
