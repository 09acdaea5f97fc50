"""The active runs, the run that a page is about, and who may steer it."""

from __future__ import annotations

import getpass

from bulk.core.records import RunRecord
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.runs.context import Context
from bulk.runs.status import find_run, run_state
from bulk.runs.stop import unfinished
from pages.ui.run.snapshot import ACTIVE
from pages.ui.shell import resources
from pages.ui.shell.session import Session, run_in_url


def active(context: Context) -> list[RunRecord]:
    """Runs that a process works right now, newest first."""
    found = runs.list_runs(context.journal, states=tuple(ACTIVE))
    return [run for run in found if run_state(context, run) in ACTIVE]


def resumable(context: Context) -> list[RunRecord]:
    """Runs that can be resumed, newest first; dry runs are done again instead."""
    return [run for run in unfinished(context) if not run.dry_run]


def remember(session: Session, run: RunRecord) -> None:
    """Make `run` the one that this tab shows."""
    if run.dry_run:
        # A preview of an undo, or a verification, is not what this tab would launch.
        if run.kind == "apply":
            session.view.dry_run_id = run.run_id
    else:
        session.view.run_id = run.run_id


def attached(context: Context, session: Session, *, dry_run: bool) -> RunRecord | None:
    """The run of `?run=`, else the one this tab remembers; None without one of that kind."""
    remembered = session.view.dry_run_id if dry_run else session.view.run_id
    for run_id in (run_in_url(), remembered):
        if not run_id:
            continue
        try:
            run = find_run(context, run_id)
        except BulkError:
            continue
        if run.dry_run == dry_run:
            remember(session, run)
            return run
    return None


def on_page(context: Context, session: Session, page: str) -> RunRecord | None:
    """The run that a page is about, known before anything is drawn: the strip and the menu
    show it.
    """
    if page in ("ensayo", "lanzamiento"):
        return attached(context, session, dry_run=page == "ensayo")
    if page != "informe":
        return None
    asked = run_in_url()
    try:
        return find_run(context, asked) if asked else attached(context, session, dry_run=False)
    except BulkError:  # the page shows it
        return None


def may_steer(session: Session, run: RunRecord) -> bool:
    """Whether this tab can go on with `run`: it is of the sandbox, or this tab has a token of its
    organization.
    """
    mine = session.connection
    if run.target == "sandbox":
        return True
    return (
        mine is not None
        and mine.target == run.target
        and (not run.org_id or mine.org_id == run.org_id)
    )


def who(session: Session, run: RunRecord) -> str:
    """Who asks something of `run`, for the audit in the journal: the person of the token, else the
    user of this machine.
    """
    if may_steer(session, run):
        person = (
            resources.connection(session).person
            if run.target != "sandbox"
            else resources.sandbox().person
        )
        if person:
            return person
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "app"


def refreshed(context: Context, run: RunRecord) -> RunRecord:
    """The run as the journal has it now."""
    return runs.get_run(context.journal, run.run_id)
