"""What a run does by the clock and on its own account: its hour to begin, its hour to stop, the
pause after its first rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from bulk.engine.state import LiveRun
from bulk.journal import rows, runs
from bulk.journal.row_writes import now
from bulk.wording.fingerprints import Failure, main_cause

LATE_REASON = (
    "Son más de las {}, la hora a la que tenía que parar. Reanuda cuando quieras: no se ha perdido"
    " nada."
)
CANARY_REASON = (
    "Primeras {} filas terminadas, {} con error. Revísalas y reanuda para seguir con las {} que"
    " quedan."
)
DRY_RUN_REASON = (
    "Primeras {} filas ensayadas, {} con error. Revísalas y ensaya las demás: quedan {}."
)
BAD = ("failed", "unknown", "conflict", "blocked")


def moment(schedule: Mapping[str, Any], name: str) -> datetime | None:
    """`at` or `not_after` of a run's schedule, in UTC."""
    text = schedule.get(name)
    return datetime.fromisoformat(text) if text else None


def is_early(live: LiveRun, living: Collection[str]) -> bool:
    """Its hour has not come, or a run that it waits for is still among the `living` of this
    process.

    Those of one organisation are all of one process (docs/diseno.md 6.4), so no others have to
    be asked for.
    """
    return not live.spec.after.isdisjoint(living) or (
        live.spec.not_before is not None and datetime.now(UTC) < live.spec.not_before
    )


def check_clock(live: LiveRun, living: Collection[str]) -> bool:
    """Begin what has waited for its turn (True), stop what has reached its last hour. Called
    several times per second.
    """
    begins = live.dispatch.waiting and not is_early(live, living)
    if begins:
        begin(live)
    if (
        live.spec.not_after is not None
        and not live.stopping
        and datetime.now(UTC) >= live.spec.not_after
    ):
        live.halt("paused", LATE_REASON.format(f"{live.spec.not_after.astimezone():%H:%M}"))
    return begins


def begin(live: LiveRun) -> None:
    """The run is being worked from now on. Raises JournalError."""
    started = runs.get_run(live.journal, live.run_id).started_at or now()
    runs.update_run(
        live.journal, live.run_id, state="running", reason=None, ended_at=None, started_at=started
    )
    live.dispatch.waiting = False


def end_canary(live: LiveRun, counts: Mapping[str, int]) -> None:
    """The first rows have ended: the run pauses for a look; the next launch takes all the rest."""
    bad = sum(counts[state] for state in BAD)
    live.stop.for_look = True
    shown = DRY_RUN_REASON if live.spec.dry_run else CANARY_REASON
    reason = shown.format(len(live.spec.canary), bad, counts["pending"])
    failed = rows.read_rows(live.journal, live.run_id, states=BAD)
    cause = main_cause(
        Failure(row.code, row.status, row.message, row.label, row.group) for row in failed
    )
    live.stop.set("paused", f"{reason} Causa principal: «{cause}»." if cause else reason)
    schedule = runs.get_run(live.journal, live.run_id).schedule
    rest = {name: value for name, value in schedule.items() if name != "lines"}
    runs.update_run(live.journal, live.run_id, schedule=rest)
