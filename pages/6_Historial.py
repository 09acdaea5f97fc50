"""Historial: every run of this data directory."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bulk.adapters import SUPPORTED
from bulk.core.records import RunRecord
from bulk.core.text import pluralize
from pages.ui.frame import page
from pages.ui.results import compare, downloads, history, history_charts, repeat
from pages.ui.run import current_runs
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import NO_RUNS, PAGES

NO_MATCH = "Ninguna ejecución cumple el filtro."
DATES = 250  # px: two dates, whole at any width of the window
HINT = "Marca una para abrirla, dos para compararlas, o varias para su acta."


def chosen_filters(orgs: Sequence[str]) -> history.Filters:
    with st.container(horizontal=True, vertical_alignment="center"):
        org = _one_of("Organización", orgs, "todas las organizaciones") if len(orgs) > 1 else None
        action = st.selectbox(
            "Acción",
            SUPPORTED,
            index=None,
            placeholder="todas las acciones",
            format_func=history.title_of,
            label_visibility="collapsed",
        )
        states = st.multiselect(
            "Estado",
            list(history.STATES),
            placeholder="todos los estados",
            format_func=history.STATES.get,
            label_visibility="collapsed",
        )
        days = st.date_input(
            "Fechas", value=(), format="DD/MM/YYYY", label_visibility="collapsed", width=DATES
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        note = st.text_input(
            "Buscar en la nota",
            placeholder="buscar en la nota",
            label_visibility="collapsed",
            width=DATES,
        )
        dry_runs = st.checkbox("Ver también los ensayos")
        archived = st.checkbox("Ver también las archivadas")
    return history.Filters(
        action, tuple(states), note.strip(), dry_runs, archived, org, tuple(days)
    )


def _one_of(label: str, options: Sequence[str], none: str) -> str | None:
    return st.selectbox(label, options, index=None, placeholder=none, label_visibility="collapsed")


def open_run(session: Session, run: RunRecord) -> None:
    current_runs.remember(session, run)
    st.switch_page(PAGES["informe"][0], query_params={"run": run.run_id})


def repeat_run(session: Session, run: RunRecord) -> None:
    repeat.repeat(resources.context(), session, run)
    st.switch_page(PAGES["ensayo"][0])


def buttons(session: Session, picked: Sequence[RunRecord]) -> bool:
    """What can be done with the marked runs; True while two are to be compared."""
    context = resources.context()
    with st.container(horizontal=True, vertical_alignment="center"):
        comparing = st.toggle("Comparar", disabled=len(picked) != 2, help="Marca dos ejecuciones.")
        downloads.acta_button(picked, "Acta de las seleccionadas")
        one = picked[0] if len(picked) == 1 else None
        able = one is not None and repeat.can_repeat(context, one)
        tip = (
            "Carga su fichero, su acción y su mapeo, y abre Ensayo. Necesita que se guardara el"
            " fichero."
        )
        if st.button("Repetir", disabled=not able, help=tip) and one:
            repeat_run(session, one)
        again = bool(picked) and all(run.run_id in history.archived(context) for run in picked)
        if st.button(
            "Recuperar" if again else "Archivar",
            disabled=not picked,
            help="Archivada no se muestra; nada se borra.",
        ):
            history.archive(
                context,
                {run.run_id: current_runs.who(session, run) for run in picked},
                away=not again,
            )
            st.rerun()
    return comparing and len(picked) == 2


def draw(session: Session) -> None:
    place = page.heading("historial")
    context = resources.context()
    everything = history.everything(context)
    if not everything:
        st.info(NO_RUNS, icon=":material/history:")
        with place:
            if st.button("Cargar ficheros", type="primary"):
                st.switch_page(PAGES["datos"][0])
        return
    found = history.matching(context, everything, chosen_filters(history.organizations(everything)))
    pages = max(1, -(-len(found) // history.PAGE))
    number = st.pagination(pages, key="history_page") if pages > 1 else 1
    shown = found[(number - 1) * history.PAGE : number * history.PAGE]
    picked = history.table(context, shown) if shown else []
    st.caption(
        f"{pluralize(len(found), 'ejecución', 'ejecuciones')}. {HINT}" if found else NO_MATCH
    )
    if found and buttons(session, picked):
        older, newer = sorted(picked, key=lambda run: run.created_at)
        compare.draw(older, newer)
    with place:
        if st.button("Abrir", type="primary", disabled=len(picked) != 1):
            open_run(session, picked[0])
    drawn = [(run.run_id, run.state, run.ended_at) for run in found[: history_charts.MAX_ITEMS]]
    if figures := session.once(
        "history_charts", drawn, lambda: history_charts.figures(context, found)
    ):
        history_charts.draw(figures)


session = page.begin("historial")
with error_boundary():
    draw(session)
