"""Lanzamiento: apply the changes, and follow them live."""

from __future__ import annotations

import streamlit as st

from bulk.runs.connection import Connection
from pages.ui.frame import page
from pages.ui.mapping import selection
from pages.ui.run import board_page, current_runs, dry_run, launch, launch_options
from pages.ui.run.snapshot import take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session, put_in_url
from pages.ui.texts import NOTHING_RUNS, local_time
from pages.ui.widgets.markdown import escape_markdown


def before(session: Session, connection: Connection) -> None:
    """Before the launch."""
    if missing := selection.missing(session):
        action = selection.chosen_action(session)
        with page.heading("lanzamiento", action.title if action else ""):
            page.goto_button(missing.page)
        st.info(f"{NOTHING_RUNS} {escape_markdown(missing.text)}", icon=missing.icon)
        return
    prepared = selection.prepared_file(session)
    place = page.heading("lanzamiento", prepared.action.title)
    summary = dry_run.summary_of(session, connection)
    if reason := selection.why_not(prepared):
        st.error(escape_markdown(reason), icon=":material/error:")
    else:
        launch.show_dry_run(prepared, summary)
    after = launch.runs_to_wait_for(session, connection)
    launch_options.draw(session)
    with place:
        launch.button(session, launch.LaunchRequest(prepared, summary, connection, after))


def board(session: Session) -> None:
    context = resources.context()
    run = current_runs.attached(context, session, dry_run=False)
    if run is None:
        return
    put_in_url(run.run_id)
    snapshot = take_snapshot(context, run, session)
    place = page.heading("lanzamiento", snapshot.title, buttons=0.56)
    note = f" · {escape_markdown(run.note)}" if run.note else ""
    who = f"{escape_markdown(run.org_name or run.target)} · {escape_markdown(run.person or '?')}"
    st.caption(f"{who} · {local_time(run.created_at)}{note} · ejecución {run.run_id}")
    with place:
        board_page.buttons(session, snapshot)
    if not snapshot.alive and not snapshot.ended:
        board_page.why_stopped(session, snapshot)
    page.show_advice(session)
    board_page.panel(session, snapshot)


session = page.begin("lanzamiento")
with error_boundary():
    if current_runs.attached(resources.context(), session, dry_run=False):
        board(session)
    else:
        before(session, resources.connection(session))
