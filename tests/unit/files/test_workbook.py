"""Excel workbooks: what the operator sees in a cell is what is read."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import Any

import openpyxl
import openpyxl.chart
import pytest

from bulk.errors import InputError
from bulk.files.dataset import read_all, read_any
from bulk.files.workbook import as_text, titles
from tests.unit.files.workbooks import book, saved


def test_one_workbook_fills_all_three_and_other_sheets_are_left_out() -> None:
    raw = book(
        Instrucciones=[["léeme"]],
        Usuarios=[["person_id", "extension"], ["A", "0012"]],
        UBICACIONES=[["location_id"], ["L"]],
        Global=[["parametro", "valor"], ["org_id", "X"], ["default_country", "ES"]],
    )
    found = {data.name: data for data in read_any(raw, file_name="migracion.xlsx")}
    assert found["usuarios"].frame.to_dict("index") == {2: {"person_id": "A", "extension": "0012"}}
    assert found["ubicaciones"].frame.to_dict("index") == {2: {"location_id": "L"}}
    assert found["global"].frame.to_dict("records") == [{"org_id": "X", "default_country": "ES"}]
    assert found["usuarios"].file_name == "migracion.xlsx · hoja Usuarios"
    assert (found["usuarios"].encoding, len(found["usuarios"].sha256)) == ("xlsx", 64)


def test_a_single_sheet_of_any_name_serves_when_the_file_says_what_it_is() -> None:
    raw = book(Hoja1=[["person_id"], ["A"]])
    assert [data.name for data in read_any(raw, file_name="usuarios.xlsx")] == ["usuarios"]
    assert [data.name for data in read_any(raw, file_name="libro.xlsx", name="usuarios")] == [
        "usuarios"
    ]
    with pytest.raises(InputError, match="Hoja1"):
        read_any(raw, file_name="libro.xlsx")


def test_a_workbook_is_known_by_its_content_whatever_it_is_called() -> None:
    assert (
        read_any(book(USUARIOS=[["person_id"], ["A"]]), file_name="USUARIOS.CSV")[0].encoding
        == "xlsx"
    )


def test_empty_rows_are_left_out_and_lines_are_those_of_excel() -> None:
    raw = book(
        USUARIOS=[
            [None],
            ["person_id", "nota"],
            ["A", None],
            [None, None],
            [" B ", "x"],
            [None, " "],
        ]
    )
    [data] = read_any(raw, file_name="x.xlsx")
    assert data.frame.to_dict("index") == {
        3: {"person_id": "A", "nota": ""},
        5: {"person_id": "B", "nota": "x"},
    }


def test_a_row_wider_than_the_header_is_reported() -> None:
    [data] = read_any(
        book(USUARIOS=[["person_id", "nota"], ["A", "x", "sobra"]]), file_name="x.xlsx"
    )
    assert [(p.line, p.rule) for p in data.problems] == [(2, "celdas_de_mas_o_de_menos")]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (2041, "General", "2041"),
        (2041.0, "General", "2041"),
        (41, "0000", "0041"),
        (34911222333, "General", "34911222333"),
        (34911222333.0, "0.00E+00", "34911222333"),
        (1.5, "General", "1.5"),
        (True, "General", "true"),
        ("0012", "@", "0012"),
        ("=1+1", "@", "=1+1"),
        (None, "General", ""),
        (datetime.datetime(2026, 11, 23), "dd/mm/yyyy", "2026-11-23 00:00:00"),
        (datetime.date(2026, 11, 23), "dd/mm/yyyy", "2026-11-23"),
    ],
)
def test_a_cell_is_read_as_it_is_seen(value: Any, number_format: str, text: str) -> None:
    assert as_text(value, number_format) == text


def test_a_number_format_of_zeros_gives_the_extension_its_zeros_back() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "USUARIOS"
    sheet.append(["extension"])
    sheet.append([12])
    sheet["A2"].number_format = "0000"
    assert read_any(saved(made), file_name="x.xlsx")[0].frame["extension"].tolist() == ["0012"]


@pytest.mark.parametrize(
    ("raw", "described"),
    [
        (b"PK\x03\x04 nada", "no se puede abrir"),
        (b"person_id\nA\n", "no se puede abrir"),
        (book(USUARIOS=[]), "vacía"),
        (book(USUARIOS=[["a", None, "b"], [1, 2, 3]]), "no tiene nombre"),
        (book(USUARIOS=[["a", "A"], [1, 2]]), "repetida"),
        (book(Usuarios1=[["a"]], Usuarios2=[["a"]]), "varias hojas"),
    ],
)
def test_a_workbook_that_cannot_be_used_is_refused_with_the_reason(
    raw: bytes, described: str
) -> None:
    with pytest.raises(InputError, match=described) as refusal:
        read_any(raw, file_name="libro.xlsx")
    assert "libro.xlsx" in refusal.value.message


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (12, "0000;-0000", "0012"),
        (2041, "0", "2041"),
        (
            2041,
            "0.00",
            "2041",
            # an unquoted dot is the decimal point whatever the country, and never stands between
            # digits
        ),
        (2041, "0.0", "2041"),
        (34911222333, "0.00", "34911222333"),
        (1, "0.00", "1"),
        (1, "0000.00", "1"),
        (2041, "#,##0.00 €", "2041"),
        (2041, "0.00E+00", "2041"),
        (2041, "General", "2041"),
        (2041, "@", "2041"),
        (12, "00000", "00012"),
        (2041, '0"."000', "2.041"),
        (2041, "0\\.000", "2.041"),
        (204100, "000\\-000", "204-100"),
        (911222333, '"+34"000000000', "+34911222333"),
        (911222333, "\\+34 000 00 00 00", "+34 911 22 23 33"),
        (34911222333, "000 000", "34911222 333"),
        (7, "#,##0", "7"),
        (-12, "0000", "-12"),
        (123456789012345, "0", "123456789012345"),
        (1234567890123456, "0", "1.23457E+15"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it_and_no_digit_is_made_up(
    value: int, number_format: str, shown: str
) -> None:
    made = openpyxl.Workbook()
    made.active.title = "USUARIOS"
    made.active.append(["extension"])
    made.active.append([value])
    made.active["A2"].number_format = number_format
    assert read_any(saved(made), file_name="x.xlsx")[0].frame["extension"].tolist() == [shown]


def test_a_formula_without_a_saved_result_is_reported_and_one_with_an_empty_result_is_not() -> None:
    raw = book(USUARIOS=[["person_id", "extension", "nota"], ["A", "=B3", "x"], ["B", 2041, "y"]])
    [data] = read_any(raw, file_name="x.xlsx")
    assert data.frame["extension"].tolist() == ["", "2041"]
    [problem] = data.problems
    assert (problem.line, problem.column, problem.rule, problem.severity) == (
        2,
        "extension",
        "formula_sin_resultado",
        "aviso",
    )
    assert "sin resultado" in problem.message
    kept = io.BytesIO()  # as Excel leaves a result that is an empty text
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.namelist():
            new.writestr(
                part, re.sub(rb'(<c r="B2")(.*?)<v ?/>', rb'\1 t="str"\2<v></v>', old.read(part))
            )
    [data] = read_any(kept.getvalue(), file_name="x.xlsx")
    assert (data.frame["extension"].tolist(), data.problems) == (["", "2041"], ())


def test_a_sheet_that_is_just_called_so_wins_and_a_bad_one_does_not_refuse_the_others() -> None:
    sheets = {
        "Usuarios 2025": [["person_id"], ["viejo"]],
        "USUARIOS": [["person_id"], ["nuevo"]],
        "UBICACIONES": [],
    }
    found = read_all(book(**sheets), file_name="todo.xlsx")
    assert [(data.name, data.frame["person_id"].tolist()) for data in found.datasets] == [
        ("usuarios", ["nuevo"])
    ]
    assert list(found.refused) == ["ubicaciones"]
    twice = {
        "Usuarios 2024": [["person_id"], ["A"]],
        "Usuarios 2025": [["person_id"], ["B"]],
        "GLOBAL": [["org_id"], ["C"]],
    }
    assert [data.name for data in read_all(book(**twice), file_name="todo.xlsx").datasets] == [
        "global"
    ]
    with pytest.raises(InputError, match="varias hojas de lo mismo: Usuarios 2024, Usuarios 2025"):
        read_all(book(**twice), file_name="todo.xlsx", name="usuarios")
    with pytest.raises(InputError, match="no tiene hojas UBICACIONES"):
        read_all(book(GLOBAL=[["org_id"], ["C"]]), file_name="todo.xlsx", name="ubicaciones")


def test_a_sheet_of_charts_or_a_hidden_one_is_never_taken_for_the_table() -> None:
    made = openpyxl.Workbook()
    made.active.title = "Notas"
    made.active.append(["person_id"])
    made.active.append(["de antes"])
    made.active.sheet_state = "hidden"
    table = made.create_sheet("Hoja1")
    for row in (["person_id"], ["A"]):
        table.append(row)
    old = made.create_sheet("USUARIOS viejos")
    old.append(["person_id"])
    old.sheet_state = "veryHidden"
    made.create_chartsheet("Gráfico", 0).add_chart(openpyxl.chart.BarChart())
    made.active = made.sheetnames.index("Hoja1")
    raw = saved(made)
    assert titles(raw, "libro.xlsx") == ["Notas", "Hoja1", "USUARIOS viejos"]
    for file_name, name in (("usuarios.xlsx", None), ("libro.xlsx", "usuarios")):
        [data] = read_any(raw, file_name=file_name, name=name)
        assert (data.file_name.rpartition(" · ")[2], data.frame["person_id"].tolist()) == (
            "hoja Hoja1",
            ["A"],
        )
    [asked] = read_any(raw, file_name="libro.xlsx", name="usuarios", sheet="Notas")
    assert asked.frame["person_id"].tolist() == ["de antes"]
    there = r"Las que tiene: Notas \(oculta\), Hoja1, USUARIOS viejos \(oculta\)\."
    with pytest.raises(InputError, match=there):
        read_any(raw, file_name="libro.xlsx")
    with pytest.raises(InputError, match=there):
        read_any(raw, file_name="libro.xlsx", name="usuarios", sheet="Gráfico")


def test_settings_put_out_of_sight_are_read_all_the_same() -> None:
    made = openpyxl.Workbook()
    made.active.title = "USUARIOS"
    for row in (["person_id"], ["A"]):
        made.active.append(row)
    world = made.create_sheet("GLOBAL")
    for row in (["org_id"], ["C"]):
        world.append(row)
    world.sheet_state = "hidden"
    assert [data.name for data in read_all(saved(made), file_name="todo.xlsx").datasets] == [
        "global",
        "usuarios",
    ]
