"""Informe: what was done, what was not, and how to mend it."""

from __future__ import annotations

import streamlit as st

from bulk.journal import rows
from bulk.records import RunRecord
from bulk.status import RUN_WORDS, find_run
from pages.ui import board, charts, downloads, filters, frame, live, resources, roadmap, tables
from pages.ui.looking import Look, local, look, rehearsal_word
from pages.ui.session import Session, put_in_url, run_in_url
from pages.ui.texts import CHOOSE_RUN, PAGES, lasting, thousands

MOST_CAUSES = 15  # told one by one; the rest in a table


def chosen(session: Session) -> RunRecord | None:
    """`?run=` of any kind, else what this tab launched last."""
    house = resources.context()
    if asked := run_in_url():
        return find_run(house, asked)
    return live.attached(house, session, dry_run=False)


def summary(seen: Look) -> None:
    run, counts = seen.run, seen.counts
    word = rehearsal_word(seen.state) if run.dry_run else RUN_WORDS[seen.state]
    who = f"{run.org_name or run.target} · {run.person or '?'} · {local(run.created_at)}"
    calls = f"{thousands(run.requests)} llamadas · {thousands(run.retries)} reintentos"
    note = f" · {run.note}" if run.note else ""
    st.caption(f"**{word.capitalize()}** · {who} · {lasting(seen.seconds)} · {calls}{note} · ejecución {run.run_id}")
    bad = sum(counts[state] for state in board.REVIEW)
    if seen.alive:
        st.info("La ejecución sigue en curso: el informe crece con ella.", icon=":material/sync:")
    elif not run.dry_run and seen.ended and not bad and not counts["cancelled"]:
        st.success(f"{thousands(seen.finished)} de {thousands(seen.total)} como se pidió.", icon=":material/check_circle:")
    board.counters(counts, plan=run.dry_run)


def causes(seen: Look) -> None:
    found = tables.cause_frame(rows.failure_causes(resources.context().journal, seen.run.run_id))
    if found.empty:
        st.caption("Ninguna fila por revisar.")
        return
    for cause in found.head(MOST_CAUSES).to_dict("records"):
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{thousands(cause['Filas'])}** · {cause['Estado'][0]} · {cause['Causa y remedio']}")
            st.caption(f"código {cause['Código'] or '-'} · primera fila {cause['Primera fila']}")
    if len(found) > MOST_CAUSES:
        tables.show(found.iloc[MOST_CAUSES:], config=tables.cause_config(), key="report_causes")


def lots(seen: Look) -> None:
    if seen.orders:
        tables.show(tables.order_frame(seen.orders), config=tables.order_config(), key="report_orders")
    else:
        st.caption("La ejecución no tiene lotes.")


def following(session: Session, seen: Look) -> None:
    found = roadmap.next_action(session) if seen.ended else None
    if found and st.button(f"Siguiente acción: {found.action.title}"):
        session.action_id = found.action.id
        st.switch_page(PAGES["mapeo"][0])


def draw(session: Session, run: RunRecord) -> None:
    put_in_url(run.run_id)
    seen = look(resources.context(), run, session)
    with frame.heading("informe", seen.title):
        downloads.json_button(run, "JSON")
        downloads.csv_button(run, "Descargar CSV", primary=True)
    if seen.run.reason:
        st.warning(seen.run.reason, icon=":material/warning:")
    summary(seen)
    cause_tab, row_tab, lot_tab, place_tab = st.tabs(["Por causa", "Filas", "Lotes", "Por ubicación"])
    with cause_tab:
        causes(seen)
    with row_tab:
        filters.draw(seen, plan=run.dry_run, key=f"report_{run.run_id}", orders=seen.orders)
    with lot_tab:
        lots(seen)
    with place_tab:
        charts.by_location(rows.group_counts(resources.context().journal, run.run_id))
    following(session, seen)


session = frame.begin("informe")
with frame.told():
    run = chosen(session)
    if run is None:
        frame.heading("informe")
        st.info(CHOOSE_RUN, icon=":material/history:")
        st.page_link(PAGES["historial"][0], label="Ir a Historial")
    else:
        draw(session, run)
