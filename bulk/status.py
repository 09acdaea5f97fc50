"""The one document that `run`, `resume`, `status` and `runs` give, and the line for the telephone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bulk import ownership
from bulk.actions import get_action
from bulk.context import Context
from bulk.errors import UsageError
from bulk.journal import runs
from bulk.records import ENDED_RUNS, PLAN_STATES, ROW_STATES, RunRecord

LIVE_STATES = frozenset({"running", "preparing", "scheduled"})
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


def run_state(home: Path, run: RunRecord) -> str:
    """The stored state; `interrupted` when the process that worked it has died."""
    if run.state in LIVE_STATES and not ownership.is_owned(home, run.run_id):
        return "interrupted"
    return run.state


def document(context: Context, run: RunRecord) -> dict[str, Any]:
    """The run as `bulk status --json` prints it."""
    state = run_state(context.home, run)
    counts = runs.run_counts(context.journal, run.run_id)
    names = PLAN_STATES if run.dry_run else ROW_STATES
    orders = runs.order_statuses(context.journal, run.run_id, state)
    return {
        "run_id": run.run_id,
        "action_id": run.action_id,
        "state": state,
        "reason": run.reason,
        "dry_run": run.dry_run,
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
        "elapsed_s": elapsed(run, state),
        "target": run.target,
        "org_id": run.org_id,
        "org_name": run.org_name,
        "person": run.person,
        "created_at": run.created_at,
        "note": run.note,
    }


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
    bad = ("failed", "unknown", "conflict", "invalid", "blocked")
    return 1 if any(counts.get(name, 0) for name in bad) else 0


def phone_line(context: Context, run: RunRecord) -> str:
    """`Acme España · Desvío total con prefijo 53: 2.918 de 4.300 usuarios (68 %), 41 por revisar.`"""
    counts = runs.run_counts(context.journal, run.run_id)
    total = sum(counts.values()) - counts["excluded"]
    finished = total - counts["pending"] - counts["running"]
    review = sum(counts[state] for state in ("failed", "invalid", "unknown", "conflict", "blocked"))
    action = get_action(run.action_id)
    share = f"{100 * finished // total} %" if total else "0 %"
    where = "SANDBOX" if run.target == "sandbox" else run.org_name or run.target
    word = RUN_WORDS[run_state(context.home, run)]
    done = f"{thousands(finished)} de {thousands(total)} {action.dataset} ({share}), {thousands(review)} por revisar"
    return f"{where} · {action.title}: {done}. {word.capitalize()}."


def thousands(number: int) -> str:
    """4300 -> `4.300`."""
    return f"{number:,}".replace(",", ".")
