"""Resume and retry: a run, or single orders of it, worked again from the journal alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bulk.adapters import get_action
from bulk.core.states import ENDED_RUNS
from bulk.engine import LiveRun
from bulk.errors import UsageError
from bulk.journal import control, orders, rows
from bulk.runs import locks
from bulk.runs.connection import Connection, known, same_organisation
from bulk.runs.context import Context
from bulk.runs.orders import seqs_of
from bulk.runs.start import start_run
from bulk.runs.status import find_run, wait_until_idle


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
    # a journal edited by hand is refused before anything is asked of Webex
    get_action(run.action_id)
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
    to repeat. Raises RunNotFound, OwnedElsewhere (a process works it already, a second retry too),
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


def resume_orders(
    context: Context, run_id: str, order_ids: Sequence[str], who: str, *, patience: float = 10.0
) -> bool:
    """Orders that wait go on in a run that is being worked; False when no process works it: then it
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
