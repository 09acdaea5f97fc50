"""The owner's five functions: rows, chunks, orders handed over asynchronously, polled, merged.

Called bare they take the token and base URL from the environment, open an implicit run, and start
the engine on first submit:

    dataset = read_csv("USUARIOS.CSV")
    chunks = build_chunks(iter_rows(dataset), 200)
    orders = [submit_bulk_order(action_id, chunk) for chunk in chunks]
    while not all(poll_bulk_order(order).finished for order in orders):
        time.sleep(1)
    summary = merge_bulk_results(orders)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bulk.adapters import get_action
from bulk.core.records import OrderStatus, Params, Row, Summary
from bulk.errors import InputError
from bulk.journal import rows as row_queries
from bulk.journal import runs
from bulk.runs import implicit
from bulk.runs import orders as run_orders
from bulk.runs.context import Context, open_context
from bulk.runs.orders import CHUNK_SIZE

if TYPE_CHECKING:
    from bulk.files.dataset import Dataset
    from bulk.planning.mapping import ColumnMapping

T = TypeVar("T")


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
    """Lists of at most `chunk_size` rows, lazily and in order.

    Raises ValueError for a size under 1.
    """
    return run_orders.build_chunks(rows, chunk_size)


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
    get_action(action_id)
    if not chunk:
        raise InputError("El lote está vacío: no hay filas que entregar.")
    opened = context or open_context()
    if run_id is not None:
        return run_orders.add_order(opened, run_id, action_id, chunk)
    return implicit.submit(opened, action_id, chunk)


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
