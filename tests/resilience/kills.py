"""A run that is killed and resumed, again and again, at moments that dice choose."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from bulk.adapters import SUPPORTED
from tests.resilience.invariants import Reference, all_violations
from tests.resilience.setup import Moment, Remote, Runner, a_moment, kill_when

LONG_KILLS, KILLS = 200, 20
MOVES = "usuarios_asignar_location_desde_csv"
SLOW = {"latency_ms": 40.0, "job_seconds": 1.0}
NOISE = {"ambiguous_rate": 0.05, "fail_rate": 0.05, "truncate_rate": 0.02}
MAX_PER_ROUND = 4


def kills_of(action: str, *, long: bool) -> int:
    """20 over the nine actions: two each, and two more for the moves."""
    return LONG_KILLS if long else KILLS // len(SUPPORTED) + 2 * (action == MOVES)


@dataclass
class Story:
    """What happened so far, reported when a test fails."""

    action: str
    dice: random.Random = field(repr=False)
    moments: list[Moment | str] = field(
        default_factory=list
    )  # when killed, and how the organisation was from then on


def kill_until(story: Story, kills: int, runner: Runner, reference: Reference) -> None:
    """Rounds of a fresh organisation and a fresh data directory until so many kills have hit a live
    process.
    """
    round_, left = 0, kills
    while left > 0:
        round_ += 1
        runner.remote.as_new(**SLOW)
        fresh = Runner(runner.home / str(round_), runner.remote, runner.files)
        left -= one_round(story, fresh, reference, min(MAX_PER_ROUND, left))
        found = all_violations(
            reference, fresh.rows(), runner.remote.state(), runner.remote.counters()
        )
        assert not found, (story, found)


def one_round(story: Story, runner: Runner, reference: Reference, kills: int) -> int:
    """A run that is killed and resumed `kills` times, then resumed to its end; returns how often
    the kill found it alive.

    The first kill comes in a quiet organisation; from then on dice decide after each.
    """
    hits = 0
    process = runner.start(*runner.run_arguments(story.action, workers=4))
    for number in range(kills):
        moment = next_moment(story, runner.remote, reference, first=number == 0)
        story.moments.append(moment)
        hits += kill_when(process, runner.remote, moment)
        noisy = story.dice.random() < 0.5
        story.moments.append("noisy" if noisy else "quiet")
        runner.remote.config(**(NOISE if noisy else dict.fromkeys(NOISE, 0.0)))
        process = runner.go_on(story.action, workers=4)
    ended = runner.wait(process)
    assert ended.code in (0, 1), (story, ended)
    return hits


def next_moment(story: Story, remote: Remote, reference: Reference, *, first: bool) -> Moment:
    counters: dict[str, Any] = remote.counters()
    if (
        story.action == MOVES and first
    ):  # between the POST of the job and its answer, or while it is followed
        return Moment(
            "move_jobs",
            counters["move_jobs"] + 1,
            story.dice.choice((0.0, story.dice.uniform(0, 1.0))),
        )
    share = 2 if first else 3  # what is still to come is less than the whole
    writes = max(0, reference.effective_writes - counters["effective_writes"])
    return a_moment(story.dice, counters, reference.requests // share, writes // share or writes)
