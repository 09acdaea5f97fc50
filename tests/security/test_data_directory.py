"""What is kept on the disk is for its owner only, whoever made the directory and whatever the
umask.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk.cli.files import write_out
from bulk.core.records import Problem
from bulk.files.problem_report import problem_file
from bulk.journal import export
from bulk.planning.mapping import ColumnMapping
from bulk.planning.saved_mappings import remember, save
from bulk.report.parts import write_parts
from bulk.runs.context import close_context, open_context
from bulk.runs.status import find_run
from tests.security.conftest import Bulk
from tests.workspace import Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"


@pytest.fixture
def loose_umask() -> Iterator[None]:
    old = os.umask(0o000)
    yield
    os.umask(old)


def too_open(home: Path) -> list[str]:
    """Files that others may read, folders that others may enter."""
    wanted = {path: 0o700 if path.is_dir() else 0o600 for path in (home, *home.rglob("*"))}
    return [
        f"{stat.S_IMODE(path.stat().st_mode):o} {path}"
        for path, mode in wanted.items()
        if path.stat().st_mode & 0o777 & ~mode
    ]


def test_all_that_a_run_keeps_is_private_even_with_a_loose_umask(
    loose_umask: None, workspace: Workspace, tmp_path: Path
) -> None:
    workspace.remote.config(latency_ms=80)
    live = workspace.start(
        ACTION,
        [
            {"person_id": workspace.remote.person(index), "extension": str(1000 + index)}
            for index in range(6)
        ],
    )
    assert list((workspace.context.home / "locks").glob("*.json"))
    assert too_open(workspace.context.home) == []  # while it is at work
    assert live.ended.wait(30)
    mapping = ColumnMapping(ACTION, {})
    save(workspace.context.home, "uno", mapping)
    remember(workspace.context.home, mapping, ["a"])
    assert len(list(workspace.context.home.rglob("*"))) > 5
    assert too_open(workspace.context.home) == []
    given = tmp_path / "fuera"
    given.mkdir(mode=0o700)
    export.export(workspace.context.journal, workspace.context.home, given / "todo.zip")
    (given / "partes").mkdir(mode=0o700)
    write_parts(workspace.context, find_run(workspace.context, live.run_id), given / "partes")
    write_out(given / "con_ids.csv", b"email\nana@acme.es\n")
    with problem_file(given / "problemas.csv") as write:
        write(Problem("USUARIOS.CSV", 2, "email", "ana@", "correo", "No es un correo."))
    assert len([path for path in given.rglob("*") if path.is_file()]) == 7
    assert too_open(given) == []


def test_the_embedded_sandbox_keeps_its_state_private_too(
    bulk: Bulk, files: Path, tmp_path: Path, loose_umask: None
) -> None:
    users = ["--usuarios", files / "USUARIOS.CSV"]
    done = bulk(
        "run",
        ACTION,
        "--sandbox",
        *users,
        "--bulk",
        BULK_SANDBOX_PEOPLE="30",
        BULK_SANDBOX_LOCATIONS="3",
    )
    assert done.returncode in (0, 1), done.stderr[-800:]
    assert (tmp_path / "home" / "sandbox" / "server.json").exists()
    assert too_open(tmp_path / "home") == []


def test_a_directory_that_the_operator_made_keeps_the_mode_that_it_had(tmp_path: Path) -> None:
    shared = tmp_path / "compartido"
    shared.mkdir(mode=0o755)
    close_context(open_context(shared))
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert too_open(shared) == [
        f"755 {shared}"
    ]  # only the directory itself: what is inside is private
