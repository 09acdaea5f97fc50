"""Every piece of code in README, guía and api runs as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bulk.adapters import SUPPORTED, get_action
from bulk.sandbox.examples import write_examples
from bulk.script import command
from tests.paths import ROOT
from tests.workspace import Remote

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = "20261123-0712-a3f"  # as the documents write a run
INSTALLS = (
    "pip install -e . && streamlit run streamlit_app.py",
    "pip install -e '.[test]' && pytest",
)
# Rows with errors are no failure of the command: the examples have some on purpose.
LENIENT = (
    'bulk() { python -m bulk "$@"; local code=$?; [ $code -le 1 ] || { echo "bulk $*: $code" >&2;'
    " exit $code; }; }\n"
)


def blocks(document: str, language: str) -> list[str]:
    return [
        code
        for name, code in BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))
        if name == language
    ]


def environment(home: Path) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    quick = {
        "BULK_SETTLE_DELAY": "0.1",
        "BULK_JOB_POLL_FIRST": "0.1",
        "BULK_SANDBOX_LATENCY_MS": "0",
    }
    small = {"BULK_SANDBOX_PEOPLE": "60", "BULK_SANDBOX_LOCATIONS": "4", "BULK_HOME": str(home)}
    return clean | quick | small | {"PATH": path, "PYTHONPATH": str(ROOT)}


def shell(code: str, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", LENIENT + code],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
        timeout=180,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


def newest_applied(env: dict[str, str]) -> str:
    runs: list[dict[str, Any]] = json.loads(shell("bulk runs --json", ROOT, env))
    return next(
        (
            str(run["run_id"])
            for run in runs
            if not run["dry_run"] and run.get("kind", "apply") == "apply"
        ),
        RUN,
    )


def test_the_guide_can_be_followed_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    steps = blocks("docs/guia.md", "bash")
    env = environment(tmp_path / "prueba" / "datos")
    assert len(steps) >= 11
    shell(steps[0], tmp_path, env)
    for step in steps[1:]:
        shell(
            step.replace(RUN, newest_applied(env)) if RUN in step else step,
            tmp_path / "prueba",
            env,
        )
    made = {path.name for path in (tmp_path / "prueba").iterdir()}
    assert {"ficheros", "datos", "ensayo.csv", "informe.csv", "informe.json", "diario.zip"} <= made
    report = json.loads((tmp_path / "prueba" / "informe.json").read_text(encoding="utf-8"))
    assert report["counts"]["done"] > 0


def test_the_commands_of_the_readme_run_as_they_stand(tmp_path: Path) -> None:
    write_examples(tmp_path / "examples", people=60, locations=4)
    ran = 0
    for block in blocks("README.md", "bash"):
        if (
            block.strip() in INSTALLS
        ):  # the second is the one that runs this test; the first, a page of its own tests
            continue
        shell(block, tmp_path, environment(tmp_path / "home"))
        ran += 1
    assert ran == 1
    assert (tmp_path / "informe.csv").stat().st_size > 100


@pytest.mark.parametrize("document", ["README.md", "docs/api.md"])
def test_the_python_of_a_document_runs_as_it_stands(
    document: str, tmp_path: Path, remote: Remote
) -> None:
    people = [f"{remote.person(index)};{1000 + index}" for index in range(5)]
    (tmp_path / "USUARIOS.CSV").write_text(
        "\n".join(["person_id;extension", *people]), encoding="utf-8"
    )
    env = environment(tmp_path / "home") | {
        "WEBEX_ACCESS_TOKEN": remote.running.token,
        "WEBEX_BASE_URL": remote.running.base_url,
    }
    given = f"TOKEN, PERSON = {remote.running.token!r}, {remote.person(9)!r}\n"
    pieces = blocks(document, "python")
    assert pieces
    for piece in pieces:
        done = subprocess.run(
            [sys.executable, "-c", given + piece],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=env,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr[-1500:]
    assert remote.writes() > 0


def test_an_action_as_a_command_runs_as_the_document_says(tmp_path: Path, remote: Remote) -> None:
    people = [f"{remote.person(index)};{1000 + index}" for index in range(5)]
    (tmp_path / "USUARIOS.CSV").write_text(
        "\n".join(["person_id;extension", *people]), encoding="utf-8"
    )
    reached = {
        "WEBEX_ACCESS_TOKEN": remote.running.token,
        "WEBEX_BASE_URL": remote.running.base_url,
        "PERSON": remote.person(9),
    }
    env = environment(tmp_path / "home") | reached
    [block] = blocks("docs/api.md", "bash")
    message = [json.loads(shell(line, tmp_path, env)) for line in block.splitlines()]
    assert message[0]["state"] == "done"
    assert [(found["counts"]["done"], found["counts"]["unchanged"]) for found in message[1:]] == [
        (5, 0),
        (0, 5),
    ]


def test_every_option_of_an_action_as_a_command_is_reported() -> None:
    section = (
        (ROOT / "docs" / "api.md")
        .read_text(encoding="utf-8")
        .split("## Una acción como orden\n")[1]
        .split("\n## ")[0]
    )
    for action_id in SUPPORTED:
        action = get_action(action_id)
        own = {f"--{param.name}" for param in action.parameters}
        options = {param.opts[0]: param for param in command(action).params}
        assert sorted(name for name in set(options) - own if f"`{name}`" not in section) == []
        silent = [name for name, param in options.items() if not getattr(param, "help", "")]
        assert set(silent) <= own


def test_no_document_shows_a_token_or_a_path_of_a_machine() -> None:
    for path in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"Bearer [A-Za-z0-9]{10}", text), path
        assert not re.search(r"/(?:home|Users|root)/\w", text), path
