"""The owner's look at the control table, and at the counters, several times per second
(docs/diseno.md 6.6).
"""

from __future__ import annotations

import threading
import time

from bulk.core.logs import log
from bulk.engine import pool
from bulk.engine.finish import hear, sample, store_counters
from bulk.engine.state import LiveRun
from bulk.engine.timers import check_clock
from bulk.errors import JournalError
from bulk.journal import control

COUNTERS_EVERY = 1.0  # seconds
_started = threading.Lock()
_running = False
GO_ON = "resume r"  # and the number of an order that had to wait


def watch() -> None:
    """Start the watching thread, once per process."""
    global _running
    with _started:
        if not _running:
            _running = True
            threading.Thread(target=_watch, name="control", daemon=True).start()


def _watch() -> None:
    stored = 0.0
    while True:
        lives = pool.live_runs()
        interval = min((live.settings.control_interval for live in lives), default=0.25)
        time.sleep(interval)
        counters_too = time.monotonic() - stored > COUNTERS_EVERY
        stored = time.monotonic() if counters_too else stored
        for live in lives:
            try:
                _obey(live)
                if check_clock(live, pool.live_ids()):
                    pool.look_again()
                if counters_too and not live.dispatch.ending and not live.dispatch.waiting:
                    store_counters(live)
                    sample(live)
            except JournalError as error:
                live.halt("stopped", error.message)
            except Exception:  # the watcher must outlive any surprise: nothing else hears a pause
                log.exception("control")
            try:  # by itself: also a run whose commands cannot be read has to end
                pool.end_if_over(live)
            except Exception:
                log.exception("control")


def _obey(live: LiveRun) -> None:
    """Carry out the unread commands of `live`, the last one wins, and acknowledge them."""
    commands = control.unread(live.journal, [live.run_id])
    if not commands:
        return
    with pool.POOL.changed:
        if live.dispatch.ending:  # too late here: who asked finds the run idle, and does it there
            return
        stopped = hear(live, commands)
    if not stopped and any(command.command.startswith(GO_ON) for command in commands):
        pool.wake(live)
    control.acknowledge(live.journal, [command.seq for command in commands])
