"""The run that bare calls of `submit_bulk_order` share: one per action and data directory."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bulk import engine
from bulk.adapters import get_action
from bulk.core.records import Row, RunRecord
from bulk.core.settings import in_force
from bulk.journal import runs
from bulk.runs.connection import Connection, api_for, connect, identify
from bulk.runs.context import Context
from bulk.runs.start import start_run


@dataclass
class ImplicitRun:
    """The run that bare calls of one action share."""

    context: Context  # data directory
    connection: Connection  # from the environment
    run: RunRecord  # as created
    live: engine.LiveRun | None = None  # while it is being worked
    lines: set[int] = field(default_factory=set)  # handed over already


_guard = threading.Lock()
_implicit: dict[tuple[str, str], ImplicitRun] = {}


def submit(
    context: Context, action_id: str, chunk: Sequence[Row | tuple[int, Mapping[str, Any]]]
) -> str:
    """Hand the chunk over to the implicit run of the action; returns the order's id.

    Raises InputError, MissingToken, TokenRejected.
    """
    rows = _validated(action_id, chunk)
    lines = {row.line for row in rows}
    with _guard:
        implicit = _implicit_run(action_id, context, lines)
        entity = get_action(action_id).entity
        order_id = runs.add_order(context.journal, implicit.run.run_id, rows, entity)
        implicit.lines |= lines
        _work(implicit)
    return order_id


def _implicit_run(action_id: str, context: Context, lines: set[int]) -> ImplicitRun:
    """The open run of the action; a new one when there is none, or when a line would be handed over
    twice.
    """
    key = (action_id, str(context.home))
    implicit = _implicit.get(key)
    if implicit and not implicit.lines & lines:
        return implicit
    connection = connect(context.home)
    connection = identify(api_for(connection, context.settings, context.journal), connection)
    run = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=action_id,
        target=connection.target,
        person=connection.person,
        settings=in_force(context.settings),
    )
    runs.create_run(context.journal, run)
    _implicit[key] = ImplicitRun(context, connection, run)
    return _implicit[key]


def _work(implicit: ImplicitRun) -> None:
    """Let the engine see the new order; it is started again when it had come to an end."""
    if implicit.live and not implicit.live.dispatch.ending:
        engine.wake(implicit.live)
    if implicit.live and not implicit.live.dispatch.ending:
        return
    if implicit.live:
        implicit.live.ended.wait()
    implicit.live = start_run(implicit.context, implicit.run, implicit.connection)


def _validated(action_id: str, chunk: Sequence[Row | tuple[int, Mapping[str, Any]]]) -> list[Row]:
    """Rows validated by the action's schema; those that do not pass are `invalid` and are never
    sent.
    """
    if all(isinstance(row, Row) for row in chunk):
        return [row for row in chunk if isinstance(row, Row)]
    from bulk.files.dataset import from_records
    from bulk.planning.prepare import planned_rows, prepare, require_sources

    action = get_action(action_id)
    records: dict[int, Mapping[str, Any]] = {
        row.line: row.params for row in chunk if isinstance(row, Row)
    }
    records |= {row[0]: row[1] for row in chunk if not isinstance(row, Row)}
    prepared = prepare(action_id, {action.dataset: from_records(records, name=action.dataset)})
    require_sources(prepared)
    return list(planned_rows(prepared))
