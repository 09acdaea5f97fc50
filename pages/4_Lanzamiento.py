"""Lanzamiento: apply the changes, and follow them live."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bulk.planning.prepare import PreparedFile
from bulk.runs.connection import Connection
from pages.ui.mapping import selection
from pages.ui.run import board_page, current_runs, launch, launch_options
from pages.ui.run.snapshot import local, take_snapshot
from pages.ui.shell import page, resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session, put_in_url
from pages.ui.texts import EMPTY_ACTION, EMPTY_MAPPING, NOTHING_RUNS
from pages.ui.widgets.markdown import plain


def plan_or_reason(session: Session, place: DeltaGenerator) -> PreparedFile | None:
    """The plan to launch, or None after saying where to begin."""
    if not session.files.working.keys() & {"ubicaciones", "usuarios"}:
        st.info(f"{NOTHING_RUNS} {EMPTY_MAPPING}", icon=":material/upload_file:")
        with place:
            page.way("datos")
    elif session.mapping.action_id is None:
        st.info(f"{NOTHING_RUNS} {EMPTY_ACTION}", icon=":material/arrow_back:")
        with place:
            page.way("mapeo")
    elif lacking := selection.file_lacking(session):
        st.info(f"{NOTHING_RUNS} {plain(lacking)}", icon=":material/upload_file:")
        with place:
            page.way("datos")
    else:
        return selection.prepared(session)
    return None


def before(session: Session, reached: Connection) -> None:
    plan = (
        selection.prepared(session)
        if session.mapping.action_id and not selection.file_lacking(session)
        else None
    )
    place = page.heading("lanzamiento", plan.action.title if plan else "")
    plan = plan_or_reason(session, place)
    if plan is None:
        return
    dry_run_seen = launch.dry_run_of(session, reached)
    launch.say_dry_run(plan, dry_run_seen)
    after = launch.others(session, reached)
    launch_options.draw(session)
    with place:
        launch.button(session, plan, dry_run_seen, reached, after=after)


def board(session: Session) -> None:
    context = resources.context()
    run = current_runs.attached(context, session, dry_run=False)
    if run is None:
        return
    put_in_url(run.run_id)
    snapshot = take_snapshot(context, run, session)
    place = page.heading("lanzamiento", snapshot.title, buttons=0.56)
    note = f" · {plain(run.note)}" if run.note else ""
    who = f"{plain(run.org_name or run.target)} · {plain(run.person or '?')}"
    st.caption(f"{who} · {local(run.created_at)}{note} · ejecución {run.run_id}")
    with place:
        board_page.buttons(session, snapshot)
    if not snapshot.alive and not snapshot.ended:
        board_page.wait_until_idle(session, snapshot)
    page.advise(session)
    board_page.panel(session, snapshot)


session = page.begin("lanzamiento")
with error_boundary():
    if current_runs.attached(resources.context(), session, dry_run=False):
        board(session)
    else:
        before(session, resources.connection(session))
