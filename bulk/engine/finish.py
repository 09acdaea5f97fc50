"""The end of a run in this process: what was claimed and not started is given back, the state and
the counters are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from bulk.core.logs import log
from bulk.core.records import Command
from bulk.core.states import ENDED_RUNS, REVIEW_STATES
from bulk.core.stop_reasons import LEFT_OPEN
from bulk.engine import outcomes, timers
from bulk.engine.state import LiveRun
from bulk.errors import JournalError
from bulk.journal import Journal, control, memory, orders, reviewed, rows, runs, samples
from bulk.journal.row_writes import now

STOPS = {"pause": "paused", "cancel": "cancelled"}
DROP = "cancel r"  # and the number of an order
ORDERS_WAIT = "Lo demás ha terminado: solo quedan lotes en pausa. Reanúdalos cuando quieras."
IN_WEBEX = "{} siguen en Webex: al reanudar se mira cómo acabaron, y no se vuelven a enviar."
IN_WEBEX_ONE = "1 fila sigue en Webex: al reanudar se mira cómo acabó, y no se vuelve a enviar."


def end_run(live: LiveRun) -> None:
    """Close `live`. Called once, by one thread, when nothing of it is being worked."""
    try:
        _close(live)
    except JournalError as error:
        live.stop.set(live.stop.state or "stopped", live.stop.reason or error.message)
        log.error("la ejecución %s no se ha podido cerrar: %s", live.run_id, error.message)
    finally:
        try:
            live.spec.log.close()
            live.spec.on_end()
        finally:  # whatever happens there: other threads wait for it
            live.ended.set()


def hear(live: LiveRun, commands: Sequence[Command]) -> bool:
    """Whether the last of `commands` stops the run. The orders that they cancel are taken out of
    it.
    """
    text = [command.command for command in commands]
    live.dispatch.dropped |= {
        int(each.removeprefix(DROP)) for each in text if each.startswith(DROP)
    }
    last = next((each for each in reversed(text) if not each.startswith(DROP)), "")
    if last in STOPS:
        live.halt(STOPS[last])
    return last in STOPS


def _close(live: LiveRun) -> None:
    _hear_the_last(live)
    _give_back(live)
    live.journal.flush()
    if live.stop.state == "cancelled":
        rows.cancel_open(live.journal, live.run_id)
    counts = runs.run_counts(live.journal, live.run_id)
    if live.spec.canary and not live.stop.state and counts["pending"]:
        timers.end_canary(live, counts)
    _settle_stop(live, counts)
    state = live.stop.state or final_state(counts)
    if live.stop.state and live.stop.reason:
        _audit(live)
    if live.spec.dry_run and state in ENDED_RUNS:
        seal(live.journal, live.run_id)
    store_counters(live)
    sample(live, counts)
    reason = live.stop.reason
    runs.update_run(live.journal, live.run_id, state=state, reason=reason, ended_at=now())
    live.spec.log.event("run_end", run=live.run_id, state=state, reason=reason)


def _hear_the_last(live: LiveRun) -> None:
    """Commands that came while the run was coming to its end."""
    commands = control.unread(live.journal, [live.run_id])
    if commands:
        hear(live, commands)
        control.acknowledge(live.journal, [command.seq for command in commands])


def _settle_stop(live: LiveRun, counts: dict[str, int]) -> None:
    """How the run ends, given the rows that are left: never called ended with rows left open."""
    stop, pending, running = live.stop, counts["pending"], counts["running"]
    left = pending or running
    if stop.state != "cancelled" and not left:
        stop.set(None)  # it was asked to stop when there was nothing left to do
    if stop.state is None and left:
        wait = pending and not running and _orders_wait(live)
        stop.set(*(("paused", ORDERS_WAIT) if wait else ("stopped", LEFT_OPEN)))
        if not wait:
            return
    held = rows.held(live.journal, live.run_id) if stop.state in ("paused", "stopped") else 0
    if held:
        text = IN_WEBEX_ONE if held == 1 else IN_WEBEX.format(f"{held} filas")
        stop.set(stop.state, f"{stop.reason} {text}" if stop.reason else text)


def seal(journal: Journal, run_id: str) -> None:
    """Keep the digest of what a dry run shows: what is launched of it has to be just that."""
    schedule = runs.get_run(journal, run_id).schedule
    runs.update_run(
        journal, run_id, schedule={**schedule, "plan_hash": reviewed.plan_digest(journal, run_id)}
    )


def _orders_wait(live: LiveRun) -> bool:
    """Orders wait, or were let go on when the last of the others had just ended."""
    text = control.history(live.journal, live.run_id)
    return orders.waiting(live.journal, live.run_id) > 0 or bool(
        text and text[-1].command.startswith("resume r")
    )


def _audit(live: LiveRun) -> None:
    """The audit keeps why a run stopped by itself: a resume clears the reason that is on show."""
    command = "canary" if live.stop.for_look else "auto_pause"
    control.post(live.journal, live.run_id, command, "bulk", acked=True, detail=live.stop.reason)


def final_state(counts: dict[str, int]) -> str:
    """completed, or completed_with_errors when some row did not go well."""
    bad = sum(counts[state] for state in REVIEW_STATES)
    return "completed_with_errors" if bad else "completed"


def _give_back(live: LiveRun) -> None:
    """Rows that were claimed or decided and not sent; those of settling units keep their open
    intent.
    """
    units = [*live.dispatch.ready, *live.dispatch.parked]
    items = [item for unit in units if unit.stage in ("rows", "set") for item in unit.items]
    items += [item for waiting in live.dispatch.gathered.values() for item in waiting]
    for item in items:
        outcomes.release(live, item)


def sample(live: LiveRun, counts: dict[str, int] | None = None) -> None:
    """One line of how fast it goes, for rates, forecasts and charts."""
    counts = counts or runs.run_counts(live.journal, live.run_id)
    asked, _, limited = totals(live)
    view = live.api.pace.snapshot()
    finished = (
        sum(counts.values())
        - counts["pending"]
        - counts["running"]
        - counts["invalid"]
        - counts["excluded"]
    )
    speed = view.rate if view.limit is not None else None
    samples.add(
        live.journal, live.run_id, rows=finished, requests=asked, rate_limited=limited, pace=speed
    )


def totals(live: LiveRun) -> tuple[int, int, int]:
    """Requests, retries and 429s of this process on top of those of earlier ones."""
    counters, base = live.api.counters, live.spec.counters_before
    return base[0] + counters.requests, base[1] + counters.retries, base[2] + counters.rate_limited


def store_counters(live: LiveRun) -> None:
    """What the run cost so far, and what was learned about the organisation's limit."""
    current = totals(live)
    if current == live.health.stored_counters:
        return
    runs.update_run(
        live.journal, live.run_id, requests=current[0], retries=current[1], rate_limited=current[2]
    )
    memory.remember(live.journal, f"pace:{live.spec.org_key}", live.api.pace.learned().to_json())
    live.health.stored_counters = current
