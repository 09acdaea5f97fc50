"""The app speaks to this machine only, to its own pages only, and tells nobody."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.app_server import Server, start_server
from tests.paths import ROOT

CONFIG: dict[str, Any] = tomllib.loads(
    (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("home") / "home")
    yield running
    running.stop()


def test_the_settings_are_written_down_and_safe() -> None:
    server, browser, client = CONFIG["server"], CONFIG["browser"], CONFIG["client"]
    assert server["address"] == "127.0.0.1"
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert set(server["allowedHosts"]) == {"127.0.0.1", "localhost"}
    assert server["fileWatcherType"] == "none"
    assert browser["gatherUsageStats"] is False
    assert client["showErrorDetails"] == "none"


def test_nobody_outside_this_machine_can_reach_it(server: Server) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {
        fields[1].split(":")[0]
        for fields in listening
        if int(fields[1].split(":")[1], 16) == server.port and fields[3] == "0A"
    }
    assert addresses == {"0100007F"}
    outward = [
        a[4][0]
        for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not a[4][0].startswith("127.")
    ]
    for address in outward:
        with socket.socket() as probe:
            assert probe.connect_ex((str(address), server.port)) != 0


def stream(server: Server, **headers: str) -> int:
    """Status of a websocket handshake."""
    with (
        httpx.Client(timeout=10) as client,
        client.stream("GET", f"{server.url}/_stcore/stream", headers=UPGRADE | headers) as answer,
    ):
        return answer.status_code


def test_another_site_cannot_open_the_apps_websocket(server: Server) -> None:
    assert stream(server, Origin=server.url) == 101
    assert stream(server, Origin="https://evil.example") in (400, 403)


def test_a_name_that_points_here_is_not_the_app(server: Server) -> None:
    """A page of another site whose name was made to resolve to 127.0.0.1."""
    assert httpx.get(server.url + "/_stcore/health").status_code == 200
    assert stream(server, Host="evil.example", Origin="http://evil.example") in (400, 403)


def test_an_upload_without_the_xsrf_cookie_is_refused(server: Server) -> None:
    place = f"{server.url}/_stcore/upload_file/session/file"
    files = {"file": ("USUARIOS.CSV", b"person_id\nx\n")}
    assert httpx.put(place, files=files).status_code in (400, 403)
    assert httpx.put(
        place, files=files, headers={"Origin": "https://evil.example"}
    ).status_code in (400, 403)


def test_no_file_of_the_disk_is_served(server: Server) -> None:
    for path in (
        "/app/static/../../pyproject.toml",
        "/../pyproject.toml",
        "/media/..%2f..%2fpyproject.toml",
        "/.streamlit/config.toml",
    ):
        answer = httpx.get(server.url + path)
        assert "[project]" not in answer.text
        assert "maxUploadSize" not in answer.text
