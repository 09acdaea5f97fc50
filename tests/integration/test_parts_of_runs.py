"""Success, failed, unprocessed and excluded are the input after whatever an operator does with a
run, through the engine.
"""

from __future__ import annotations

import csv
import io
import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bulk.engine import LiveRun
from bulk.files.dataset import from_records
from bulk.journal import check
from bulk.planning.prepare import prepare
from bulk.planning.scope import Scope
from bulk.report import parts
from bulk.runs.launch import Launch, launch
from bulk.runs.resume import resume, retry
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from bulk.runs.undo import undo
from tests.integration.adapters.many import callers
from tests.workspace import PATIENCE, Remote, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"
LINES = range(2, 62)
OUTSIDE = (41, 48)  # lines that the scope leaves out
STEPS = 5


def started(workspace: Workspace, remote: Remote) -> LiveRun:
    """Sixty rows: some not valid, some outside the scope, and two people without calling
    license.
    """
    people = [*callers(remote, 56), 7, 7 + 33]
    ids = [*map(remote.person, people), *["nada"] * (len(LINES) - len(people))]
    records = {
        line: {"person_id": who, "destination": "600111222", "linea": line}
        for line, who in zip(LINES, ids, strict=True)
    }
    inside = Scope(lines=((LINES[0], OUTSIDE[0] - 1), (OUTSIDE[1] + 1, LINES[-1])))
    prepared = prepare(FORWARD, {"usuarios": from_records(records, name="usuarios")}, scope=inside)
    return launch(
        workspace.context, prepared, workspace.connection, Launch(chunk_size=7, workers=4)
    )


def lines_of(chunks: Iterator[bytes]) -> list[int]:
    text = b"".join(chunks).decode("utf-8-sig")
    return [
        int(row["linea"]) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    ]


def sound(workspace: Workspace, run_id: str) -> dict[str, int]:
    """The four files are the input, each line once, and the journal adds up; returns how many lines
    each file has.
    """
    found = {
        name: lines_of(chunks)
        for name, chunks in parts(workspace.context, find_run(workspace.context, run_id)).items()
    }
    assert Counter(line for lines in found.values() for line in lines) == Counter(LINES)
    return {name: len(lines) for name, lines in found.items()}


@pytest.mark.parametrize("seed", range(4))
def test_files_are_the_input_after_random_stops_and_retries(
    workspace: Workspace, remote: Remote, seed: int
) -> None:
    dice = random.Random(seed)
    remote.config(latency_ms=8)
    live = started(workspace, remote)
    for _ in range(STEPS):
        remote.fail_next(
            {
                "method": "PUT",
                "status": dice.choice([400, 409, 503, 504]),
                "times": dice.randrange(4),
            }
        )
        sound(workspace, live.run_id)
        time.sleep(dice.uniform(0, 0.25))
        if dice.random() < 0.8:
            request_stop(
                workspace.context, live.run_id, dice.choice(["pause", "pause", "cancel"]), "prueba"
            )
        assert live.ended.wait(PATIENCE)
        assert check.check(workspace.context.journal).findings == ()
        sound(workspace, live.run_id)
        more = resume(workspace.context, live.run_id, workspace.connection) or retry(
            workspace.context, live.run_id, workspace.connection
        )
        live = more or live
    remote.fail_next()
    assert live.ended.wait(PATIENCE)
    for again in (resume, retry):
        if more := again(workspace.context, live.run_id, workspace.connection):
            assert more.ended.wait(PATIENCE)
    counts = sound(workspace, live.run_id)
    assert (counts["unprocessed"], counts["excluded"]) == (0, 1 + OUTSIDE[1] - OUTSIDE[0])
    assert counts["success"] == remote.writes() == 48
    assert check.check(workspace.context.journal).findings == ()


def test_files_of_a_stopped_undo_are_the_input_too(workspace: Workspace, remote: Remote) -> None:
    live = started(workspace, remote)
    assert live.ended.wait(PATIENCE)
    remote.config(latency_ms=20)
    back = undo(workspace.context, live.run_id, workspace.connection)
    time.sleep(0.3)
    request_stop(workspace.context, back.run_id, "cancel", "prueba")
    assert back.ended.wait(PATIENCE)
    assert sum(sound(workspace, back.run_id).values()) == len(LINES)
    again = retry(workspace.context, back.run_id, workspace.connection)
    assert again is not None and again.ended.wait(PATIENCE)
    counts = sound(workspace, back.run_id)
    assert (counts["success"], counts["unprocessed"]) == (48, 0)
