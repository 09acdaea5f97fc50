"""The file that came, with the outcome beside each row: the same cells, loaded again as any
file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk.adapters import SUPPORTED, get_action
from bulk.cli.preparing import DataOptions, prepare_asked
from bulk.errors import InputError, UsageError
from bulk.files.csv_writer import safe_cell
from bulk.files.dataset import read_any
from bulk.files.roundtrip import is_roundtrip, open_lines, original
from bulk.journal.rows import open_entities
from bulk.planning.mapping import map_columns
from bulk.planning.prepare import prepare
from bulk.planning.suggestions import suggest
from bulk.report import roundtrip_chunks, three_files
from bulk.runs.launch import Launch, launch_plan, wait
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from pages.ui.data import corrections
from pages.ui.shell.session import Session
from tests.integration.report_case import ACTION, EVIL, Ended, launched, sheets, table
from tests.workspace import Workspace

OUTCOMES = ("estado", "mensaje", "causa", "antes", "después", "trackingId", "intento")


def test_round_trip_file_gives_the_original_columns_back_untouched(ended: Ended) -> None:
    before = read_any(ended.raw, file_name="USUARIOS.CSV")[0]
    for name in ("usuarios_vuelta.csv", "usuarios_vuelta.xlsx"):
        again = read_any(ended.saved(name, roundtrip=True))[0]
        assert is_roundtrip(again)
        assert not is_roundtrip(before)
        found = original(again)
        assert list(found.frame.columns) == list(before.frame.columns)
        assert found.frame.to_numpy().tolist() == before.frame.to_numpy().tolist()


def test_round_trip_file_maps_as_the_original_and_offers_what_is_left(ended: Ended) -> None:
    before = read_any(ended.raw, file_name="USUARIOS.CSV")[0]
    again = read_any(ended.saved("usuarios_vuelta.csv", roundtrip=True))[0]
    action = get_action(ACTION)
    assert map_columns(action, again) == map_columns(action, before)
    prepared = prepare(ACTION, {"usuarios": again})
    assert set(prepared.invalid) == {10}
    wrong = {
        row.line
        for row in ended.workspace.result(ended.run.run_id).rows
        if row.state not in ("done", "unchanged")
    }
    assert open_lines(again) == wrong
    assert 10 in wrong


def test_rows_that_the_launched_dry_run_had_not_come_to_are_still_to_be_done(
    workspace: Workspace, raw: bytes, tmp_path: Path
) -> None:
    part = launched(workspace, raw, Launch(dry_run=True, canary=3, workers=4))
    request_stop(workspace.context, part.run.run_id, "cancel", "Ana")
    live = launch_plan(workspace.context, part.run.run_id, workspace.connection, Launch())
    wait(live)
    run = find_run(workspace.context, live.run_id)
    left = {row.line for row in workspace.result(run.run_id).rows if row.state == "excluded"}
    assert len(left) >= 4
    path = tmp_path / "usuarios_vuelta.csv"
    path.write_bytes(b"".join(roundtrip_chunks(workspace.context, run)))
    assert left <= open_lines(read_any(path)[0])
    entities = {
        row.params["person_id"] for row in workspace.result(run.run_id).rows if row.line in left
    }
    assert entities <= open_entities(workspace.context.journal, run.run_id)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_no_action_takes_a_column_of_the_outcome_for_a_parameter(
    ended: Ended, action_id: str
) -> None:
    again = read_any(ended.saved("usuarios_vuelta.csv", roundtrip=True))[0]
    action = get_action(action_id)
    mapping = map_columns(action, again)
    assert {source.ref for source in mapping.sources.values()}.isdisjoint(OUTCOMES)
    assert {offer.source for offer in suggest(action, again, None, mapping)}.isdisjoint(OUTCOMES)


def test_round_trip_of_a_round_trip_has_the_outcome_once(
    workspace: Workspace, ended: Ended
) -> None:
    raw = b"".join(roundtrip_chunks(workspace.context, ended.run))
    second = launched(workspace, raw, Launch(chunk_size=4, workers=4))
    first_header, *_ = table(roundtrip_chunks(workspace.context, ended.run))
    header, *lines = table(roundtrip_chunks(workspace.context, second.run))
    assert header == first_header
    assert lines[0][header.index("estado")] == "sin cambios"


def test_a_column_of_the_file_with_the_name_of_an_outcome_is_kept(
    workspace: Workspace, raw: bytes
) -> None:
    own = launched(
        workspace, raw.replace(b"observaciones", b"Estado"), Launch(chunk_size=4, workers=4)
    )
    again = read_any(own.saved("usuarios_vuelta.csv", roundtrip=True))[0]
    assert is_roundtrip(again)
    assert 10 in open_lines(again)
    assert original(again).frame["Estado"].iloc[0] == "nota 0"


def test_the_kept_file_is_private_and_the_same_file_is_kept_once(
    workspace: Workspace, ended: Ended, raw: bytes
) -> None:
    launched(workspace, raw, Launch(chunk_size=4, workers=4))
    kept = list((workspace.context.home / "files").iterdir())
    assert [path.stem for path in kept] == [ended.run.files[0]["kept"]]
    assert kept[0].stat().st_mode & 0o077 == 0
    assert kept[0].parent.stat().st_mode & 0o077 == 0


def test_round_trip_without_the_kept_file_says_so(workspace: Workspace, ended: Ended) -> None:
    next((workspace.context.home / "files").iterdir()).unlink()
    with pytest.raises(UsageError, match="ya no se guarda"):
        roundtrip_chunks(workspace.context, ended.run)
    assert (
        sum(len(table(chunks)) - 1 for chunks in three_files(workspace.context, ended.run).values())
        == 9
    )


def test_round_trip_workbook_keeps_phones_and_formulas_as_the_text_they_were(ended: Ended) -> None:
    header, *lines = next(
        iter(sheets(ended.saved("usuarios_vuelta.xlsx", roundtrip=True)).values())
    )
    assert [line[header.index("Teléfono")] for line in lines] == [
        f"+3491122233{n}" for n in (*range(8), 9)
    ]
    assert lines[1][header.index("observaciones")] == EVIL
    assert lines[4][header.index("display_name")] == EVIL


def test_round_trip_csv_has_no_cell_that_runs(ended: Ended) -> None:
    path = ended.saved("usuarios_vuelta.csv", roundtrip=True)
    cells = [cell for line in table(iter([path.read_bytes()])) for cell in line]
    assert f"'{EVIL}" in cells
    assert [cell for cell in cells if safe_cell(cell) != cell] == []


def test_the_command_line_takes_only_what_a_round_trip_file_says_is_left(ended: Ended) -> None:
    path = ended.saved("usuarios_vuelta.csv", roundtrip=True)
    left = open_lines(read_any(path)[0])
    prepared = prepare_asked(ACTION, DataOptions({"usuarios": path}, only_open=True))
    assert prepared.frame.index[~prepared.frame.index.isin(prepared.excluded)].tolist() == sorted(
        left
    )
    assert "estado" not in prepared.dataset.frame.columns
    plain = path.with_name("USUARIOS.CSV")
    plain.write_bytes(ended.raw)
    with pytest.raises(InputError, match="ida y vuelta"):
        prepare_asked(ACTION, DataOptions({"usuarios": plain}, only_open=True))


def test_the_app_offers_what_is_left_and_shows_the_original_columns(ended: Ended) -> None:
    session = Session()
    corrections.put_original(
        session, read_any(ended.saved("usuarios_vuelta.csv", roundtrip=True))[0]
    )
    assert "estado" not in session.files.working["usuarios"].frame.columns
    assert session.files.open_lines["usuarios"] == open_lines(
        read_any(ended.saved("usuarios_vuelta.csv", roundtrip=True))[0]
    )
