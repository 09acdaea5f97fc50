"""A run on the board: what can be asked of it, and the panel that follows it."""

from __future__ import annotations

import streamlit as st

from bulk.errors import BulkError
from bulk.launch import request_stop, resume
from pages.ui import board, connecting, details, frame, live, outcome, resources
from pages.ui.looking import Look, look, phone_summary
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import PAGES, thousands

EVERY = 1.0  # seconds between two looks


def buttons(session: Session, seen: Look) -> None:
    """At the top right: what makes sense in the state of the run."""
    with st.popover("Copiar resumen"):
        st.code(phone_summary(seen), language=None, wrap_lines=True)
    if not seen.ended and st.button("Cancelar lo pendiente"):
        _cancel(session, seen)
    if seen.alive and st.button("Pausar", type="primary"):
        _stop(session, seen, "pause")
    if not seen.alive and not seen.ended and st.button("Reanudar", type="primary"):
        take_up(session, seen)
    again = details.again(seen)
    if again and not seen.alive and st.button("Reintentar las fallidas", help=f"{thousands(again)} filas"):
        details.work_again(session, seen)
    if seen.ended:
        if st.button("Nueva ejecución"):
            session.run_id = None
            st.switch_page(PAGES["lanzamiento"][0])
        if st.button("Ver el informe", type="primary"):
            st.switch_page(PAGES["informe"][0], query_params={"run": seen.run.run_id})


def take_up(session: Session, seen: Look) -> None:
    try:
        resume(resources.context(), seen.run.run_id, resources.connection_for(seen.run, session))
    except BulkError as error:
        st.error(plain(error.message))
        return
    st.rerun()


def _stop(session: Session, seen: Look, command: str) -> None:
    try:
        with st.spinner("Las filas en curso terminan…"):
            request_stop(resources.context(), seen.run.run_id, command, live.who(session))
    except BulkError as error:
        st.error(plain(error.message))
        return
    st.rerun()


def _cancel(session: Session, seen: Look) -> None:
    @st.dialog("Cancelar lo pendiente")
    def ask() -> None:
        left = seen.total - seen.finished
        st.write(f"Quedan {thousands(left)} filas sin terminar. Lo ya hecho no se deshace.")
        back, on = st.columns(2)
        if back.button("Seguir", width="stretch"):
            st.rerun()
        if on.button("Cancelar lo pendiente", key="cancel_for_sure", type="primary", width="stretch"):
            _stop(session, seen, "cancel")

    ask()


def stopped(session: Session, seen: Look) -> None:
    """It stopped by itself: why, that nothing is lost, and how to go on."""
    left = thousands(seen.total - seen.finished)
    st.warning(
        f"{plain(seen.run.reason or 'Detenida.')} No se ha perdido nada: quedan {left} filas pendientes.",
        icon=":material/warning:",
    )
    if seen.run.target == "sandbox":
        return
    with st.container(border=True):
        st.markdown(f"**Token de {plain(seen.run.org_name or seen.run.target)}**")
        if connecting.form(session, "Continuar con este token", key="continue"):
            take_up(session, seen)


def panel(session: Session, first: Look) -> None:
    """The board; it polls while the run lives, and asks for one full run of the page when it ends, which stops the polling."""

    @st.fragment(run_every=EVERY if first.alive else None)
    def draw() -> None:
        with frame.told():
            house = resources.context()
            seen = look(house, live.again(house, first.run), session)
            if first.alive and not seen.alive:
                st.rerun()
            _draw(session, seen)

    draw()


def _draw(session: Session, seen: Look) -> None:
    house = resources.context()
    board.progress(seen)
    outcome.counters(seen)
    left, right = st.columns([0.56, 0.44], gap="medium")
    with left.container(border=True):
        st.markdown(f"**{board.map_title(seen)}**")
        board.run_map(house, seen)
    with right.container(border=True):
        st.markdown("**Por ubicación**")
        board.locations(house, seen)
    details.draw(session, seen)
