"""Rows of a run behind their filters: state, location, cause, search. Used by Ensayo and
Informe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from bulk.core.figures import thousands
from bulk.core.records import OPEN_STATES, PLAN_STATES, OrderStatus
from bulk.journal import locations, rows
from pages.ui.run import board
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.texts import GLYPHS
from pages.ui.texts_runs import word_of
from pages.ui.widgets import tables
from pages.ui.widgets.cache import throttled

PAGE = 2_000  # rows on screen at once
LIVE_PAGE = 100  # of a run that lives: drawn again each second
Below = Callable[[Sequence[str], str, str], None]  # states, search, location
NEWS = tuple(
    state for state in PLAN_STATES if state != "invalid"
)  # what a dry run finds, and the file alone did not


def draw(
    snapshot: RunSnapshot,
    *,
    plan: bool,
    key: str,
    orders: Sequence[OrderStatus] = (),
    below: Below | None = None,
) -> None:
    """States and fields that filter, and the rows that they leave; of a dry run the counters are
    the filters.

    `below`: drawn under the table with the states, the search and the location chosen.
    """
    if plan:
        chosen = _counters(snapshot, key)
        search, group, order = _fields(snapshot, key, orders)
    else:
        state_place, field_place = st.columns([0.45, 0.55], vertical_alignment="center")
        with state_place:
            chosen = _pills(snapshot, key)
        with field_place:
            search, group, order = _fields(snapshot, key, orders)
    _table(snapshot, key, chosen, search.strip(), group or "", order)
    if below:
        below(chosen, search.strip(), group or "")


def _counters(snapshot: RunSnapshot, key: str) -> list[str]:
    """`→ 4.180 cambiar`: all states of a plan, those at 0 too; how many are left while it reads is
    shown by its progress.
    """
    return st.segmented_control(
        "Estado",
        [
            name
            for name in board.shown_states(snapshot.counts, plan=True)
            if name not in OPEN_STATES or not snapshot.alive
        ],
        selection_mode="multi",
        format_func=lambda name: (
            f"{GLYPHS[name]} **{thousands(snapshot.counts[name])}** {word_of(snapshot.run, name)}"
        ),
        label_visibility="collapsed",
        key=f"{key}_states",
        width="stretch",
    )


def _pills(snapshot: RunSnapshot, key: str) -> list[str]:
    return st.pills(
        "Estado",
        [name for name in board.shown_states(snapshot.counts, plan=False) if snapshot.counts[name]],
        selection_mode="multi",
        format_func=lambda name: (
            f"{GLYPHS[name]} {word_of(snapshot.run, name)} {thousands(snapshot.counts[name])}"
        ),
        label_visibility="collapsed",
        key=f"{key}_states",
    )


def _table(
    snapshot: RunSnapshot,
    key: str,
    chosen: Sequence[str],
    search: str,
    group: str,
    order: int | None,
) -> None:
    matching = (
        sum(snapshot.counts[name] for name in chosen) if chosen else sum(snapshot.counts.values())
    )
    size = LIVE_PAGE if snapshot.alive else PAGE
    pages = 1 if snapshot.alive else max(1, -(-matching // size))
    filtered = repr(
        (sorted(chosen), search, group, order)
    )  # another filter begins at its first page
    page = st.pagination(pages, key=f"{key}_page_{filtered}") if pages > 1 else 1
    found = rows.read_rows(
        resources.context().journal,
        snapshot.run.run_id,
        states=list(chosen) or (NEWS if snapshot.alive else ()),
        search=search,
        group=group,
        order_seq=order,
        offset=(page - 1) * size,
        limit=size,
    )
    if not tables.show_rows(found, snapshot.run, key=f"{key}_rows"):
        none = (
            "Ninguna fila cumple el filtro."
            if page == 1
            else "No hay más filas que cumplan el filtro."
        )
        st.caption(
            "Todavía no se ha leído ninguna fila." if snapshot.alive and not chosen else none
        )
    elif snapshot.alive:
        st.caption(f"Las primeras {LIVE_PAGE}; al terminar se ven todas.")


def _fields(
    snapshot: RunSnapshot, key: str, orders: Sequence[OrderStatus]
) -> tuple[str, str | None, int | None]:
    groups = throttled(
        (snapshot.run.run_id, "groups"),
        snapshot.alive,
        lambda: locations.groups(resources.context().journal, snapshot.run.run_id),
    )
    left, middle, right = (*st.columns(3),) if orders else (*st.columns(2), None)
    search = left.text_input(
        "Buscar", placeholder="buscar", label_visibility="collapsed", key=f"{key}_search"
    )
    group = middle.selectbox(
        "Ubicación",
        groups,
        index=None,
        placeholder="ubicación",
        label_visibility="collapsed",
        key=f"{key}_group",
    )
    seqs = [order.seq for order in orders]
    order = None
    if right and seqs:
        order = right.selectbox(
            "Lote",
            seqs,
            index=None,
            placeholder="lote",
            format_func=lambda seq: f"desde la fila {seq}",
            label_visibility="collapsed",
            key=f"{key}_order",
        )
    return search, group, order
