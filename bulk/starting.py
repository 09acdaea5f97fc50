"""Taking up a run in this process: ownership, the calls it may make, the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from bulk import engine, ownership
from bulk.actions import get_action
from bulk.connection import Connection, api_for
from bulk.context import Context
from bulk.engine import LiveRun
from bulk.engine.clock import moment
from bulk.journal import runs
from bulk.log import ActionLog
from bulk.ownership import Ownership
from bulk.records import RunRecord


def start_run(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    first: Callable[[], None] = lambda: None,
    asked: Collection[int] = (),
) -> LiveRun:
    """Own the run, do what comes `first`, and work it in the background from what the journal has of it.

    Raises OwnedElsewhere, JournalError, InDevelopment (a journal edited by hand).
    """
    action = get_action(run.action_id)
    owned = ownership.take(context.home, connection.org_key, run.run_id)
    try:
        first()
        settings = replace(context.settings, rate_ceiling=run.settings.get("rate_ceiling", context.settings.rate_ceiling))
        schedule = runs.get_run(context.journal, run.run_id).schedule
        live = LiveRun(
            run_id=run.run_id,
            action=action,
            api=api_for(connection, settings, context.journal, threading.Event()),
            journal=context.journal,
            settings=settings,
            options=dict(run.options),
            workers=run.workers if run.bulk else 1,
            dry_run=run.dry_run,
            bulk=run.bulk,
            org_key=connection.org_key,
            log=ActionLog(context.home, run.action_id),
            on_end=lambda: _come_to_rest(context, owned),
            descending=bool(schedule.get("descending")),
            asked=frozenset(asked),
            canary=frozenset(schedule.get("lines", ())),
            not_before=moment(schedule, "at"),
            after=frozenset(schedule.get("after", ())),
            not_after=_still_to_come(moment(schedule, "not_after")),
        )
        runs.update_run(
            context.journal,
            run.run_id,
            owner=ownership.me(),
            org_id=connection.org_id or run.org_id,
            org_name=connection.org_name or run.org_name,
            person=connection.person,
        )
        engine.start(live)
    except BaseException:
        owned.release()
        raise
    return live


def _come_to_rest(context: Context, owned: Ownership) -> None:
    """What others wait for first; then the journal's file gets what the run wrote, for whoever copies it now."""
    owned.release()
    context.journal.fold()


def _still_to_come(hour: datetime | None) -> datetime | None:
    """Who resumes a run after the hour at which it had to stop wants it to go on."""
    return hour if hour and hour > datetime.now(UTC) else None
