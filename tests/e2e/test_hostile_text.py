"""What a file says is shown as it is written: no picture from outside is fetched."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.e2e.operator import Operator
from tests.e2e.steps import FORWARDING, run_in_url, start_dry_run

PICTURE = "![x](http://fuera.invalid/{}.png)"


def hostile(examples: Path, folder: Path) -> Path:
    """The example files; names, a bad cell, a header and a location of USUARIOS are pictures in
    Markdown and in HTML.
    """
    for name in ("GLOBAL.CSV", "UBICACIONES.CSV"):
        (folder / name).write_bytes((examples / name).read_bytes())
    rows = list(
        csv.reader(
            io.StringIO((examples / "USUARIOS.CSV").read_text(encoding="utf-8-sig")), delimiter=";"
        )
    )
    header = rows[0]
    for number, row in enumerate(rows[1:]):
        row[header.index("display_name")] = (
            PICTURE.format("name") if number % 2 else '<img src="http://fuera.invalid/i.png">'
        )
        row[header.index("location_name")] = PICTURE.format("place")
    rows[1][header.index("extension")] = PICTURE.format("cell")
    rows[2][header.index("person_id")] = "https://fuera.invalid/a"
    header.append(PICTURE.format("header"))
    for row in rows[1:]:
        row.append("www.fuera.invalid")
    with (folder / "USUARIOS.CSV").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return folder


def test_text_of_a_file_stays_text_on_every_page(
    operator: Operator, examples: Path, tmp_path: Path
) -> None:
    operator.go("/Datos")
    operator.upload(hostile(examples, tmp_path))
    assert_harmless(operator)
    operator.press("Continuar a Mapeo")
    operator.choose(FORWARDING)
    operator.sees("2 con errores")
    assert_harmless(operator)
    for line in ("3", "2"):
        operator.page.get_by_label("Fila", exact=True).first.fill(line)
        operator.page.keyboard.press("Enter")
        assert_harmless(operator)
    operator.press("Continuar a Ensayo")
    start_dry_run(operator)
    assert_harmless(operator)
    operator.press("Ir a Lanzamiento")
    operator.page.get_by_label("Nota").fill(PICTURE.format("note"))
    operator.page.keyboard.press("Enter")
    operator.idle()
    operator.press("Lanzar este ensayo")
    run_in_url(operator)
    operator.offers("Ver el informe")
    assert_harmless(operator)
    for page in ("Informe", "Historial", "Inicio"):
        operator.open(page)
        assert_harmless(operator)


def assert_harmless(tab: Operator) -> None:
    """Nothing was asked of outside, and nothing on the page would ask for it."""
    tab.idle()
    assert tab.outside == []
    assert tab.page.locator("img[src*='fuera']").count() == 0
