"""A reverse proxy before the sandbox that remembers each request: what was really sent, whoever
sent it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

HOP_BY_HOP = (
    "connection",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "date",
    "server",
)


@dataclass(frozen=True)
class Sent:
    """One request as it went over the wire, and how it was received."""

    method: str
    path: str  # below the base URL, without a slash before it
    query: dict[str, str]
    body: Any  # parsed JSON, None without a body
    status: int = field(default=0, compare=False)  # of the sandbox's answer


class Recorder:
    """Requests that passed, in the order of their arrival."""

    def __init__(self, target: str) -> None:
        self.target = target  # scheme and authority of the sandbox
        self.base_url = ""  # set once it listens
        self.sent: list[Sent] = []
        self._lock = threading.Lock()

    def add(self, request: Sent) -> None:
        with self._lock:
            self.sent.append(request)

    def forget(self) -> None:
        with self._lock:
            self.sent.clear()

    def writes(self) -> list[Sent]:
        """All but reads, in the order of their arrival."""
        with self._lock:
            return [request for request in self.sent if request.method != "GET"]


def in_order(writes: list[Sent]) -> list[Sent]:
    """Sorted, to compare: workers send the rows of different entities in any order."""
    return sorted(writes, key=lambda w: (w.path, w.method, json.dumps(w.body, sort_keys=True)))


@contextmanager
def recording(base_url: str) -> Iterator[Recorder]:
    """Listen on a free port before the sandbox of `base_url` (which ends in /v1)."""
    recorder = Recorder(base_url.removesuffix("/v1"))
    with httpx.Client(timeout=30) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorder, client))
        recorder.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)


def _handler(recorder: Recorder, client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _forward(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in HOP_BY_HOP
            }
            answer = client.request(
                self.command, recorder.target + self.path, content=raw, headers=headers
            )
            if self.path.startswith("/v1/"):
                recorder.add(_sent(self.command, self.path, raw, answer.status_code))
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Forward


def _sent(method: str, target: str, raw: bytes, status: int) -> Sent:
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Sent(
        method, parts.path.removeprefix("/v1/"), query, json.loads(raw) if raw else None, status
    )
