"""What applying a dry run will cost: calls and time, from what the dry run itself needed and how the action writes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bulk.actions import get_action
from bulk.context import Context
from bulk.contract import SetOps
from bulk.journal import rows
from bulk.journal.control import learned_limit
from bulk.records import RunRecord

FIRST_RATE = 20.0  # calls a second of a first start, before anything was learned
READ = ("create", "change", "unchanged", "blocked", "conflict", "failed")  # rows that the dry run read
WILL_WRITE = ("create", "change")
JOB_CALLS = 4  # around a remote job: the list of jobs before it, and about three looks at it


@dataclass(frozen=True)
class Estimate:
    """A forecast, not a promise."""

    calls: int  # requests to Webex
    seconds: float  # at `rate`, and the shortest time that remote jobs take
    rate: float  # calls a second: the learned limit, else that of a first start
    learned: bool  # the rate was learned from this organisation


def estimate(context: Context, run: RunRecord, counts: Mapping[str, int]) -> Estimate:
    """For a finished dry run: its rows are read again, and those that change are written, one by one or in sets."""
    read = sum(counts.get(state, 0) for state in READ)
    changes = sum(counts.get(state, 0) for state in WILL_WRITE)
    reads_per_row = run.requests / read if read else 1.0
    reads = reads_per_row * (changes + counts.get("unchanged", 0))
    sets, jobs = get_action(run.action_id).sets, 0
    if changes and sets and sets.write_many:
        made = _sets(context, run, sets)
        jobs = made if sets.poll else 0
        reading = max(1, math.ceil(reads_per_row * changes / made))  # a set is read just before and once more after
        writes = made * (1 + 2 * reading) + jobs * JOB_CALLS
    else:
        writes = changes
    learned = learned_limit(context.journal, f"{run.target}|{run.org_id or ''}")
    rate = learned or FIRST_RATE
    calls = round(reads + writes)
    return Estimate(calls, calls / rate + jobs * context.settings.job_poll_max, rate, learned is not None)


def _sets(context: Context, run: RunRecord, sets: SetOps) -> int:
    """Requests that the rows share, filled up to the adapter's limit."""
    weights, limit = Counter[str](), sets.write_limit(context.settings)
    for row in rows.read_rows(context.journal, run.run_id, states=WILL_WRITE):
        weights[sets.set_key(row.params)] += sets.weight(row.params)
    return sum(math.ceil(weight / limit) for weight in weights.values())
