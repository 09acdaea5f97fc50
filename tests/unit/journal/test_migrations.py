"""Journals that are old, foreign, torn or gone: resumed, or reported plainly and left as they are;
never replaced in silence.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bulk.core.references import Undoes
from bulk.journal import check, open_journal, row_writes, rows, runs
from bulk.journal.tables import SCHEMA_VERSION
from tests.unit.journal.old_journals import OLD_RUN, VERSION_1, add_run, bulk, edit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BULK_HOME", str(tmp_path))
    return tmp_path


def test_a_journal_of_version_1_is_resumed_with_all_it_holds(tmp_path: Path) -> None:
    edit(tmp_path, VERSION_1)
    assert check.check_file(tmp_path / "journal.db").version == 1
    opened = open_journal(tmp_path)
    run = runs.get_run(opened, OLD_RUN)
    found = list(rows.read_rows(opened, OLD_RUN))
    assert (run.kind, run.mapping, run.note, run.requests) == (
        "apply",
        {"extension": "ext"},
        "fase 1",
        7,
    )
    assert [(row.line, row.state, row.label) for row in found] == [
        (2, "done", "Ana · 1000"),
        (3, "pending", "Íñigo · 1001"),
    ]
    assert [row.line for row in rows.claim(opened, OLD_RUN, after=0, limit=10)] == [3]
    assert check.check(opened).findings == ()
    assert check.check(opened).version == SCHEMA_VERSION
    opened.close()


def test_a_migration_that_was_cut_short_is_done_again_from_where_it_was(tmp_path: Path) -> None:
    edit(
        tmp_path,
        VERSION_1 + "ALTER TABLE runs ADD COLUMN kind VARCHAR(8) NOT NULL DEFAULT 'apply';",
    )
    opened = open_journal(tmp_path)
    assert runs.get_run(opened, OLD_RUN).state == "paused"
    opened.close()


Spoil = Callable[[Path], None]


def newer(home: Path) -> None:
    edit(home, VERSION_1 + "UPDATE schema_version SET version = 99;")


def foreign(home: Path) -> None:
    edit(home, "CREATE TABLE recetas (nombre TEXT); INSERT INTO recetas VALUES ('gazpacho');")


def no_database(home: Path) -> None:
    (home / "journal.db").write_bytes(b"esto no es una base de datos\n" * 200)


def emptied(home: Path) -> None:
    (home / "journal.db").touch()
    (home / "logs").mkdir()
    (home / "logs" / "usuarios_modificar_licencias.log").write_text("{}\n")


def gone_with_its_work(home: Path) -> None:
    (home / "files").mkdir()
    (home / "files" / f"{'ab' * 32}.parquet").write_bytes(b"PAR1")


def content_gone(home: Path) -> None:
    """What a copy of the file alone had while all of its content was still beside it."""
    (home / "logs").mkdir()
    (home / "logs" / "usuarios_modificar_licencias.log").write_text("{}\n")
    sqlite3.connect(home / "journal.db").execute("PRAGMA journal_mode=WAL").connection.close()
    assert (home / "journal.db").stat().st_size == 4096


def zeroed(home: Path) -> None:
    (home / "journal.db").write_bytes(bytes(40_960))


def lost(home: Path) -> None:
    (home / "journal.db-wal").write_bytes(b"x" * 100)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (newer, r"más nueva \(99\).*Actualiza el programa"),
        (foreign, "no es un diario de este programa.*muévelo"),
        (no_database, "no es un diario de este programa.*muévelo"),
        (zeroed, "no es un diario de este programa, o está dañado.*la última copia"),
        (emptied, "está vacío.*una copia.*«logs» y «files»"),
        (content_gone, "está vacío.*una copia.*«logs» y «files»"),
        (gone_with_its_work, "Falta el diario.*una copia.*«logs» y «files»"),
        (lost, "Falta .*journal.db-wal"),
    ],
)
def test_a_journal_that_cannot_be_used_is_reported_with_what_to_do_and_left_as_it_is(
    home: Path, spoil: Spoil, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(home)
    before = {path.name: path.read_bytes() for path in home.glob("journal.db")}
    for command in (["runs"], ["journal", "check"], ["runs", "--json"]):
        assert bulk(*command) in (2, 3)
        said = capsys.readouterr()
        if command == ["runs"]:
            assert re.search(message, said.err), said.err
        elif "--json" not in command and spoil not in (newer, foreign):
            assert re.search(message, said.err), (
                said.err
            )  # what looks after the journal says the same, and does not send round
        assert "Traceback" not in said.out + said.err
    assert {path.name: path.read_bytes() for path in home.glob("journal.db")} == before


def alone(home: Path, elsewhere: Path) -> Path:
    """A copy of the journal's file and of nothing beside it."""
    elsewhere.mkdir()
    shutil.copy(home / "journal.db", elsewhere)
    return elsewhere


def test_the_file_alone_holds_everything_once_it_is_closed_or_folded(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    opened = open_journal(tmp_path / "home")
    add_run(opened, "r1")
    opened.fold()
    assert check.check_file(alone(tmp_path / "home", tmp_path / "folded") / "journal.db").runs == 1
    add_run(opened, "r2")
    with opened.reading() as connection:
        assert (
            connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
        )  # folding has left no haste behind
    opened.close()
    opened.fold()  # nothing left to do
    assert check.check_file(alone(tmp_path / "home", tmp_path / "closed") / "journal.db").runs == 2


def test_somebody_reading_leaves_the_folding_for_later_and_stops_nothing(tmp_path: Path) -> None:
    opened = open_journal(tmp_path)
    add_run(opened, "r1")
    with opened.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM runs").all()
        add_run(opened, "r2")
        opened.fold()
    add_run(opened, "r3")
    opened.fold()
    assert not (tmp_path / "journal.db-wal").stat().st_size
    opened.close()


def test_a_process_that_ends_leaves_the_whole_journal_in_its_file(home: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "bulk", "runs"], check=True, capture_output=True, timeout=60
    )
    assert check.check_file(alone(home, home / "copy") / "journal.db").version == SCHEMA_VERSION


def test_no_new_journal_until_what_was_worked_is_taken_elsewhere(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content_gone(home)
    assert bulk("runs") == 3
    (home / "journal.db").rename(home / "old.db")
    assert bulk("runs") == 3
    (home / "logs").rename(home / "old-logs")
    assert bulk("runs") == 0


def test_an_undo_of_a_run_from_before_version_4_goes_by_its_last_change(tmp_path: Path) -> None:
    """Such a row keeps no `touched`; from then on each intent adds to it."""
    from bulk.runs.context import close_context, open_context
    from bulk.runs.undo import undo_rows

    edit(tmp_path, VERSION_1)
    context = open_context(tmp_path)
    try:
        old = next(rows.read_rows(context.journal, OLD_RUN))
        assert old.touched is None and old.change
        made = next(undo_rows(context, runs.get_run(context.journal, OLD_RUN), {}))
        assert made.reference == Undoes(
            old.before or {}, {member: new for member, (_, new) in old.change.items()}
        )
        context.journal.commit(
            row_writes.intent(
                OLD_RUN, 3, before={"a": 1}, change={"a": [1, None]}, touched={"a": None}
            )
        )
        assert [row.touched for row in rows.read_rows(context.journal, OLD_RUN)] == [
            None,
            {"a": None},
        ]
    finally:
        close_context(context)
