"""Success, failed and unprocessed with the excluded rows are the input, each row once, whatever
happened to the run.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk.core.records import Row, RunRecord
from bulk.core.states import PLAN_STATES
from bulk.errors import UsageError
from bulk.files.dataset import Dataset, from_records
from bulk.journal import row_writes, rows, runs
from bulk.report import parts, three_files, write_parts
from bulk.report.parts import FILE_NAMES
from bulk.runs import input_files
from bulk.runs.context import Context, close_context, open_context
from bulk.wording.states import parts_of

ACTION = "usuarios_configurar_desvio_prefijo53"
ENDS = ("done", "unchanged", "failed", "unknown", "conflict", *PLAN_STATES)
numbers = itertools.count()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    opened = open_context(tmp_path_factory.mktemp("parts") / "home")
    yield opened
    close_context(opened)


def people(count: int) -> Dataset:
    return from_records(
        {line: {"person_id": f"P{line}", "nota": f"=nota {line}"} for line in range(2, 2 + count)},
        name="usuarios",
    )


def run_of(context: Context, states: list[str], *, kept: bool = True) -> RunRecord:
    """A run whose rows are handed over in the given states: pending, invalid or excluded."""
    dataset = people(len(states))
    entry = {"name": "usuarios", "file_name": "USUARIOS.CSV", "rows": len(states)}
    if kept:
        entry["kept"] = input_files.keep(context, dataset)
    run = RunRecord(
        f"20261124-0000-{next(numbers)}", ACTION, "sandbox", state="running", files=(entry,)
    )
    runs.create_run(context.journal, run)
    lines = [
        Row(line, {"person_id": f"P{line}"}, state=state) for line, state in enumerate(states, 2)
    ]
    for start in range(0, len(lines), 7):
        runs.add_order(context.journal, run.run_id, lines[start : start + 7], "person_id")
    return run


def lines_of(chunks: Iterator[bytes]) -> list[int]:
    """Lines of the input that a file holds, by the person in it."""
    text = b"".join(chunks).decode("utf-8-sig")
    return [
        int(row["person_id"][1:])
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    ]


def finish(context: Context, run: RunRecord, ends: list[str]) -> None:
    for row, state in zip(
        rows.claim(context.journal, run.run_id, after=None, limit=len(ends)), ends, strict=False
    ):
        context.journal.later(row_writes.outcome(run.run_id, row.line, row.seq, state))
    context.journal.flush()


moves = st.one_of(
    st.lists(st.sampled_from(ENDS), max_size=9).map(lambda ends: ("work", ends)),
    st.integers(0, 5).map(lambda n: ("claim", n)),
    st.sampled_from([("kill", None), ("cancel", None), ("retry", None)]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(["pending", "pending", "pending", "invalid", "excluded"]), max_size=30
    ),
    st.lists(moves, max_size=6),
    st.booleans(),
)
def test_parts_are_the_input_each_row_once(
    context: Context, states: list[str], story: list[tuple[str, object]], kept: bool
) -> None:
    run = run_of(context, states, kept=kept)
    for what, how in story:
        if what == "work":
            finish(context, run, how)  # type: ignore[arg-type]
        elif what == "claim":
            rows.claim(context.journal, run.run_id, after=None, limit=int(str(how)))
        elif what == "kill":
            rows.recover_running_rows(context.journal, run.run_id)
        elif what == "cancel":
            rows.cancel_open(context.journal, run.run_id)
        else:
            rows.reopen(context.journal, run.run_id)
    found = {name: lines_of(chunks) for name, chunks in parts(context, run).items()}
    assert sorted(line for lines in found.values() for line in lines) == list(
        range(2, 2 + len(states))
    )
    by_line = {row.line: row.state for row in rows.read_rows(context.journal, run.run_id)}
    assert all(
        by_line[line] in parts_of(run)[name] for name, lines in found.items() for line in lines
    )
    assert found["excluded"] == [
        line for line, state in enumerate(states, 2) if state == "excluded"
    ]
    assert list(three_files(context, run)) == ["success", "failed", "unprocessed"]


def test_lines_that_were_not_handed_over_yet_are_unprocessed(context: Context) -> None:
    """A run that is being prepared, or was killed there; once it is prepared, what is missing is
    outside its scope.
    """
    run = run_of(context, ["pending"] * 7)
    entry = {**run.files[0], "kept": input_files.keep(context, people(12))}
    runs.update_run(context.journal, run.run_id, state="preparing", files=[entry])
    preparing = runs.get_run(context.journal, run.run_id)
    found = {name: list(chunks) for name, chunks in parts(context, preparing).items()}
    assert lines_of(iter(found["unprocessed"])) == list(range(2, 14))
    assert b"".join(found["unprocessed"]).decode("utf-8-sig").count("pendiente") == 12
    runs.update_run(context.journal, run.run_id, state="running")
    later = {name: lines_of(chunks) for name, chunks in parts(context, preparing).items()}
    assert (later["unprocessed"], later["excluded"]) == (list(range(2, 9)), list(range(9, 14)))


def test_a_run_that_goes_on_meanwhile_leaves_no_row_out_and_none_twice(context: Context) -> None:
    run = run_of(context, ["pending"] * 3_000)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set() and (
            taken := rows.claim(context.journal, run.run_id, after=None, limit=50)
        ):
            for row in taken:
                context.journal.later(row_writes.outcome(run.run_id, row.line, row.seq, "done"))
            context.journal.flush()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(3):
            found = [line for chunks in parts(context, run).values() for line in lines_of(chunks)]
            assert Counter(found) == Counter(range(2, 3_002))
    finally:
        stop.set()
        worker.join()


def test_parts_on_disk_have_spanish_names_and_the_columns_of_the_file(
    context: Context, tmp_path: Path
) -> None:
    run = run_of(context, ["pending", "invalid", "excluded"])
    written = write_parts(context, run, tmp_path / "una carpeta")
    assert {path.name for path in written.values()} == set(FILE_NAMES.values())
    header, row = written["unprocessed"].read_text("utf-8-sig").splitlines()
    assert header == "person_id;nota;estado;mensaje;causa;antes;después;trackingId;intento"
    assert row == "P2;'=nota 2;pendiente;;;;;;0"
    with pytest.raises(UsageError, match="No se puede escribir"):
        write_parts(context, run, written["failed"] / "dentro")


# -- kept files ------------------------------------------------------------------------------------

cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(cells, min_size=1, max_size=4, unique=True), st.data())
def test_a_kept_file_reads_back_cell_by_cell(
    context: Context, headers: list[str], data: st.DataObject
) -> None:
    table = data.draw(
        st.lists(st.lists(cells, min_size=len(headers), max_size=len(headers)), max_size=5)
    )
    lines = sorted(
        data.draw(st.sets(st.integers(2, 10**6), min_size=len(table), max_size=len(table)))
    )
    frame = pd.DataFrame(
        table,
        columns=pd.Index(headers, dtype="str"),
        index=pd.Index(lines, dtype="int64"),
        dtype="str",
    )
    dataset = replace(people(1), frame=frame)
    key = input_files.keep(context, dataset)
    assert input_files.headers(context, key) == tuple(headers)
    assert [(row.line, list(row.cells)) for row in input_files.read(context, key)] == list(
        zip(lines, table, strict=True)
    )
    assert input_files.keep(context, dataset) == key


def test_files_that_differ_in_one_cell_one_line_or_one_header_have_other_keys(
    context: Context,
) -> None:
    base = people(3)
    other_cell = base.frame.copy()
    other_cell.iloc[1, 1] = "x"
    frames = [
        base.frame,
        other_cell,
        base.frame.set_axis([2, 3, 5]),
        base.frame.rename(columns={"nota": "Nota"}),
    ]
    assert len({input_files.keep(context, replace(base, frame=frame)) for frame in frames}) == 4


def test_keeping_again_writes_nothing_and_leaves_nothing_beside(context: Context) -> None:
    key = input_files.keep(context, people(12))
    path = context.home / "files" / f"{key}.parquet"
    os.utime(path, (0, 0))
    inode = path.stat().st_ino
    assert input_files.keep(context, people(12)) == key
    assert path.stat().st_ino == inode
    assert (
        path.stat().st_mtime > 0
    )  # young again, so that it is not pruned before its run is written
    assert list(path.parent.glob(".*")) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0" * 63, "G" * 64])
def test_a_key_that_is_none_is_never_a_path(context: Context, key: str) -> None:
    with pytest.raises(UsageError):
        list(input_files.read(context, key))
    assert not input_files.is_kept(context, key)


def test_a_damaged_copy_says_so(context: Context) -> None:
    key = input_files.keep(context, people(20))
    (context.home / "files" / f"{key}.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(UsageError, match="dañada"):
        list(input_files.read(context, key))
