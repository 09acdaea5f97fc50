"""Journals for tests: made, spoilt, and the command that looks after them."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from bulk.cli import main
from bulk.core.records import Row, RunRecord
from bulk.journal import Journal, runs

VERSION_1 = (Path(__file__).parent / "journal_v1.sql").read_text(encoding="utf-8")
OLD_RUN = "20250102-0304-abc"


def add_run(
    journal: Journal,
    run_id: str,
    *,
    state: str = "completed",
    parent: str | None = None,
    kept: str = "",
) -> None:
    files = ({"name": "usuarios", "kept": kept},) if kept else ()
    runs.create_run(
        journal, RunRecord(run_id, "accion", "sandbox", state=state, parent=parent, files=files)
    )
    runs.add_order(
        journal, run_id, [Row(2, {"person_id": "a"}), Row(3, {"person_id": "b"})], "person_id"
    )
    time.sleep(0.002)  # created_at has milliseconds: runs of one test must differ


def ids(journal: Journal) -> list[str]:
    return sorted(run.run_id for run in runs.list_runs(journal))


def edit(home: Path, statement: str) -> None:
    connection = sqlite3.connect(home / "journal.db")
    connection.executescript(statement)
    connection.close()


def bulk(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return int(end.value.code or 0)
