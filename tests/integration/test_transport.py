"""What leaves this machine, and by which way: proxies of the system, headers, cookies and packed
answers, over real sockets.
"""

from __future__ import annotations

import gzip
import importlib.util
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from bulk.core.settings import Settings
from bulk.errors import NotSent, Unreadable, UsageError
from bulk.runs.connection import connect
from bulk.webex import transport
from bulk.webex.client import Api, Token
from bulk.webex.ratelimit import Pace
from bulk.webex.transport import proxy_of
from tests.workspace import Remote

ELSEWHERE = "http://webex.example/v1"  # nobody resolves this name: only a proxy can answer for it


@dataclass
class Stranger:
    """A server that is no sandbox: it gives everybody a cookie and packs what it says."""

    port: int = 0
    refusal: int = 407  # what it says when it is asked, as a proxy, for a way through
    heard: list[tuple[str, dict[str, str]]] = field(
        default_factory=list
    )  # request line's target, headers (small letters)

    def headers(self) -> dict[str, str]:
        return self.heard[-1][1]


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    known = Stranger()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/trickle"):
                self._trickle()
                return
            known.heard.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()})
            )
            body = gzip.compress(b'{"displayName": "Ana"}')
            self.send_response(200)
            for name, value in {
                "Set-Cookie": "who=you; Path=/",
                "Content-Encoding": "gzip",
            }.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_CONNECT(self) -> None:
            known.heard.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()})
            )
            self.send_response(known.refusal)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _trickle(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            with suppress(OSError):
                for _ in range(1000):
                    self.wfile.write(b" ")
                    time.sleep(0.1)

        def log_message(self, *_: Any) -> None:
            return

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


def api_to(base_url: str, token: str = "secret", **settings: float) -> Api:
    return Api(
        base_url, Token(token), settings=Settings(connect_timeout=3.0, **settings), pace=Pace()
    )


def test_a_packed_answer_is_read_and_a_cookie_is_never_given_back(stranger: Stranger) -> None:
    api = api_to(f"http://127.0.0.1:{stranger.port}/v1")
    assert [api.get("people/me") for _ in range(2)] == [{"displayName": "Ana"}] * 2
    assert [target for target, _ in stranger.heard] == ["/v1/people/me"] * 2
    assert "cookie" not in stranger.headers()
    assert stranger.headers()["authorization"] == "Bearer secret"
    assert stranger.headers()["user-agent"] == "webex-calling-bulk"
    assert stranger.headers()["host"] == f"127.0.0.1:{stranger.port}"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_calls_go_through_the_proxy_of_the_system(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"127.0.0.1:{stranger.port}")  # without http://, as many write it
    assert api_to(ELSEWHERE).get("people/me") == {"displayName": "Ana"}
    assert stranger.heard[0][0] == f"{ELSEWHERE}/people/me"


def test_this_machine_and_the_exceptions_are_reached_without_the_proxy(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, remote: Remote
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{stranger.port}")
    assert "displayName" in api_to(remote.running.base_url, remote.running.token).get("people/me")
    assert stranger.heard == []
    assert [proxy_of(url) for url in ("https://localhost/v1", "https://[::1]/v1")] == [None, None]
    assert proxy_of("https://webexapis.com/v1") == f"http://127.0.0.1:{stranger.port}"
    monkeypatch.setenv("NO_PROXY", "webexapis.com")
    assert proxy_of("https://webexapis.com/v1") is None


@pytest.mark.parametrize("proxy", ["ftp://ana:clave@proxy:21", "http://ana:clave@proxy:99x"])
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(NotSent) as text:
        api_to(ELSEWHERE).get("people/me")
    assert text.value.offline
    assert proxy.rpartition("@")[2] in text.value.message
    assert "HTTP_PROXY" in text.value.message
    assert "clave" not in text.value.message


def test_a_proxy_without_its_library_says_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("socksio"):
        pytest.skip("the library is here")
    monkeypatch.setenv("HTTP_PROXY", "socks5://proxy:1080")
    with pytest.raises(NotSent, match=r"falta su biblioteca \(httpx\[socks\]\)"):
        api_to(ELSEWHERE).get("people/me")


def test_what_keeps_a_call_from_its_answer_is_shown_in_spanish() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(NotSent, match="Sin conexión con Webex: no se puede abrir la conexión"):
        api_to(f"http://127.0.0.1:{port}/v1", max_attempts=1).get("people/me")
    waiting: list[type[Exception]] = [httpx.RequestError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if (
            not kind.__subclasses__() and kind is not httpx.TooManyRedirects
        ):  # no redirect is followed
            assert kind.__name__ not in transport.trouble(kind("x"))


def test_an_answer_that_trickles_in_is_given_up_at_the_deadline(stranger: Stranger) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable, match=r"no ha respondido \(la respuesta no llega a tiempo\)"):
        api_to(f"http://127.0.0.1:{stranger.port}/v1", row_deadline=3.0).get("people/trickle")
    assert 3 <= time.monotonic() - began < 5  # of all attempts; its 1,000 bytes would take 100 s


@pytest.mark.parametrize("refusal", [407, 503])
def test_a_proxy_that_lets_nothing_through_is_no_connection(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{stranger.port}")
    stranger.refusal = refusal
    api = api_to("https://webex.example/v1", max_attempts=1)
    for call in (lambda: api.get("people/me"), lambda: api.send("PUT", "people/1", {})):
        with pytest.raises(NotSent) as text:
            call()
        assert text.value.offline
        assert "el proxy no deja pasar la conexión" in text.value.message
    assert [target for target, _ in stranger.heard] == ["webex.example:443"] * 2
    assert not any("authorization" in headers for _, headers in stranger.heard)


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "no existe"), ("nada", "no tiene certificados")]
)
def test_a_file_of_authorities_that_cannot_be_read_is_no_connection_and_named(
    stranger: Stranger,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: str | None,
    reason: str,
) -> None:
    authorities = tmp_path / "empresa.pem"
    if content:
        authorities.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities))
    transport._made_context.cache_clear()  # as a process that has just started
    with pytest.raises(NotSent) as text:
        api_to(f"http://127.0.0.1:{stranger.port}/v1").get("people/me")
    assert text.value.offline
    assert f"SSL_CERT_FILE ({authorities}) no se puede leer: {reason}." in text.value.message


@pytest.mark.parametrize(
    "url", ["https://h:abc", "https://h:99999/v1", "https://[::1", "https:///v1", "https://a b:1x/"]
)
def test_a_base_url_that_is_none_is_refused_before_any_call(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="no es una URL base"):
        connect(tmp_path, token="secret", base_url=url)
