"""Check, export, prune of a journal."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk.core.action_log import ActionLog
from bulk.core.records import RunRecord
from bulk.errors import JournalError
from bulk.journal import Journal, check, open_journal, prune, runs
from bulk.journal.tables import SCHEMA_VERSION
from bulk.runs.context import close_context, open_context
from tests.unit.journal.old_journals import VERSION_1, add_run, bulk, edit, ids


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BULK_HOME", str(tmp_path))
    return tmp_path


# -- check -----------------------------------------------------------------------------------------


def test_a_journal_in_use_is_sound(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, "r1")
    found = check.check_file(tmp_path / "journal.db")
    assert (found.version, found.runs, found.rows, found.findings) == (SCHEMA_VERSION, 1, 2, ())
    assert check.check(journal) == found


@pytest.mark.parametrize(
    ("damage", "shown"),
    [
        ("UPDATE orders SET n_done = 1, n_pending = 1", "r1-r2: done dice 1 y hay 0 filas."),
        ("UPDATE rows SET state = 'failed' WHERE line = 3", "r1-r2: failed dice 0 y hay 1 filas."),
        ("DELETE FROM rows WHERE line = 3", "r1-r2: dice 2 filas y hay 1."),
        ("DELETE FROM orders", "r1: 2 filas sin lote."),
        ("DELETE FROM runs", "r1-r2: lote sin ejecución."),
    ],
)
def test_what_does_not_add_up_is_reported_by_lote(
    journal: Journal, tmp_path: Path, damage: str, shown: str
) -> None:
    add_run(journal, "r1")
    edit(tmp_path, damage)
    found = check.check_file(tmp_path / "journal.db")
    assert not found.sound
    assert shown in found.findings


def test_a_torn_page_is_found_and_the_file_is_not_touched(tmp_path: Path) -> None:
    opened = open_journal(tmp_path)
    for number in range(40):
        add_run(opened, f"r{number}")
    opened.compact()
    opened.close()
    path = tmp_path / "journal.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(content)
    try:
        findings = check.check_file(path).findings
    except JournalError as error:  # torn where even counting reads
        findings = (error.message,)
    assert any("dañado" in text for text in findings)
    assert path.read_bytes() == bytes(content)


def test_the_command_says_sound_with_0_and_not_sound_with_1(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bulk("journal", "check", "--json") == 3  # nothing there yet, and nothing is made
    assert not (home / "journal.db").exists()
    opened = open_journal(home)
    add_run(opened, "r1")
    opened.close()
    capsys.readouterr()
    assert bulk("journal", "check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    edit(home, "UPDATE orders SET n_done = 7")
    assert bulk("journal", "check") == 1
    assert "bulk journal export" in capsys.readouterr().out


# -- export ----------------------------------------------------------------------------------------


def test_an_export_has_every_record_and_the_zip_the_files_and_logs_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(home, VERSION_1)
    (home / "files").mkdir()
    (home / "files" / "abc.parquet").write_bytes(b"PAR1")
    (home / "logs").mkdir()
    (home / "logs" / "accion.log").write_text("{}\n")
    out = home / "fuera" / "diario.jsonl"
    out.parent.mkdir()
    assert bulk("journal", "export", "--out", str(out)) == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    by_table = {
        name: [line for line in lines if line["table"] == name]
        for name in {line["table"] for line in lines}
    }
    assert by_table["schema_version"] == [{"table": "schema_version", "version": SCHEMA_VERSION}]
    assert [row["params"]["extension"] for row in by_table["rows"]] == ["1000", "1001"]
    assert by_table["runs"][0]["mapping"] == {"extension": "ext"}
    assert by_table["control"][0]["who"] == "ana"
    assert (by_table["control"][0]["detail"], by_table["rows"][0]["status"]) == (
        None,
        None,
    )  # columns of later versions
    assert by_table["learned"][0]["value"] == {"limit": 12.5}
    assert out.stat().st_mode & 0o777 == 0o600
    assert bulk("journal", "export", "--out", str(out.with_suffix(".zip"))) == 0
    with zipfile.ZipFile(out.with_suffix(".zip")) as archive:
        assert archive.read("journal.jsonl") == out.read_bytes()
        assert {"files/abc.parquet", "logs/accion.log"} <= set(archive.namelist())
    within = home / "logs" / "diario.zip"  # never itself
    assert bulk("journal", "export", "--out", str(within)) == 0
    with zipfile.ZipFile(within) as archive:
        assert "logs/diario.zip" not in archive.namelist()
    assert bulk("journal", "export", "--out", str(home / "diario.doc")) == 3
    close_context(open_context(home))


# -- prune -----------------------------------------------------------------------------------------


def test_only_ended_runs_beyond_the_newest_go_with_their_rows(
    journal: Journal, tmp_path: Path
) -> None:
    for run_id, state in (
        ("r1", "completed"),
        ("r2", "paused"),
        ("r3", "cancelled"),
        ("r4", "completed_with_errors"),
    ):
        add_run(journal, run_id, state=state)
    found = prune.prunable(journal, keep=1)
    assert (found.runs, found.rows) == (("r1", "r3"), 4)
    assert ids(journal) == ["r1", "r2", "r3", "r4"]
    done = prune.prune(journal, tmp_path, found)
    assert done.compacted
    assert ids(journal) == ["r2", "r4"]
    assert check.check(journal).findings == ()
    assert check.check(journal).rows == 4


def test_a_date_takes_what_is_older_and_nothing_newer(journal: Journal) -> None:
    add_run(journal, "r1")
    middle = runs.get_run(journal, "r1").created_at
    add_run(journal, "r2")
    assert prune.prunable(journal, before=middle).runs == ()
    assert prune.prunable(journal, before=runs.get_run(journal, "r2").created_at).runs == ("r1",)
    assert prune.prunable(journal, before="2999-01-01", keep=2).runs == ()


def test_a_run_that_a_staying_one_refers_to_stays(journal: Journal) -> None:
    add_run(journal, "plan")
    add_run(journal, "apply", parent="plan")
    add_run(journal, "alone")
    add_run(journal, "undo", parent="apply", state="paused")
    found = prune.prunable(journal, keep=0)
    assert (found.runs, found.held) == (("alone",), ("plan", "apply"))


def test_a_run_that_was_resumed_or_undone_since_is_held(journal: Journal, tmp_path: Path) -> None:
    for run_id in ("r1", "r2", "r3"):
        add_run(journal, run_id)
    found = prune.prunable(journal, keep=0)
    assert found.runs == ("r1", "r2", "r3")
    runs.update_run(journal, "r1", state="running")  # a retry
    add_run(journal, "undo", parent="r2", state="running")
    done = prune.prune(journal, tmp_path, found)
    assert (done.runs, done.held, done.rows) == (("r3",), ("r1", "r2"), 2)
    assert ids(journal) == ["r1", "r2", "undo"]
    assert check.check(journal).findings == ()


def test_kept_files_go_when_no_run_names_them_and_young_ones_stay(
    journal: Journal, tmp_path: Path
) -> None:
    add_run(journal, "r1", kept="gone")
    add_run(journal, "r2", kept="needed", state="paused")
    folder = tmp_path / "files"
    folder.mkdir()
    for name, age in (("gone", 9_000), ("needed", 9_000), ("young", 0)):
        path = folder / f"{name}.parquet"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    assert prune.prune(journal, tmp_path, prune.prunable(journal, keep=0)).files == 1
    assert sorted(path.stem for path in folder.iterdir()) == ["needed", "young"]


def test_lines_of_the_log_go_with_their_run_unless_the_action_is_at_work(
    journal: Journal, tmp_path: Path
) -> None:
    for run_id, action in (("r1", "accion"), ("r2", "accion"), ("r3", "otra"), ("r4", "otra")):
        run = RunRecord(
            run_id, action, "sandbox", state="running" if run_id == "r4" else "completed"
        )
        runs.create_run(journal, run)
        ActionLog(tmp_path, action).event("run_end", run=run_id)
        time.sleep(0.002)
    prune.prune(journal, tmp_path, prune.prunable(journal, keep=1))
    left = {
        path.stem: [json.loads(line)["run"] for line in path.read_text().splitlines()]
        for path in (tmp_path / "logs").iterdir()
    }
    assert left == {"accion": [], "otra": ["r3", "r4"]}
    assert ids(journal) == ["r3", "r4"]


def test_of_a_damaged_journal_all_that_can_be_read_is_exported_and_the_rest_is_named(
    home: Path,
) -> None:
    opened = open_journal(home)
    for number in range(60):
        add_run(opened, f"r{number:02}")
    opened.compact()
    opened.close()
    connection = sqlite3.connect(home / "journal.db")
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'rows'").fetchone()[
        0
    ]
    connection.close()
    with (home / "journal.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))
    assert bulk("journal", "check") in (1, 3)
    assert bulk("journal", "export", "--out", str(home / "d.jsonl")) == 1
    exported = [
        json.loads(line)["table"]
        for line in (home / "d.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert exported.count("runs") == 60
    close_context(open_context(home))


def test_the_command_changes_nothing_without_yes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = open_journal(home)
    add_run(opened, "r1")
    assert bulk("journal", "prune", "--keep", "0") == 0
    assert "--yes" in capsys.readouterr().out
    assert ids(opened) == ["r1"]
    assert bulk("journal", "prune", "--before", "2999-01-01", "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out)["runs"] == ["r1"]
    assert ids(opened) == []
    for wrong in ([], ["--before", "ayer"], ["--keep", "-1"]):
        assert bulk("journal", "prune", *wrong) == 2
    opened.close()
    close_context(open_context(home))
