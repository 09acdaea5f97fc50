"""Inicio: the road map of the nine actions, and the runs that are active or wait."""

from __future__ import annotations

import streamlit as st

from bulk.adapters import IN_DEVELOPMENT, UNSUPPORTED
from bulk.core.records import RunRecord
from bulk.runs.resume import resume
from bulk.runs.status import title
from pages.ui.frame import page
from pages.ui.results import repeat, roadmap
from pages.ui.run import current_runs
from pages.ui.run.snapshot import progress_line, state_word, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, local_time
from pages.ui.widgets.markdown import escape_markdown

EVERY = 2.0  # seconds between two drawings while a run is active


def main_button(session: Session, found: list[roadmap.Entry]) -> None:
    following = roadmap.next_action(session, found)
    with page.heading("inicio", buttons=0.62):
        if not session.files.working:
            without_files(session)
        if following and st.button(f"Siguiente: {following.action.title}", type="primary"):
            open_action(session, following.action.id)


def without_files(session: Session) -> None:
    """After F5 a tab has no files; those of the last run were kept."""
    context = resources.context()
    earlier = repeat.last(context, resources.connection(session))
    if earlier:
        detail = f"{title(earlier[0])} · {local_time(earlier[0].created_at)}"
        if st.button(
            "Seguir con los ficheros de la última ejecución", help=escape_markdown(detail)
        ):
            with error_boundary():
                repeat.load_latest(context, session, earlier)
                st.rerun()
    if st.button("Cargar ficheros", type="primary"):
        st.switch_page(PAGES["datos"][0])


def open_action(session: Session, action_id: str) -> None:
    session.mapping.action_id = action_id
    session.view.revision += 1
    st.switch_page(PAGES["mapeo"][0])


def roadmap_list(session: Session, found: list[roadmap.Entry]) -> None:
    st.markdown("##### Hoja de ruta")
    with st.container(border=True, gap="xxsmall", key="road"):
        for number, entry in enumerate(found, 1):
            milestone(session, number, entry)
    with st.expander(f"Otras {len(UNSUPPORTED)} acciones · {IN_DEVELOPMENT}"):
        for announced in UNSUPPORTED:
            st.markdown(f":gray[{announced.title} · {IN_DEVELOPMENT}]")


def milestone(session: Session, number: int, entry: roadmap.Entry) -> None:
    action, mark = entry.action, f"{entry.mark} " if entry.mark else ""
    name, detail, button = st.columns([0.56, 0.31, 0.13], vertical_alignment="center")
    name.markdown(
        f"{mark}{number} · **{action.title}**"
        if entry.readiness.ready
        else f":gray[{mark}{number} · {action.title}]"
    )
    detail.caption(escape_markdown(entry.detail))
    if button.button(
        "Abrir",
        key=f"go_{action.id}",
        type="tertiary",
        disabled=action.dataset not in session.files.working,
    ):
        open_action(session, action.id)


def runs_in_progress(session: Session) -> None:
    context = resources.context()
    st.markdown("##### En curso")
    running = current_runs.active(context)
    for run in running:
        with st.container(border=True):
            detail(session, run)
            target = PAGES["ensayo" if run.dry_run else "lanzamiento"][0]
            if st.button("Abrir", key=f"see_{run.run_id}"):
                current_runs.remember(session, run)
                st.switch_page(target, query_params={"run": run.run_id})
    if not running:
        st.caption("No hay ninguna ejecución en curso.")
    stopped = current_runs.resumable(context)
    if stopped:
        st.markdown("##### Se pueden reanudar")
    for run in stopped[:5]:
        with st.container(border=True):
            detail(session, run)
            with error_boundary():
                if st.button("Reanudar", key=f"resume_{run.run_id}"):
                    resume(context, run.run_id, resources.connection_for(run, session))
                    current_runs.remember(session, run)
                    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": run.run_id})


def detail(session: Session, run: RunRecord) -> None:
    snapshot = take_snapshot(resources.context(), run, session, with_orders=False)
    kind = "Ensayo · " if run.dry_run and run.kind != "verify" else ""
    st.markdown(f"**{kind}{snapshot.title}** · {escape_markdown(state_word(snapshot))}")
    st.caption(
        f"{local_time(run.created_at)} ·"
        f" {progress_line(snapshot)}{f' · {escape_markdown(run.note)}' if run.note else ''}"
    )


def overview(session: Session) -> None:
    """Road map and runs; drawn again while a run is active, and then once more with the
    whole page.
    """
    alive = bool(current_runs.active(resources.context()))

    @st.fragment(run_every=EVERY if alive else None)
    def draw() -> None:
        if alive and not current_runs.active(resources.context()):
            st.rerun()
        left, right = st.container(key="under_road").columns([0.64, 0.36], gap="medium")
        with left, error_boundary():
            roadmap_list(session, roadmap.entries(session))
        with right, error_boundary():
            runs_in_progress(session)

    draw()


session = page.begin("inicio")
with error_boundary():
    main_button(session, roadmap.entries(session))
    overview(session)
