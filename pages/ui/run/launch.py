"""Before the launch: what its dry run found, other runs of the organization, the confirmation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from bulk.core.records import UNITS
from bulk.core.text import pluralize, thousands
from bulk.planning.prepare import PreparedFile
from bulk.runs.connection import Connection
from bulk.runs.forecast.estimate import people_losing_calling
from bulk.runs.launch import launch, launch_plan
from pages.ui.mapping import selection
from pages.ui.run import current_runs
from pages.ui.run.dry_run import DryRunSummary
from pages.ui.run.snapshot import percent, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, REMOVAL, local_time, rows_text, without_dry_run
from pages.ui.widgets.browser import focus_safe
from pages.ui.widgets.markdown import escape_markdown

WAIT, PARALLEL = "En cuanto acabe", "A la vez"
MANY = 500  # changes: from here on the number is typed


@dataclass(frozen=True)
class LaunchRequest:
    """What a press on «Lanzar» would start."""

    prepared: PreparedFile
    summary: DryRunSummary | None  # None = without a dry run
    connection: Connection
    after: tuple[str, ...] = ()  # runs to wait for

    @property
    def changes(self) -> int:
        """Rows that change; without a dry run, the most that can."""
        return self.summary.changes if self.summary else selection.to_send(self.prepared)

    @property
    def has_something_to_do(self) -> bool:
        if not selection.to_send(self.prepared) or self.prepared.missing:
            return False
        return self.summary is None or (self.summary.changes > 0 and not self.summary.launched)

    @property
    def must_type(self) -> bool:
        """Many changes, or some that cannot be undone: the number proves that it was read."""
        return self.changes > MANY or bool(self.prepared.action.undo_note)

    @property
    def label(self) -> str:
        if self.connection.is_sandbox:
            return "Lanzar este ensayo" if self.summary else "Lanzar sin ensayo"
        return "Lanzar en PRODUCCIÓN" if self.summary else "Lanzar sin ensayo en PRODUCCIÓN"


def show_dry_run(prepared: PreparedFile, summary: DryRunSummary | None) -> None:
    if summary is None:
        st.warning(without_dry_run(selection.to_send(prepared)), icon=":material/warning:")
        return
    made_at = local_time(summary.run.created_at)
    if launched := summary.launched:
        st.info(
            f"El ensayo del {made_at} ya se lanzó el {local_time(launched.created_at)}"
            f" (ejecución {launched.run_id}). Ensaya otra vez para ver qué queda por cambiar.",
            icon=":material/task_alt:",
        )
        return
    changing = pluralize(summary.changes, *UNITS[prepared.action.dataset])
    verb = "cambiará" if summary.changes == 1 else "cambiarán"
    aside = "apartada" if summary.aside == 1 else "apartadas"
    st.success(
        f"Ensayo del {made_at}: **{changing} {verb}**, {thousands(summary.unchanged)} sin cambios,"
        f" {rows_text(summary.aside)} {aside}.",
        icon=":material/preview:",
    )


def runs_to_wait_for(session: Session, connection: Connection) -> tuple[str, ...]:
    """Ids of the active runs of the same organization, when the operator chooses to wait."""
    context = resources.context()
    others = [
        run
        for run in current_runs.active(context)
        if (run.target, run.org_id) == (connection.target, connection.org_id) and not run.dry_run
    ]
    for run in others:
        snapshot = take_snapshot(context, run, session, with_orders=False)
        where = escape_markdown(run.org_name or run.target)
        who = escape_markdown(run.person or "?")
        st.warning(
            f"Hay otra ejecución en curso en {where}: {snapshot.title} ({who},"
            f" {percent(snapshot)}).",
            icon=":material/warning:",
        )
    if not others:
        return ()
    chosen = st.radio(
        "Hay otra en curso",
        [WAIT, PARALLEL],
        horizontal=True,
        label_visibility="collapsed",
        key="launch_others",
        captions=[
            "Se lanza ya y empieza sola cuando la otra termine o se detenga.",
            "Comparten el ritmo que Webex admite.",
        ],
    )
    return tuple(run.run_id for run in others) if chosen == WAIT else ()


def button(session: Session, request: LaunchRequest) -> None:
    """In the sandbox few changes that can all be undone are launched at once."""
    if not st.button(request.label, type="primary", disabled=not request.has_something_to_do):
        return
    if request.connection.is_sandbox and not request.must_type:
        start(session, request)
    else:
        _confirm(session, request)


def _confirm(session: Session, request: LaunchRequest) -> None:
    how = "Lanzar" if request.summary else "Lanzar sin ensayo"
    place = request.connection.org_name or request.connection.target

    @st.dialog(f"{how} en {escape_markdown(place)}")
    def ask() -> None:
        losing = _warnings(request)
        with st.form("confirm", border=False, enter_to_submit=False):
            typed = str(request.changes)
            if request.must_type:
                typed = st.text_input(f"Escribe {request.changes} para confirmar.")
            back, on = st.columns(2)
            returned = back.form_submit_button(
                "Volver", key="safe", type="primary", width="stretch"
            )
            confirmed = on.form_submit_button(
                f"Quitar la licencia a {losing}" if losing else "Lanzar", width="stretch"
            )
        focus_safe()
        if returned:
            st.rerun()
        if confirmed and typed.strip().replace(".", "") == str(request.changes):
            with error_boundary():  # the page asks for another token when this one is rejected
                start(session, request)
        elif confirmed:
            st.error(f"Has escrito «{escape_markdown(typed)}» y se espera {request.changes}.")

    ask()


def _warnings(request: LaunchRequest) -> str:
    """What the launch would do; returns who would lose Webex Calling: `3 usuarios`, or ""."""
    action, changes = request.prepared.action, request.changes
    most = "" if request.summary else "como mucho "
    verb = "cambiará" if changes == 1 else "cambiarán"
    st.write(f"Se {verb} {most}**{pluralize(changes, *UNITS[action.dataset])}**.")
    if action.undo_note:
        st.caption(f"No todo se puede deshacer: {action.undo_note}")
    if request.summary is None:
        return ""
    removed = people_losing_calling(resources.context(), request.summary.run)
    if not removed:
        return ""
    losing = pluralize(removed, "usuario", "usuarios")
    st.warning(REMOVAL.format(losing), icon=":material/warning:")
    return losing


def start(session: Session, request: LaunchRequest) -> None:
    """Launch in the background and show the board; of a dry run exactly its changes."""
    context = resources.context()
    # A second click on the same button finds the run that the first one started.
    if running := current_runs.attached(context, session, dry_run=False):
        st.switch_page(PAGES["lanzamiento"][0], query_params={"run": running.run_id})
    how = selection.launch_of(session, dry_run=False, canary=session.launch.canary)
    how = replace(how, after=request.after)
    with st.spinner("Escribiendo las filas en el diario…"):
        advice = session.view.advice = []
        if request.summary:
            dry_run = request.summary.run
            started = launch_plan(
                context,
                dry_run.run_id,
                request.connection,
                how,
                reviewed=dry_run.plan_hash,
                advise=advice.append,
            )
        else:
            started = launch(
                context, request.prepared, request.connection, how, advise=advice.append
            )
        # Before the page is switched: a second click is handled in between.
        session.view.run_id = started.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": started.run_id})
