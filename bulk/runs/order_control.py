"""What can be asked of single orders (lotes) of a run: pause, cancel what is pending, go on; the
others are not touched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from bulk.core.records import ENDED_RUNS, RunRecord
from bulk.engine.finish import final_state
from bulk.errors import UsageError
from bulk.journal import control, orders, runs
from bulk.runs import locks
from bulk.runs.context import Context
from bulk.runs.status import find_run


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


def stop_orders(
    context: Context, run_id: str, command: str, order_ids: Sequence[str], who: str
) -> RunRecord:
    """`pause` or `cancel`: no row of these orders starts any more, those in flight end. Needs
    neither a token nor the owner.

    Raises RunNotFound, UsageError (an order that is invalid of its own).
    """
    run = find_run(context, run_id)
    seqs = seqs_of(context, run, order_ids)
    if run.state in ENDED_RUNS:
        return run
    (orders.hold if command == "pause" else orders.cancel)(context.journal, run.run_id, seqs)
    owned = locks.is_owned(context.home, run.run_id)
    for seq in (
        seqs
    ):  # the owner has to hear of a cancelled one: rows that it gives back are not pending again
        control.post(
            context.journal,
            run.run_id,
            f"{command} r{seq}",
            who,
            acked=command == "pause" or not owned,
        )
    if command == "cancel" and not owned:
        _end_if_nothing_is_left(context, run)
    return find_run(context, run.run_id)


def _end_if_nothing_is_left(context: Context, run: RunRecord) -> None:
    counts = runs.run_counts(context.journal, run.run_id)
    if not counts["pending"] and not counts["running"]:
        good = counts["done"] or counts["unchanged"]
        runs.update_run(
            context.journal,
            run.run_id,
            state=final_state(counts) if good else "cancelled",
            reason=None,
        )


def go_on(
    context: Context, run_id: str, order_ids: Sequence[str], who: str, *, patience: float = 10.0
) -> bool:
    """Orders that wait go on in a run that is being worked; False when nobody works it: then it
    takes a resume, with a token.

    Raises RunNotFound, UsageError (an order that is invalid of its own).
    """
    run = find_run(context, run_id)
    seqs = seqs_of(context, run, order_ids)
    if not locks.is_owned(context.home, run.run_id):
        return False
    orders.hold(context.journal, run.run_id, seqs, held=False)
    for seq in seqs:
        control.post(context.journal, run.run_id, f"resume r{seq}", who)
    until = time.monotonic() + patience
    while time.monotonic() < until and any(control.unread(context.journal, [run.run_id])):
        time.sleep(0.05)
    return True
