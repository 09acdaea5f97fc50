"""The nine actions in the recommended order, each with its state for the loaded files."""

from __future__ import annotations

from dataclasses import dataclass

from bulk.journal import runs
from bulk.records import RunRecord
from pages.ui import choice, resources
from pages.ui.looking import ACTIVE, look, percent
from pages.ui.session import Session
from pages.ui.texts import thousands

RECENT = 200  # runs looked through


@dataclass(frozen=True)
class Entry:
    """An action of the road map."""

    readiness: choice.Readiness  # on the loaded files
    told: str  # hecha 4.259 · 41 por revisar / en curso 62 % / sin lanzar / faltan columnas …
    done: bool  # run to its end on these files


def entries(session: Session) -> list[Entry]:
    latest = _latest_runs(session)
    return [_entry(session, state, latest.get(state.action.id)) for state in choice.all_readiness(session)]


def next_action(session: Session) -> choice.Readiness | None:
    """The first one that is ready and was not run to its end; None without files."""
    waiting = (entry.readiness for entry in entries(session) if entry.readiness.ready and not entry.done)
    return next(waiting, None) if session.files else None


def _entry(session: Session, state: choice.Readiness, run: RunRecord | None) -> Entry:
    if run is None:
        return Entry(state, "sin lanzar" if state.ready else state.told, done=False)
    seen = look(resources.context(), run, session, with_orders=False)
    if seen.state in ACTIVE:
        return Entry(state, f"en curso {percent(seen)}", done=False)
    good = seen.counts["done"] + seen.counts["unchanged"]
    review = seen.finished - good
    tail = f" · {thousands(review)} por revisar" if review else ""
    waiting = f" · {thousands(seen.total - seen.finished)} pendientes" if seen.finished < seen.total else ""
    return Entry(state, f"hecha {thousands(good)}{tail}{waiting}", done=seen.ended)


def _latest_runs(session: Session) -> dict[str, RunRecord]:
    """Action -> its newest run in this organisation on the files of this tab."""
    digests = {dataset.sha256 for name, dataset in session.files.items() if name != "global"}
    reached = resources.connection(session)
    found: dict[str, RunRecord] = {}
    for run in runs.list_runs(resources.context().journal, limit=RECENT):
        mine = {file["sha256"] for file in run.files if file["name"] != "global"}
        same = run.target == reached.target and run.org_id == reached.org_id
        if same and not run.dry_run and mine and mine <= digests:
            found.setdefault(run.action_id, run)
    return found
