"""A run in the foreground: the progress bar, Ctrl-C, and what is said at the end."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bulk.cli import outcome
from bulk.cli.output import say, say_json, say_run

if TYPE_CHECKING:
    from bulk.core.records import RunRecord
    from bulk.engine import LiveRun
    from bulk.runs.context import Context
    from bulk.runs.forecast import Finding
    from bulk.webex.client import Api


def to_the_end(
    context: Context, live: LiveRun, *, as_json: bool, timeout: float | None = None
) -> int:
    """Wait for the run with a progress bar; Ctrl-C pauses it cleanly and says how to go on. Returns
    the exit code.
    """
    import getpass

    from bulk.errors import BulkError
    from bulk.journal import control
    from bulk.runs.launch import wait
    from bulk.runs.status import find_run

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with progress(context, live, shown=not as_json and sys.stderr.isatty()) as tell:
            wait(live, tell=tell, timeout=timeout)
    except KeyboardInterrupt:
        live.halt("paused")
        wait(live, every=0.2)
        with contextlib.suppress(BulkError):  # it is paused all the same
            control.post(
                context.journal,
                live.run_id,
                "pause",
                getpass.getuser(),
                acked=True,
                detail="Ctrl-C",
            )
    code = report(context, live.run_id, as_json=as_json, reason=live.stop_reason, api=live.api)
    if code == 3:
        cancelled = find_run(context, live.run_id).state == "cancelled"
        sys.stderr.write(f"Para seguir: bulk {'retry' if cancelled else 'resume'} {live.run_id}\n")
    return code


def report(
    context: Context,
    run_id: str,
    *,
    as_json: bool,
    reason: str | None = None,
    api: Api | None = None,
) -> int:
    """Print how the run stands; returns its exit code. `why` stands in for a reason that the
    journal could not take.

    Of a finished dry run, with `api`, also what the whole file will run into.
    """
    from bulk.core.records import ENDED_RUNS
    from bulk.runs.status import document, exit_code, find_run, phone_line

    record = find_run(context, run_id)
    found = document(context, record)
    found["reason"] = found["reason"] or (reason if found["state"] not in ENDED_RUNS else None)
    checked = (
        _foreseen(context, record, api)
        if record.dry_run and record.kind == "apply" and record.state in ENDED_RUNS
        else ()
    )
    if as_json:
        say_json(
            found
            | outcome.members(context, record)
            | ({"forecast": [asdict(each) for each in checked]} if record.dry_run else {})
        )
    else:
        say_run(found, phone_line(context, record))
        outcome.tell(context, record)
        for each in checked:
            say(f"! {each.title}. {each.remedy}")
    return exit_code(found)


def _foreseen(context: Context, record: RunRecord, api: Api | None) -> tuple[Finding, ...]:
    from bulk.errors import BulkError
    from bulk.runs.forecast import check_whole_file

    if api is None:
        return ()
    try:
        return check_whole_file(context, record, api)
    except BulkError as error:  # the dry run stands without it
        sys.stderr.write(
            "Previsión incompleta, no se ha podido preguntar a Webex por el fichero entero:"
            f" {error.message}\n"
        )
        return check_whole_file(context, record)


@contextlib.contextmanager
def progress(context: Context, live: LiveRun, *, shown: bool) -> Iterator[Any]:
    """A rich bar on stderr; yields the function that brings it up to date."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from bulk.journal import runs

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(live.action.title)

        def tell() -> None:
            counts = runs.run_counts(context.journal, live.run_id)
            total = sum(counts.values())
            name = f"{live.action.title} · programada" if live.waiting else live.action.title
            bar.update(
                task,
                description=name,
                total=total,
                completed=total - counts["pending"] - counts["running"],
            )

        yield tell
