"""States of rows, orders and runs, and their words (docs/diseno.md 4, docs/interfaz.md 2)."""

from __future__ import annotations

from collections.abc import Mapping

ROW_STATES = (
    "pending",
    "running",
    "done",
    "unchanged",
    "failed",
    "invalid",
    "unknown",
    "conflict",
    "cancelled",
    "excluded",
)
PLAN_STATES = ("create", "change", "unchanged", "conflict", "blocked", "invalid")
ALL_STATES = tuple(dict.fromkeys(ROW_STATES + PLAN_STATES))
# code of a row that the launched dry run had not come to: excluded there, and still to be done
NOT_IN_DRY_RUN = "sin_ensayo"
OPEN_STATES = frozenset({"pending", "running"})
# have to be looked at
REVIEW_STATES = ("failed", "invalid", "unknown", "conflict", "blocked")
# of a verification: a reading of what there is would still change the row
NOT_AS_ASKED = ("change", "create")
RETRY_STATES = ("failed", "unknown", "cancelled", "conflict", "blocked")
ENDED_RUNS = frozenset({"completed", "completed_with_errors", "cancelled"})
STATE_WORDS = {
    "pending": "pendiente",
    "running": "en curso",
    "done": "hecha",
    "unchanged": "sin cambios",
    "failed": "con error",
    "invalid": "no válida",
    "unknown": "sin confirmar",
    "conflict": "conflicto",
    "cancelled": "cancelada",
    "excluded": "fuera de alcance",
    "create": "crear",
    "change": "cambiar",
    "blocked": "bloqueada",
}
# Words of rows of a verification, and of a launched dry run that had not come to them.
DIFFERENT, UNREADABLE, NOT_TRIED = "distinto", "no legible", "sin ensayar"
ORDER_WORDS = {
    "queued": "en cola",
    "running": "en curso",
    "success": "correcto",
    "partial": "parcial",
    "error": "con errores",
    "paused": "en pausa",
    "cancelled": "cancelado",
}
_UNTOUCHED = frozenset({"pending", "invalid", "excluded"})  # an order of nothing else has not begun
_GOOD = frozenset({"done", "unchanged", "excluded", "create", "change"})


def review_states(kind: str) -> tuple[str, ...]:
    """States of the rows of such a run that have to be looked at."""
    return (*REVIEW_STATES, *NOT_AS_ASKED) if kind == "verify" else REVIEW_STATES


def order_state(counts: Mapping[str, int], run_state: str) -> str:
    """State of an order from its counters and its run's state (docs/diseno.md 4); pure, so that it
    can never disagree with them.
    """
    present = {state for state, n in counts.items() if n}
    if present & OPEN_STATES:
        if run_state in {"paused", "stopped", "interrupted"}:
            return "paused"
        return "queued" if present <= _UNTOUCHED else "running"
    if "cancelled" in present:
        return "cancelled"
    if present.isdisjoint(REVIEW_STATES):
        return "success"
    return "error" if present.isdisjoint(_GOOD) else "partial"
