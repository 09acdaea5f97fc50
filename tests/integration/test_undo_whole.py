"""Each of the nine actions over many rows: killed in the middle, resumed, ten rows changed by
somebody else, then undone.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bulk.adapters import SUPPORTED
from bulk.journal import runs
from bulk.runs.undo import undo, undo_lists
from tests.integration.adapters.many import Rows, many_rows
from tests.integration.concurrent_edit import CHANGES, concerned, given_back
from tests.paths import ROOT
from tests.workspace import PATIENCE, Remote, Result, Workspace

THEIRS = 10  # rows that somebody else changes between the run and its undo
QUICK = {"BULK_SETTLE_DELAY": "0.5", "BULK_JOB_POLL_FIRST": "0.2"}
Docs = dict[tuple[str, str], Any]  # (kind, id) -> document of the sandbox


@pytest.fixture
def remote(wide: Remote) -> Remote:
    return wide


def docs(remote: Remote) -> Docs:
    state = remote.admin("state")
    return {
        (kind, key): doc
        for kind in ("location", "person", "number")
        for key, doc in state[kind].items()
    }


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {
                    name: "|".join(cell) if isinstance(cell, list) else cell
                    for name, cell in row.items()
                }
            )


def run_killed(workspace: Workspace, action_id: str, rows: Rows, folder: Path) -> str:
    """A run in a process of its own, killed once some of its writes have come; returns its id."""
    dataset = "ubicaciones" if action_id.startswith("ubicacion") else "usuarios"
    write_csv(folder / f"{dataset}.csv", rows)
    running = workspace.remote.running
    own = {
        "BULK_HOME": str(workspace.context.home),
        "WEBEX_ACCESS_TOKEN": running.token,
        "WEBEX_BASE_URL": running.base_url,
    }
    command = [
        sys.executable,
        "-m",
        "bulk",
        "run",
        action_id,
        f"--{dataset}",
        str(folder / f"{dataset}.csv"),
        "--bulk",
    ]
    process = subprocess.Popen(
        [*command, "--chunk-size", "50", "--workers", "8", "--json"],
        cwd=ROOT,
        env=os.environ | QUICK | own,
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    while not under_way(workspace.remote, len(rows)):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return runs.list_runs(workspace.context.journal, limit=1)[0].run_id


def under_way(remote: Remote, rows: int) -> bool:
    """Some rows are written, by far not all; a move is one POST for many."""
    counters = remote.counters()
    return bool(counters["effective_writes"] >= rows / 6 or counters["move_jobs"])


def writes_on(remote: Remote, keys: set[tuple[str, str]]) -> dict[str, int]:
    """Effective writes so far on these documents."""
    ids = tuple(key for _, key in keys)
    return {
        name: times for name, times in remote.counters()["by_entity"].items() if name.endswith(ids)
    }


def undone(workspace: Workspace, run_id: str) -> Result:
    live = undo(workspace.context, run_id, workspace.connection)
    assert live.ended.wait(PATIENCE)
    return workspace.result(live.run_id)


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_killed_resumed_touched_by_others_and_undone(
    workspace: Workspace, remote: Remote, tmp_path: Path, action_id: str
) -> None:
    as_new, rows = docs(remote), many_rows(remote, action_id)
    remote.config(latency_ms=10)
    run_id = run_killed(workspace, action_id, rows, tmp_path)
    first = workspace.resume(run_id)
    assert first.counts == {"done": len(rows)}, [
        (row.state, row.message) for row in first.rows if row.state != "done"
    ]
    assert max(remote.counters()["by_entity"].values()) == 1

    theirs = rows[:THEIRS]
    for row in theirs:
        CHANGES.get(action_id, given_back)(remote, row)
    kept = {key for row in theirs for key in concerned(row)}
    as_touched, as_written = docs(remote), writes_on(remote, kept)
    result = undone(workspace, run_id)

    counts = {
        "done": len(rows) - THEIRS,
        "conflict" if action_id in CHANGES else "unchanged": THEIRS,
    }
    assert result.counts == counts, [
        (row.state, row.message) for row in result.rows if row.state != "done"
    ]
    assert (
        undo_lists(workspace.context, result.document["run_id"])["reverted"] == len(rows) - THEIRS
    )
    assert writes_on(remote, kept) == as_written
    after = docs(remote)
    assert {key: after.get(key) for key in kept} == {key: as_touched.get(key) for key in kept}
    rest = (as_new.keys() | after.keys()) - kept
    assert {key: after.get(key) for key in rest} == {key: as_new.get(key) for key in rest}
