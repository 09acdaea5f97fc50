"""Launching, resuming and waiting: what the CLI, the pages and `run(token=...)` have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bulk import engine
from bulk.adapters import get_action
from bulk.bulk_runner import CHUNK_SIZE, build_chunks, submit_bulk_order
from bulk.core.records import ENDED_RUNS, Row, RunRecord
from bulk.core.settings import MAX_WORKERS, in_force
from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.files.dataset import Dataset
from bulk.journal import control, orders, rows, runs
from bulk.planning.prepare import PreparedFile, first_rows, planned_rows, require_sources
from bulk.runs import child_runs, locks
from bulk.runs.connection import Connection, known, same_organisation
from bulk.runs.context import Context
from bulk.runs.input_files import keep
from bulk.runs.order_control import seqs_of
from bulk.runs.preflight import advice, preflight
from bulk.runs.schedule import refuse_past, stored
from bulk.runs.start import start_run
from bulk.runs.status import find_run, run_state, wait_until_idle
from bulk.webex.client import Token

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
    options: Mapping[str, Any] = field(
        default_factory=dict
    )  # profile, force_pstn, allow_calling_removal
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
        submit_bulk_order(run.action_id, chunk, run_id=run.run_id, context=context)
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
        "kept": (
            keep(context, dataset) if dataset.sha256 or len(dataset.frame) > 1 else None
        ),  # one row of a script: no file
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

    `reviewed`: digest of what somebody looked at (RunRecord.plan_hash), when it may have been
    repeated since. Raises RunNotFound, UsageError (no finished dry run, another organisation, or
    another dry run wanted), TokenRejected, Forbidden, OwnedElsewhere.
    """
    if how.dry_run:
        raise UsageError(
            "Lanzar un ensayo revisado escribe en Webex: no puede ser otro ensayo. Repite el ensayo"
            " del fichero."
        )
    plan = find_run(context, plan_run_id)
    connection = child_runs.ready_for(context, plan, connection, advise)
    run = child_runs.from_plan(context, plan, connection, how.note or plan.note, reviewed)
    run = replace(
        run,
        workers=how.workers,
        bulk=how.bulk,
        chunk_size=how.chunk_size,
        settings=in_force(context.settings, how.rate_ceiling),
        options=(
            {**run.options, **how.options} if plan.kind == "undo" else run.options
        ),  # what its preview showed may be left out
        schedule={**run.schedule, **stored(how.at, how.not_after, how.canary, how.after)},
    )
    return hand_over(context, run, child_runs.planned(context, plan), connection)


# -- resuming again -------------------------------------------------------------------------------


def resume(
    context: Context, run_id: str, connection: Connection, *, order_ids: Sequence[str] = ()
) -> LiveRun | None:
    """Take up a run where it stopped, from the journal alone; None when it has ended and there is
    nothing to do.

    With `order_ids` these orders alone, and the others wait. Without, orders that were reported to
    wait go on waiting, until nothing else is left. Raises RunNotFound, OwnedElsewhere (with a live
    owner), UsageError (another organisation, it never got its rows, or an order that is invalid of
    its own), TokenRejected.
    """
    run = wait_until_idle(context, run_id)
    if run.state in ENDED_RUNS:
        return None
    if run.state == "preparing":
        raise UsageError(
            "Esa ejecución se interrumpió mientras se preparaba: no se envió nada. Lánzala de"
            " nuevo."
        )
    get_action(
        run.action_id
    )  # a journal edited by hand is refused before anything is asked of Webex
    connection = known(connection, context.settings, context.journal)
    same_organisation(run, connection)
    seqs = seqs_of(context, run, order_ids)

    def choose() -> None:
        if seqs:
            orders.only(context.journal, run.run_id, seqs)
        else:
            orders.release_the_last(context.journal, run.run_id)

    commands = [f"resume r{seq}" for seq in seqs] or ["resume"]
    return start_run(context, run, connection, commands=commands, first=choose)


def retry(
    context: Context,
    run_id: str,
    connection: Connection,
    *,
    order_ids: Sequence[str] = (),
    lines: Sequence[int] = (),
) -> LiveRun | None:
    """Work again the rows of a run that failed, stayed unknown, were cancelled or drifted: all, or
    those chosen.

    A row with an unanswered write is settled by reading first; one that still shows neither what
    was asked nor what was there before is decided again on that reading. None when there is nothing
    to repeat. Raises RunNotFound, OwnedElsewhere (somebody works it already, a second retry too),
    UsageError, TokenRejected.
    """
    run = wait_until_idle(context, run_id)
    get_action(run.action_id)
    seqs = seqs_of(context, run, order_ids)
    asked = rows.retryable_lines(context.journal, run.run_id, order_seqs=seqs, lines=lines)
    if not asked:
        return None
    connection = known(connection, context.settings, context.journal)
    same_organisation(run, connection)

    def reopen() -> None:
        rows.reopen(context.journal, run.run_id, order_seqs=seqs, lines=lines)
        if seqs:
            orders.hold(context.journal, run.run_id, seqs, held=False)

    return start_run(context, run, connection, commands=["retry"], first=reopen, asked=asked)


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


def request_stop(
    context: Context, run_id: str, command: str, who: str, *, patience: float = 10.0
) -> RunRecord:
    """Post `pause` or `cancel`, and return when the owner took it up, or at once when nobody owns
    the run.
    """
    run = find_run(context, run_id)
    if run.state in ENDED_RUNS:
        return run
    with locks.kept_when_idle(context.home, run.run_id) as unowned:
        control.post(context.journal, run.run_id, command, who, acked=unowned)
        if unowned:
            _stop_unowned(context, run, command)
            return find_run(context, run.run_id)
    until = time.monotonic() + patience
    while time.monotonic() < until and (unheard := control.unread(context.journal, [run.run_id])):
        with locks.kept_when_idle(context.home, run.run_id) as unowned:
            if unowned:  # it came to rest, or died, before it heard
                control.acknowledge(context.journal, [each.seq for each in unheard])
                run = find_run(context, run.run_id)
                last = next(
                    (
                        each.command
                        for each in reversed(unheard)
                        if each.command in ("pause", "cancel")
                    ),
                    command,
                )
                if run.state not in ENDED_RUNS:
                    _stop_unowned(context, run, last)
        time.sleep(0.05)
    return find_run(context, run.run_id)


def forget_token(context: Context, token: Token, who: str) -> list[str]:
    """Pause the runs that this process works with that token, so that nothing more is sent with it;
    their ids.
    """
    found = engine.calling_with(token)
    for run_id in found:
        request_stop(context, run_id, "pause", who)
    return found


def _stop_unowned(context: Context, run: RunRecord, command: str) -> None:
    if command == "cancel":
        rows.cancel_open(context.journal, run.run_id)
        if run.dry_run:
            engine.seal(context.journal, run.run_id)
        runs.update_run(context.journal, run.run_id, state="cancelled")
    elif run.state == "running":
        runs.update_run(context.journal, run.run_id, state="paused")


def unfinished(context: Context) -> list[RunRecord]:
    """Runs that can be resumed: paused, stopped, interrupted."""
    found = runs.list_runs(context.journal, states=("running", "paused", "stopped", "scheduled"))
    return [run for run in found if run_state(context, run) in ("paused", "stopped", "interrupted")]


def stop_all() -> None:
    """Pause every run of this process (the app is closing)."""
    engine.stop_all()
