"""What an operator does in the browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Server

IDLE = (
    "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
)
PATIENCE = 60_000  # ms


class Operator:
    """A tab. Everything outside the machine that it asks for is noted."""

    def __init__(self, browser: Any, server: Server, *, dark: bool = False) -> None:
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 720}, color_scheme=scheme, locale="es-ES"
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.server = server
        self.outside: list[str] = []
        self.page.on("request", self._note)
        self.frames: list[Any] = []  # what the server sent, newest last
        self.page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda frame: self.frames.append(frame)),
        )

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path: str = "/") -> None:
        self.page.goto(self.server.url + path)
        self.idle()

    def idle(self) -> None:
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(IDLE)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.idle()

    def sees(self, text: str) -> None:
        """Wait until `text` can be read."""
        self.page.get_by_text(text).first.wait_for()

    def offers(self, label: str) -> None:
        """Wait until there is a button of this label."""
        self.page.get_by_role("button", name=label, exact=True).first.wait_for()

    def upload(self, folder: Path) -> None:
        """The three files, each into its zone."""
        for name in ("GLOBAL.CSV", "UBICACIONES.CSV", "USUARIOS.CSV"):
            zone = self.page.locator(f".st-key-zone_{name.removesuffix('.CSV').lower()}")
            zone.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(
                str(folder / name)
            )
            self.sees(f"✓ {name}")
            self.idle()

    def choose(self, title: str) -> None:
        """The card of an action on Mapeo; returns when the page has taken the choice, which another
        click would overtake.
        """
        card = self.page.locator("[data-testid=stVerticalBlock]").filter(has_text=title)
        card.filter(has=self.page.get_by_role("button", name="Elegir")).last.get_by_role(
            "button", name="Elegir"
        ).click()
        self.page.get_by_text(re.compile(f"Acción: .*{re.escape(title)}")).first.wait_for()
        self.idle()

    def save(self, label: str) -> bytes:
        """Press a download button; the file's bytes."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name=label, exact=True).click()
        return Path(waiting.value.path()).read_bytes()

    def close(self) -> None:
        self.context.close()
