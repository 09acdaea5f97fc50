"""The sandbox on a socket of 127.0.0.1: in a thread, embedded in the app, or in the foreground."""

from __future__ import annotations

import json
import math
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout

from bulk.core.files import atomic_file
from bulk.errors import UsageError
from bulk.sandbox.app import Sandbox
from bulk.sandbox.config import SandboxConfig
from bulk.sandbox.faults import Faults
from bulk.sandbox.state import Store

HOST = "127.0.0.1"
EMBEDDED_LATENCY_MS = 20.0
PATIENCE = 10.0  # seconds for another process to answer


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
    """Serve in a daemon thread; ready when it returns. Raises UsageError when its directory is
    served already.
    """
    lock = _lock(config.home)
    listening, sandbox, server = _prepare(config, port)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True
    )
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)

    def close() -> None:
        server.should_exit = True
        thread.join(timeout=5)
        if lock:
            lock.release()

    running = RunningSandbox(_url(listening), config.token, sandbox.store.org.org_id, close)
    _announce(config.home, running)
    return running


def serve(config: SandboxConfig, port: int, on_ready: Callable[[str, str], None]) -> None:
    """Serve in the foreground until SIGINT or SIGTERM; calls on_ready(base_url, token) once it
    listens.

    Raises UsageError when its directory is served already.
    """
    lock = _lock(config.home)
    listening, sandbox, server = _prepare(config, port)
    url = _url(listening)
    _announce(config.home, RunningSandbox(url, config.token, sandbox.store.org.org_id))
    threading.Thread(
        target=_tell, args=(server, lambda: on_ready(url, config.token)), daemon=True
    ).start()
    try:
        server.run(sockets=[listening])
    finally:
        if lock:
            lock.release()


def _tell(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        time.sleep(0.01)
    ready()


def _prepare(config: SandboxConfig, port: int) -> tuple[socket.socket, Sandbox, uvicorn.Server]:
    # The protocol is named: without it asyncio leaves Nagle on, and each answer costs 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    sandbox = Sandbox(Store(config), Faults(config))
    settings = uvicorn.Config(
        sandbox,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
        backlog=512,
    )
    server = uvicorn.Server(settings)
    sandbox.stop = lambda: setattr(server, "should_exit", True)
    return listening, sandbox, server


def _url(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}/v1"


# -- one writer a directory ------------------------------------------------------------------------


def _lock(home: Path | None) -> FileLock | None:
    """The directory's lock: two writers would tear its log. Raises UsageError when it is taken."""
    if home is None:
        return None
    folder = home / "sandbox"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "server.lock", timeout=0.2, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"Ya hay un sandbox en marcha sobre «{folder}». Ciérralo, o usa otro directorio"
            " (--home)."
        ) from None
    return lock


def _announce(home: Path | None, running: RunningSandbox) -> None:
    """Tell other processes of the same directory where it listens."""
    if home is None:
        return
    message = {"base_url": running.base_url, "token": running.token, "org_id": running.org_id}
    with atomic_file(home / "sandbox" / "server.json", "w", encoding="utf-8") as file:
        file.write(json.dumps(message))


# -- embedded --------------------------------------------------------------------------------------

_guard = threading.Lock()
_embedded: dict[Path, RunningSandbox] = {}


def embedded(home: Path) -> RunningSandbox:
    """The sandbox of a data directory: this process's, or the one that another live process serves
    for it already.

    Raises UsageError when another process holds the directory and does not answer.
    """
    with _guard:
        running = _embedded.get(home)
        if running is None or not _answers(running.base_url):
            running = _embedded[home] = _start_or_join(home)
        return running


def _start_or_join(home: Path) -> RunningSandbox:
    until, config = time.monotonic() + PATIENCE, _embedded_config(home)
    while True:
        try:
            return start_in_thread(config)
        except UsageError:
            other = _other(home / "sandbox" / "server.json")
            if other:
                return other
            if time.monotonic() > until:
                raise


def _embedded_config(home: Path) -> SandboxConfig:
    """The default organisation; its size can be set for small machines and tests. Raises UsageError
    naming the bad variable.
    """
    people = int(_number("PEOPLE", SandboxConfig.people, least=1))
    locations = int(_number("LOCATIONS", SandboxConfig.locations, least=1))
    latency = _number("LATENCY_MS", EMBEDDED_LATENCY_MS, least=0)
    return SandboxConfig(home=home, people=people, locations=locations, latency_ms=latency)


def _number(name: str, default: float, *, least: int) -> float:
    raw = os.environ.get(f"BULK_SANDBOX_{name}", str(default))
    try:
        found = type(default)(raw)
    except ValueError:
        found = least - 1
    if not least <= found < math.inf:
        raise UsageError(
            f"BULK_SANDBOX_{name} = «{raw}» no es un valor válido: se espera un número, {least} o"
            " más."
        )
    return found


def _other(path: Path) -> RunningSandbox | None:
    """The sandbox of another process, when it answers."""
    try:
        message = json.loads(path.read_text(encoding="utf-8"))
        return RunningSandbox(**message) if _answers(message["base_url"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _answers(base_url: str) -> bool:
    port = int(base_url.rsplit(":", 1)[1].split("/")[0])
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
