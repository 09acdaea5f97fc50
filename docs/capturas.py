"""The pictures of README and guide, taken from the app at work: `python docs/capturas.py` (needs
Chromium and the test extra).

A temporary data directory, the embedded sandbox, the example files: every page in the order of the
work. `--dark`, `--small` (1024x576) and `--out FOLDER` give the same pictures for looking at.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from bulk.sandbox.examples import write_examples  # noqa: E402
from tests.conftest import FLAGS  # noqa: E402
from tests.e2e.app_server import start_server  # noqa: E402
from tests.e2e.operator import Operator  # noqa: E402

ACTION = "Desvío total con prefijo 53"


def take(tab: Operator, folder: Path, name: str) -> None:
    tab.idle()
    tab.page.wait_for_timeout(800)  # charts and maps draw after the script has ended
    tab.page.mouse.move(0, 700)
    tab.page.screenshot(path=str(folder / f"{name}.png"))


def walk(tab: Operator, files: Path, folder: Path) -> None:
    """All pages, as somebody works through them."""
    tab.go("/")
    take(tab, folder, "inicio_vacio")
    tab.go("/Datos")
    tab.upload(files)
    take(tab, folder, "datos")
    tab.press("Continuar a Mapeo")
    tab.choose(ACTION)
    take(tab, folder, "mapeo")
    tab.press("Continuar a Ensayo")
    tab.page.get_by_role("button", name=re.compile(r"^Ensayar [\d.]+ filas")).click()
    tab.page.get_by_text("ensayo terminado", exact=False).or_(
        tab.page.get_by_text("Ensayo terminado")
    ).first.wait_for()
    take(tab, folder, "ensayo")
    tab.press("Ir a Lanzamiento")
    take(tab, folder, "lanzamiento_antes")
    tab.press("Lanzar este ensayo")
    if tab.page.get_by_role("textbox", name=re.compile("para confirmar")).count():
        _confirm(tab)
    tab.offers("Pausar")
    tab.page.wait_for_timeout(4_000)
    take(tab, folder, "tablero")
    tab.offers("Ver el informe")
    tab.press("Ver el informe")
    take(tab, folder, "informe")
    tab.page.get_by_role("link", name="Historial").first.click()
    take(tab, folder, "historial")
    tab.page.get_by_role("link", name="Inicio").first.click()
    take(tab, folder, "inicio")


def _confirm(tab: Operator) -> None:
    field = tab.page.get_by_role("textbox", name=re.compile("para confirmar"))
    label = field.get_attribute("aria-label") or ""
    field.fill("".join(re.findall(r"\d", label)))
    tab.page.get_by_role("button", name="Lanzar", exact=True).click()
    tab.idle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--small", action="store_true", help="1024x576")
    parser.add_argument("--people", type=int, default=400)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        write_examples(Path(name), people=asked.people, locations=8)
        server = start_server(Path(name) / "home", latency_ms=250, people=asked.people, locations=8)
        browser: Any = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        tab = Operator(browser, server, dark=asked.dark)
        try:
            if asked.small:
                tab.page.set_viewport_size({"width": 1024, "height": 576})
            walk(tab, Path(name), asked.out)
        finally:
            tab.close()
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
