"""Launching, resuming and waiting: what the CLI, the pages and `run(token=...)` have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bulk import engine, ownership
from bulk.actions import get_action
from bulk.bulk_runner import CHUNK_SIZE, build_chunks, submit_bulk_order
from bulk.connection import Connection, api_for, connect, identify
from bulk.context import Context, open_context
from bulk.dataset import Dataset, from_records, read_csv
from bulk.engine import LiveRun
from bulk.errors import InputError, UsageError
from bulk.journal import control, rows, runs
from bulk.plan import Prepared, first_rows, planned_rows, prepare, require_sources
from bulk.preflight import advice, preflight
from bulk.records import ENDED_RUNS, RunRecord
from bulk.settings import MAX_WORKERS
from bulk.starting import start_run
from bulk.status import document, find_run, run_state


@dataclass(frozen=True)
class Launch:
    """How a prepared file is to be run."""

    bulk: bool = True  # False: row by row, in file order
    dry_run: bool = False  # reads and decides only
    chunk_size: int = CHUNK_SIZE  # rows an order; 100-300 recommended
    workers: int = 32  # requests in flight at most
    options: Mapping[str, Any] = field(default_factory=dict)  # profile, force_pstn, allow_calling_removal
    note: str = ""  # ticket, phase
    parent: str | None = None  # the plan that was looked at

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= MAX_WORKERS:
            raise UsageError(f"El número de hilos debe estar entre 1 y {MAX_WORKERS}.")
        if self.chunk_size < 1:
            raise UsageError("El tamaño de lote debe ser 1 o más; se recomienda entre 100 y 300.")


def launch(
    context: Context,
    prepared: Prepared,
    connection: Connection,
    how: Launch,
    *,
    advise: Callable[[str], None] = lambda text: None,
) -> LiveRun:
    """Write the run with all its orders to the journal, then let the engine work it in the background.

    The token and a few ids are tried first (preflight): when they do not fit, no run is written and no change is sent.
    `advise` hears of what stops nothing.
    Raises InputError (a required parameter has no source, foreign ids), TokenRejected, Forbidden, OwnedElsewhere, JournalError.
    """
    require_sources(prepared)
    connection = preflight(context, connection, prepared.action, first_rows(prepared))
    for text in advice(connection):
        advise(text)
    run = _record(context, prepared, connection, how)
    runs.create_run(context.journal, run)
    for chunk in build_chunks(planned_rows(prepared), how.chunk_size):
        submit_bulk_order(run.action_id, chunk, run_id=run.run_id, context=context)
    return start_run(context, run, connection)


def known(context: Context, connection: Connection) -> Connection:
    """The connection with its organisation and person. Raises TokenRejected, Forbidden, Unreadable, NotSent."""
    if connection.org_id:
        return connection
    return identify(api_for(connection, context.settings, context.journal), connection)


def _record(context: Context, prepared: Prepared, connection: Connection, how: Launch) -> RunRecord:
    files = [dataset for dataset in (prepared.global_dataset, prepared.dataset) if dataset]
    return RunRecord(
        run_id=runs.new_run_id(),
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
        settings=asdict(replace(context.settings, journal_url="")),
        mapping=prepared.mapping.to_json(),
        scope=dict(prepared.scope),
        files=tuple(_file(dataset) for dataset in files),
        note=how.note,
        parent=how.parent,
    )


def _file(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "file_name": dataset.file_name,
        "sha256": dataset.sha256,
        "rows": len(dataset.frame),
    }


# -- taking up again --------------------------------------------------------------------------------------------------


def resume(context: Context, run_id: str, connection: Connection) -> LiveRun | None:
    """Take up a run where it stopped, from the journal alone; None when it has ended and there is nothing to do.

    Raises RunNotFound, OwnedElsewhere (with a live owner), UsageError (another organisation, or it never got its rows),
    TokenRejected.
    """
    run = find_run(context, run_id)
    if run.state in ENDED_RUNS:
        return None
    if run.state == "preparing" and not ownership.is_owned(context.home, run.run_id):
        raise UsageError("Esa ejecución se interrumpió mientras se preparaba: no se envió nada. Lánzala de nuevo.")
    connection = known(context, connection)
    _same_organisation(run, connection)
    live = start_run(context, run, connection)
    control.post(context.journal, run.run_id, "resume", connection.person or "?", acked=True)
    return live


def _same_organisation(run: RunRecord, connection: Connection) -> None:
    if run.org_id and connection.org_id and run.org_id != connection.org_id:
        raise UsageError(f"El token es de otra organización. La ejecución es de {run.org_name or run.org_id}: usa un token suyo.")


def wait(live: LiveRun, *, every: float = 0.5, tell: Callable[[], None] = lambda: None) -> None:
    """Block until the run has come to rest, calling `tell` each `every` seconds."""
    while not live.ended.wait(every):
        tell()
    tell()


def request_stop(context: Context, run_id: str, command: str, who: str, *, patience: float = 10.0) -> RunRecord:
    """Post `pause` or `cancel`, and return when the owner took it up, or at once when nobody owns the run."""
    run = find_run(context, run_id)
    if run.state in ENDED_RUNS:
        return run
    owned = ownership.is_owned(context.home, run.run_id)
    control.post(context.journal, run.run_id, command, who, acked=not owned)
    if not owned:
        _stop_unowned(context, run, command)
        return find_run(context, run.run_id)
    until = time.monotonic() + patience
    while time.monotonic() < until and any(control.unread(context.journal, [run.run_id])):
        time.sleep(0.05)
    return find_run(context, run.run_id)


def _stop_unowned(context: Context, run: RunRecord, command: str) -> None:
    if command == "cancel":
        rows.cancel_open(context.journal, run.run_id)
        runs.update_run(context.journal, run.run_id, state="cancelled")
    elif run.state == "running":
        runs.update_run(context.journal, run.run_id, state="paused")


# -- run(token=..., **params) -----------------------------------------------------------------------------------------


def call_action(
    action_id: str,
    *,
    token: str | None,
    bulk: bool,
    chunk_size: int,
    csv: str | None,
    global_csv: str | None,
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """What `Action.call` promises."""
    action, context = get_action(action_id), open_context()
    options = {name: params[name] for name in action.options if params.get(name) is not None}
    values = {name: value for name, value in params.items() if name not in action.options and value is not None}
    unknown = sorted(set(values) - {param.name for param in action.parameters})
    if unknown:
        raise UsageError(f"«{action_id}» no tiene el parámetro {', '.join(unknown)}.")
    if csv is None:
        files = {action.dataset: from_records({1: values}, name=action.dataset, file_name="parámetros")}
    else:
        files = {action.dataset: read_csv(Path(csv), name=action.dataset)}
    if global_csv:
        files["global"] = read_csv(Path(global_csv), name="global")
    explicit = {name: f"={value}" for name, value in values.items()} if csv else None
    prepared = prepare(action_id, files, explicit=explicit, options=options)
    if csv is None and prepared.invalid:
        raise InputError("; ".join(problem.text() for problem in prepared.problems))
    connection = connect(context.home, token=token)
    live = launch(context, prepared, connection, Launch(bulk=bulk, chunk_size=chunk_size, options=options))
    wait(live)
    return result(context, live.run_id, one_row=csv is None)


def result(context: Context, run_id: str, *, one_row: bool) -> dict[str, Any]:
    """The run's document; for one row, the row's own outcome with the run it belongs to."""
    found = document(context, find_run(context, run_id))
    if not one_row:
        return found
    row = next(rows.read_rows(context.journal, run_id))
    return {"run_id": run_id, **asdict(row), "run_state": found["state"], "reason": found["reason"]}


def unfinished(context: Context) -> list[RunRecord]:
    """Runs that can be taken up again: paused, stopped, interrupted."""
    found = runs.list_runs(context.journal, states=("running", "paused", "stopped", "scheduled"))
    return [run for run in found if run_state(context.home, run) in ("paused", "stopped", "interrupted")]


def stop_all() -> None:
    """Pause every run of this process (the app is closing)."""
    engine.stop_all()
