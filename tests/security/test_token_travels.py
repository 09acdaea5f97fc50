"""The token goes to the server that it was given for, encrypted, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk.errors import Unreadable, UsageError
from bulk.runs.connection import api_for, connect
from tests.security.canary import CANARY, shows
from tests.workspace import Remote, Workspace


@pytest.mark.parametrize(
    "url",
    [
        "http://webexapis.com/v1",
        "http://10.0.0.1/v1",
        "http://localhost.evil.example/v1",
        "ftp://x",
        "x",
    ],
)
def test_a_base_url_that_would_send_the_token_in_the_clear_is_refused(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(UsageError) as refused:
        connect(tmp_path, token=CANARY, base_url=url)
    assert not shows(refused.value.message)


@pytest.mark.parametrize(
    "url",
    [
        "https://webexapis.com/v1",
        "http://127.0.0.1:9/v1",
        "http://localhost:9/v1",
        "http://[::1]:9/v1",
    ],
)
def test_an_encrypted_one_or_this_machine_is_taken(tmp_path: Path, url: str) -> None:
    assert connect(tmp_path, token=CANARY, base_url=url).base_url == url


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1/licenses",
        "//evil.example/x",
        "https://127.0.0.1/v1/licenses",
        "http://127.0.0.1:1/v1",
        "http://[::",
    ],
)
def test_a_next_page_elsewhere_is_not_followed(
    workspace: Workspace, remote: Remote, link: str
) -> None:
    """Another host, another scheme, another port: each is another server."""
    body = {"items": [{"id": "a"}]}
    remote.fail_next(
        {
            "path_regex": "licenses",
            "status": 200,
            "body": body,
            "headers": {"Link": f'<{link}>; rel="next"'},
        }
    )
    requests = remote.counters()["requests"]
    api = api_for(workspace.connection, workspace.context.settings)
    with pytest.raises(Unreadable):
        list(api.pages("licenses", "items"))
    assert remote.counters()["requests"] == requests + 1


def test_a_redirect_is_not_followed(workspace: Workspace, remote: Remote) -> None:
    remote.fail_next(
        {
            "path_regex": "licenses",
            "status": 302,
            "headers": {"Location": "https://evil.example/"},
            "body": {},
        }
    )
    api = api_for(workspace.connection, workspace.context.settings)
    with pytest.raises(Exception, match="302|rechazado|leer|respondido"):
        api.get("licenses")


def test_a_token_shows_itself_nowhere_by_accident(workspace: Workspace) -> None:
    import copy
    import json
    import pickle

    connection = workspace.connection
    assert not shows(
        repr(connection) + str(connection) + f"{connection.token}" + repr([connection.token])
    )
    for store in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(connection.token)  # type: ignore[operator]
