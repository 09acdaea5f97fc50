"""A run on the board: what can be asked of it, and the panel that follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import streamlit as st

from bulk.core import stop_reasons
from bulk.errors import BulkError, TokenRejected
from bulk.runs.resume import resume
from bulk.runs.status import phone_text
from bulk.runs.stop import request_stop
from pages.ui.run import board, current_runs, details, retry
from pages.ui.run.snapshot import RunSnapshot, take_snapshot
from pages.ui.shell import connect, resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, decimal, rows_text, sentence
from pages.ui.widgets.browser import copy_button, focus_safe
from pages.ui.widgets.markdown import escape_markdown

SLOWER = (
    "**Webex pide ir más despacio.** Se ha bajado el ritmo a {}/s y se sigue solo. No hace falta"
    " hacer nada."
)
EVERY = 1.0  # seconds between two drawings


def buttons(session: Session, snapshot: RunSnapshot) -> None:
    """At the top right: what makes sense in the state of the run."""
    if snapshot.alive and st.button("Pausar"):
        _stop(session, snapshot, "pause")
    if not snapshot.ended and st.button("Cancelar lo pendiente"):
        _cancel(session, snapshot)
    if not snapshot.alive and not snapshot.ended:
        kind: Literal["primary", "secondary"] = (
            "secondary" if asks_for_token(session, snapshot) or session.rejected else "primary"
        )
        if st.button("Reanudar", type=kind):
            resume_run(session, snapshot)
    bad = retry.rows_to_retry(snapshot)
    if bad and not snapshot.alive and st.button("Reintentar las fallidas", help=rows_text(bad)):
        retry.work_again(session, snapshot)
    if snapshot.ended:
        if st.button("Nueva ejecución"):
            session.view.run_id = None
            st.switch_page(PAGES["lanzamiento"][0])
        if st.button("Ver el informe", type="primary"):
            st.switch_page(PAGES["informe"][0], query_params={"run": snapshot.run.run_id})


def resume_run(session: Session, snapshot: RunSnapshot) -> None:
    try:
        resume(
            resources.context(),
            snapshot.run.run_id,
            resources.connection_for(snapshot.run, session),
        )
    except TokenRejected:
        raise  # the page asks for another one
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return
    st.rerun()


def _stop(session: Session, snapshot: RunSnapshot, command: str) -> None:
    try:
        with st.spinner("Las filas en curso terminan…"):
            request_stop(
                resources.context(),
                snapshot.run.run_id,
                command,
                current_runs.who(session, snapshot.run),
            )
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return
    st.rerun()


def _cancel(session: Session, snapshot: RunSnapshot) -> None:
    @st.dialog("Cancelar lo pendiente")
    def ask() -> None:
        left = snapshot.total - snapshot.finished
        st.write(
            f"{'Queda' if left == 1 else 'Quedan'} {rows_text(left)} sin empezar. Lo ya hecho no se"
            " deshace."
        )
        back, on = st.columns(2)
        if back.button("Seguir", key="safe", type="primary", width="stretch"):
            st.rerun()
        if on.button("Cancelar lo pendiente", key="cancel_for_sure", width="stretch"):
            _stop(session, snapshot, "cancel")
        focus_safe()

    ask()


def why_stopped(session: Session, snapshot: RunSnapshot) -> None:
    """Why it stopped, and how it goes on: with a button, or with a token when this tab has none
    that will do.
    """
    reason = _why(session, snapshot)
    if not asks_for_token(session, snapshot):
        if reason:
            st.warning(reason, icon=":material/warning:")
        return
    run, name = snapshot.run, snapshot.run.org_name or snapshot.run.target
    with st.container(border=True, key="stopped_token"):
        st.warning(
            " ".join(filter(None, (reason, connect.RENEW.format(escape_markdown(name))))),
            icon=":material/key_off:",
        )
        if connect.form(
            session, connect.CONTINUE, key="continue", org_id=run.org_id, org_name=run.org_name
        ):
            resume_run(session, snapshot)


def asks_for_token(session: Session, snapshot: RunSnapshot) -> bool:
    """Whether going on takes a token that this tab does not have: none of the organization, or only
    the one that was rejected.
    """
    if snapshot.alive or snapshot.ended or session.rejected:
        return False
    if not current_runs.may_steer(session, snapshot.run):
        return True
    newer = (
        session.pasted_at
        and snapshot.run.ended_at
        and session.pasted_at.astimezone() > datetime.fromisoformat(snapshot.run.ended_at)
    )
    return (
        snapshot.run.target != "sandbox"
        and stop_reasons.is_expired_token(snapshot.run.reason)
        and not newer
    )


def _why(session: Session, snapshot: RunSnapshot) -> str:
    """What happened and how much is left."""
    reason, left = snapshot.run.reason or "", snapshot.total - snapshot.finished
    rest = (
        f"{'queda' if left == 1 else 'quedan'} {rows_text(left)}"
        f" {'pendiente' if left == 1 else 'pendientes'}."
    )
    if stop_reasons.is_expired_token(reason):
        return "" if session.rejected else f"**{connect.REJECTED}.** No se ha perdido nada: {rest}"
    if snapshot.state == "interrupted":
        return f"**Se interrumpió el programa que la llevaba.** No se ha perdido nada: {rest}"
    title, dot, remedy = reason.partition(". ")
    if snapshot.state == "stopped":
        return (
            f"**Detenida: {escape_markdown(title)}.** {escape_markdown(remedy)} {sentence(rest)}"
            if dot
            else f"{escape_markdown(reason)} {sentence(rest)}"
        )
    return escape_markdown(reason)


def panel(session: Session, first: RunSnapshot) -> None:
    """The board. It polls while the run is active; then the whole page runs once more, which stops
    the polling.
    """

    @st.fragment(run_every=EVERY if first.alive else None)
    def draw() -> None:
        with error_boundary():
            context = resources.context()
            snapshot = take_snapshot(context, current_runs.refreshed(context, first.run), session)
            if first.alive and not snapshot.alive:
                st.rerun()
            _draw(session, snapshot)

    draw()


def _draw(session: Session, snapshot: RunSnapshot) -> None:
    context = resources.context()
    far, button = st.columns([0.8, 0.2], vertical_alignment="center")
    with far:
        board.progress(snapshot)
    with button:
        copy_button(
            "Copiar resumen",
            phone_text(snapshot.run, snapshot.state, snapshot.counts, snapshot.left_s),
            key="copy_summary",
        )
    if snapshot.alive and snapshot.limit and snapshot.run.rate_limited:
        st.caption(SLOWER.format(decimal(snapshot.limit)))
    board.counters(snapshot)
    left, right = st.container(key="under_board").columns([0.56, 0.44], gap="medium")
    with left.container(border=True):
        st.markdown(f"**{board.map_title(snapshot)}**")
        board.run_map(context, snapshot)
    with right.container(border=True):
        st.markdown("**Por ubicación**")
        board.locations(context, snapshot)
    details.draw(session, snapshot)
