"""The app as a process of its own, on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.paths import ROOT

PEOPLE, LOCATIONS = 60, 4  # of its sandbox
LATENCY_MS = 20
START_S = 120  # on a loaded machine


@dataclass
class Server:
    """`streamlit run`, listening."""

    home: Path  # its data directory
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(15)

    def refuse_writes(self, times: int) -> None:
        """The sandbox answers 403 to so many writes: the engine does not try them again."""
        body = {"message": "Forbidden", "trackingId": "ROUTER_1"}
        self._fail_next({"times": times, "method": "PUT", "status": 403, "body": body})

    def hold_rows(self, path_regex: str) -> None:
        """The sandbox asks to wait at every read of these addresses: a run that needs them stays
        active until the server stops.
        """
        fault = {"times": 100_000, "method": "GET", "path_regex": path_regex, "status": 429}
        self._fail_next({**fault, "headers": {"Retry-After": "60"}})

    def _fail_next(self, fault: dict[str, Any]) -> None:
        state = json.loads((self.home / "sandbox" / "server.json").read_text(encoding="utf-8"))
        admin = state["base_url"].rsplit("/v1", 1)[0] + "/__admin/fail_next"
        httpx.post(admin, json=[fault]).raise_for_status()


def start_server(
    home: Path,
    *,
    latency_ms: int = LATENCY_MS,
    people: int = PEOPLE,
    locations: int = LOCATIONS,
    environment: Mapping[str, str] | None = None,
) -> Server:
    """Nothing of the developer's own settings reaches it; `environment` is added."""
    port = free_port()
    settings = {
        "BULK_HOME": str(home),
        "BULK_SANDBOX_PEOPLE": str(people),
        "BULK_SANDBOX_LOCATIONS": str(locations),
        "BULK_SANDBOX_LATENCY_MS": str(latency_ms),
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_", "STREAMLIT_"))
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env=inherited | settings | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(home, port, process)
    try:
        _wait_until_listening(server)
    except BaseException:
        server.kill()
        raise
    return server


def _wait_until_listening(server: Server) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        assert server.process.poll() is None, "the server did not start"
        time.sleep(0.1)
    raise AssertionError("the server did not listen in time")


@contextmanager
def serving_app(
    home: Path,
    *,
    latency_ms: int = LATENCY_MS,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    server = start_server(home, latency_ms=latency_ms, environment=environment)
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
