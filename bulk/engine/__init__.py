"""The engine: rows of all runs on one pool of threads, under the safety protocol of
docs/diseno.md 6.

Others start a run with `start(RunSpec)`, wake it when it has new orders, find the runs of this
process, and stop them. Lock order: the pool's `changed` first; then the leaves, which take no other
lock: a run's `StopState.lock`, `Health.lock`, `Projection.lock`.
"""

from __future__ import annotations

import time
from dataclasses import replace

from bulk.engine import pool, timers, watcher
from bulk.engine.feed import set_unit, single
from bulk.engine.finish import seal
from bulk.engine.pool import wake
from bulk.engine.state import Item, LiveRun, RunSpec, Unit
from bulk.journal import rows, runs
from bulk.webex.client import Token

__all__ = ["LiveRun", "RunSpec", "calling_with", "find_live", "seal", "start", "stop_all", "wake"]

CLOSED_REASON = "El programa se ha cerrado. Reanuda cuando quieras: no se ha perdido nada."


def start(spec: RunSpec) -> LiveRun:
    """Work the run in the background until its rows have ended or it has to stop. Raises
    JournalError.

    What an interruption left behind comes first: jobs are followed, open intents settled by
    reading.
    """
    left = rows.recover_running_rows(spec.journal, spec.run_id)
    record = runs.get_run(spec.journal, spec.run_id)
    # A verification looks at each row as it is: none of them changes what the next one finds.
    repeated = (
        frozenset[str]()
        if record.kind == "verify"
        else frozenset(rows.repeated_entities(spec.journal, spec.run_id))
    )
    counters = (record.requests, record.retries, record.rate_limited)
    live = LiveRun(replace(spec, repeated=repeated, counters_before=counters))
    if timers.is_early(live, pool.live_ids()):
        live.dispatch.waiting = True
        runs.update_run(live.journal, live.run_id, state="scheduled", reason=None, ended_at=None)
    else:
        timers.begin(live)
    started = time.monotonic()
    items = [Item(row, started, asked=row.line in spec.asked) for row in left]
    live.dispatch.ready.extend(_left_behind(live, items))
    live.api.limit_in_flight(spec.workers)
    spec.log.event("run_start", run=live.run_id, dry_run=spec.dry_run, left_behind=len(left))
    pool.add_run(live)
    watcher.watch()
    return live


def _left_behind(live: LiveRun, items: list[Item]) -> list[Unit]:
    """Units that settle: rows of one job together, rows of one unanswered set together, else row by
    row.
    """
    groups: dict[str, list[Item]] = {}
    for item in items:
        mark = item.row.mark or {}
        groups.setdefault(
            f"ticket {item.row.ticket}" if item.row.ticket else f"set {mark.get('set')}", []
        ).append(item)
    units: list[Unit] = []
    for name, group in groups.items():
        if name.startswith("ticket "):
            units.append(set_unit(live, group, "ticket"))
        elif name != "set None":
            units.append(set_unit(live, group, "settle"))
        else:
            units += [Unit("settle", [item], single(live, item).keys) for item in group]
    return units


def find_live(run_id: str) -> LiveRun | None:
    """The run, when this process is working it."""
    return next((live for live in pool.live_runs() if live.run_id == run_id), None)


def calling_with(token: Token) -> list[str]:
    """The runs of this process that call with that token."""
    return [live.run_id for live in pool.live_runs() if live.api.uses(token)]


def stop_all(timeout: float = 10.0) -> None:
    """Pause every run of this process and wait until they have finished (seconds at most)."""
    lives, until = pool.live_runs(), time.monotonic() + timeout
    for live in lives:
        live.halt("paused", CLOSED_REASON)
    for live in lives:
        pool.end_if_over(live)
        live.ended.wait(max(0.0, until - time.monotonic()))
