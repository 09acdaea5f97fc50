"""A bad cell is corrected in the grid, in a real browser; the file to take away has it, the
original has not.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.e2e.operator import HANDLED, Operator
from tests.e2e.steps import FORWARDING, csv_rows


@pytest.fixture
def spoiled(examples: Path, tmp_path: Path) -> Path:
    """The example files; the extensions of the first two users have a letter."""
    for name in ("GLOBAL.CSV", "UBICACIONES.CSV", "USUARIOS.CSV"):
        (tmp_path / name).write_bytes((examples / name).read_bytes())
    path = tmp_path / "USUARIOS.CSV"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    at = rows[0].index("extension")
    rows[1][at] = rows[2][at] = "20x1"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return tmp_path


def write(operator: Operator, row: int, header: str, text: str) -> None:
    """Type into a cell of the grid of bad rows, the last one on a page."""
    grid = operator.page.locator("[data-testid=stDataFrame]").last
    # A canvas: its cells are attached and never visible.
    grid.locator("[role=gridcell]").first.wait_for(state="attached")
    headers = [
        " ".join(each.split()) for each in grid.locator("[role=columnheader]").all_inner_texts()
    ]
    position = next(at for at, each in enumerate(headers) if header in each)
    cell = grid.locator("[role=row]").nth(row).locator("[role=gridcell]").nth(position)

    def is_written() -> bool:
        """The grid takes the text a moment after its field has it; Enter may come too early."""
        if cell.inner_text() != text:
            field = open_cell(operator, grid, row, position)
            field.fill(text)
            operator.page.evaluate(HANDLED)
            field.press("Enter")
            operator.idle()
        return str(cell.inner_text()) == text

    operator.until(is_written, f"the cell to hold {text}")
    operator.sees("sin aplicar todavía")  # the server has the cell too
    operator.idle()


def open_cell(operator: Operator, grid: Any, row: int, position: int) -> Any:
    """The input of a cell. A grid that is drawn again (a page that still settles) forgets what was
    chosen: then again.
    """
    field = operator.page.locator("#portal input, #portal textarea").first
    left = sum(float(each) for each in WIDTHS[:position]) + 30

    def is_open() -> bool:
        grid.scroll_into_view_if_needed()
        where = grid.locator("canvas").first.bounding_box()
        if where:
            operator.page.mouse.click(where["x"] + left, where["y"] + 35 * row + 17)
            operator.page.keyboard.press("Enter")
        operator.idle()
        return field.count() > 0 and bool(field.is_visible())

    operator.until(is_open, "the grid to open the cell")
    return field


WIDTHS = (55, 150, 140)  # Fila, Quién, and the columns with problems


def test_a_bad_cell_is_corrected_in_place_and_in_all_that_are_like_it(
    operator: Operator, spoiled: Path
) -> None:
    operator.go("/Datos")
    operator.upload(spoiled)
    operator.pick("Avisos")
    write(operator, 1, "extension", "2041")
    operator.press("Aplicar a todas las iguales (2)")
    operator.sees("2 celdas corregidas")
    operator.pick("Vista previa")
    rows = csv_rows(operator.save("Descargar fichero corregido"))
    assert [row["extension"] for row in rows[:2]] == ["2041", "2041"]
    assert "20x1" in (spoiled / "USUARIOS.CSV").read_text(encoding="utf-8-sig")
    assert operator.outside == []


def test_a_typed_cell_is_still_there_after_another_page(operator: Operator, spoiled: Path) -> None:
    operator.go("/Datos")
    operator.upload(spoiled)
    operator.pick("Avisos")
    write(operator, 1, "extension", "2041")
    operator.open("Mapeo")
    operator.sees("1 celda sin aplicar")
    operator.open("Datos")
    operator.pick("Avisos")
    operator.press("Aplicar 1 corrección")
    operator.sees("1 celda corregida")


def test_problems_can_be_taken_away_as_csv_and_as_a_marked_workbook(
    operator: Operator, spoiled: Path
) -> None:
    operator.go("/Datos")
    operator.upload(spoiled)
    operator.pick("Avisos")
    problems = csv_rows(operator.save("Descargar problemas"))
    assert [
        (row["fila"], row["columna"], row["valor"]) for row in problems if row["valor"] == "20x1"
    ] == [
        ("2", "extension", "20x1"),
        ("3", "extension", "20x1"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(operator.save("USUARIOS marcado (Excel)"))).active
    at = next(cell.column for cell in sheet[1] if cell.value == "extension")
    assert sheet.cell(2, at).value == "20x1"
    assert sheet.cell(2, at).fill.fgColor.rgb != sheet.cell(4, at).fill.fgColor.rgb
    assert sheet.cell(2, at).comment is not None


def test_the_grid_opens_on_mapeo_with_what_the_action_finds_wrong(
    operator: Operator, spoiled: Path
) -> None:
    operator.go("/Datos")
    operator.upload(spoiled)
    operator.press("Continuar a Mapeo")
    operator.choose(FORWARDING)
    operator.sees("58 filas válidas · 2 con errores (se apartan)")
    operator.pick("Errores")
    write(operator, 1, "extension", "2041")
    operator.press("Aplicar 1 corrección")
    operator.sees("59 filas válidas · 1 con errores (se aparta)")
