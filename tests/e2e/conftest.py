"""A real server on a free port and Debian's Chromium. Skipped where there is no Chromium, never in
CI.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulk.sandbox.examples import write_examples
from tests.paths import ROOT

PEOPLE, LOCATIONS = 60, 4
LATENCY_MS = 20


@dataclass
class Server:
    """The app as a process of its own."""

    home: Path  # its data directory
    port: int  # on 127.0.0.1
    process: subprocess.Popen[bytes]  # streamlit run

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(15)


def start_server(
    home: Path, *, latency_ms: int = LATENCY_MS, more: Mapping[str, str] | None = None
) -> Server:
    """`more`: further variables of its environment."""
    port = free_port()
    settings = {
        "BULK_HOME": str(home),
        "BULK_SANDBOX_PEOPLE": str(PEOPLE),
        "BULK_SANDBOX_LOCATIONS": str(LOCATIONS),
        "BULK_SANDBOX_LATENCY_MS": str(latency_ms),
    }
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_", "STREAMLIT_"))
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
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean | settings | dict(more or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(home, port, process)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        assert process.poll() is None, "the server did not start"
        time.sleep(0.2)
    server.stop()
    raise AssertionError("the server did not listen in time")


@contextmanager
def serving_app(
    home: Path, *, latency_ms: int = LATENCY_MS, more: Mapping[str, str] | None = None
) -> Iterator[Server]:
    server = start_server(home, latency_ms=latency_ms, more=more)
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(chromium: str, tmp_path: Path) -> Iterator[Server]:
    with serving_app(tmp_path / "home") as running:
        yield running


@pytest.fixture(scope="session")
def shared_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that only look."""
    with serving_app(tmp_path_factory.mktemp("shared") / "home") as running:
        yield running


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example files of the server's small organisation."""
    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder, people=PEOPLE, locations=LOCATIONS)
    return folder
