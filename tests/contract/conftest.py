"""The recorder before the sandbox, both sides that speak through it, and the sandbox as wxc_sdk
sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from wxc_sdk import WebexSimpleApi
from wxc_sdk.rest import RestSession

from bulk.sandbox import RunningSandbox
from tests.contract.recorder import Recorder, recording
from tests.workspace import Remote


@pytest.fixture(scope="session")
def recorder(small_sandbox: RunningSandbox) -> Iterator[Recorder]:
    with recording(small_sandbox.base_url) as found:
        yield found


@pytest.fixture
def stage(remote: Remote, recorder: Recorder) -> Remote:
    """The sandbox as new, seen through the recorder."""
    recorder.forget()
    behind = replace(remote.running, base_url=recorder.base_url)
    return Remote(behind, people=remote.people, locations=remote.locations)


@pytest.fixture
def sdk(stage: Remote, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebexSimpleApi]:
    monkeypatch.setattr(
        RestSession, "BASE", stage.running.base_url
    )  # several methods read it from the class
    api = WebexSimpleApi(tokens=stage.running.token)
    yield api
    api.session.close()
