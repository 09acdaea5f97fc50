"""What a file says is shown as it is written: no picture of somebody else's is fetched."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Server
from tests.e2e.operator import Operator
from tests.e2e.test_happy_path import FORWARDING, run_of

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
    browser: Any, server: Server, examples: Path, tmp_path: Path
) -> None:
    tab = Operator(browser, server)
    try:
        tab.go("/Datos")
        tab.upload(hostile(examples, tmp_path))
        harmless(tab)
        tab.press("Continuar a Mapeo")
        tab.choose(FORWARDING)
        tab.sees("2 con errores")
        harmless(tab)
        for line in ("3", "2"):
            tab.page.get_by_label("Fila", exact=True).first.fill(line)
            tab.page.keyboard.press("Enter")
            tab.idle()
            harmless(tab)
        tab.press("Continuar a Ensayo")
        tab.page.get_by_role("button", name=re.compile(r"Ensayar \d+ filas")).click()
        tab.offers("Ir a Lanzamiento")
        harmless(tab)
        tab.press("Ir a Lanzamiento")
        tab.page.get_by_label("Nota").fill(PICTURE.format("note"))
        tab.page.keyboard.press("Enter")
        tab.idle()
        tab.press("Lanzar este ensayo")
        run_of(tab)
        tab.offers("Ver el informe")
        harmless(tab)
        for page in ("Informe", "Historial", "Inicio"):
            tab.page.get_by_test_id("stSidebar").get_by_role("link", name=page).first.click()
            tab.page.locator("h3").filter(has_text=page).first.wait_for()
            harmless(tab)
    finally:
        tab.close()


def harmless(tab: Operator) -> None:
    """Nothing was asked of outside, and nothing on the page would ask for it."""
    tab.idle()
    tab.page.wait_for_timeout(300)
    assert tab.outside == []
    assert tab.page.locator("img[src*='fuera']").count() == 0
