"""A token pasted into the app leaves the browser once, towards this machine, and is never seen
again: not in a page, a frame, a file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from bulk.files.dataset import from_records
from bulk.runs.context import open_context
from pages.ui.shell.session import KEY
from tests.e2e.app_server import Server, free_port
from tests.e2e.operator import Operator
from tests.paths import ROOT
from tests.security.canary import CANARY, found_in, shows
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"
PAGES = ("Datos", "Mapeo", "Ensayo", "Lanzamiento", "Informe", "Historial", "Inicio")
STORED = (
    "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href,"
    " document.title])"
)
ECHO = {"message": f"Invalid Authorization: Bearer {CANARY}", "trackingId": "T"}


@dataclass
class App:
    """The app as a process, with what it says on its terminal kept."""

    server: Server
    said: Path

    def stop(self) -> None:
        self.server.stop()


@pytest.fixture
def app_process(
    chromium: str, workspace: Workspace, environment: dict[str, str], tmp_path: Path
) -> Iterator[App]:
    """On the data directory of `product`, which already has a run; its terminal is logged with all
    debugging on.
    """
    workspace.run(
        ACTION,
        [
            {"person_id": workspace.remote.person(index), "extension": str(1000 + index)}
            for index in range(4)
        ],
    )
    port, said = free_port(), tmp_path / "terminal.txt"
    own = {
        "BULK_SANDBOX_PEOPLE": "12",
        "BULK_SANDBOX_LOCATIONS": "2",
        "STREAMLIT_LOGGER_LEVEL": "debug",
    }
    without = {
        name: value for name, value in (environment | own).items() if name != "WEBEX_ACCESS_TOKEN"
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        "--server.port",
        str(port),
    ]
    with said.open("wb") as terminal:
        process = subprocess.Popen(command, cwd=ROOT, env=without, stdout=terminal, stderr=terminal)
    running = App(Server(tmp_path / "home", port, process), said)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(running.server.url + "/_stcore/health")
            break
        except httpx.HTTPError:
            time.sleep(0.2)
    yield running
    running.stop()


def connect(tab: Operator) -> None:
    tab.page.get_by_role("button", name=re.compile("Conectar")).first.click()
    tab.page.get_by_label("Token de Webex").fill(CANARY)
    tab.page.locator("[data-testid=stFormSubmitButton] button").last.click()
    tab.idle()
    tab.page.keyboard.press("Escape")
    tab.idle()


def seen(tab: Operator) -> dict[str, Any]:
    """Everything that the browser holds or was sent, by name."""
    return {
        "page": tab.page.content(),
        "stored": tab.page.evaluate(STORED),
        "cookies": str(tab.context.cookies()),
        **{f"frame {number}": frame for number, frame in enumerate(tab.traffic.received)},
    }


def test_no_page_frame_storage_terminal_or_file_shows_a_pasted_token(
    browser: Any,
    app_process: App,
    remote: Remote,
    tmp_path: Path,
) -> None:
    tab = Operator(browser, app_process.server)
    shown: dict[str, Any] = {}
    try:
        tab.go("/")
        remote.fail_next({"status": 401, "body": ECHO, "times": 1})
        connect(tab)  # refused, with the token in the answer
        shown |= {f"refused {name}": text for name, text in seen(tab).items()}
        tab.go("/")
        connect(tab)
        tab.sees("PRODUCCIÓN")
        for page in PAGES:
            tab.page.get_by_role("link", name=re.compile(page)).first.click()
            tab.idle()
            shown |= {f"{page} {name}": text for name, text in seen(tab).items()}
        tab.page.reload()
        tab.idle()
        shown |= {f"F5 {name}": text for name, text in seen(tab).items()}
        tab.sees("SANDBOX")  # the token was in that session's memory and nowhere else
    finally:
        tab.close()
        app_process.stop()
    assert len([name for name in shown if "frame" in name]) > 20
    assert [name for name, content in shown.items() if shows(content)] == []
    assert "streamlit" in app_process.said.read_text(encoding="utf-8", errors="replace").lower()
    assert found_in(tmp_path) == []
    assert tab.outside == []


# -- two tabs --------------------------------------------------------------------------------------


@pytest.fixture
def two_tabs(
    workspace: Workspace, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[AppTest, AppTest]:
    """Two sessions of one process, on the data directory of `product`."""
    for name, value in environment.items():
        if name.startswith(("BULK_", "WEBEX_")) and name != "WEBEX_ACCESS_TOKEN":
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("BULK_SANDBOX_PEOPLE", "12")
    monkeypatch.setenv("BULK_SANDBOX_LOCATIONS", "2")
    tabs = [
        AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()
        for _ in range(2)
    ]
    return tabs[0], tabs[1]


def sent(app: AppTest) -> str:
    """All that the server sent to that tab for the page as it stands."""
    return "\n".join(
        str(getattr(node, "proto", "")) for block in (app.main, app.sidebar) for node in block
    )


def test_two_tabs_never_see_each_others_token_files_or_mapping(
    two_tabs: tuple[AppTest, AppTest], workspace: Workspace
) -> None:
    first, second = two_tabs
    first.text_input(key="connect_token").set_value(CANARY)
    next(button for button in first.button if button.label == "Conectar").click().run()
    mine = first.session_state[KEY]
    assert mine.connection is not None
    mine.files.working["usuarios"] = from_records({2: {"person_id": "SOLO_MIO"}}, name="usuarios")
    mine.mapping.action_id, mine.mapping.explicit = ACTION, {ACTION: {"extension": "=7777"}}
    for path in ("pages/1_Datos.py", "pages/2_Mapeo.py", "pages/6_Historial.py"):
        first.switch_page(path).run()
        second.switch_page(path).run()
        theirs = second.session_state[KEY]
        assert theirs is not mine
        assert (
            theirs.connection,
            theirs.files.working,
            theirs.mapping.explicit,
            theirs.mapping.action_id,
        ) == (
            None,
            {},
            {},
            None,
        )
        assert "SOLO_MIO" not in sent(second)
        assert not shows(sent(first) + sent(second))


def test_a_run_is_seen_by_both_tabs_and_paused_without_a_token_but_resumed_only_with_one(
    two_tabs: tuple[AppTest, AppTest], workspace: Workspace, tmp_path: Path
) -> None:
    from bulk.errors import UsageError
    from bulk.runs.launch import Launch
    from bulk.runs.stop import request_stop
    from pages.ui.shell.resources import connection_for

    workspace.remote.config(latency_ms=100)
    people = [
        {"person_id": workspace.remote.person(index), "extension": str(1000 + index)}
        for index in range(25)
    ]
    live = workspace.start(ACTION, people, Launch(workers=1))
    for tab in two_tabs:
        tab.switch_page("pages/6_Historial.py").run()
        assert live.run_id in sent(tab)
    paused = request_stop(open_context(tmp_path / "home"), live.run_id, "pause", "otra pestaña")
    assert live.ended.wait(20)
    assert paused.run_id == live.run_id
    run = workspace.result(live.run_id).document
    assert run["state"] == "paused"
    from bulk.runs.status import find_run

    with pytest.raises(UsageError, match="token"):
        connection_for(find_run(workspace.context, live.run_id), two_tabs[1].session_state[KEY])


def test_the_environment_is_offered_and_never_taken_by_itself(
    workspace: Workspace, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        if name.startswith(("BULK_", "WEBEX_")):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("BULK_SANDBOX_PEOPLE", "12")
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()
    assert app.session_state[KEY].connection is None
    assert not shows(sent(app))
    assert os.environ["WEBEX_ACCESS_TOKEN"] == CANARY
