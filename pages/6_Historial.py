"""Historial: every run of this data directory."""

from __future__ import annotations

import streamlit as st

from bulk.actions import SUPPORTED
from bulk.records import RunRecord
from pages.ui import frame, history, live, resources
from pages.ui.session import Session
from pages.ui.texts import NO_RUNS, PAGES, count

NO_MATCH = "Ninguna ejecución cumple el filtro."


def chosen_filters() -> history.Filters:
    left, middle, right, last = st.columns(4)
    action = left.selectbox(
        "Acción",
        SUPPORTED,
        index=None,
        placeholder="todas las acciones",
        format_func=history.title_of,
        label_visibility="collapsed",
    )
    states = middle.multiselect(
        "Estado",
        list(history.STATES),
        placeholder="todos los estados",
        format_func=history.STATES.get,
        label_visibility="collapsed",
    )
    note = right.text_input("Buscar en la nota", placeholder="buscar en la nota", label_visibility="collapsed")
    rehearsals = last.checkbox("Ver también los ensayos")
    return history.Filters(action, tuple(states), note.strip(), rehearsals)


def open_run(session: Session, run: RunRecord) -> None:
    live.remember(session, run)
    st.switch_page(PAGES["informe"][0], query_params={"run": run.run_id})


def draw(session: Session) -> None:
    place = frame.heading("historial")
    house = resources.context()
    if not history.any_run(house):
        st.info(NO_RUNS, icon=":material/history:")
        with place:
            if st.button("Cargar ficheros", type="primary"):
                st.switch_page(PAGES["datos"][0])
        return
    found = history.matching(house, chosen_filters())
    pages = max(1, -(-len(found) // history.PAGE))
    page = st.pagination(pages, key="history_page") if pages > 1 else 1
    shown = found[(page - 1) * history.PAGE : page * history.PAGE]
    picked = history.table(house, shown) if shown else None
    st.caption(f"{count(len(found), 'ejecución', 'ejecuciones')}. Marca una para abrirla." if found else NO_MATCH)
    with place:
        if st.button("Abrir", type="primary", disabled=picked is None) and picked:
            open_run(session, picked)


session = frame.begin("historial")
with frame.told():
    draw(session)
