"""Pause and cancel: a run, single orders of it, or every run of this process."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bulk import engine
from bulk.core.records import RunRecord
from bulk.core.states import ENDED_RUNS
from bulk.engine.finish import final_state
from bulk.journal import control, orders, rows, runs
from bulk.runs import locks
from bulk.runs.context import Context
from bulk.runs.orders import seqs_of
from bulk.runs.status import find_run, run_state
from bulk.webex.client import Token


def request_stop(
    context: Context, run_id: str, command: str, who: str, *, patience: float = 10.0
) -> RunRecord:
    """Post `pause` or `cancel`, and return when the owner took it up, or at once when no process
    owns the run.
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
    # the owner has to hear of a cancelled one: rows that it gives back are not pending again
    for seq in seqs:
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
