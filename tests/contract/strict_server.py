"""A reverse proxy before the sandbox that turns its answers into what real organizations were seen
to answer, one habit at a time.
"""

from __future__ import annotations

import base64
import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.contract.recorder import HOP_BY_HOP
from tests.workspace import Remote

MOVES = "telephony/config/jobs/person/moveLocation"


@dataclass
class Exchange:
    """One call that passes: what was asked, and the answer on its way back."""

    method: str
    path: str  # below the base URL
    query: dict[str, str]
    status: int
    body: Any  # parsed JSON; None = no body
    base_url: str  # of the proxy
    headers: dict[str, str] = field(default_factory=dict)  # added to the answer


Habit = Callable[[Exchange], None]


class StrictServer:
    """Habits in force, and the calls that passed."""

    def __init__(self, target: str) -> None:
        self.target = target  # scheme and authority of the sandbox
        self.base_url = ""  # set once it listens
        self.habits: list[Habit] = []
        self.calls: list[Exchange] = []
        self._lock = threading.Lock()

    def bend(self, exchange: Exchange) -> None:
        with self._lock:
            self.calls.append(copy.copy(exchange))
            for habit in self.habits:
                habit(exchange)

    def as_new(self, *habits: Habit) -> None:
        with self._lock:
            self.habits, self.calls = list(habits), []

    def count(self, method: str, path: str, *asked: str) -> int:
        """Calls of this method and path that had these members in the query."""
        return sum(
            call.method == method and call.path == path and set(asked) <= set(call.query)
            for call in self.calls
        )


@contextmanager
def strict(remote: Remote) -> Iterator[tuple[StrictServer, Remote]]:
    """(the proxy, the organization seen through it)."""
    server = StrictServer(remote.running.base_url.removesuffix("/v1"))
    with httpx.Client(timeout=30) as client:
        listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server, client))
        server.base_url = f"http://127.0.0.1:{listening.server_address[1]}/v1"
        thread = threading.Thread(
            target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        behind = replace(remote.running, base_url=server.base_url)
        try:
            yield server, Remote(behind, people=remote.people, locations=remote.locations)
        finally:
            listening.shutdown()
            listening.server_close()
            thread.join(timeout=5)


def _handler(server: StrictServer, client: httpx.Client) -> type[BaseHTTPRequestHandler]:
    class Bend(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _forward(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = {n: v for n, v in self.headers.items() if n.lower() not in HOP_BY_HOP}
            try:
                answer = client.request(
                    self.command, server.target + self.path, content=raw, headers=asked
                )
            except httpx.HTTPError:  # lost on purpose by the sandbox
                self.close_connection = True
                return
            parts = urlsplit(self.path)
            exchange = Exchange(
                self.command,
                parts.path.removeprefix("/v1/"),
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                answer.status_code,
                _parsed(answer),
                server.base_url,
            )
            if parts.path.startswith("/v1/"):
                server.bend(exchange)
            self._answer(exchange, answer)

        def _answer(self, exchange: Exchange, answer: httpx.Response) -> None:
            content = b"" if exchange.body is None else json.dumps(exchange.body).encode()
            self.send_response_only(exchange.status)
            for name, value in [*answer.headers.items(), *exchange.headers.items()]:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            if exchange.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if exchange.status != 204 else b"")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Bend


def _parsed(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None


# -- habits ----------------------------------------------------------------------------------------


def short_list_of_people(exchange: Exchange) -> None:
    """`people?id=` tells neither licenses nor roles nor locations."""
    if exchange.method == "GET" and exchange.path == "people" and "id" in exchange.query:
        for person in exchange.body.get("items", ()):
            for member in ("licenses", "roles", "locations"):
                person.pop(member, None)


def settings_unauthorized(exchange: Exchange) -> None:
    """Call settings of a person without calling license."""
    if exchange.method == "GET" and "/features/" in exchange.path and exchange.status == 404:
        text = "[Error 4003] Unauthorized request: UserCallForwardingGetRequest"
        exchange.status = 400
        exchange.body = {"errors": [{"errorCode": 4003, "description": text}]}


def counts_of_a_started_job(exchange: Exchange) -> None:
    """A job that has not ended counts nothing."""
    if not exchange.path.startswith(MOVES) or not isinstance(exchange.body, dict):
        return
    jobs = exchange.body.get("items") or [exchange.body.get("response") or exchange.body]
    for job in jobs:
        if (
            isinstance(job, dict)
            and "counts" in job
            and job["latestExecutionStatus"] != "COMPLETED"
        ):
            job["counts"] = dict.fromkeys(job["counts"], 0)


def job_errors_paged_in_the_body(exchange: Exchange) -> None:
    """Two a page, without Link."""
    if exchange.path.startswith(MOVES) and exchange.path.endswith("/errors"):
        start, items = int(exchange.query.get("offset", 0)), exchange.body["items"]
        more = start + 2 < len(items)
        following = [f"{exchange.base_url}/{exchange.path}?offset={start + 2}"] if more else []
        exchange.body = {"items": items[start : start + 2], "paging": {"next": following}}


def patch_without_body(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.status == 200:
        exchange.status, exchange.body = 204, None


def ids_in_another_form(exchange: Exchange) -> None:
    """Padded, and of another cluster."""
    if exchange.method == "GET":
        exchange.body = _reformed(exchange.body)


def _reformed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reformed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_reformed(inner) for inner in value]
    if not isinstance(value, str) or not value.startswith("Y2lzY29zcGFyazov"):
        return value
    plain = base64.b64decode(value + "=" * (-len(value) % 4)).decode()
    other = plain.replace("ciscospark://us/", "ciscospark://urn:TEAM:us-west-2_r/")
    return base64.b64encode(other.encode()).decode()


def first_reads_empty(path: str, times: int = 1) -> Habit:
    """The first answers of a path are 200 without a body."""
    left = [times]

    def habit(exchange: Exchange) -> None:
        if exchange.method == "GET" and path in exchange.path and left[0]:
            left[0] -= 1
            exchange.body = None

    return habit


def member_left_out(name: str, path: str = "", *, times: int = 10**9, skip: int = 0) -> Habit:
    """`name` is missing wherever it stood in the answers whose path holds `path`."""
    seen = [0]

    def habit(exchange: Exchange) -> None:
        if path in exchange.path and isinstance(exchange.body, (dict, list)):
            seen[0] += 1
            if skip < seen[0] <= skip + times:
                exchange.body = without(exchange.body, name)

    return habit


def without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: without(inner, name) for key, inner in value.items() if key != name}
    if isinstance(value, list):
        return [without(inner, name) for inner in value]
    return value
