"""Journals that are old, foreign, torn or gone: taken up, or told plainly and left as they are; never replaced in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bulk.journal import open_journal, rows, runs, upkeep
from bulk.journal.tables import SCHEMA_VERSION
from tests.unit.journals import OLD_RUN, VERSION_1, bulk, edit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BULK_HOME", str(tmp_path))
    return tmp_path


def test_a_journal_of_version_1_is_taken_up_with_all_it_holds(tmp_path: Path) -> None:
    edit(tmp_path, VERSION_1)
    assert upkeep.check_file(tmp_path / "journal.db").version == 1
    opened = open_journal(tmp_path)
    run = runs.get_run(opened, OLD_RUN)
    found = list(rows.read_rows(opened, OLD_RUN))
    assert (run.kind, run.mapping, run.note, run.requests) == ("apply", {"extension": "ext"}, "fase 1", 7)
    assert [(row.line, row.state, row.label) for row in found] == [(2, "done", "Ana · 1000"), (3, "pending", "Íñigo · 1001")]
    assert [row.line for row in rows.claim(opened, OLD_RUN, after=0, limit=10)] == [3]
    assert upkeep.check(opened).findings == ()
    assert upkeep.check(opened).version == SCHEMA_VERSION
    opened.close()


def test_a_migration_that_was_cut_short_is_done_again_from_where_it_was(tmp_path: Path) -> None:
    edit(tmp_path, VERSION_1 + "ALTER TABLE runs ADD COLUMN kind VARCHAR(8) NOT NULL DEFAULT 'apply';")
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


def lost(home: Path) -> None:
    (home / "journal.db-wal").write_bytes(b"x" * 100)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (newer, r"más nueva \(99\).*Actualiza el programa"),
        (foreign, "no es un diario de este programa.*muévelo"),
        (no_database, "no es un diario de este programa.*muévelo"),
        (emptied, "está vacío.*Recupéralo de una copia"),
        (lost, "Falta .*journal.db-wal"),
    ],
)
def test_a_journal_that_cannot_be_used_is_told_with_what_to_do_and_left_as_it_is(
    home: Path, spoil: Spoil, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(home)
    before = {path.name: path.read_bytes() for path in home.glob("journal.db")}
    for command in (["runs"], ["journal", "check"], ["runs", "--json"]):
        assert bulk(*command) in (2, 3)
        said = capsys.readouterr()
        if command == ["runs"]:
            assert re.search(told, said.err), said.err
        assert "Traceback" not in said.out + said.err
    assert {path.name: path.read_bytes() for path in home.glob("journal.db")} == before
