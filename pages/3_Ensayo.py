"""Ensayo: what would change, row by row. A run in the background that only reads."""

from __future__ import annotations

import streamlit as st

from bulk.launch import launch, request_stop
from bulk.plan import Prepared
from bulk.records import RunRecord
from pages.ui import board, choice, downloads, filters, frame, live, rehearsed, resources, running
from pages.ui.looking import Look, local, look
from pages.ui.plain import plain
from pages.ui.session import Session, put_in_url
from pages.ui.texts import EMPTY_ACTION, EMPTY_MAPPING, NOT_REHEARSED, NOTHING_TO_CHANGE, PAGES, count
from pages.ui.texts_runs import NO_WRITES

OTHER_DATA = "Este ensayo es de otros datos, de otra acción o de otro mapeo. Ensaya de nuevo."
FEW = 25  # rows of a first try
FEW_HELP = "Repartidas entre las ubicaciones. Después se sigue con todas, o se corrige y se ensaya de nuevo."
EVERY = 1.0  # seconds between two looks


def rehearse(session: Session, plan: Prepared, *, few: int = 0) -> None:
    reached = resources.connection(session)
    how = choice.launch_of(session, dry_run=True, canary=few)
    session.advice = []
    started = launch(resources.context(), plan, reached, how, advise=session.advice.append)
    session.dry_run_id = started.run_id
    put_in_url(started.run_id)
    st.rerun()


def plan_or_reason(session: Session) -> Prepared | None:
    """The plan to rehearse, or None after saying what is missing."""
    if not session.files.keys() & {"ubicaciones", "usuarios"}:
        st.info(EMPTY_MAPPING, icon=":material/upload_file:")
    elif session.action_id is None:
        st.info(EMPTY_ACTION, icon=":material/arrow_back:")
    else:
        return choice.prepared(session)
    return None


def start_button(session: Session, plan: Prepared, *, again: bool) -> None:
    ready = choice.to_send(plan) > 0 and not choice.missing(plan.action, plan.mapping)
    if not again and choice.to_send(plan) > FEW and st.button(f"Probar {FEW} filas", disabled=not ready, help=FEW_HELP):
        rehearse(session, plan, few=FEW)
    label = "Ensayar de nuevo" if again else f"Ensayar {count(choice.to_send(plan), 'fila', 'filas')}"
    if st.button(label, type="secondary" if again else "primary", disabled=not ready):
        rehearse(session, plan)


def progress(session: Session, run: RunRecord) -> None:
    """Live, until it ends: then one full run of the page shows what was found and stops the polling."""

    @st.fragment(run_every=EVERY)
    def panel() -> None:
        with frame.told():
            seen = look(resources.context(), live.again(resources.context(), run), session, with_orders=False)
            if not seen.alive:
                st.rerun()
            board.progress(seen)
            board.counters(seen.counts, plan=True)

    panel()
    if st.button("Detener ensayo"):
        request_stop(resources.context(), run.run_id, "cancel", live.who(session, run))
        st.rerun()


def found(session: Session, seen: Look) -> None:
    board.progress(seen)
    st.caption(NO_WRITES)
    changes = seen.counts["create"] + seen.counts["change"]
    if seen.run.reason:
        st.warning(plain(seen.run.reason), icon=":material/warning:")
    if seen.state == "completed" and not changes:
        st.success(NOTHING_TO_CHANGE, icon=":material/check_circle:")
    board.counters(seen.counts, plan=True)
    if changes and seen.ended:
        st.markdown(rehearsed.forecast_line(session, resources.context(), seen))
    if seen.ended:
        rehearsed.whole_file(session, resources.context(), seen)
    filters.draw(seen, plan=True, key=f"plan_{seen.run.run_id}")


session = frame.begin("ensayo")
with frame.told():
    house = resources.context()
    run = live.attached(house, session, dry_run=True)
    seen = look(house, run, session, with_orders=False) if run else None
    place = frame.heading("ensayo", seen.title if seen else "")
    if run and seen:
        put_in_url(run.run_id)
        names = ", ".join(file["file_name"] for file in run.files)
        st.caption(f"Ensayo del {local(run.created_at)} · {plain(run.org_name or run.target)} · {plain(names)}")
    frame.advise(session)
    if run and seen and seen.alive:
        progress(session, run)
    else:
        current = bool(run and choice.is_about(run, session, resources.connection(session)))
        if run and not current and session.action_id:
            st.warning(OTHER_DATA, icon=":material/warning:")
        plan = None if run and not session.files else plan_or_reason(session)
        with place:
            if plan:
                start_button(session, plan, again=current)
            if seen and not seen.ended and st.button("Ensayar las demás", type="primary" if current else "secondary"):
                running.take_up(session, seen)
            if run:
                downloads.csv_button(run, "Descargar ensayo")
            if plan and current and seen and seen.ended and st.button("Ir a Lanzamiento", type="primary"):
                session.run_id = None
                st.switch_page(PAGES["lanzamiento"][0])
        if seen:
            found(session, seen)
        elif plan:
            st.info(NOT_REHEARSED, icon=":material/preview:")
