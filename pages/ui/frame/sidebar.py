"""The sidebar: who and where, the steps and what each still needs, the active runs."""

from __future__ import annotations

import html

import streamlit as st

from bulk.core.logs import log
from bulk.core.records import RunRecord
from bulk.errors import BulkError
from bulk.runs.connection import Connection
from bulk.runs.stop import request_stop
from pages.ui.frame.steps import Step, steps
from pages.ui.run import current_runs
from pages.ui.run.snapshot import headline, how_far, take_snapshot
from pages.ui.shell import connect, resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, PRODUCTION, SANDBOX

EVERY = 2.0  # seconds between two drawings of the active runs


def draw(session: Session, connection: Connection, page: str, run: RunRecord | None) -> None:
    """`run`: what the page is about."""
    _mode(session, connection)
    connect.panel(session, connection)
    for step in steps(session, connection, run):
        _link(step, here=step.page == page)
    _active_runs(session)


def _mode(session: Session, connection: Connection) -> None:
    kind, words = ("sandbox", SANDBOX) if connection.is_sandbox else ("production", PRODUCTION)
    name = html.escape(connection.org_name or connection.org_id or "")
    who = html.escape(connection.person or "")
    left = connect.time_left(session)
    st.html(
        '<div class="mode'
        f' {kind}"><b>{words}</b>{name}<br>{who}{f" · {left} si es personal" if left else ""}</div>'
    )


def _link(step: Step, *, here: bool) -> None:
    file, menu, _, _ = PAGES[step.page]
    label = f"{step.mark} {menu}" if step.mark else menu
    st.page_link(file, label=label, disabled=step.locked and not here, width="stretch")
    if step.detail:
        _small(step.detail, warn=step.warn)
    if step.scope:
        _small(step.scope, warn=True)


def _small(detail: str, *, warn: bool) -> None:
    st.html(f'<div class="step{" warn" if warn else ""}">{html.escape(detail)}</div>')


# -- active runs -----------------------------------------------------------------------------------


def _active_runs(session: Session) -> None:
    found = current_runs.active(resources.context())
    if not found:
        return
    shown = [run.run_id for run in found]

    @st.fragment(run_every=EVERY)
    def panel() -> None:
        _panel(session, shown)

    panel()


def _panel(session: Session, shown: list[str]) -> None:
    context = resources.context()
    try:
        found = current_runs.active(context)
        for run in found:
            snapshot = take_snapshot(context, run, session, with_orders=False)
            st.progress(snapshot.share, text=f"**{headline(snapshot)}**  \n{how_far(snapshot)}")
            with st.container(horizontal=True):
                target = PAGES["ensayo" if run.dry_run else "lanzamiento"][0]
                if st.button("Abrir", key=f"open_{run.run_id}"):
                    current_runs.remember(session, run)
                    st.switch_page(target, query_params={"run": run.run_id})
                label, command = ("Detener", "cancel") if run.dry_run else ("Pausar", "pause")
                if st.button(label, key=f"stop_{run.run_id}"):
                    request_stop(context, run.run_id, command, current_runs.who(session, run))
                    st.rerun()
        ended = [run_id for run_id in shown if run_id not in {run.run_id for run in found}]
    except BulkError as error:
        log.warning("barra lateral: %s", error.message)
        return
    if ended:
        # A run of the whole page declares the fragment again, or not: then the polling stops.
        st.rerun()
