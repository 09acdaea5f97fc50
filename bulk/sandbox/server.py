"""The sandbox on a socket of 127.0.0.1: in a thread, embedded in the app, or in the foreground."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from bulk.sandbox.app import Sandbox
from bulk.sandbox.config import SandboxConfig
from bulk.sandbox.faults import Faults
from bulk.sandbox.state import Store

HOST = "127.0.0.1"
EMBEDDED_LATENCY_MS = 20.0


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers."""

    base_url: str  # http://127.0.0.1:PORT/v1
    token: str
    org_id: str
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def admin_url(self) -> str:
        return self.base_url.removesuffix("/v1") + "/__admin"


def start_in_thread(config: SandboxConfig, port: int = 0) -> RunningSandbox:
    """Serve in a daemon thread; ready when it returns. Raises OSError when the port is taken."""
    listening, sandbox, server = _prepare(config, port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)

    def close() -> None:
        server.should_exit = True
        thread.join(timeout=5)

    return RunningSandbox(_url(listening), config.token, sandbox.store.org.org_id, close)


def serve(config: SandboxConfig, port: int, on_ready: Callable[[str, str], None]) -> None:
    """Serve in the foreground until SIGINT or SIGTERM; calls on_ready(base_url, token) once it listens."""
    listening, _, server = _prepare(config, port)
    url = _url(listening)
    threading.Thread(target=_tell, args=(server, lambda: on_ready(url, config.token)), daemon=True).start()
    server.run(sockets=[listening])


def _tell(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        time.sleep(0.01)
    ready()


def _prepare(config: SandboxConfig, port: int) -> tuple[socket.socket, Sandbox, uvicorn.Server]:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    sandbox = Sandbox(Store(config), Faults(config))
    settings = uvicorn.Config(
        sandbox, log_level="critical", access_log=False, timeout_graceful_shutdown=1, timeout_keep_alive=30, backlog=512
    )
    server = uvicorn.Server(settings)
    sandbox.stop = lambda: setattr(server, "should_exit", True)
    return listening, sandbox, server


def _url(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}/v1"


# -- embedded ---------------------------------------------------------------------------------------------------------

_guard = threading.Lock()
_embedded: dict[Path, tuple[RunningSandbox, FileLock]] = {}


def embedded(home: Path) -> RunningSandbox:
    """The sandbox of a data directory: this process's, or the one that another live process serves for it already."""
    with _guard:
        if home in _embedded:
            return _embedded[home][0]
        folder = home / "sandbox"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / "server.lock", timeout=0.2)
        while True:
            try:
                lock.acquire()
                break
            except Timeout:
                other = _other(folder / "server.json")
                if other:
                    return other
        running = start_in_thread(_embedded_config(home))
        told = {"base_url": running.base_url, "token": running.token, "org_id": running.org_id}
        aside = folder / "server.new"
        aside.touch(mode=0o600)
        aside.write_text(json.dumps(told), encoding="utf-8")
        aside.replace(folder / "server.json")
        _embedded[home] = (running, lock)
        return running


def _embedded_config(home: Path) -> SandboxConfig:
    """The default organisation; its size can be set for small machines and tests."""
    people = int(os.environ.get("BULK_SANDBOX_PEOPLE", SandboxConfig.people))
    locations = int(os.environ.get("BULK_SANDBOX_LOCATIONS", SandboxConfig.locations))
    latency = float(os.environ.get("BULK_SANDBOX_LATENCY_MS", EMBEDDED_LATENCY_MS))
    return SandboxConfig(home=home, people=people, locations=locations, latency_ms=latency)


def _other(path: Path) -> RunningSandbox | None:
    """The sandbox of another process, when it answers."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        port = int(told["base_url"].rsplit(":", 1)[1].split("/")[0])
        with socket.create_connection((HOST, port), timeout=1):
            return RunningSandbox(told["base_url"], told["token"], told["org_id"])
    except (OSError, ValueError, KeyError):
        return None
