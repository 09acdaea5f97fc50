"""The nine actions in the recommended order, each with its state for the loaded files."""

from __future__ import annotations

from dataclasses import dataclass

from bulk.adapters import get_action
from bulk.core.action import Action
from bulk.core.records import RunRecord
from bulk.core.text import pluralize, thousands
from bulk.journal import runs
from bulk.planning.readiness import Readiness
from pages.ui.mapping import selection
from pages.ui.run.snapshot import ACTIVE, percent, state_word, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session

RUNNING = "▶"
RECENT = 200  # runs considered


@dataclass(frozen=True)
class Entry:
    """An action of the road map."""

    action: Action  # which
    readiness: Readiness  # on the loaded files
    detail: str  # hecha 4.259 · 41 por revisar / en curso 62 % / sin lanzar / faltan columnas …
    mark: str  # ✓ done, ▶ running, ! something is left of it or is missing, ○ not launched
    done: bool  # run to its end on these files


def entries(session: Session) -> list[Entry]:
    latest = _latest_runs(session)
    return [
        _entry(session, state, latest.get(state.action_id))
        for state in selection.all_readiness(session)
    ]


def next_action(session: Session, found: list[Entry] | None = None) -> Entry | None:
    """The first one that is ready, is not active and was not run to its end; None without files.

    `found` are the entries, when they are at hand.
    """
    if not session.files.working:
        return None
    found = entries(session) if found is None else found
    return next(
        (
            entry
            for entry in found
            if entry.readiness.ready and not entry.done and entry.mark != RUNNING
        ),
        None,
    )


def _entry(session: Session, state: Readiness, run: RunRecord | None) -> Entry:
    action = get_action(state.action_id)
    if run is None:
        waits = "sin lanzar" if state.ready else state.text
        return Entry(
            action,
            state,
            waits,
            "○" if state.ready else "!" if session.files.working else "",
            done=False,
        )
    snapshot = take_snapshot(resources.context(), run, session, with_orders=False)
    if snapshot.state in ACTIVE:
        far = (
            f"en curso {percent(snapshot)}"
            if snapshot.state != "scheduled"
            else state_word(snapshot)
        )
        return Entry(action, state, far, RUNNING, done=False)
    good = snapshot.counts["done"] + snapshot.counts["unchanged"]
    review = snapshot.finished - good
    left = snapshot.total - snapshot.finished
    tail = f" · {thousands(review)} por revisar" if review else ""
    waiting = f" · {pluralize(left, 'pendiente', 'pendientes')}" if left else ""
    detail = f"hecha {thousands(good)}{tail}{waiting}"
    return Entry(action, state, detail, "!" if review or left else "✓", done=snapshot.ended)


def _latest_runs(session: Session) -> dict[str, RunRecord]:
    """Action -> its newest run in this organization on the files of this tab, corrected or
    as read.
    """
    loaded = (*session.files.working.items(), *session.files.originals.items())
    digests = {dataset.sha256 for name, dataset in loaded if name != "global"}
    connection = resources.connection(session)
    found: dict[str, RunRecord] = {}
    for run in runs.list_runs(resources.context().journal, limit=RECENT):
        mine = {file["sha256"] for file in run.files if file["name"] != "global"}
        same = run.target == connection.target and run.org_id == connection.org_id
        if same and not run.dry_run and run.kind == "apply" and mine and mine <= digests:
            found.setdefault(run.action_id, run)
    return found
