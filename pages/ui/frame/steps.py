"""The steps of the menu and what each still needs: ✓ ready, ! with warnings, ✗ something is
missing, 🔒 comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bulk.core.records import UNITS, RunRecord
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.runs.connection import Connection
from bulk.runs.status import find_run
from pages.ui.data import corrections
from pages.ui.mapping import selection
from pages.ui.run import dry_run
from pages.ui.run.snapshot import ACTIVE, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import local_time

AFTER_DATA, AFTER_MAPPING = "antes: «Datos»", "antes: «Mapeo»"


@dataclass(frozen=True)
class Step:
    """A line of the menu."""

    page: str  # key of texts.PAGES
    mark: str = ""  # ✓ ! ✗ 🔒
    detail: str = ""  # small line below
    warn: bool = False  # the small line in amber
    scope: str = ""  # another small line: the rows chosen, if not all of the file

    @property
    def locked(self) -> bool:
        return self.mark == "🔒"


def steps(session: Session, connection: Connection, run: RunRecord | None) -> list[Step]:
    """The menu, each step with its state; `run`: what the page is about."""
    return [
        Step("inicio"),
        _data(session),
        _mapping(session),
        _dry_run_step(session, connection, run),
        _launch(session),
        Step("informe"),
        Step("historial"),
    ]


def _data(session: Session) -> Step:
    if not session.files.working:
        return Step("datos", "✗", "faltan los ficheros")
    found = [
        pluralize(len(dataset.frame), *UNITS[name])
        for name, dataset in session.files.working.items()
        if name != "global"
    ]
    if not found:
        return Step("datos", "✗", "falta UBICACIONES o USUARIOS", warn=True)
    if not selection.rows_to_work(session):
        return Step("datos", "✗", "el fichero no tiene filas", warn=True)
    waiting = sum(map(len, session.files.pending.values()))
    if waiting:
        found.append(pluralize(waiting, "celda sin aplicar", "celdas sin aplicar"))
    detail = " · ".join(found)
    errors = any(problem.severity == "error" for problem in corrections.findings(session))
    return Step("datos", "!" if errors or waiting else "✓", detail, warn=bool(errors or waiting))


def _mapping(session: Session) -> Step:
    if not selection.rows_to_work(session):
        return Step("mapeo", "🔒", AFTER_DATA)
    action = selection.chosen_action(session)
    if action is None:
        return Step("mapeo", "", "elige una acción")
    state = selection.readiness_of(session, action.id)
    scope = _scope(session) if state.ready else ""
    return Step(
        "mapeo",
        "✓" if state.ready else "✗",
        action.title if state.ready else state.text,
        not state.ready,
        scope,
    )


def _scope(session: Session) -> str:
    """`alcance: 318 de 4.500 filas`, only when it is not the whole file."""
    try:
        prepared = selection.prepared_file(session)
    except BulkError:
        return ""
    if not prepared.excluded:
        return ""
    chosen = prepared.total - len(prepared.excluded)
    return f"alcance: {thousands(chosen)} de {thousands(prepared.total)} filas"


def _what_is_missing(session: Session) -> str:
    """What comes before a dry run or a launch of new data; "" when nothing does."""
    if not selection.rows_to_work(session):
        return AFTER_DATA
    action_id = session.mapping.action_id
    if action_id and selection.readiness_of(session, action_id).ready:
        return ""
    return AFTER_MAPPING


def _dry_run_step(session: Session, connection: Connection, run: RunRecord | None) -> Step:
    missing = _what_is_missing(session)
    if session.view.dry_run_id is None:
        return Step("ensayo", "🔒" if missing else "", missing)
    try:
        made = (
            run
            if run and run.run_id == session.view.dry_run_id
            else find_run(resources.context(), session.view.dry_run_id)
        )
    except BulkError:
        return Step("ensayo", "🔒" if missing else "", missing)
    if missing:  # after F5 it can still be shown
        return Step("ensayo", "", day(made.created_at))
    found = dry_run.summary_of(session, connection)
    if found:
        return Step("ensayo", "!" if found.aside else "✓", day(made.created_at))
    return Step("ensayo", "", _not_ready(session, made, connection))


def _not_ready(session: Session, made: RunRecord, connection: Connection) -> str:
    """Why the last dry run does not count: it is active, it stopped half way, it is about other
    data.
    """
    snapshot = take_snapshot(resources.context(), made, session, with_orders=False)
    if snapshot.state in ACTIVE:
        return "en curso"
    if not selection.matches_session(made, session, connection):
        return "el último es de otros datos"
    return f"{thousands(snapshot.finished)} de {thousands(snapshot.total)} filas"


def _launch(session: Session) -> Step:
    missing = _what_is_missing(session)
    if missing and session.view.run_id is None:
        return Step("lanzamiento", "🔒", missing)
    return Step("lanzamiento")


def day(stamp: str) -> str:
    """`hoy 09:40`, `26/11 09:40`."""
    today = f"{datetime.now():%Y%m%d}"
    if local_time(stamp, "%Y%m%d") == today:
        return f"hoy {local_time(stamp, '%H:%M')}"
    return local_time(stamp, "%d/%m %H:%M")
