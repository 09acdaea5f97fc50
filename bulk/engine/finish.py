"""The end of a run in this process: what was claimed and not started is given back, the state and
the counters are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from bulk.core.logs import log
from bulk.core.records import ENDED_RUNS, REVIEW_STATES, Command
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
        live.stop_state = live.stop_state or "stopped"
        live.stop_reason = live.stop_reason or error.message
        log.error("la ejecución %s no se ha podido cerrar: %s", live.run_id, error.message)
    finally:
        try:
            live.log.close()
            live.on_end()
        finally:  # whatever happens there: somebody waits for it
            live.ended.set()


def hear(live: LiveRun, commands: Sequence[Command]) -> bool:
    """Whether the last of `commands` stops the run. The orders that they cancel are taken out of
    it.
    """
    text = [command.command for command in commands]
    live.dropped |= {int(each.removeprefix(DROP)) for each in text if each.startswith(DROP)}
    last = next((each for each in reversed(text) if not each.startswith(DROP)), "")
    if last in STOPS:
        live.halt(STOPS[last])
    return last in STOPS


def _close(live: LiveRun) -> None:
    if commands := control.unread(live.journal, [live.run_id]):
        hear(live, commands)
        control.acknowledge(live.journal, [command.seq for command in commands])
    _revert(live)
    live.journal.flush()
    if live.stop_state == "cancelled":
        rows.cancel_open(live.journal, live.run_id)
    counts = runs.run_counts(live.journal, live.run_id)
    if live.canary and not live.stop_state and counts["pending"]:
        timers.end_canary(live, counts)
    if live.stop_state != "cancelled" and not counts["pending"] and not counts["running"]:
        live.stop_state = live.stop_reason = (
            None  # it was asked to stop when there was nothing left to do
        )
    if not live.stop_state and not counts["running"] and counts["pending"] and _wait_text(live):
        live.stop_state, live.stop_reason = "paused", ORDERS_WAIT
    if not live.stop_state and (
        counts["pending"] or counts["running"]
    ):  # never called ended with rows left open
        live.stop_state, live.stop_reason = "stopped", LEFT_OPEN
    elif live.stop_state in ("paused", "stopped") and (
        held := rows.held(live.journal, live.run_id)
    ):
        text = IN_WEBEX_ONE if held == 1 else IN_WEBEX.format(f"{held} filas")
        live.stop_reason = f"{live.stop_reason} {text}" if live.stop_reason else text
    state = live.stop_state or final_state(counts)
    if live.stop_state and live.stop_reason:
        _described(live)
    if live.dry_run and state in ENDED_RUNS:
        seal(live.journal, live.run_id)
    store_counters(live)
    sample(live, counts)
    runs.update_run(live.journal, live.run_id, state=state, reason=live.stop_reason, ended_at=now())
    live.log.event("run_end", run=live.run_id, state=state, reason=live.stop_reason)


def seal(journal: Journal, run_id: str) -> None:
    """Keep the digest of what a dry run shows: what is launched of it has to be just that."""
    schedule = runs.get_run(journal, run_id).schedule
    runs.update_run(
        journal, run_id, schedule={**schedule, "plan_hash": reviewed.plan_digest(journal, run_id)}
    )


def _wait_text(live: LiveRun) -> bool:
    """Orders wait, or were let go on when the last of the others had just ended."""
    text = control.history(live.journal, live.run_id)
    return orders.waiting(live.journal, live.run_id) > 0 or bool(
        text and text[-1].command.startswith("resume r")
    )


def _described(live: LiveRun) -> None:
    """The audit keeps why a run stopped by itself: a resume clears the reason that is on show."""
    command = "canary" if live.stopped_for_look else "auto_pause"
    control.post(live.journal, live.run_id, command, "bulk", acked=True, detail=live.stop_reason)


def final_state(counts: dict[str, int]) -> str:
    """completed, or completed_with_errors when some row did not go well."""
    bad = sum(counts[state] for state in REVIEW_STATES)
    return "completed_with_errors" if bad else "completed"


def _revert(live: LiveRun) -> None:
    """Rows that were claimed or decided and not sent; those of settling units keep their open
    intent.
    """
    units = [*live.ready, *live.parked]
    items = [item for unit in units if unit.stage in ("rows", "set") for item in unit.items]
    items += [item for waiting in live.gathered.values() for item in waiting]
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
    counters, base = live.api.counters, live.counters_before
    return base[0] + counters.requests, base[1] + counters.retries, base[2] + counters.rate_limited


def store_counters(live: LiveRun) -> None:
    """What the run cost so far, and what was learned about the organisation's limit."""
    current = totals(live)
    if current == live.stored_counters:
        return
    runs.update_run(
        live.journal, live.run_id, requests=current[0], retries=current[1], rate_limited=current[2]
    )
    memory.remember(live.journal, f"pace:{live.org_key}", live.api.pace.learned().to_json())
    live.stored_counters = current
