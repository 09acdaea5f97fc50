"""What applying a dry run will cost: calls and time, from what the dry run itself needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulk.context import Context
from bulk.journal.control import learned_limit
from bulk.records import RunRecord

FIRST_RATE = 20.0  # calls a second of a first start, before anything was learned


@dataclass(frozen=True)
class Estimate:
    """A forecast, not a promise."""

    calls: int  # requests to Webex
    seconds: float  # at `rate`
    rate: float  # calls a second: the learned limit, else that of a first start
    learned: bool  # the rate was learned from this organisation


def estimate(context: Context, run: RunRecord, counts: Mapping[str, int]) -> Estimate:
    """For a finished dry run: each row that changes is read again and written once, the others only read."""
    read = sum(counts.get(state, 0) for state in ("create", "change", "unchanged", "blocked", "conflict", "failed"))
    changes = counts.get("create", 0) + counts.get("change", 0)
    reads_per_row = max(1.0, run.requests / read) if read else 1.0
    learned = learned_limit(context.journal, f"{run.target}|{run.org_id or ''}")
    rate = learned or FIRST_RATE
    calls = round(changes * (reads_per_row + 1) + counts.get("unchanged", 0) * reads_per_row)
    return Estimate(calls, calls / rate, rate, learned is not None)
