"""Orders: chunks of rows in the journal, and their numbers within a run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from bulk.adapters import get_action
from bulk.core.records import Row, RunRecord
from bulk.errors import InputError, UsageError
from bulk.journal import runs
from bulk.runs.context import Context

CHUNK_SIZE = 200  # rows per order
T = TypeVar("T")


def build_chunks(rows: Iterable[T], chunk_size: int = CHUNK_SIZE) -> Iterator[list[T]]:
    """Lists of at most `chunk_size` rows, lazily and in order.

    Raises ValueError for a size under 1.
    """
    if chunk_size < 1:
        raise ValueError("chunk_size must be 1 or more")
    source = iter(rows)
    while chunk := list(itertools.islice(source, chunk_size)):
        yield chunk


def add_order(
    context: Context,
    run_id: str,
    action_id: str,
    chunk: Sequence[Row | tuple[int, Mapping[str, Any]]],
) -> str:
    """Write the chunk to the journal as an order of that run; its id. Raises InputError (empty)."""
    if not chunk:
        raise InputError("El lote está vacío: no hay filas que entregar.")
    rows = [row if isinstance(row, Row) else Row(row[0], dict(row[1])) for row in chunk]
    return runs.add_order(context.journal, run_id, rows, get_action(action_id).entity)


def seqs_of(context: Context, run: RunRecord, order_ids: Sequence[str]) -> list[int]:
    """Numbers of orders of `run`; the short form `r201` will do. Raises UsageError."""
    there = {
        str(order.seq) for order in runs.order_statuses(context.journal, run.run_id, run.state)
    }
    tails = [order_id.removeprefix(f"{run.run_id}-").removeprefix("r") for order_id in order_ids]
    for order_id, tail in zip(order_ids, tails, strict=True):
        if tail not in there:
            raise UsageError(f"«{order_id}» no es un lote de la ejecución {run.run_id}.")
    return list(map(int, tails))
