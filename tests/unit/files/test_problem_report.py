"""Problems to take away, as CSV and as a marked workbook that can be corrected and read again."""

from __future__ import annotations

import csv as csv_module
import io

import openpyxl
import pytest

from bulk.core.records import Problem
from bulk.files import problem_report
from bulk.files.csv_writer import safe_cell
from bulk.files.dataset import read_any, read_csv

DATA = read_csv(
    b"person_id;telefono\nA;34911222333\n=1+1;+34911222334\nC;'x\n",
    name="usuarios",
    file_name="USUARIOS.CSV",
)
PROBLEMS = [
    Problem("USUARIOS.CSV", 2, "telefono", "34911222333", "telefono_sin_prefijo", "Sin prefijo."),
    Problem("USUARIOS.CSV", 3, None, None, "falta_uno_de", "Faltan datos."),
    Problem("USUARIOS.CSV", 2, "person_id", "A", "fila_repetida", "Repite.", "aviso"),
    Problem("USUARIOS.CSV", None, None, None, "caracteres_nulos", "Nulos.", "aviso"),
]


def test_problems_as_csv_open_in_excel_and_run_no_formula() -> None:
    odd = Problem("F", 2, "c", "=cmd()", "r", "m")
    text = b"".join(problem_report.to_csv([*PROBLEMS, odd])).decode("utf-8-sig")
    rows = list(csv_module.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == list(problem_report.COLUMNS)
    assert rows[1] == [
        "USUARIOS.CSV",
        "2",
        "telefono",
        "34911222333",
        "telefono_sin_prefijo",
        "error",
        "Sin prefijo.",
    ]
    assert [row[1] for row in rows[1:]] == ["2", "3", "2", "", "2"]
    assert rows[-1][3] == "'=cmd()"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("+34911222333", "+34911222333"),
        ("-5", "-5"),
        ("+34 911", "+34 911"),
        ("=1", "'=1"),
        ("@a", "'@a"),
        ("+x", "'+x"),
        ("-1+2", "'-1+2"),
    ],
)
def test_phones_keep_their_plus_and_formulas_lose_their_force(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


def test_the_marked_workbook_has_colours_notes_and_reasons_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(problem_report.to_xlsx(DATA, PROBLEMS))).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1, max_row=4)] == [
        ["fila", "person_id", "telefono", "problemas"],
        [2, "A", "34911222333", "telefono: Sin prefijo. person_id: Repite."],
        [3, "=1+1", "+34911222334", "Faltan datos."],
        [4, "C", "'x", None],
    ]
    assert sheet["B3"].data_type == "s"
    assert (sheet["C2"].fill.start_color.rgb, sheet["B2"].fill.start_color.rgb) == (
        "FFF8D7D0",
        "FFFDEBCB",
    )
    assert "Sin prefijo." in sheet["C2"].comment.text
    assert sheet["C3"].comment is None


def test_only_the_bad_rows_when_asked() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(problem_report.to_xlsx(DATA, PROBLEMS, only_bad=True))
    ).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [2, 3]


def test_the_marked_workbook_reads_back_with_the_same_cells() -> None:
    [again] = read_any(problem_report.to_xlsx(DATA, PROBLEMS), file_name="USUARIOS.xlsx")
    assert again.frame[["person_id", "telefono"]].equals(DATA.frame)


def test_a_file_with_columns_called_as_ours_can_be_marked_and_read_again() -> None:
    data = read_csv(b"fila;problemas\nA;x\n", name="usuarios", file_name="USUARIOS.CSV")
    [again] = read_any(problem_report.to_xlsx(data, PROBLEMS), file_name="USUARIOS.xlsx")
    assert list(again.frame.columns) == ["fila (2)", "fila", "problemas", "problemas (2)"]


def test_a_row_of_another_width_comes_back_marked_and_without_cells_that_would_be_taken_for_good() -> (
    None
):
    data = read_csv(
        b"person_id;extension;nombre\nP1;20;41;Ana\nP2;2042;Luis\n",
        name="usuarios",
        file_name="USUARIOS.CSV",
    )
    for shown in (data.problems, ()):  # also when the row is not among those that were judged
        [again] = read_any(problem_report.to_xlsx(data, shown), file_name="USUARIOS.xlsx")
        assert again.frame[["fila", *data.frame.columns]].to_numpy().tolist() == [
            ["2", "", "", ""],
            ["3", "P2", "2042", "Luis"],
        ]
        assert again.frame["problemas"].tolist() == [
            f"{data.problems[0].message} {problem_report.LEFT_BLANK}",
            "",
        ]
