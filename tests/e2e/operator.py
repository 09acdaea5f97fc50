"""What an operator does in the browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.app_server import Server

IDLE = (
    "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"
)
TIMEOUT_MS = 120_000  # of whatever is waited for, on a loaded machine
# Returns after the page has handled what happened to it, and sent what that asks for.
HANDLED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))"


class Traffic:
    """What a tab and its server said to each other over the websocket."""

    def __init__(self) -> None:
        self.waiting = False  # the page asked for a run of its script that has not ended
        self.in_fragment = False  # that run is of a fragment only
        self.polling: set[str] = set()  # fragments that the page runs again by itself
        self.polled = 0  # times that it did so
        self.received: list[Any] = []  # frames from the server, newest last

    def listen(self, socket: Any) -> None:
        self.waiting, self.polling = True, set()
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: Any) -> None:
        message = _parsed(BackMsg, frame)
        if message is None or message.WhichOneof("type") != "rerun_script":
            return
        if message.rerun_script.is_auto_rerun:
            self.polled += 1
        else:
            self.waiting, self.in_fragment = True, bool(message.rerun_script.fragment_id)

    def _received(self, frame: Any) -> None:
        self.received.append(frame)
        message = _parsed(ForwardMsg, frame)
        kind = message.WhichOneof("type") if message is not None else None
        if message is None or kind is None:
            return
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.polling.clear()
        elif kind == "auto_rerun":
            self.polling.add(message.auto_rerun.fragment_id)
        elif kind == "script_finished":
            self._finished(message.script_finished)

    def _finished(self, status: Any) -> None:
        whole = status == ForwardMsg.FINISHED_SUCCESSFULLY
        part = status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        if whole or (part and self.in_fragment):
            self.waiting = False


def _parsed(kind: Any, frame: Any) -> Any:
    """The message in a frame; None for a frame of text."""
    return kind.FromString(frame) if isinstance(frame, bytes) else None


class Operator:
    """A tab. Whatever it asks for outside the machine is noted in `outside`."""

    def __init__(self, browser: Any, server: Server, *, dark: bool = False) -> None:
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 720}, color_scheme=scheme, locale="es-ES"
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        self.page = self.context.new_page()
        self.server = server
        self.outside: list[str] = []
        self.traffic = Traffic()
        self.page.on("request", self._note)
        self.page.on("websocket", self.traffic.listen)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path: str = "/") -> None:
        self.traffic.waiting = True
        self.page.goto(self.server.url + path)
        self.idle()

    def idle(self) -> None:
        """Wait until the server has answered all that the page asked for, and the page shows it."""
        self.page.evaluate(HANDLED)
        self.until(lambda: not self.traffic.waiting, "the script to end")
        self.page.wait_for_selector(IDLE)

    def until(self, holds: Any, what: str) -> None:
        """Wait until `holds()`; events of the page are handled meanwhile."""
        step_ms = 25
        for _ in range(TIMEOUT_MS // step_ms):
            if holds():
                return
            self.page.wait_for_timeout(step_ms)
        raise AssertionError(f"waited in vain for {what}")

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).first.click()
        self.idle()

    def open(self, page: str) -> None:
        """Open a page by its link in the sidebar."""
        links = self.page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile(page))
        links.first.click()
        self.page.locator("h3").filter(has_text=page).first.wait_for()
        self.idle()

    def pick(self, name: str) -> None:
        """Choose one of the views of a segmented control, by the beginning of its name."""
        self.page.get_by_role("radio", name=re.compile(f"^{re.escape(name)}")).first.click()
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
        """Choose the card of an action on Mapeo."""
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
