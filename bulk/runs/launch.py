"""Launch a prepared file or a reviewed dry run, and wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bulk.core.records import Row, RunRecord
from bulk.core.settings import MAX_WORKERS, in_force
from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.files.dataset import Dataset
from bulk.journal import rows, runs
from bulk.planning.prepare import PreparedFile, first_rows, planned_rows, require_sources
from bulk.runs import reviewed as reviewed_runs
from bulk.runs.child_runs import ready_for
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.input_files import keep
from bulk.runs.orders import CHUNK_SIZE, add_order, build_chunks
from bulk.runs.preflight import advice, preflight
from bulk.runs.schedule import refuse_past, stored
from bulk.runs.start import start_run
from bulk.runs.status import find_run

WAITED_ENOUGH = (
    "Se ha esperado {} s, el tiempo pedido. Reanuda cuando quieras: no se ha perdido nada."
)


@dataclass(frozen=True)
class Launch:
    """How a prepared file is to be run."""

    bulk: bool = True  # False: row by row, in file order
    dry_run: bool = False  # reads and decides only
    chunk_size: int = CHUNK_SIZE  # rows per order; 100-300 recommended
    workers: int = 32  # requests in flight at most
    # profile, force_pstn, allow_calling_removal
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""  # ticket, phase
    parent: str | None = None  # the dry run that was looked at
    at: datetime | None = None  # waits until then
    not_after: datetime | None = None  # pauses by itself then
    canary: int = 0  # stops for a look after so many rows, spread over the locations; 0 = does not
    rate_ceiling: float | None = (
        None  # calls per second never exceeded; None = as set, 0 = learned only
    )
    after: tuple[
        str, ...
    ] = ()  # runs of the same organisation, at work in this process, to wait for

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= MAX_WORKERS:
            raise UsageError(f"El número de hilos debe estar entre 1 y {MAX_WORKERS}.")
        if self.chunk_size < 1:
            raise UsageError("El tamaño de lote debe ser 1 o más; se recomienda entre 100 y 300.")
        if self.canary < 0:
            raise UsageError("El número de filas de prueba debe ser 1 o más.")
        if self.at and self.not_after and self.not_after <= self.at:
            raise UsageError("La hora de parar debe ser posterior a la de empezar.")
        refuse_past("at", self.at)
        refuse_past("not_after", self.not_after)


def launch(
    context: Context,
    prepared: PreparedFile,
    connection: Connection,
    how: Launch,
    *,
    advise: Callable[[str], None] = lambda text: None,
) -> LiveRun:
    """Write the run with all its orders to the journal, then let the engine work it in the
    background.

    The token and a few ids are tried first (preflight): when they do not fit, no run is written and
    no change is sent. `advise` hears of what stops nothing. Raises InputError (a required parameter
    has no source, foreign ids), TokenRejected, Forbidden, OwnedElsewhere, JournalError.
    """
    require_sources(prepared)
    connection = preflight(context, connection, prepared.action, first_rows(prepared))
    for text in advice(connection):
        advise(text)
    run = _record(context, prepared, connection, how)
    return hand_over(context, run, planned_rows(prepared), connection)


def hand_over(
    context: Context, run: RunRecord, rows_: Iterable[Row], connection: Connection
) -> LiveRun:
    """Write `run` with its orders to the journal and let the engine work it. Raises OwnedElsewhere,
    JournalError.
    """
    runs.create_run(context.journal, run)
    for chunk in build_chunks(rows_, run.chunk_size):
        add_order(context, run.run_id, run.action_id, chunk)
    if run.schedule.get("canary"):
        descending = bool(run.schedule.get("descending"))
        lines = rows.spread(
            context.journal, run.run_id, run.schedule["canary"], descending=descending
        )
        runs.update_run(context.journal, run.run_id, schedule={**run.schedule, "lines": lines})
    command = "launch" if run.kind == "apply" else run.kind
    return start_run(context, run, connection, commands=[command], detail=_launched(run))


def _launched(run: RunRecord) -> str:
    """What was handed over, for the audit."""
    if plan := run.scope.get("plan"):
        return f"lo que mostró el ensayo {plan}"
    if run.kind == "apply":
        return "ensayo" if run.dry_run else "sin ensayo"
    return f"ensayo · {run.parent}" if run.dry_run and run.kind == "undo" else str(run.parent)


def _record(
    context: Context, prepared: PreparedFile, connection: Connection, how: Launch
) -> RunRecord:
    dry_run_scope = {"rows_hash": prepared.rows_hash} if how.dry_run else {}
    return RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=prepared.action.id,
        target=connection.target,
        dry_run=how.dry_run,
        bulk=how.bulk,
        chunk_size=how.chunk_size,
        workers=how.workers,
        org_id=connection.org_id,
        org_name=connection.org_name,
        person=connection.person,
        options=dict(how.options),
        settings=in_force(context.settings, how.rate_ceiling),
        mapping=prepared.mapping.to_json(),
        scope={**prepared.scope, **dry_run_scope},
        files=tuple(_file(context, dataset) for dataset in prepared.files),
        note=how.note,
        parent=how.parent,
        schedule=stored(how.at, how.not_after, how.canary, how.after),
    )


def _file(context: Context, dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "file_name": dataset.file_name,
        "sha256": dataset.sha256,
        "rows": len(dataset.frame),
        # one row of a script: no file
        "kept": (keep(context, dataset) if dataset.sha256 or len(dataset.frame) > 1 else None),
    }


def launch_plan(
    context: Context,
    plan_run_id: str,
    connection: Connection,
    how: Launch,
    *,
    reviewed: str | None = None,
    advise: Callable[[str], None] = lambda text: None,
) -> LiveRun:
    """Run exactly what a dry run showed: a row that is not as it was then ends `conflict`, with
    what changed.

    `reviewed`: digest of what was looked at (RunRecord.plan_hash), when it may have been
    repeated since. Raises RunNotFound, UsageError (no finished dry run, another organisation, or
    another dry run wanted), TokenRejected, Forbidden, OwnedElsewhere.
    """
    if how.dry_run:
        raise UsageError(
            "Lanzar un ensayo revisado escribe en Webex: no puede ser otro ensayo. Repite el ensayo"
            " del fichero."
        )
    plan = find_run(context, plan_run_id)
    connection = ready_for(context, plan, connection, advise)
    run = reviewed_runs.from_plan(context, plan, connection, how.note or plan.note, reviewed)
    run = replace(
        run,
        workers=how.workers,
        bulk=how.bulk,
        chunk_size=how.chunk_size,
        settings=in_force(context.settings, how.rate_ceiling),
        # what its preview showed may be left out
        options=({**run.options, **how.options} if plan.kind == "undo" else run.options),
        schedule={**run.schedule, **stored(how.at, how.not_after, how.canary, how.after)},
    )
    return hand_over(context, run, reviewed_runs.planned(context, plan), connection)


def wait(
    live: LiveRun,
    *,
    every: float = 0.5,
    tell: Callable[[], None] = lambda: None,
    timeout: float | None = None,
) -> None:
    """Block until the run has finished, calling `tell` each `every` seconds. After `timeout`
    seconds it is paused.
    """
    until = None if timeout is None else time.monotonic() + timeout
    while not live.ended.wait(
        every if until is None else max(0.01, min(every, until - time.monotonic()))
    ):
        tell()
        if until is not None and time.monotonic() >= until:
            live.halt("paused", WAITED_ENOUGH.format(round(timeout or 0)))
            until = None
    tell()
