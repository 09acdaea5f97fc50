"""The template of each action loads, is valid with its example row, and keeps what is typed into it
as text.
"""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from bulk.adapters import UNSUPPORTED, all_actions
from bulk.core.action import Action
from bulk.errors import InDevelopment
from bulk.files.dataset import read_any
from bulk.planning.prepare import prepare
from bulk.planning.templates import write_template


def template(action_id: str) -> bytes:
    target = io.BytesIO()
    write_template(action_id, target)
    return target.getvalue()


@pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.id)
def test_the_example_row_is_valid_for_its_action(action: Action) -> None:
    files = {
        dataset.name: dataset
        for dataset in read_any(template(action.id), file_name="plantilla.xlsx")
    }
    assert list(files) == [action.dataset]
    prepared = prepare(action.id, files, options={})
    assert prepared.missing == ()
    assert [problem.text() for problem in prepared.problems if problem.severity == "error"] == []
    assert prepared.total == 1


@pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.id)
def test_the_help_names_every_parameter(action: Action) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(action.id)))
    message = {
        row[0].value: row[1].value
        for row in book["Ayuda"].iter_rows(min_row=2, max_row=1 + len(action.parameters))
    }
    assert message == {param.name: "sí" if param.required else "no" for param in action.parameters}


def test_all_cells_are_text() -> None:
    raw = template("usuarios_configurar_desvio_prefijo53")
    sheet = openpyxl.load_workbook(io.BytesIO(raw))["USUARIOS"]
    assert {
        cell.number_format for row in sheet.iter_rows() for cell in row if cell.value is not None
    } == {"@"}
    xml = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert xml.count("<col ") >= 1
    assert 'style="1"' in xml  # empty cells too, through their column


def test_an_action_in_development_has_no_template() -> None:
    with pytest.raises(InDevelopment):
        write_template(UNSUPPORTED[0].id, io.BytesIO())
