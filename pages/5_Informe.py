"""Informe: what was done, what was not, and how to mend it."""

from __future__ import annotations

import streamlit as st

from bulk.journal import rows
from bulk.records import RunRecord
from bulk.status import find_run
from pages.ui import (
    audit_panel,
    causes,
    charts,
    downloads,
    filters,
    frame,
    live,
    outcome,
    resources,
    roadmap,
    tables,
    undo_panel,
    verify_panel,
)
from pages.ui.looking import Look, local, look, state_word, where_of
from pages.ui.plain import plain
from pages.ui.session import Session, put_in_url, run_in_url
from pages.ui.texts import CHOOSE_RUN, PAGES, lasting, thousands


def chosen(session: Session) -> RunRecord | None:
    """`?run=` of any kind, else what this tab launched last."""
    house = resources.context()
    if asked := run_in_url():
        return find_run(house, asked)
    return live.attached(house, session, dry_run=False)


def summary(seen: Look) -> None:
    run = seen.run
    who = f"{plain(where_of(run))} · {plain(run.person or '?')} · {local(run.created_at)}"
    calls = f"{thousands(run.requests)} llamadas · {thousands(run.retries)} reintentos"
    note = f" · {plain(run.note)}" if run.note else ""
    st.caption(
        f"**{plain(state_word(seen)).capitalize()}** · {who} · {lasting(seen.seconds)} · {calls}{note} · ejecución {run.run_id}"
    )
    if seen.alive:
        st.info("La ejecución sigue en curso: el informe crece con ella.", icon=":material/sync:")
    elif run.kind == "apply" and not run.dry_run and seen.ended and not seen.review and not seen.counts["cancelled"]:
        st.success(f"{thousands(seen.finished)} de {thousands(seen.total)} como se pidió.", icon=":material/check_circle:")
    outcome.counters(seen)


def lots(seen: Look) -> None:
    if seen.orders:
        tables.show(tables.order_frame(seen.orders), config=tables.order_config(), key="report_orders")
    else:
        st.caption("La ejecución no tiene lotes.")


def after(session: Session, seen: Look) -> None:
    """What can be done with the run now."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if undo_panel.at_rest(seen):
            verify_panel.button(session, seen)
            if seen.run.kind in ("apply", "undo"):
                undo_panel.button(session, seen)
        if seen.run.parent and seen.run.kind != "apply" and st.button("Ver la ejecución de origen"):
            st.switch_page(PAGES["informe"][0], query_params={"run": seen.run.parent})
        found = roadmap.next_action(session) if seen.ended else None
        if found and st.button(f"Siguiente acción: {found.action.title}", icon=":material/arrow_forward:"):
            session.action_id = found.action.id
            st.switch_page(PAGES["mapeo"][0])
    verify_panel.draw(session, seen)
    undo_panel.draw(session, seen)


def details(session: Session, seen: Look) -> None:
    names = ["Por causa", "Filas", "Lotes", "Por ubicación", "Auditoría"]
    undone = seen.run.kind == "undo"
    tabs = st.tabs(["Restauración", *names] if undone else names)
    if undone:
        with tabs[0]:
            undo_panel.lists(seen)
    cause_tab, row_tab, lot_tab, place_tab, audit_tab = tabs[-len(names) :]
    with cause_tab:
        causes.draw(session, seen)
    with row_tab:
        filters.draw(seen, plan=seen.run.dry_run, key=f"report_{seen.run.run_id}", orders=seen.orders)
    with lot_tab:
        lots(seen)
    with place_tab:
        charts.by_location(rows.group_counts(resources.context().journal, seen.run.run_id))
    with audit_tab:
        audit_panel.audit_table(seen.run)


def draw(session: Session, run: RunRecord) -> None:
    put_in_url(run.run_id)
    seen = look(resources.context(), run, session)
    with frame.heading("informe", seen.title, buttons=0.32):
        downloads.excel_button(run)
        downloads.more(seen)
    if seen.run.reason:
        st.warning(plain(seen.run.reason), icon=":material/warning:")
    summary(seen)
    after(session, seen)
    details(session, seen)


session = frame.begin("informe")
with frame.told():
    run = chosen(session)
    if run is None:
        frame.heading("informe")
        st.info(CHOOSE_RUN, icon=":material/history:")
        st.page_link(PAGES["historial"][0], label="Ir a Historial")
    else:
        draw(session, run)
