"""The ten steps of CONTRIBUTING.md are true: followed to the letter in a copy of the tree,
they give a whole action.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.paths import ROOT

ACTION, SETUP = "usuarios_quitar_desvio", "usuarios_configurar_desvio_prefijo53"
PEOPLE, LOCATIONS = 120, 4
BULK = [sys.executable, "-m", "bulk"]
LENGTHS = (  # of the whole tree: no business of a new action
    "tests/architecture/test_walls.py::test_no_file_is_longer_than_300_lines"
)
PIECE = re.compile(r"^( *)```(python|markdown)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def follow_the_steps(tree: Path) -> set[str]:
    """Write each piece of the document into its place; returns the files made."""
    text = (
        (ROOT / "CONTRIBUTING.md")
        .read_text(encoding="utf-8")
        .split("## Adding an action, in ten steps")[1]
    )
    assert re.findall(r"^(\d+)\. \*\*", text, re.MULTILINE) == [
        str(number) for number in range(1, 11)
    ]
    made = set()
    for _, language, body in PIECE.findall(text):
        piece = textwrap.dedent(body)
        if language == "markdown":
            guide = tree / "docs" / "acciones.md"
            before, mark, after = guide.read_text(encoding="utf-8").partition(
                "## usuarios_configurar_perfil_saliente_custom"
            )
            rest = re.split(r"(?=^## )", mark + after, maxsplit=2, flags=re.MULTILINE)
            guide.write_text(before + rest[1] + piece + "\n" + "".join(rest[2:]), encoding="utf-8")
            continue
        named, _, code = piece.partition("\n")
        place = tree / named.removeprefix("# ")
        assert not place.exists()
        place.write_text(code, encoding="utf-8")
        made.add(named.removeprefix("# "))
    registry = tree / "bulk" / "adapters" / "__init__.py"
    last = '    "usuarios_configurar_perfil_saliente_custom",\n'
    registry.write_text(
        registry.read_text(encoding="utf-8").replace(last, f'{last}    "{ACTION}",\n', 1),
        encoding="utf-8",
    )
    return made


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree") / "copy"
    leave = shutil.ignore_patterns(
        ".git", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", "*.png", "examples"
    )
    shutil.copytree(ROOT, copy, ignore=leave)
    assert follow_the_steps(copy) == {
        f"schemas/{ACTION}.py",
        f"bulk/adapters/{ACTION}.py",
        f"tests/integration/adapters/test_{ACTION}.py",
    }
    return copy


@pytest.fixture
def environment(tree: Path, tmp_path: Path) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_", "PYTEST"))
    }
    return clean | {
        "PYTHONPATH": str(tree),
        "BULK_HOME": str(tmp_path / "home"),
        "BULK_SETTLE_DELAY": "0.3",
    }


@pytest.fixture
def sandbox(tree: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    options = [
        "--people",
        str(PEOPLE),
        "--locations",
        str(LOCATIONS),
        "--latency-ms",
        "40",
        "--home",
        str(tmp_path / "remote"),
    ]
    process = subprocess.Popen(
        [*BULK, "sandbox", *options], stdout=subprocess.PIPE, text=True, cwd=tree, env=environment
    )
    assert process.stdout
    message = json.loads(process.stdout.readline())
    environment |= {"WEBEX_ACCESS_TOKEN": message["token"], "WEBEX_BASE_URL": message["base_url"]}
    yield message
    process.terminate()
    process.wait(timeout=10)


def test_rules_tests_and_linters_accept_the_new_action(
    tree: Path, environment: dict[str, str]
) -> None:
    tests = [
        "tests/architecture/test_names.py",
        "tests/architecture/test_docs.py",
        "tests/architecture/test_walls.py",
        f"tests/integration/adapters/test_{ACTION}.py",
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *tests,
        "--deselect",
        LENGTHS,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tree, env=environment, timeout=200
    )
    assert done.returncode == 0, done.stdout[-3000:]
    made = [
        f"schemas/{ACTION}.py",
        f"bulk/adapters/{ACTION}.py",
        f"tests/integration/adapters/test_{ACTION}.py",
    ]
    for tool in (["ruff", "check"], ["ruff", "format", "--check"]):
        checked = subprocess.run(
            [sys.executable, "-m", *tool, *made], capture_output=True, text=True, cwd=tree
        )
        assert checked.returncode == 0, checked.stdout


def test_dry_run_run_kill_resume_and_undo_work_on_the_new_action(
    tree: Path, environment: dict[str, str], sandbox: dict[str, str], tmp_path: Path
) -> None:
    def bulk(*arguments: object) -> tuple[int, Any]:
        command = [*BULK, *map(str, arguments), "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tree, env=environment, timeout=120
        )
        assert done.stdout, done.stderr[-2000:]
        return done.returncode, json.loads(done.stdout)

    def counters() -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(
            sandbox["base_url"].removesuffix("/v1") + "/__admin/counters"
        ).json()
        return found

    subprocess.run(
        [
            *BULK,
            "examples",
            str(tmp_path / "files"),
            "--people",
            str(PEOPLE),
            "--locations",
            str(LOCATIONS),
        ],
        cwd=tree,
        env=environment,
    )
    users = tmp_path / "files" / "USUARIOS.CSV"
    assert ACTION in [entry["id"] for entry in bulk("actions")[1]]
    forwarded = bulk("run", SETUP, "--usuarios", users, "--bulk")[1]["counts"]["done"]
    assert forwarded > 50

    planned = bulk("plan", ACTION, "--usuarios", users)[1]
    writes = counters()["effective_writes"]
    assert planned["counts"]["change"] >= forwarded

    process = subprocess.Popen(
        [*BULK, "run", ACTION, "--usuarios", str(users), "--bulk", "--workers", "8"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tree,
        env=environment,
    )
    until = time.monotonic() + 60
    while counters()["effective_writes"] < writes + 20:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    run_id = next(run["run_id"] for run in bulk("runs")[1] if run["state"] == "interrupted")
    resumed = bulk("resume", run_id)[1]
    assert resumed["state"] in ("completed", "completed_with_errors")
    assert resumed["counts"]["done"] == planned["counts"]["change"]
    assert counters()["effective_writes"] == writes + resumed["counts"]["done"]

    undone = bulk("undo", run_id)[1]
    assert undone["counts"]["done"] == resumed["counts"]["done"]
    again = bulk("plan", ACTION, "--usuarios", users)[1]
    assert again["counts"]["change"] == planned["counts"]["change"]
