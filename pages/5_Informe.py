"""Informe: what was done, what was not, and how to repair it."""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st

from bulk.core.records import RunRecord
from bulk.core.states import ALL_STATES
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.journal import locations
from bulk.report.audit import facts as audit_facts
from bulk.runs.status import find_run
from pages.ui.frame import page
from pages.ui.results import downloads, error_groups, location_chart, roadmap, undo, verify
from pages.ui.run import board, current_runs, row_filters
from pages.ui.run import tables as run_tables
from pages.ui.run.details import counted
from pages.ui.run.orders import statuses
from pages.ui.run.snapshot import RunSnapshot, state_word, take_snapshot, where_of
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session, put_in_url, run_in_url
from pages.ui.texts import (
    CHOOSE_RUN,
    PAGES,
    lasting,
    local_time,
    plural,
    rows_text,
    sentence,
    word_of,
)
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown

UNDONE, CAUSES, ROWS, ORDERS, PLACES, AUDIT = (
    "Restauración",
    "Por causa",
    "Filas",
    "Lotes",
    "Por ubicación",
    "Auditoría",
)


def chosen(session: Session) -> RunRecord | None:
    """`?run=` of any kind, else what this tab launched last."""
    context = resources.context()
    if asked := run_in_url():
        return find_run(context, asked)
    return current_runs.attached(context, session, dry_run=False)


def sum_line(snapshot: RunSnapshot) -> str:
    """`4.300 filas = 4.180 hechas + 79 sin cambios + 41 con error`, in the words of the run."""
    words: dict[str, int] = {}
    for state in ALL_STATES:
        if snapshot.counts[state]:
            word = word_of(snapshot.run, state)
            words[word] = words.get(word, 0) + snapshot.counts[state]
    parts = " + ".join(
        f"{thousands(n)} {plural(word) if n != 1 else word}" for word, n in words.items()
    )
    return f"**{rows_text(sum(words.values()))}** = {parts}" if words else ""


def summary(snapshot: RunSnapshot) -> None:
    run = snapshot.run
    facts = [
        f"**{escape_markdown(sentence(state_word(snapshot)))}**",
        escape_markdown(where_of(run)),
        escape_markdown(run.person or "?"),
        local_time(run.created_at),
        lasting(snapshot.seconds),
        pluralize(run.requests, "llamada", "llamadas"),
        pluralize(run.retries, "reintento", "reintentos"),
        escape_markdown(run.note),
        f"ensayo {run.parent}" if run.parent and run.kind == "apply" else "",
        f"ejecución {run.run_id}",
    ]
    st.caption(" · ".join(filter(None, facts)))
    if snapshot.alive:
        st.info("La ejecución sigue en curso: el informe crece con ella.", icon=":material/sync:")
    elif went_well(snapshot):
        st.success(
            f"{thousands(snapshot.finished)} de {thousands(snapshot.total)} como se pidió.",
            icon=":material/check_circle:",
        )
    board.counters(snapshot)
    st.caption(sum_line(snapshot))


def went_well(snapshot: RunSnapshot) -> bool:
    """A launch in which every row ended as wanted."""
    launched = snapshot.run.kind == "apply" and not snapshot.run.dry_run
    return launched and snapshot.ended and not snapshot.review and not snapshot.counts["cancelled"]


def orders_table(snapshot: RunSnapshot) -> None:
    if snapshot.order_states:
        tables.show(
            run_tables.order_frame(statuses(snapshot)),
            config=run_tables.order_config(),
            key="report_orders",
        )
    else:
        st.caption("La ejecución no tiene lotes.")


def audit_table(run: RunRecord) -> None:
    """Who, when, where, with which files, mapping, scope and settings, and the commands given
    meanwhile.

    Not a grid: there a fingerprint or the settings would be cut where the column ends.
    """
    pairs = "".join(
        f"<dt>{html.escape(what)}</dt><dd>{html.escape(value)}</dd>"
        for what, value in audit_facts(resources.context(), run)
    )
    st.html(f'<dl class="facts">{pairs}</dl>')


def after(session: Session, snapshot: RunSnapshot) -> None:
    """What can be done with the run now."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if undo.is_offered(snapshot):
            verify.button(session, snapshot)
            if snapshot.run.kind in ("apply", "undo"):
                undo.button(session, snapshot)
        downloads.acta_button([snapshot.run], "Acta")
        if (
            snapshot.run.parent
            and snapshot.run.kind != "apply"
            and st.button("Ver la ejecución de origen")
        ):
            st.switch_page(PAGES["informe"][0], query_params={"run": snapshot.run.parent})
        found = roadmap.next_action(session) if snapshot.ended else None
        if found and st.button(
            f"Siguiente acción: {found.action.title}", icon=":material/arrow_forward:"
        ):
            session.mapping.action_id = found.action.id
            st.switch_page(PAGES["mapeo"][0])
    verify.draw(session, snapshot)
    undo.draw(session, snapshot)


def details(session: Session, snapshot: RunSnapshot) -> None:
    """One view at a time: with thousands of orders each of them costs time."""
    views: dict[str, Callable[[], None]] = {
        CAUSES: lambda: error_groups.draw(session, snapshot),
        ROWS: lambda: row_filters.draw(
            snapshot,
            key=f"report_{snapshot.run.run_id}",
            orders=statuses(snapshot),
        ),
        ORDERS: lambda: orders_table(snapshot),
        PLACES: lambda: location_chart.by_location(
            snapshot.run, locations.group_counts(resources.context().journal, snapshot.run.run_id)
        ),
        AUDIT: lambda: audit_table(snapshot.run),
    }
    if snapshot.run.kind == "undo":
        views = {UNDONE: lambda: undo.lists(snapshot), **views}
    names, key = list(views), f"report_view_{snapshot.run.kind == 'undo'}"
    chosen_view = st.segmented_control(
        "Ver", names, default=names[0], label_visibility="collapsed", required=True, key=key
    )
    numbers = {
        CAUSES: len(error_groups.groups_of(session, snapshot)),
        ROWS: snapshot.total,
        ORDERS: len(snapshot.order_states),
    }
    counted(key, {names.index(name) + 1: number for name, number in numbers.items()})
    views[chosen_view or names[0]]()


def draw(session: Session, run: RunRecord) -> None:
    put_in_url(run.run_id)
    snapshot = take_snapshot(resources.context(), run, session)
    with page.heading("informe", snapshot.title, buttons=0.32):
        downloads.excel_button(run)
        downloads.more(snapshot)
    if snapshot.run.reason and not snapshot.alive:
        st.warning(escape_markdown(snapshot.run.reason), icon=":material/warning:")
    summary(snapshot)
    after(session, snapshot)
    details(session, snapshot)


def nothing_to_show() -> None:
    with page.heading("informe"):
        page.goto_button("historial")


session = page.begin("informe")
with error_boundary():
    try:
        run = chosen(session)
    except BulkError as error:
        nothing_to_show()
        st.error(escape_markdown(error.message), icon=":material/error:")
    else:
        if run is None:
            nothing_to_show()
            st.info(CHOOSE_RUN, icon=":material/history:")
        else:
            draw(session, run)
