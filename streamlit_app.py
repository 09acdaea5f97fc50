"""Inicio: the road map of the nine actions, and the runs that live or wait."""

from __future__ import annotations

import streamlit as st

from bulk.actions import UNSUPPORTED
from bulk.launch import resume
from bulk.records import RunRecord
from pages.ui import frame, live, resources, roadmap
from pages.ui.looking import local, look, progress_line, state_word
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import IN_DEVELOPMENT, PAGES


def main_button(session: Session, found: list[roadmap.Entry]) -> None:
    following = roadmap.next_action(session, found)
    with frame.heading("inicio"):
        if not session.files and st.button("Cargar ficheros", type="primary"):
            st.switch_page(PAGES["datos"][0])
        if following and st.button(f"Siguiente: {following.action.title}", type="primary"):
            open_action(session, following.action.id)


def open_action(session: Session, action_id: str) -> None:
    session.action_id = action_id
    session.revision += 1
    st.switch_page(PAGES["mapeo"][0])


def road(session: Session, found: list[roadmap.Entry]) -> None:
    st.markdown("##### Hoja de ruta")
    with st.container(border=True, gap="xxsmall"):
        for number, entry in enumerate(found, 1):
            milestone(session, number, entry)
    with st.expander(f"Otras {len(UNSUPPORTED)} acciones · {IN_DEVELOPMENT}"):
        for announced in UNSUPPORTED:
            st.markdown(f":gray[{announced.title} · {IN_DEVELOPMENT}]")


def milestone(session: Session, number: int, entry: roadmap.Entry) -> None:
    action, mark = entry.action, f"{entry.mark} " if entry.mark else ""
    name, told, button = st.columns([0.53, 0.34, 0.13], vertical_alignment="center")
    name.markdown(f"{mark}{number} · **{action.title}**" if entry.readiness.ready else f":gray[{mark}{number} · {action.title}]")
    told.caption(plain(entry.told))
    if button.button("Abrir", key=f"go_{action.id}", type="tertiary", disabled=action.dataset not in session.files):
        open_action(session, action.id)


def present(session: Session) -> None:
    house = resources.context()
    st.markdown("##### En curso")
    running = live.living(house)
    for run in running:
        with st.container(border=True):
            told(session, run)
            page = PAGES["ensayo" if run.dry_run else "lanzamiento"][0]
            if st.button("Abrir", key=f"see_{run.run_id}"):
                live.remember(session, run)
                st.switch_page(page, query_params={"run": run.run_id})
    if not running:
        st.caption("No hay ninguna ejecución en curso.")
    stopped = live.waiting(house)
    if stopped:
        st.markdown("##### Se pueden reanudar")
    for run in stopped[:5]:
        with st.container(border=True):
            told(session, run)
            with frame.told():
                if st.button("Reanudar", key=f"resume_{run.run_id}"):
                    resume(house, run.run_id, resources.connection_for(run, session))
                    live.remember(session, run)
                    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": run.run_id})


def told(session: Session, run: RunRecord) -> None:
    seen = look(resources.context(), run, session, with_orders=False)
    st.markdown(f"**{seen.title}** · {plain(state_word(seen))}")
    st.caption(f"{local(run.created_at)} · {progress_line(seen)}{f' · {plain(run.note)}' if run.note else ''}")


session = frame.begin("inicio")
with frame.told():
    found = roadmap.entries(session)
    main_button(session, found)
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left, frame.told():
        road(session, found)
    with right, frame.told():
        present(session)
