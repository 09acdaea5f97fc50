"""Ways through the app that several tests go."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from tests.e2e.operator import Operator

FORWARDING = "Desvío total con prefijo 53"
PAGES = ("Inicio", "Datos", "Mapeo", "Ensayo", "Lanzamiento", "Informe", "Historial")


def choose_action(tab: Operator, files: Path, title: str) -> None:
    """Load the files and choose an action over users."""
    tab.go("/Datos")
    tab.upload(files)
    tab.press("Continuar a Mapeo")
    tab.choose(title)


def dry_run(tab: Operator, files: Path, title: str, *, kind: str = "Usuarios") -> None:
    """A dry run from the files to its end; `kind` is what the action works on."""
    tab.go("/Datos")
    tab.upload(files)
    tab.press("Continuar a Mapeo")
    tab.pick(kind)
    tab.choose(title)
    tab.press("Continuar a Ensayo")
    start_dry_run(tab)


def start_dry_run(tab: Operator) -> None:
    """On Ensayo: start it and wait for its end."""
    tab.page.get_by_role("button", name=re.compile(r"^Ensayar \d+ filas")).click()
    tab.offers("Ir a Lanzamiento")
    tab.idle()


def launch_dry_run(tab: Operator) -> str:
    """After a dry run: launch it; the run's id."""
    tab.press("Ir a Lanzamiento")
    tab.press("Lanzar este ensayo")
    return run_in_url(tab)


def apply(tab: Operator, files: Path, title: str) -> str:
    """Dry run and launch, to the end; the run's id."""
    dry_run(tab, files, title)
    run_id = launch_dry_run(tab)
    tab.offers("Ver el informe")
    return run_id


def run_in_url(tab: Operator) -> str:
    """The run on the board."""
    tab.page.wait_for_url(re.compile(r"Lanzamiento\?run="))
    return str(tab.page.url.split("run=")[1])


def csv_rows(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))


def report_rows(tab: Operator) -> list[dict[str, str]]:
    """From the board of an ended run: the rows of its report, from the CSV."""
    tab.press("Ver el informe")
    tab.press("Más")
    return csv_rows(tab.save("CSV"))


def report_states(tab: Operator) -> list[str]:
    return [row["estado"] for row in report_rows(tab)]
