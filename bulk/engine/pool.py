"""One pool of daemon threads for all runs of the process; it hands out units, and no entity is ever
held twice.

Rows of one entity are worked in file order: a unit whose entity is held is parked, and comes first
when it is free.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bulk.core.logs import log
from bulk.core.settings import MAX_WORKERS
from bulk.engine import feed, row
from bulk.engine.finish import end_run
from bulk.engine.state import LiveRun, Unit


@dataclass
class Pool:
    """The process's pool; `changed` guards it and every LiveRun's dispatch fields."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    runs: list[LiveRun] = field(default_factory=list)
    held: set[str] = field(default_factory=set)  # entities being worked
    threads: int = 0
    turn: int = 0  # which run is asked first: they share the pool fairly


POOL = Pool()
Job = Callable[[], None]


def add_run(live: LiveRun) -> None:
    """Let the pool work `live`. Threads are made as needed, up to MAX_WORKERS and those that work
    ahead.
    """
    with POOL.changed:
        if not POOL.threads:
            # What is loaded by now stays: a full collection that looks at it holds all threads up.
            gc.freeze()
        POOL.runs.append(live)
        # no outcome on the disk whose line is not in the log
        live.journal.before_commit += (live.spec.log.flush,)
        wanted = max(POOL.threads, min(MAX_WORKERS, live.spec.workers) + ahead(live))
        for number in range(POOL.threads, wanted):
            threading.Thread(target=_serve, name=f"bulk-{number}", daemon=True).start()
        POOL.threads = wanted
        POOL.changed.notify_all()


def ahead(live: LiveRun) -> int:
    """Rows beyond those in flight, whose intents and outcomes are written meanwhile: the line never
    waits for the disk.
    """
    return live.spec.workers // 2 if live.spec.bulk else 0


def live_runs() -> list[LiveRun]:
    with POOL.changed:
        return list(POOL.runs)


def live_ids() -> set[str]:
    return {live.run_id for live in live_runs()}


def wake(live: LiveRun) -> None:
    """Look again at `live`: it has new orders, or has to stop."""
    with POOL.changed:
        live.dispatch.claim_again()
        live.dispatch.woken = True
        POOL.changed.notify_all()
    end_if_over(live)


def _serve() -> None:
    while True:
        job = _take()
        try:
            job()
        except Exception:  # a thread of the pool must never die
            log.exception("unexpected")


def _take() -> Job:
    with POOL.changed:
        while True:
            POOL.turn += 1
            for offset in range(len(POOL.runs)):
                job = _job_of(POOL.runs[(POOL.turn + offset) % len(POOL.runs)])
                if job:
                    return job
            POOL.changed.wait()


def _job_of(live: LiveRun) -> Job | None:
    if live.stopping or live.dispatch.ending or live.dispatch.waiting:
        return None
    if feed.is_wanted(live):
        live.dispatch.feeding, live.dispatch.woken = True, False
        return lambda: _feed(live)
    while live.dispatch.ready and live.dispatch.active < live.spec.workers + ahead(live):
        unit = live.dispatch.ready.popleft()
        if unit.keys & POOL.held:
            live.dispatch.parked.append(unit)
            continue
        POOL.held |= unit.keys
        live.dispatch.active += 1
        return lambda: _work(live, unit)
    return None


def _feed(live: LiveRun) -> None:
    units: list[Unit] = []
    try:
        units = feed.next_units(live)
    finally:
        with POOL.changed:
            live.dispatch.ready.extend(units)
            live.dispatch.feeding = False
            if live.dispatch.woken:  # what came after the claim is still to be claimed
                live.dispatch.claim_again()
            POOL.changed.notify(len(units) + _flush_sets(live) + 1)
        end_if_over(live)


def _work(live: LiveRun, unit: Unit) -> None:
    more = row.Next()
    try:
        more = row.do_unit(live, unit)
    finally:
        with POOL.changed:
            POOL.held -= unit.keys
            live.dispatch.active -= 1
            units = [*more.units, *feed.gather(live, more.decided)]
            live.dispatch.ready.extendleft(reversed(units))
            freed = _unpark(unit.keys) + _flush_sets(live)
            if len(units) + freed > 0:
                POOL.changed.notify(len(units) + freed)
            idle = not live.dispatch.active
        if idle:
            end_if_over(live)


def _flush_sets(live: LiveRun) -> int:
    """With no rows left to fill them, the sets go as they are."""
    if (
        not live.dispatch.exhausted
        or live.dispatch.active
        or live.dispatch.feeding
        or live.dispatch.ready
        or live.dispatch.parked
    ):
        return 0
    units = feed.last_sets(live)
    live.dispatch.ready.extend(units)
    return len(units)


def _unpark(keys: frozenset[str]) -> int:
    """Units that waited for one of `keys` come first again, in their order."""
    freed = 0
    for live in POOL.runs:
        mine = [unit for unit in live.dispatch.parked if unit.keys & keys]
        if mine:
            live.dispatch.parked = [unit for unit in live.dispatch.parked if not unit.keys & keys]
            live.dispatch.ready.extendleft(reversed(mine))
            freed += len(mine)
    return freed


def end_if_over(live: LiveRun) -> None:
    with POOL.changed:
        dispatch = live.dispatch
        over = dispatch.idle and (live.stopping or dispatch.drained)
        if not over or dispatch.ending:
            return
        dispatch.ending = True
    try:
        end_run(live)
    finally:
        # only now: who finds no live run may trust that its last outcome is on the disk
        with POOL.changed:
            POOL.runs.remove(live)
            live.journal.before_commit = tuple(
                call for call in live.journal.before_commit if call != live.spec.log.flush
            )


def look_again() -> None:
    """Something that held a run back is over."""
    with POOL.changed:
        POOL.changed.notify_all()
