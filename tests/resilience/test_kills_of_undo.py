"""Kill -9 while a run is being undone: resumed, everything is back as it was before the run, and
nothing was given back twice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.resilience.invariants import Reference, other_state, repeated_writes, without_outcome
from tests.resilience.kills import MOVES, NOISE, SLOW
from tests.resilience.setup import Moment, Remote, Runner, kill_when

ALL_COMES_BACK = ["usuarios_configurar_desvio_prefijo53", "ubicacion_configurar_llamadas_internas"]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("action", ALL_COMES_BACK)
def test_killed_and_resumed_undo_gives_everything_back_once(
    action: str,
    request: pytest.FixtureRequest,
    dice: random.Random,
    remote: Remote,
    runner: Runner,
    without_accidents: Callable[[str], Reference],
) -> None:
    reference, message, hits = without_accidents(action), [], 0
    for round_ in range(50 if request.config.getoption("--long", False) else 1):
        seed_state = remote.as_new()
        fresh = Runner(runner.home / str(round_), remote, runner.files)
        assert fresh.do(*fresh.run_arguments(action)).code in (0, 1)
        done = str(fresh.run_id())
        remote.config(**SLOW)
        process = fresh.start("undo", done)
        for _ in range(1 + (action == ALL_COMES_BACK[0])):
            so_far = remote.counters()["effective_writes"] - reference.effective_writes
            left = max(1, (reference.effective_writes - so_far) // 2)
            moment = Moment(
                "effective_writes",
                reference.effective_writes + so_far + dice.randint(1, left),
                dice.uniform(0, 0.05),
            )
            message.append(moment)
            hits += kill_when(process, remote, moment)
            remote.config(**(NOISE if dice.random() < 0.5 else {}))
            process = (
                fresh.start("undo", done)
                if fresh.run_id() in (None, done)
                else fresh.start("resume", str(fresh.run_id()))
            )
        ended = fresh.wait(process)
        assert ended.code in (0, 1), (message, ended)
        assert ended.document["kind"] == "undo"
        twice = Counter(reference.writes) + Counter(reference.writes)
        found = without_outcome(fresh.rows()) + repeated_writes(
            remote.counters()["by_entity"], twice
        )
        assert not found + other_state(seed_state, remote.state()), (message, found)
    assert hits, message


def test_killed_between_the_requests_of_one_row_an_undo_goes_on_with_the_rest(
    dice: random.Random, remote: Remote, runner: Runner
) -> None:
    """Numbers go five a request: what is gone by then is as wanted, the others as before."""
    as_new = remote.as_new()
    places = [key for key, doc in as_new["location"].items() if doc["connection"]][:2]
    path, prefix = runner.files / "muchas.csv", "+3499100"
    rows = [
        f"{key};{'|'.join(f'{prefix}{place}{k:03d}' for k in range(30))}"
        for place, key in enumerate(places)
    ]
    path.write_text("\n".join(["location_id;phone_numbers", *rows]), encoding="utf-8")
    assert (
        runner.do(
            "run", "ubicacion_alta_numeraciones_desactivadas", "--ubicaciones", str(path), "--bulk"
        ).code
        == 0
    )
    remote.config(**SLOW)
    process = runner.start("undo", str(runner.run_id()))
    moment = Moment(
        "effective_writes",
        remote.counters()["effective_writes"] + dice.randint(1, 8),
        dice.uniform(0, 0.03),
    )
    assert kill_when(process, remote, moment), moment
    ended = runner.do("resume", str(runner.run_id()))
    assert ended.code == 0 and ended.document["kind"] == "undo", (moment, ended)
    assert [row.state for row in runner.rows()] == ["done", "done"]
    assert not other_state(as_new, remote.state()), moment


def test_killed_undo_of_moves_ends_as_one_without_a_kill(
    dice: random.Random,
    remote: Remote,
    runner: Runner,
    without_accidents: Callable[[str], Reference],
) -> None:
    """What a move cannot give back (numbers of the old location) is the same with and without the
    accident.
    """
    without_accidents(MOVES)
    states, outcomes = [], []
    for name, killed in (("calm", False), ("killed", True)):
        remote.as_new(job_seconds=0.5)
        fresh = Runner(runner.home / name, remote, runner.files)
        assert fresh.do(*fresh.run_arguments(MOVES)).code in (0, 1)
        done, jobs = str(fresh.run_id()), remote.counters()["move_jobs"]
        remote.config(**SLOW)
        process = fresh.start("undo", done)
        if killed:
            moment = Moment("move_jobs", jobs + 1, dice.choice((0.0, dice.uniform(0, 1.0))))
            print(moment)
            assert kill_when(process, remote, moment)
            process = fresh.start("resume", str(fresh.run_id()))
        ended = fresh.wait(process)
        assert ended.code in (0, 1), ended
        states.append(remote.state())
        outcomes.append([(row.line, row.state, row.code) for row in fresh.rows()])
        assert max(remote.counters()["by_entity"].values()) <= 2
    assert outcomes[0] == outcomes[1]
    assert not other_state(*states)
