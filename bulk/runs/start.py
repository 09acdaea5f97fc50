"""Resuming a run in this process: ownership, the calls it may make, the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from bulk import engine
from bulk.adapters import get_action
from bulk.core.action_log import ActionLog
from bulk.core.records import RunRecord
from bulk.core.settings import in_force
from bulk.engine import LiveRun, RunSpec
from bulk.engine.timers import moment
from bulk.journal import control, runs
from bulk.runs import locks
from bulk.runs.connection import Connection, api_for
from bulk.runs.context import Context
from bulk.runs.locks import Ownership
from bulk.webex.ratelimit import Pace
from bulk.wording.settings import setting_text, value_text


def start_run(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    commands: Sequence[str] = ("launch",),
    detail: str | None = None,
    first: Callable[[], None] = lambda: None,
    asked: Collection[int] = (),
) -> LiveRun:
    """Own the run, do what comes `first`, and work it in the background from what the journal has
    of it.

    The audit gets the `commands` with whose token it is; who launched the run stays as written with
    it. Raises OwnedElsewhere, JournalError, InDevelopment (a journal edited by hand).
    """
    action = get_action(run.action_id)
    api = api_for(connection, context.settings, context.journal, threading.Event())
    unheard = [command.seq for command in control.unread(context.journal, [run.run_id])]
    owned = locks.take(context.home, connection.org_key, run.run_id)
    try:
        if unheard:  # by a process that died: what is asked for now came later
            control.acknowledge(context.journal, unheard)
        first()
        message = "; ".join(filter(None, [detail, _other_settings(context, run)])) or None
        for command in commands:
            control.post(
                context.journal,
                run.run_id,
                command,
                connection.person or "?",
                acked=True,
                detail=message,
            )
        schedule = runs.get_run(context.journal, run.run_id).schedule
        spec = RunSpec(
            run_id=run.run_id,
            action=action,
            api=api,
            journal=context.journal,
            settings=context.settings,
            options=dict(run.options),
            workers=run.workers if run.bulk else 1,
            dry_run=run.dry_run,
            bulk=run.bulk,
            org_key=connection.org_key,
            log=ActionLog(context.home, run.action_id),
            on_end=lambda: _on_run_finished(context, owned, api.pace),
            descending=bool(schedule.get("descending")),
            asked=frozenset(asked),
            canary=frozenset(schedule.get("lines", ())),
            not_before=moment(schedule, "at"),
            after=frozenset(schedule.get("after", ())),
            not_after=_last_hour(moment(schedule, "not_after"), resumed=run.owner is not None),
        )
        runs.update_run(
            context.journal,
            run.run_id,
            owner=locks.me(),
            org_id=connection.org_id or run.org_id,
            org_name=connection.org_name or run.org_name,
            person=run.person or connection.person,
        )
        api.pace.cap(run.run_id, run.settings.get("rate_ceiling", context.settings.rate_ceiling))
        live = engine.start(spec)
    except BaseException:
        api.pace.uncap(run.run_id)
        owned.release()
        raise
    return live


def _on_run_finished(context: Context, owned: Ownership, pace: Pace) -> None:
    """What others wait for first; then the journal's file gets what the run wrote, for whoever
    copies it now.
    """
    pace.uncap(owned.run_id)
    owned.release()
    context.journal.fold()


def _other_settings(context: Context, run: RunRecord) -> str:
    """Settings that are not those stored with the run: a resume works with those of its own
    environment.
    """
    now = in_force(context.settings, run.settings.get("rate_ceiling"))
    other = {
        name: value
        for name, value in now.items()
        if name in run.settings and run.settings[name] != value
    }
    return "; ".join(
        f"{setting_text(name, value)} (al lanzar, {value_text(run.settings[name])})"
        for name, value in other.items()
    )


def _last_hour(hour: datetime | None, *, resumed: bool) -> datetime | None:
    """Who resumes a run after the hour at which it had to stop wants it to go on; a launch that
    came too late stops at once.
    """
    return None if resumed and hour and hour <= datetime.now(UTC) else hour
