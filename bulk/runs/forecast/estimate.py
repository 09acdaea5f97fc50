"""What applying a dry run will cost: calls and time, from what the dry run itself needed and how
the action writes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bulk.adapters import get_action
from bulk.core.action import Action, SetOps
from bulk.core.records import RunRecord
from bulk.journal import rows
from bulk.journal.memory import learned_limit
from bulk.runs.context import Context

FIRST_RATE = 20.0  # calls per second of a first start, before anything was learned
MIN_CALLS = 20  # of a dry run, from which its own rate says something
# rows that the dry run read
READ = ("create", "change", "unchanged", "blocked", "conflict", "failed")
WILL_WRITE = ("create", "change")
JOB_CALLS = 4  # around a remote job: the list of jobs before it, and about three looks at it


@dataclass(frozen=True)
class Estimate:
    """A forecast, not a promise."""

    calls: int  # requests to Webex
    seconds: float  # at `rate`, and the shortest time that remote jobs take
    # calls per second: the learned limit, else what the dry run reached, else that of a first start
    rate: float
    learned: bool  # the rate was learned from this organisation
    measured: bool = False  # it is that of the dry run itself


def estimate(context: Context, run: RunRecord, counts: Mapping[str, int]) -> Estimate:
    """For a finished dry run: its rows are read again, and those that change are written, one by
    one or in sets.
    """
    read = sum(counts.get(state, 0) for state in READ)
    changes = sum(counts.get(state, 0) for state in WILL_WRITE)
    reads_per_row = run.requests / read if read else 1.0
    reads = reads_per_row * (changes + counts.get("unchanged", 0))
    sets, jobs = get_action(run.action_id).sets, 0
    if changes and sets and sets.write_many:
        made = _sets(context, run, sets)
        jobs = made if sets.poll else 0
        # a set is read just before and once more after
        reading = max(1, math.ceil(reads_per_row * changes / made))
        writes = made * (1 + 2 * reading) + jobs * JOB_CALLS
    else:
        writes = changes
    learned = learned_limit(context.journal, f"{run.target}|{run.org_id or ''}")
    reached = _reached(run)
    rate = learned or reached or FIRST_RATE
    calls, waits = round(reads + writes), jobs * context.settings.job_poll_max
    return Estimate(
        calls, calls / rate + waits, rate, learned is not None, not learned and reached is not None
    )


def dry_run_seconds(context: Context, action: Action, total: int, org_key: str) -> float:
    """How long a dry run of `total` rows may take: its readings, at the limit learned or the pace
    of a first start.
    """
    at_once = (
        action.sets.read_limit(context.settings) if action.sets and action.sets.read_many else 1
    )
    return math.ceil(total / at_once) / (learned_limit(context.journal, org_key) or FIRST_RATE)


def _reached(run: RunRecord) -> float | None:
    """Calls a second that the dry run itself made; None when it was too short to tell."""
    if not run.started_at or not run.ended_at or run.requests < MIN_CALLS:
        return None
    seconds = (
        datetime.fromisoformat(run.ended_at) - datetime.fromisoformat(run.started_at)
    ).total_seconds()
    return run.requests / seconds if seconds > 0 else None


def _sets(context: Context, run: RunRecord, sets: SetOps) -> int:
    """Requests that the rows share, filled up to the adapter's limit."""
    weights, limit = Counter[str](), sets.write_limit(context.settings)
    for row in rows.read_rows(context.journal, run.run_id, states=WILL_WRITE):
        weights[sets.set_key(row.params)] += sets.weight(row.params)
    return sum(math.ceil(weight / limit) for weight in weights.values())


def people_losing_calling(context: Context, run: RunRecord) -> int:
    """People who would lose Webex Calling, and with it their call settings, if the dry run `run`
    were applied.
    """
    loses = get_action(run.action_id).loses_calling
    if loses is None:
        return 0
    changed = rows.read_rows(context.journal, run.run_id, states=("change",))
    return sum(loses(row.before or {}, row.change or {}) for row in changed)
