"""A run on the board: what can be asked of it, and the panel that follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import streamlit as st

from bulk.core import stop_reasons
from bulk.errors import BulkError, TokenRejected
from bulk.runs.launch import request_stop, resume
from pages.ui.run import board, current_runs, details, outcome, retry
from pages.ui.run.snapshot import Look, look, phone_summary
from pages.ui.shell import connect, page, resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, decimal, sentence
from pages.ui.texts_runs import rows_told
from pages.ui.widgets.browser import copy_button, focus_safe
from pages.ui.widgets.markdown import plain

SLOWER = (
    "**Webex pide ir más despacio.** Se ha bajado el ritmo a {}/s y se sigue solo. No hace falta"
    " hacer nada."
)
EVERY = 1.0  # seconds between two looks


def buttons(session: Session, seen: Look) -> None:
    """At the top right: what makes sense in the state of the run."""
    if seen.alive and st.button("Pausar"):
        _stop(session, seen, "pause")
    if not seen.ended and st.button("Cancelar lo pendiente"):
        _cancel(session, seen)
    if not seen.alive and not seen.ended:
        kind: Literal["primary", "secondary"] = (
            "secondary" if asks_for_token(session, seen) or session.rejected else "primary"
        )
        if st.button("Reanudar", type=kind):
            take_up(session, seen)
    bad = retry.rows_to_retry(seen)
    if bad and not seen.alive and st.button("Reintentar las fallidas", help=rows_told(bad)):
        retry.work_again(session, seen)
    if seen.ended:
        if st.button("Nueva ejecución"):
            session.run_id = None
            st.switch_page(PAGES["lanzamiento"][0])
        if st.button("Ver el informe", type="primary"):
            st.switch_page(PAGES["informe"][0], query_params={"run": seen.run.run_id})


def take_up(session: Session, seen: Look) -> None:
    try:
        resume(resources.context(), seen.run.run_id, resources.connection_for(seen.run, session))
    except TokenRejected:
        raise  # the page asks for another one
    except BulkError as error:
        st.error(plain(error.message))
        return
    st.rerun()


def _stop(session: Session, seen: Look, command: str) -> None:
    try:
        with st.spinner("Las filas en curso terminan…"):
            request_stop(
                resources.context(), seen.run.run_id, command, current_runs.who(session, seen.run)
            )
    except BulkError as error:
        st.error(plain(error.message))
        return
    st.rerun()


def _cancel(session: Session, seen: Look) -> None:
    @st.dialog("Cancelar lo pendiente")
    def ask() -> None:
        left = seen.total - seen.finished
        st.write(
            f"{'Queda' if left == 1 else 'Quedan'} {rows_told(left)} sin empezar. Lo ya hecho no se"
            " deshace."
        )
        back, on = st.columns(2)
        if back.button("Seguir", key="safe", type="primary", width="stretch"):
            st.rerun()
        if on.button("Cancelar lo pendiente", key="cancel_for_sure", width="stretch"):
            _stop(session, seen, "cancel")
        focus_safe()

    ask()


def at_rest(session: Session, seen: Look) -> None:
    """Why it does not go on, and how it may: with a button, or with a token when this tab has none
    that will do.
    """
    why = _why(session, seen)
    if not asks_for_token(session, seen):
        if why:
            st.warning(why, icon=":material/warning:")
        return
    run, name = seen.run, seen.run.org_name or seen.run.target
    with st.container(border=True, key="stopped_token"):
        st.warning(
            " ".join(filter(None, (why, connect.RENEW.format(plain(name))))),
            icon=":material/key_off:",
        )
        if connect.form(
            session, connect.CONTINUE, key="continue", org_id=run.org_id, org_name=run.org_name
        ):
            take_up(session, seen)


def asks_for_token(session: Session, seen: Look) -> bool:
    """True when going on takes a token that this tab does not have: none of the organisation, or
    the one that was refused.
    """
    if seen.alive or seen.ended or session.rejected:
        return False
    if not current_runs.may_steer(session, seen.run):
        return True
    newer = (
        session.pasted_at
        and seen.run.ended_at
        and session.pasted_at.astimezone() > datetime.fromisoformat(seen.run.ended_at)
    )
    return seen.run.target != "sandbox" and stop_reasons.is_token(seen.run.reason) and not newer


def _why(session: Session, seen: Look) -> str:
    """UX 4: what happened · how much is left."""
    reason, left = seen.run.reason or "", seen.total - seen.finished
    rest = (
        f"{'queda' if left == 1 else 'quedan'} {rows_told(left)}"
        f" {'pendiente' if left == 1 else 'pendientes'}."
    )
    if stop_reasons.is_token(reason):
        return "" if session.rejected else f"**{connect.REJECTED}.** No se ha perdido nada: {rest}"
    if seen.state == "interrupted":
        return f"**Se interrumpió el programa que la llevaba.** No se ha perdido nada: {rest}"
    title, dot, remedy = reason.partition(". ")
    if seen.state == "stopped":
        return (
            f"**Detenida: {plain(title)}.** {plain(remedy)} {sentence(rest)}"
            if dot
            else f"{plain(reason)} {sentence(rest)}"
        )
    return plain(reason)


def panel(session: Session, first: Look) -> None:
    """The board; it polls while the run lives, and asks for one full run of the page when it ends,
    which stops the polling.
    """

    @st.fragment(run_every=EVERY if first.alive else None)
    def draw() -> None:
        with page.told():
            house = resources.context()
            seen = look(house, current_runs.again(house, first.run), session)
            if first.alive and not seen.alive:
                st.rerun()
            _draw(session, seen)

    draw()


def _draw(session: Session, seen: Look) -> None:
    house = resources.context()
    far, button = st.columns([0.8, 0.2], vertical_alignment="center")
    with far:
        board.progress(seen)
    with button:
        copy_button("Copiar resumen", phone_summary(seen), key="copy_summary")
    if seen.alive and seen.limit and seen.run.rate_limited:
        st.caption(SLOWER.format(decimal(seen.limit)))
    outcome.counters(seen)
    left, right = st.container(key="under_board").columns([0.56, 0.44], gap="medium")
    with left.container(border=True):
        st.markdown(f"**{board.map_title(seen)}**")
        board.run_map(house, seen)
    with right.container(border=True):
        st.markdown("**Por ubicación**")
        board.locations(house, seen)
    details.draw(session, seen)
