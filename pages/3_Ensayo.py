"""Ensayo: what would change, row by row. A run in the background that only reads."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bulk.core.records import RunRecord
from bulk.core.text import pluralize
from bulk.planning.prepare import PreparedFile
from bulk.runs.launch import launch
from bulk.runs.stop import request_stop
from pages.ui.frame import page
from pages.ui.mapping import selection
from pages.ui.results import downloads
from pages.ui.run import board, board_page, current_runs, dry_run, row_filters
from pages.ui.run.snapshot import RunSnapshot, progress_line, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session, put_in_url
from pages.ui.texts import (
    NO_WRITES,
    NOTHING_TO_CHANGE,
    PAGES,
    local_time,
)
from pages.ui.widgets.markdown import escape_markdown

OTHER_DATA = (
    "Este ensayo es de otros datos, de otra acción, de otro alcance o de otro mapeo. Ensaya de"
    " nuevo."
)
FEW = 25  # rows of a first try
FEW_HELP = (
    "Repartidas entre las ubicaciones. Después se sigue con todas, o se corrige y se ensaya de"
    " nuevo."
)
EVERY = 1.0  # seconds between two drawings


def start_dry_run(session: Session, prepared: PreparedFile, *, few: int = 0) -> None:
    connection = resources.connection(session)
    how = selection.launch_of(session, dry_run=True, canary=few)
    session.view.advice = []
    started = launch(
        resources.context(), prepared, connection, how, advise=session.view.advice.append
    )
    session.view.dry_run_id = started.run_id
    put_in_url(started.run_id)
    st.rerun()


def start_button(session: Session, prepared: PreparedFile, *, again: bool) -> None:
    reason, total = selection.why_not(prepared), selection.to_send(prepared)
    if (
        not again
        and total > FEW
        and st.button(
            f"Probar {FEW} filas",
            disabled=bool(reason),
            help=escape_markdown(reason) or FEW_HELP,
        )
    ):
        start_dry_run(session, prepared, few=FEW)
    label = "Ensayar de nuevo" if again else f"Ensayar {pluralize(total, 'fila', 'filas')}"
    if st.button(
        label,
        type="secondary" if again else "primary",
        disabled=bool(reason),
        help=escape_markdown(reason) or None,
    ):
        start_dry_run(session, prepared)


def progress(session: Session, run: RunRecord) -> None:
    """Live, until it ends; then the whole page runs once more, which stops the polling."""

    @st.fragment(run_every=EVERY)
    def panel() -> None:
        with error_boundary():
            snapshot = take_snapshot(
                resources.context(),
                current_runs.refreshed(resources.context(), run),
                session,
                with_orders=False,
            )
            if not snapshot.alive:
                st.rerun()
            st.progress(snapshot.share, text=f"**Leyendo Webex** · {progress_line(snapshot)}")
            row_filters.draw(snapshot, key=f"rows_{run.run_id}")

    panel()


def stop_button(session: Session, run: RunRecord) -> None:
    if st.button("Detener ensayo"):
        request_stop(resources.context(), run.run_id, "cancel", current_runs.who(session, run))
        st.rerun()


def not_yet(session: Session, prepared: PreparedFile) -> None:
    """What would be read, how long it takes, and what is set aside before Webex is asked at all."""
    st.markdown(dry_run.about(session, prepared))
    if reason := selection.why_not(prepared):
        st.error(escape_markdown(reason), icon=":material/error:")
    else:
        st.info(dry_run.how_long(session, prepared), icon=":material/preview:")
    dry_run.validation(session, prepared)


def result(session: Session, snapshot: RunSnapshot, prepared: PreparedFile | None) -> None:
    """`prepared` is the file of this tab, when the dry run is about it."""
    board.progress(snapshot)
    st.caption(NO_WRITES)
    if snapshot.run.reason:
        st.warning(escape_markdown(snapshot.run.reason), icon=":material/warning:")
    if snapshot.state == "completed" and not dry_run.changes(snapshot):
        st.success(NOTHING_TO_CHANGE, icon=":material/check_circle:")
    if dry_run.changes(snapshot) and snapshot.ended:
        st.markdown(dry_run.forecast_line(session, resources.context(), snapshot))
    if snapshot.ended:
        dry_run.whole_file(session, resources.context(), snapshot)
    below = (
        partial(dry_run.leave_out, session, snapshot, prepared)
        if prepared and snapshot.ended
        else None
    )
    row_filters.draw(snapshot, key=f"rows_{snapshot.run.run_id}", below=below)
    if prepared and prepared.invalid.keys() - prepared.excluded:
        with st.expander("Corregir las filas apartadas"):
            dry_run.validation(session, prepared)


def next_step(session: Session, snapshot: RunSnapshot, key: str) -> None:
    """After a dry run of what this tab has: to the launch, or to the report where there is nothing
    to launch.
    """
    if dry_run.changes(snapshot):
        if st.button("Ir a Lanzamiento", type="primary", key=f"launch_{key}"):
            session.view.run_id = None
            st.switch_page(PAGES["lanzamiento"][0])
    elif st.button("Ir a Informe", type="primary", key=f"report_{key}"):
        st.switch_page(PAGES["informe"][0], query_params={"run": snapshot.run.run_id})


def idle(
    session: Session, place: DeltaGenerator, run: RunRecord | None, snapshot: RunSnapshot | None
) -> None:
    current = bool(run and selection.matches_session(run, session, resources.connection(session)))
    if run and not current and session.mapping.action_id:
        st.warning(OTHER_DATA, icon=":material/warning:")
    missing = selection.missing(session)
    prepared = None if missing else selection.prepared_file(session)
    if missing and not (run and not session.files.working):
        st.info(escape_markdown(missing.text), icon=missing.icon)
    with place:
        if run:
            downloads.csv_button(run, "Descargar ensayo")
        if prepared:
            start_button(session, prepared, again=current)
        elif missing and not run:
            page.goto_button(missing.page)
        if (
            snapshot
            and not snapshot.ended
            and st.button("Ensayar las demás", type="primary" if current else "secondary")
        ):
            board_page.resume_run(session, snapshot)
        if prepared and current and snapshot and snapshot.ended:
            next_step(session, snapshot, "on_top")
    if snapshot:
        result(session, snapshot, prepared if current else None)
        if prepared and current and snapshot.ended:
            with page.bottom():
                next_step(session, snapshot, "on_foot")
    elif prepared:
        not_yet(session, prepared)


session = page.begin("ensayo")
with error_boundary():
    context = resources.context()
    run = current_runs.attached(context, session, dry_run=True)
    snapshot = take_snapshot(context, run, session, with_orders=False) if run else None
    place = page.heading(
        "ensayo",
        snapshot.title if snapshot else "",
        buttons=0.25 if snapshot and snapshot.alive else 0.55,
    )
    if run and snapshot:
        put_in_url(run.run_id)
        names = escape_markdown(", ".join(file["file_name"] for file in run.files))
        where = escape_markdown(run.org_name or run.target)
        made_at = local_time(run.created_at)
        st.caption(f"Ensayo del {made_at} · {where} · {names} · {dry_run.scope_of(snapshot)}")
    page.show_advice(session)
    if run and snapshot and snapshot.alive:
        with place:
            stop_button(session, run)
        progress(session, run)
    else:
        idle(session, place, run, snapshot)
