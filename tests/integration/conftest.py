"""A wide organisation, and a run out of an awkward file, idle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk.cli import main
from bulk.runs.context import close_context, open_context
from bulk.sandbox import RunningSandbox, SandboxConfig
from tests.integration.report_case import HOW, Ended, launched, raw_file
from tests.workspace import Remote, Workspace, serving

PEOPLE, LOCATIONS = 520, 300
Bulk = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def wide_sandbox() -> Iterator[RunningSandbox]:
    with serving(SandboxConfig(people=PEOPLE, locations=LOCATIONS, job_seconds=0.2)) as running:
        yield running


@pytest.fixture
def wide(wide_sandbox: RunningSandbox) -> Remote:
    """An organisation in which each action finds three hundred rows to do."""
    return Remote(wide_sandbox, people=PEOPLE, locations=LOCATIONS).as_new()


@pytest.fixture
def raw(workspace: Workspace) -> bytes:
    return raw_file(workspace)


@pytest.fixture
def ended(workspace: Workspace, raw: bytes) -> Ended:
    return launched(workspace, raw, HOW)


@pytest.fixture
def bulk(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    remote: Remote,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Bulk]:
    """`bulk …` in this process, with the token in the environment; gives (exit code, JSON document
    or text).
    """
    monkeypatch.setenv("BULK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", remote.running.token)
    monkeypatch.setenv("WEBEX_BASE_URL", remote.running.base_url)

    def call(*arguments: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments)])
        out = capsys.readouterr()
        call.err = out.err  # type: ignore[attr-defined]
        return int(end.value.code or 0), json.loads(out.out) if "--json" in arguments else out.out

    yield call
    close_context(open_context(tmp_path / "home"))


@pytest.fixture
def users(tmp_path: Path, remote: Remote) -> Path:
    """Twelve people, one without calling license (index 7) and one row that is not valid."""
    path = tmp_path / "USUARIOS.CSV"
    rows = [f"{remote.person(index)};{1000 + index};Persona {index};Madrid" for index in range(12)]
    text = "\r\n".join(
        ["person_id;extension;display_name;location_name", *rows, "nada;12;Nadie;Madrid"]
    )
    path.write_text(text, encoding="utf-8-sig")
    return path
