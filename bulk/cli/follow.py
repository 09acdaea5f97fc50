"""A run in the foreground: progress bar, Ctrl-C, and what is printed at the end, also of an undo
or a verification.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bulk.cli.options import Given, read_token
from bulk.cli.output import counted, say, say_json, say_run

if TYPE_CHECKING:
    from bulk.core.records import RowResult, RunRecord
    from bulk.engine import LiveRun
    from bulk.runs.connection import Connection
    from bulk.runs.context import Context
    from bulk.runs.forecast import Finding
    from bulk.webex.client import Api


MAX_SHOWN_ROWS = 20  # rows of one list on the terminal
MAX_ROWS = 1_000  # of one list in the JSON document
TITLES = {
    "reverted": ("revertidas", "se revertirían"),
    "kept": ("conservadas", "conservadas"),
    "irreversible": ("no reversibles", "no reversibles"),
    "already": ("ya como antes", "ya como antes"),
    "failed": ("con error", "sin poder leerse"),
    "open": ("sin procesar", "sin leer todavía"),
}
ONE = {
    "revertidas": "revertida",
    "se revertirían": "se revertiría",
    "conservadas": "conservada",
    "no reversibles": "no reversible",
}
ALWAYS = ("reverted", "kept", "irreversible")
ROW_BY_ROW = ("reverted", "kept", "irreversible", "failed")


def reconnected(run_id: str, given: Given) -> tuple[Context, RunRecord, Connection]:
    """The run and a connection to its organization, with the token of the options.

    Raises RunNotFound, MissingToken, UsageError.
    """
    from bulk.runs.connection import connect_again
    from bulk.runs.context import open_context
    from bulk.runs.status import find_run

    context = open_context(given["home"])
    record = find_run(context, run_id)
    connection = connect_again(context.home, record.target, token=read_token(given))
    return context, record, connection


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
    code = report(context, live.run_id, as_json=as_json, reason=live.stop.reason, api=live.api)
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
    """Print how the run stands; returns its exit code. `reason` stands in for a reason that the
    journal could not take.

    Of a finished dry run, with `api`, also what the whole file will run into.
    """
    from bulk.core.states import ENDED_RUNS
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
            | child_run_members(context, record)
            | ({"forecast": [asdict(each) for each in checked]} if record.dry_run else {})
        )
    else:
        say_run(found, phone_line(context, record))
        say_child_run(context, record)
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
            name = (
                f"{live.action.title} · programada" if live.dispatch.waiting else live.action.title
            )
            bar.update(
                task,
                description=name,
                total=total,
                completed=total - counts["pending"] - counts["running"],
            )

        yield tell


def child_run_members(context: Context, record: RunRecord) -> dict[str, Any]:
    """`undo` {list: rows} and `undo_rows` {list: its rows}, or `verification`; nothing for other
    runs.
    """
    if record.kind == "undo":
        from bulk.runs.undo import listed_rows, undo_lists

        found = {
            name: listed_rows(context, record.run_id, name, limit=MAX_ROWS) for name in ROW_BY_ROW
        }
        listed = {name: [_row(row) for row in rows] for name, rows in found.items()}
        return {"undo": undo_lists(context, record.run_id), "undo_rows": listed}
    if record.kind == "verify":
        from bulk.runs.verify import findings_of

        return {"verification": asdict(findings_of(context, record))}
    return {}


def _row(row: RowResult) -> dict[str, Any]:
    return {"line": row.line, "label": row.label, "code": row.code, "message": row.message}


def say_child_run(context: Context, record: RunRecord) -> None:
    """The lists of an undo or the findings of a verification, for people."""
    if record.kind == "undo":
        _say_undo(context, record)
    elif record.kind == "verify":
        from bulk.report.verified import left_out
        from bulk.runs.verify import findings_of

        found = findings_of(context, record)
        text = (
            f"{counted(found.different, 'distinta', 'distintas')},"
            f" {counted(found.unreadable, 'no legible', 'no legibles')}"
        )
        say(f"{found.as_asked} como se pidió, {text}{left_out(found)}.")


def _say_undo(context: Context, record: RunRecord) -> None:
    from bulk.runs.undo import listed_rows, undo_lists

    found = undo_lists(context, record.run_id)
    partly = f" ({found['partly']} en parte)" if found["partly"] else ""
    words = {name: titles[record.dry_run] for name, titles in TITLES.items()}
    text = {
        name: counted(found[name], ONE.get(word, word), word)
        for name, word in words.items()
        if found[name] or name in ALWAYS
    }
    words["reverted"] += partly
    text["reverted"] += partly
    say(", ".join(text.values()) + ".")
    for name in ROW_BY_ROW:
        if found[name]:
            say(f"{words[name].capitalize()}:")
        for row in listed_rows(context, record.run_id, name, limit=MAX_SHOWN_ROWS):
            say(f"  fila {row.line} · {row.label}" + (f" · {row.message}" if row.message else ""))
        if found[name] > MAX_SHOWN_ROWS:
            say(
                f"  … y {found[name] - MAX_SHOWN_ROWS} más (bulk report {record.run_id} --out"
                " informe.csv)."
            )
