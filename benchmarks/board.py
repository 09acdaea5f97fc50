"""What the pages cost: a refresh of the board at 5,000 orders, first load, a switch of page with
100,000 rows, ten runs of 4,500.

    python benchmarks/board.py                          # everything, a quarter of an hour (needs
      Chromium and the test extra)
    python benchmarks/board.py --only refresh switch

The app is a process of its own, looked at through a real browser. CPU and memory are what the
kernel counts for that process.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import httpx  # noqa: E402  # after the path
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from bulk.sandbox.examples import write_examples  # noqa: E402
from tests.conftest import FLAGS  # noqa: E402
from tests.e2e import app_server as servers  # noqa: E402
from tests.e2e.operator import IDLE, Operator  # noqa: E402

ORDERS, ROWS_EACH, LOOKED = 5_000, 20, 40  # orders, rows per order, seconds
LOADED = 100_000  # rows
RUNS, PEOPLE = 10, 4_500
TICKS = os.sysconf("SC_CLK_TCK")
FORWARDING = "Desvío total con prefijo 53"


class Watched(servers.Server):
    """The app with a thread in it that notes how long it is held up."""

    def cpu(self) -> float:
        """Seconds used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mib(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def waits(self, begin: float, end: float, name: str = "waits") -> list[tuple[float, float]]:
        """Milliseconds that the watching thread was late by, and of them those in which the process
        computed, between two moments; `waits_alone`: of a thread with nothing beside it.
        """
        lines = [
            line.split(";")
            for line in (self.home / name).read_text().splitlines()
            if line.count(";") == 2
        ]
        return [
            (float(late), float(busy))
            for moment, late, busy in lines
            if begin <= float(moment) <= end
        ]


@contextmanager
def app(people: int = 60) -> Iterator[Watched]:
    """An app of its own, with its sandbox in another process as soon as one is asked for."""
    folder = Path(tempfile.mkdtemp(prefix="board-"))
    home, port = folder / "home", servers.free_port()
    home.mkdir(mode=0o700)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_", "STREAMLIT_"))
    }
    env = clean | {
        "BULK_HOME": str(home),
        "BULK_SANDBOX_PEOPLE": str(people),
        "BULK_SANDBOX_LOCATIONS": "12",
        "BULK_SANDBOX_LATENCY_MS": "20",
    }
    sandbox = subprocess.Popen(
        [sys.executable, __file__, "--sandbox", str(home)], env=env, stdout=subprocess.PIPE
    )
    assert sandbox.stdout
    sandbox.stdout.readline()  # it listens
    command = [sys.executable, str(ROOT / "benchmarks" / "watched_app.py")]
    alone = subprocess.Popen([*command, str(home / "waits_alone")])
    command += [str(home / "waits"), str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server = Watched(home, port, process)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                httpx.get(f"{server.url}/_stcore/health").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield server
    finally:
        server.stop()
        sandbox.kill()
        alone.kill()
        shutil.rmtree(folder, ignore_errors=True)


# -- what is measured ------------------------------------------------------------------------------


def refresh(browser: Browser) -> dict[str, float]:
    """The board while another process works 5,000 orders; then the end."""
    with app() as server:
        worker = subprocess.Popen(
            [sys.executable, __file__, "--work", str(server.home)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout
        run_id = worker.stdout.readline().strip()
        tab = Operator(browser, server)
        tab.go(f"/Lanzamiento?run={run_id}")
        tab.sees("Mapa de lotes")
        tab.page.wait_for_timeout(5_000)
        tab.traffic.received.clear()
        used, began = server.cpu(), time.time()
        tab.page.wait_for_timeout(LOOKED * 1000)
        used, ended = server.cpu() - used, time.time()
        sizes = [len(frame) for frame in tab.traffic.received]
        waits, alone = server.waits(began, ended), server.waits(began, ended, "waits_alone")
        tab.press("Pausar")
        worker.wait()
        tab.offers("Reanudar")
        tab.page.wait_for_timeout(2_000)
        tab.traffic.received.clear()
        idle = server.cpu()
        tab.page.wait_for_timeout(10_000)
        idle, silence = (server.cpu() - idle) / 10, len(tab.traffic.received)
        tab.close()
    refreshes = LOOKED / 1.0
    return {
        "cpu_ms": 1000 * (used / refreshes - idle),
        "idle_cpu_ms": 1000 * idle,
        "kib": sum(sizes) / refreshes / 1024,
        "longest_held_ms": max((busy for _, busy in waits), default=0.0),
        "held_over_30": float(sum(1 for _, busy in waits if busy > 30)),
        "longest_wait_ms": max((late for late, _ in waits), default=0.0),
        "waits_over_30": float(sum(1 for late, _ in waits if late > 30)),
        "alone_longest_wait_ms": max((late for late, _ in alone), default=0.0),
        "alone_waits_over_30": float(sum(1 for late, _ in alone if late > 30)),
        "frames_after_end": float(silence),
    }


def first_load(browser: Browser) -> dict[str, float]:
    """Seconds until the home page can be used, each time in a new browser context."""
    with app() as server:
        return {
            "first_ever_s": _load(browser, server),
            "median_s": statistics.median(_load(browser, server) for _ in range(5)),
        }


def _load(browser: Browser, server: Watched) -> float:
    tab = Operator(browser, server)
    began = time.perf_counter()
    tab.page.goto(server.url)
    tab.page.locator("h3").first.wait_for()
    tab.page.wait_for_selector(IDLE)
    took = time.perf_counter() - began
    tab.close()
    return took


def switch(browser: Browser) -> dict[str, float]:
    """Seconds from the click on a page's name to that page idle, 100,000 users loaded and an
    action chosen.
    """
    with app() as server:
        folder = server.home.parent / "files"
        folder.mkdir()
        write_examples(folder, people=PEOPLE, locations=12)
        _lengthen(folder / "USUARIOS.CSV", LOADED)
        tab = Operator(browser, server)
        tab.go("/Datos")
        tab.context.set_default_timeout(300_000)
        tab.upload(folder)
        tab.press("Continuar a Mapeo")
        tab.choose(FORWARDING)
        found: dict[str, list[float]] = {}
        for turn in range(4):
            for page in (
                "Datos",
                "Mapeo",
                "Ensayo",
                "Lanzamiento",
                "Informe",
                "Historial",
                "Inicio",
            ):
                took = _switch(tab, page)
                if turn:  # the first time a page is made ready for this file
                    found.setdefault(page, []).append(took)
        tab.close()
    return {page: statistics.median(times) for page, times in found.items()}


def _switch(tab: Operator, page: str) -> float:
    link = tab.page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile(page)).first
    began = time.perf_counter()
    link.click()
    tab.page.locator("h3").filter(has_text=page).first.wait_for()
    tab.page.wait_for_selector(IDLE)
    return time.perf_counter() - began


def _lengthen(path: Path, wanted: int) -> None:
    """The same people again and again, each line another extension: 100,000 lines of the examples'
    width.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=";"))
    at = header.index("extension")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(header)
        for n in range(wanted):
            row = list(rows[n % len(rows)])
            row[at] = str(100_000 + n)
            out.writerow(row)


def ten_runs(browser: Browser) -> dict[str, float]:
    """Memory of the app after each of ten runs of 4,500 rows started from its pages; the
    organisation is as new before each.
    """
    with app(PEOPLE) as server:
        folder = server.home.parent / "files"
        folder.mkdir()
        write_examples(folder, people=PEOPLE, locations=12)
        tab = Operator(browser, server)
        tab.context.set_default_timeout(600_000)
        tab.go("/Datos")
        tab.upload(folder)
        tab.press("Continuar a Mapeo")
        tab.choose(FORWARDING)
        memory = []
        for _ in range(RUNS):
            _reset(server)
            _switch(tab, "Lanzamiento")
            if tab.page.get_by_role("button", name="Nueva ejecución").count():
                tab.press("Nueva ejecución")
            tab.press("Lanzar sin ensayo")
            field = tab.page.get_by_role("textbox", name=re.compile("para confirmar"))
            field.fill("".join(re.findall(r"\d", field.get_attribute("aria-label") or "")))
            tab.page.get_by_role("button", name="Lanzar", exact=True).click()
            tab.offers("Pausar")
            tab.offers("Ver el informe")
            tab.page.wait_for_timeout(3_000)
            memory.append(server.rss_mib())
            print(f"  {memory[-1]:.0f} MiB", file=sys.stderr, flush=True)
        tab.close()
    return {f"mib_after_{n}": memory[n - 1] for n in (1, 2, 5, 10)}


def _reset(server: Watched) -> None:
    message = json.loads((server.home / "sandbox" / "server.json").read_text(encoding="utf-8"))
    httpx.post(
        message["base_url"].rsplit("/v1", 1)[0] + "/__admin/reset", timeout=60
    ).raise_for_status()


PARTS: dict[str, Callable[[Any], dict[str, float]]] = {
    "refresh": refresh,
    "load": first_load,
    "switch": switch,
    "memory": ten_runs,
}


def serve_sandbox(home: Path) -> None:
    from bulk.sandbox import embedded

    embedded(home)
    print("listening", flush=True)
    while True:
        time.sleep(60)


def work(home: Path) -> None:
    from one_write import shown_run

    shown_run(home, ORDERS, ROWS_EACH, 0.25, lambda run_id: print(run_id, flush=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--sandbox", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.sandbox:
        serve_sandbox(asked.sandbox)
    if asked.work:
        work(asked.work)
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in asked.only:
            found = [PARTS[name](browser) for _ in range(asked.repeat)]
            for key in found[0]:
                print(
                    f"{name:8} {key:24} {statistics.median(each[key] for each in found):10.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
