"""Every download of the report in a real browser, each opened and looked into; and an undo from its
preview to its end.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from tests.e2e.app_server import PEOPLE
from tests.e2e.operator import Operator
from tests.e2e.steps import FORWARDING, apply, csv_rows


def launched(operator: Operator, examples: Path) -> str:
    """A run of the forwarding to its end, its report on screen; the run's id."""
    run_id = apply(operator, examples, FORWARDING)
    operator.press("Ver el informe")
    operator.offers("Descargar Excel")
    return run_id


def opened_offline(browser: Any, raw: bytes, folder: Path) -> str:
    """The text of an HTML document in a browser without a network."""
    path = folder / "documento.html"
    path.write_bytes(raw)
    place = browser.new_context(offline=True)
    page = place.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    text = str(page.locator("body").inner_text())
    place.close()
    assert asked == [path.as_uri()]
    return text


def test_every_download_of_the_report_opens_and_holds_the_run(
    browser: Any, operator: Operator, examples: Path, tmp_path: Path
) -> None:
    run_id = launched(operator, examples)
    book = openpyxl.load_workbook(io.BytesIO(operator.save("Descargar Excel")), read_only=True)
    assert {"Resumen", "Lotes", "Filas", "Errores"} <= set(book.sheetnames)
    assert sum(1 for _ in book["Filas"].iter_rows()) == PEOPLE + 1
    acta = opened_offline(browser, operator.save("Acta"), tmp_path)
    assert run_id in acta and "Acta de operaciones en Webex Calling" in acta
    operator.press("Más")
    found = csv_rows(operator.save("CSV"))
    assert len(found) == PEOPLE
    document = json.loads(operator.save("JSON"))
    assert document["run_id"] == run_id
    assert len(document["rows"]) == PEOPLE
    text = opened_offline(browser, operator.save("HTML"), tmp_path)
    assert run_id in text and FORWARDING in text
    given = list(
        csv.reader(io.StringIO((examples / "USUARIOS.CSV").read_text("utf-8-sig")), delimiter=";")
    )
    back = list(
        csv.reader(io.StringIO(operator.save("Ida y vuelta").decode("utf-8-sig")), delimiter=";")
    )
    width = len(given[0])
    assert back[0][:width] == given[0]
    assert [row[0] for row in back] == [row[0] for row in given]
    parts = zipfile.ZipFile(io.BytesIO(operator.save("Hechas / fallidas / sin procesar")))
    assert sum(len(csv_rows(parts.read(name))) for name in parts.namelist()) == PEOPLE
    events = [json.loads(line) for line in operator.save("Descargar registro").splitlines()]
    assert {event["run"] for event in events} == {run_id}
    assert operator.outside == []


def test_a_run_is_undone_after_its_preview_and_the_number_typed(
    operator: Operator, examples: Path
) -> None:
    run_id = launched(operator, examples)
    operator.press("Deshacer esta ejecución")
    asked = operator.page.get_by_text(re.compile(r"^Escribe \d+ para confirmar"))
    asked.first.wait_for()
    number = re.findall(r"\d+", asked.first.inner_text())[0]
    field = operator.page.get_by_label(re.compile(r"Escribe \d+ para confirmar"))
    field.fill("0")
    operator.page.get_by_role("button", name="Deshacer", exact=True).click()
    operator.sees(f"Has escrito «0» y se espera {number}.")
    field.fill(number)
    operator.page.get_by_role("button", name="Deshacer", exact=True).click()
    operator.page.wait_for_url(re.compile(rf"Lanzamiento\?run=(?!{run_id})"))
    operator.offers("Ver el informe")
    operator.press("Ver el informe")
    operator.sees(f"Revertidas ({number})")
    operator.press("Ver la ejecución de origen")
    operator.sees(run_id)
    operator.press("Verificar ahora")
    operator.sees("no legibles")
    assert operator.outside == []
