"""Runs made from the journal of another run need no file: a reviewed dry run (`reviewed`), an undo
(`undo`), a verification (`verify`). What the three share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bulk.adapters import get_action
from bulk.core.records import RowResult, RunRecord
from bulk.core.settings import in_force
from bulk.core.states import ENDED_RUNS
from bulk.errors import UsageError
from bulk.journal import rows, runs
from bulk.runs.connection import Connection, known, same_organisation
from bulk.runs.context import Context
from bulk.runs.preflight import advice
from bulk.runs.status import wait_until_idle

IRREVERSIBLE = "irreversible"  # code of the rows that an undo cannot give back
IN_FLIGHT = (
    "{} en Webex sin respuesta en la ejecución {}: lo que llegue después no se desharía. Antes {},"
    " y deshaz cuando acabe."
)


def ready_for(
    context: Context,
    run: RunRecord,
    connection: Connection,
    advise: Callable[[str], None] = lambda text: None,
) -> Connection:
    """The connection, identified, for a run that no process works now.

    Raises OwnedElsewhere, UsageError, TokenRejected, Forbidden, Unreadable.
    """
    # a journal edited by hand is refused before anything is asked of Webex
    get_action(run.action_id)
    wait_until_idle(context, run.run_id)
    connection = known(connection, context.settings, context.journal)
    same_organisation(run, connection)
    for text in advice(connection):
        advise(text)
    return connection


def child_of(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    kind: str,
    dry_run: bool,
    note: str,
    **changes: Any,
) -> RunRecord:
    """A new run with the action, the options and the files of `run`."""
    return RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=run.action_id,
        target=connection.target,
        dry_run=dry_run,
        bulk=run.bulk,
        chunk_size=run.chunk_size,
        workers=run.workers,
        org_id=connection.org_id,
        org_name=connection.org_name or run.org_name,
        person=connection.person,
        options=run.options,
        settings=in_force(context.settings, run.settings.get("rate_ceiling")),
        mapping=run.mapping,
        files=run.files,
        note=note,
        parent=run.run_id,
        kind=kind,
        **changes,
    )


def require_nothing_in_flight(context: Context, run: RunRecord) -> None:
    """What may still land after an undo would be taken for as before, and stay.

    Raises UsageError.
    """
    open_rows = rows.in_flight(context.journal, run.run_id, context.settings.settle_delay)
    if not open_rows:
        return
    described = "1 fila sigue" if open_rows == 1 else f"{open_rows} filas siguen"
    remedy = (
        f"reintenta (bulk retry {run.run_id})"
        if run.state in ENDED_RUNS
        else f"reanuda (bulk resume {run.run_id})"
    )
    raise UsageError(IN_FLIGHT.format(described, run.run_id, remedy))


def sent_members(row: RowResult) -> dict[str, Any]:
    """member -> last value that the run sent, over all attempts of the row; never what was merely
    seen there.
    """
    if row.touched is not None:
        return dict(row.touched)
    # an older journal has no `touched`
    return {member: new for member, (_, new) in (row.change or {}).items()}
