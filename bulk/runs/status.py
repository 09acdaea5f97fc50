"""The one document that `run`, `resume`, `status` and `runs` give, and the line for the
telephone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bulk.adapters import get_action
from bulk.core.records import UNITS, RunRecord
from bulk.core.states import ENDED_RUNS, PLAN_STATES, ROW_STATES, review_states
from bulk.core.text import pluralize, thousands
from bulk.errors import UsageError
from bulk.journal import control, runs, samples
from bulk.journal.memory import learned_limit
from bulk.runs import locks
from bulk.runs.context import Context

LIVE_STATES = frozenset({"running", "preparing", "scheduled"})
STOPS = ("pause", "cancel", "auto_pause", "canary")
LOOKED_BACK = 15  # samples, about one a second: the present rate
RUN_WORDS = {
    "preparing": "en preparación",
    "scheduled": "programada",
    "running": "en curso",
    "paused": "en pausa",
    "completed": "completada",
    "completed_with_errors": "completada con errores",
    "stopped": "detenida",
    "cancelled": "cancelada",
    "interrupted": "interrumpida (se puede reanudar)",
}


def run_state(context: Context, run: RunRecord) -> str:
    """The stored state; `interrupted` when the process that worked it has died."""
    if run.state not in LIVE_STATES or locks.is_owned(context.home, run.run_id):
        return run.state
    ended = runs.get_run(
        context.journal, run.run_id
    ).state  # it may have finished since `run` was read
    return "interrupted" if ended in LIVE_STATES else ended


def wait_until_idle(context: Context, run_id: str, *, patience: float = 10.0) -> RunRecord:
    """The run, when no process works it; whoever was reported to stop gets `patience` seconds to
    end the rows in flight.

    Raises RunNotFound, OwnedElsewhere.
    """
    run = find_run(context, run_id)
    message = control.history(context.journal, run.run_id)
    until = time.monotonic() + (patience if message and message[-1].command in STOPS else 0.0)
    while locks.is_owned(context.home, run.run_id):
        if time.monotonic() >= until:
            locks.refuse_owned(context.home, run.run_id)
        time.sleep(0.05)
    return runs.get_run(context.journal, run.run_id)


def document(context: Context, run: RunRecord) -> dict[str, Any]:
    """The run as `bulk status --json` prints it."""
    state = run_state(context, run)
    counts = runs.run_counts(context.journal, run.run_id)
    names = PLAN_STATES if run.dry_run else ROW_STATES
    orders = runs.order_statuses(context.journal, run.run_id, state)
    return {
        "run_id": run.run_id,
        "action_id": run.action_id,
        "state": state,
        "reason": run.reason,
        "dry_run": run.dry_run,
        "kind": run.kind,
        "parent": run.parent,
        "schedule": {
            name: value
            for name, value in run.schedule.items()
            if name in ("at", "after", "not_after", "canary")
        },
        "counts": {name: counts[name] for name in names},
        "orders": [
            {
                "order_id": order.order_id,
                "state": order.state,
                "total": order.total,
                "counts": {name: order.counts.get(name, 0) for name in names},
            }
            for order in orders
        ],
        "requests": run.requests,
        "retries": run.retries,
        "rate_limited": run.rate_limited,
        **forecast(context, run, state, counts),
        "elapsed_s": elapsed(run, state),
        "target": run.target,
        "org_id": run.org_id,
        "org_name": run.org_name,
        "person": run.person,
        "created_at": run.created_at,
        "note": run.note,
    }


def forecast(
    context: Context, run: RunRecord, state: str, counts: Mapping[str, int]
) -> dict[str, float | None]:
    """`rate` (rows/s) and `request_rate` (calls/s) of the last seconds, `eta_s` (seconds left),
    `learned_limit` (calls/s).

    None where it cannot be reported: the run is not being worked, or met no limit yet.
    """
    limit = learned_limit(context.journal, f"{run.target}|{run.org_id or ''}")
    known: dict[str, float | None] = {
        "rate": None,
        "request_rate": None,
        "eta_s": None,
        "learned_limit": limit,
    }
    recent = (
        samples.read(context.journal, run.run_id, last=LOOKED_BACK) if state == "running" else []
    )
    if len(recent) < 2:
        return known
    first, last = recent[0], recent[-1]
    seconds = (datetime.fromisoformat(last.at) - datetime.fromisoformat(first.at)).total_seconds()
    if seconds <= 0 or last.rows < first.rows or last.requests < first.requests:
        return known
    rate = (last.rows - first.rows) / seconds
    known |= {
        "rate": round(rate, 2),
        "request_rate": round((last.requests - first.requests) / seconds, 2),
    }
    left = counts["pending"] + counts["running"]
    return known | {"eta_s": round(left / rate, 1) if rate else None}


def elapsed(run: RunRecord, state: str) -> float:
    """Wall seconds from the first request to the last outcome, or to now while it runs."""
    if not run.started_at:
        return 0.0
    until = run.ended_at if run.ended_at and state not in LIVE_STATES else None
    end = datetime.fromisoformat(until) if until else datetime.now(UTC)
    return round(max(0.0, (end - datetime.fromisoformat(run.started_at)).total_seconds()), 3)


def find_run(context: Context, run_id: str) -> RunRecord:
    """The run of that id; «última» (or "last") is the newest. Raises RunNotFound, UsageError."""
    if run_id in ("última", "ultima", "last"):
        newest = runs.list_runs(context.journal, limit=1)
        if not newest:
            raise UsageError("Todavía no se ha lanzado nada en este directorio de datos.")
        return newest[0]
    return runs.get_run(context.journal, run_id)


def exit_code(document_: dict[str, Any]) -> int:
    """0 every row done, unchanged or excluded; 1 ended with others; 3 stopped before the end."""
    if document_["state"] not in ENDED_RUNS or document_["state"] == "cancelled":
        return 3
    counts = document_["counts"]
    bad = (*review_states(document_["kind"]), "cancelled")
    return 1 if any(counts.get(name, 0) for name in bad) else 0


def phone_line(context: Context, run: RunRecord) -> str:
    """The run in one line, to be read out on the telephone; see `phone_text`."""
    state, counts = run_state(context, run), runs.run_counts(context.journal, run.run_id)
    return phone_text(run, state, counts, forecast(context, run, state, counts)["eta_s"])


def phone_text(
    run: RunRecord, state: str, counts: Mapping[str, int], eta_s: float | None = None
) -> str:
    """`Acme España · Desvío total con prefijo 53: 2.918 de 4.300 usuarios (68 %), 41 por
    revisar. En curso. Fin estimado: 13:40.`

    `eta_s` is how many seconds are left; None when that is not known.
    """
    total = sum(counts.values()) - counts["excluded"]
    finished = total - counts["pending"] - counts["running"]
    review = sum(counts[state] for state in review_states(run.kind))
    share = f"{100 * finished // total} %" if total else "0 %"
    units = pluralize(total, *UNITS[get_action(run.action_id).dataset])
    where = "SANDBOX" if run.target == "sandbox" else run.org_name or run.target
    done = f"{thousands(finished)} de {units} ({share}), {thousands(review)} por revisar"
    line = f"{where} · {title(run)}: {done}. {run_word(run, state).capitalize()}."
    if eta_s is None:
        return line
    end = datetime.now() + timedelta(seconds=eta_s)
    return f"{line} Fin estimado: {end:%H:%M}."


KINDS = {"apply": "{}", "undo": "Deshacer · {}", "verify": "Verificación · {}"}


def title(run: RunRecord) -> str:
    """`Desvío total con prefijo 53`, with what the run is when it is not the action itself."""
    name = KINDS[run.kind].format(get_action(run.action_id).title)
    return f"Ensayo · {name}" if run.dry_run and run.kind != "verify" else name


def run_word(run: RunRecord, state: str) -> str:
    """The state in Spanish; what a dry run or a verification finds is no error of theirs."""
    return (
        "terminada"
        if run.dry_run and state in ("completed", "completed_with_errors")
        else RUN_WORDS[state]
    )
