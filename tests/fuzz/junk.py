"""The sandbox behind a middleware that spoils its answers: members missing, null, extra, of another
type; odd headers.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from bulk.sandbox import SandboxConfig
from bulk.sandbox.app import Sandbox
from bulk.sandbox.faults import Faults
from bulk.sandbox.state import Store

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
ODD: tuple[Any, ...] = (
    None,
    "",
    "texto",
    0,
    -1,
    3.5,
    True,
    [],
    {},
    [None],
    [[]],
    {"x": None},
    "\u202e",
    "a" * 300,
    {"items": "no"},
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"123",
    b"[null]",
    b"<html>",
    b"\xff\xfe",
    b'{"items":[{}]}',
    b'{"items":{"a":1}}',
)
HEADERS = (
    (b"link", b"<>; rel=next"),
    (b"link", b'<http://[::>; rel="next"'),
    (b"link", b'</v1/people>; rel="next"'),
    (b"link", b'<https://evil.example/x>; rel="next"'),
    (b"retry-after", b"\xff"),
    (b"trackingid", b""),
    (b"content-encoding", b"gzip"),
)


class Junk:
    """An ASGI app: what it wraps, spoilt by `dice`; `share` of the answers, `depth` of the members
    of those.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.dice = random.Random(0)
        self.share = self.depth = 0.0
        self.spare: tuple[str, ...] = ()  # paths that end so are left as they are

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        if (
            scope["type"] != "http"
            or "__admin" in scope["path"]
            or scope["path"].endswith(self.spare or ("\0",))
        ):
            await self.inner(scope, receive, send)
            return
        parts: list[bytes] = []
        begun: Message = {}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.inner(scope, receive, keep)
        headers, body = begun["headers"], b"".join(parts)
        if self.dice.random() < self.share:
            headers, body = self._spoilt(headers, body)
        headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
        await send({**begun, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    def _spoilt(
        self, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[list[tuple[bytes, bytes]], bytes]:
        kind = self.dice.random()
        if kind < 0.1:
            return headers, self.dice.choice(BODIES)
        if kind < 0.2:
            return [*headers, self.dice.choice(HEADERS)], body
        try:
            return headers, json.dumps(self._bent(json.loads(body))).encode()
        except ValueError:
            return headers, body

    def _bent(self, value: Any) -> Any:
        if self.dice.random() < self.depth:
            return self.dice.choice(ODD)
        if isinstance(value, dict):
            kept = {
                name: self._bent(inner)
                for name, inner in value.items()
                if self.dice.random() > self.depth
            }
            return kept | (
                {"nuevo": self.dice.choice(ODD)} if self.dice.random() < self.depth else {}
            )
        if isinstance(value, list):
            return [self._bent(inner) for inner in value if self.dice.random() > self.depth / 4]
        return value


@contextmanager
def serving(config: SandboxConfig) -> Iterator[tuple[Junk, str, str]]:
    """(the app, base URL, token) on a free port of this machine."""
    sandbox = Sandbox(Store(config), Faults(config))
    junk = Junk(sandbox)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            junk,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="off",
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield junk, f"http://127.0.0.1:{listening.getsockname()[1]}/v1", config.token
    finally:
        server.should_exit = True
        thread.join(5)
