"""The owner's five functions: rows, chunks, orders handed over asynchronously, polled, merged.

Called bare they take the token and base URL from the environment, open an implicit run, and start
the engine on first submit:

    dataset = read_csv("USUARIOS.CSV")
    orders = [submit_bulk_order(action_id, chunk) for chunk in build_chunks(iter_rows(dataset),
      200)]
    while not all(poll_bulk_order(order).finished for order in orders):
        time.sleep(1)
    summary = merge_bulk_results(orders)
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from bulk import engine
from bulk.adapters import get_action
from bulk.core.records import OrderStatus, Params, Row, RunRecord, Summary
from bulk.core.settings import in_force
from bulk.errors import InputError
from bulk.journal import rows as row_queries
from bulk.journal import runs
from bulk.runs.connection import Connection, api_for, connect, identify
from bulk.runs.context import Context, open_context
from bulk.runs.start import start_run

if TYPE_CHECKING:
    from bulk.files.dataset import Dataset
    from bulk.planning.mapping import Mapping as ColumnMapping

CHUNK_SIZE = 200
T = TypeVar("T")


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


def iter_rows(
    dataset: Dataset,
    *,
    action_id: str | None = None,
    mapping: ColumnMapping | None = None,
    global_dataset: Dataset | None = None,
) -> Iterator[tuple[int, Params]]:
    """(line of the file, parameters) of each row, lazily. Without an action: the row's own columns,
    empty cells left out.
    """
    if action_id is None:
        headers = list(dataset.frame.columns)
        for line, *cells in dataset.frame.itertuples(name=None):
            yield line, {header: cell for header, cell in zip(headers, cells, strict=True) if cell}
        return
    from bulk.planning.mapping import iter_params, map_columns, param_frame

    action = get_action(action_id)
    mapping = mapping or map_columns(action, dataset, global_dataset)
    yield from iter_params(action, param_frame(action, dataset, global_dataset, mapping))


def build_chunks(rows: Iterable[T], chunk_size: int = CHUNK_SIZE) -> Iterator[list[T]]:
    """Lists of at most `chunk_size` rows, lazily and in order. Raises ValueError for a size under
    1.
    """
    if chunk_size < 1:
        raise ValueError("chunk_size must be 1 or more")
    source = iter(rows)
    while chunk := list(itertools.islice(source, chunk_size)):
        yield chunk


def submit_bulk_order(
    action_id: str,
    chunk: Sequence[Row | tuple[int, Mapping[str, Any]]],
    *,
    run_id: str | None = None,
    context: Context | None = None,
) -> str:
    """Write the chunk to the journal as an order, hand it over, and return its id at once.

    With `run_id` the order joins that run, whose launcher starts the engine; else the implicit run
    of the action takes it. Raises InDevelopment, UnknownAction, InputError (empty chunk),
    MissingToken, TokenRejected.
    """
    action = get_action(action_id)
    if not chunk:
        raise InputError("El lote está vacío: no hay filas que entregar.")
    if run_id is not None:
        opened = context or open_context()
        rows = [row if isinstance(row, Row) else Row(row[0], dict(row[1])) for row in chunk]
        return runs.add_order(opened.journal, run_id, rows, action.entity)
    checked = _checked(action_id, chunk)
    with _guard:
        implicit = _implicit_run(
            action_id, context or open_context(), {row.line for row in checked}
        )
        order_id = runs.add_order(
            implicit.context.journal, implicit.run.run_id, checked, action.entity
        )
        implicit.lines |= {row.line for row in checked}
        _work(implicit)
    return order_id


def poll_bulk_order(order_id: str, *, context: Context | None = None) -> OrderStatus:
    """State and counters of the order as the journal has them now; never waits. Raises
    RunNotFound.
    """
    return runs.order_status((context or open_context()).journal, order_id)


def merge_bulk_results(orders: Iterable[str], *, context: Context | None = None) -> Summary:
    """One summary over the orders: totals per row state, and the rows in file order. Raises
    RunNotFound.
    """
    opened = context or open_context()
    found = [runs.order_status(opened.journal, order_id) for order_id in orders]
    counts: dict[str, int] = {}
    merged = []
    for status in found:
        merged += list(row_queries.read_rows(opened.journal, status.run_id, order_seq=status.seq))
        for state, n in status.counts.items():
            counts[state] = counts.get(state, 0) + n
    return Summary(counts, tuple(found), tuple(sorted(merged, key=lambda row: row.line)))


# -- the implicit run ------------------------------------------------------------------------------


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
    if implicit.live and not implicit.live.ending:
        engine.wake(implicit.live)
    if implicit.live and not implicit.live.ending:
        return
    if implicit.live:
        implicit.live.ended.wait()
    implicit.live = start_run(implicit.context, implicit.run, implicit.connection)


def _checked(action_id: str, chunk: Sequence[Row | tuple[int, Mapping[str, Any]]]) -> list[Row]:
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
