"""Rows of a run behind their filters: state, location, order, search. Used by Ensayo
and Informe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from bulk.core.records import OrderStatus
from bulk.core.states import OPEN_STATES, PLAN_STATES
from bulk.core.text import thousands
from bulk.journal import locations, rows
from pages.ui.run import board
from pages.ui.run import tables as run_tables
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.texts import GLYPHS, plural, word_of
from pages.ui.widgets.cache import throttled

PAGE = 2_000  # rows on screen at once
LIVE_PAGE = 100  # of an active run: drawn again each second
# Called with the states, the search and the location chosen.
Below = Callable[[Sequence[str], str, str], None]
# What a dry run finds out; what is not valid is known from the file before it begins.
FOUND_BY_DRY_RUN = tuple(state for state in PLAN_STATES if state != "invalid")


def draw(
    snapshot: RunSnapshot,
    *,
    key: str,
    orders: Sequence[OrderStatus] = (),
    below: Below | None = None,
) -> None:
    """The filters and the rows that they leave; of a dry run the counters are the filters.

    `below` is drawn under the table.
    """
    if snapshot.run.dry_run:
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
    """`→ 4.180 cambiar`. While the dry run reads, its progress shows how many rows are left."""
    states = board.shown_states(snapshot)
    if snapshot.alive:
        states = [state for state in states if state not in OPEN_STATES]
    return st.segmented_control(
        "Estado",
        states,
        selection_mode="multi",
        format_func=partial(_counter_label, snapshot),
        label_visibility="collapsed",
        key=f"{key}_states",
        width="stretch",
    )


def _pills(snapshot: RunSnapshot, key: str) -> list[str]:
    return st.pills(
        "Estado",
        [name for name in board.shown_states(snapshot) if snapshot.counts[name]],
        selection_mode="multi",
        format_func=partial(_pill_label, snapshot),
        label_visibility="collapsed",
        key=f"{key}_states",
    )


def _in_words(snapshot: RunSnapshot, state: str) -> tuple[str, str]:
    """(`4.180`, `hechas`)."""
    number, word = snapshot.counts[state], word_of(snapshot.run, state)
    return thousands(number), word if number == 1 else plural(word)


def _counter_label(snapshot: RunSnapshot, state: str) -> str:
    number, word = _in_words(snapshot, state)
    return f"{GLYPHS[state]} **{number}** {word}"


def _pill_label(snapshot: RunSnapshot, state: str) -> str:
    number, word = _in_words(snapshot, state)
    return f"{GLYPHS[state]} {word} {number}"


def _table(
    snapshot: RunSnapshot,
    key: str,
    chosen: Sequence[str],
    search: str,
    group: str,
    order: int | None,
) -> None:
    size = LIVE_PAGE if snapshot.alive else PAGE
    filtered = f"{sorted(chosen)}|{search}|{group}|{order}"
    page = 1 if snapshot.alive else _page(snapshot, chosen, f"{key}_page_{filtered}")
    found = rows.read_rows(
        resources.context().journal,
        snapshot.run.run_id,
        states=list(chosen) or (FOUND_BY_DRY_RUN if snapshot.alive else ()),
        search=search,
        group=group,
        order_seq=order,
        offset=(page - 1) * size,
        limit=size,
    )
    if run_tables.show_rows(found, snapshot.run, key=f"{key}_rows"):
        if snapshot.alive:
            st.caption(f"Las primeras {LIVE_PAGE}; al terminar se ven todas.")
    elif snapshot.alive and not chosen:
        st.caption("Todavía no se ha leído ninguna fila.")
    elif page == 1:
        st.caption("Ninguna fila cumple el filtro.")
    else:
        st.caption("No hay más filas que cumplan el filtro.")


def _page(snapshot: RunSnapshot, chosen: Sequence[str], key: str) -> int:
    """The page chosen; a key per filter makes another filter begin at its first page."""
    states = chosen or snapshot.counts
    pages = -(-sum(snapshot.counts[name] for name in states) // PAGE)
    return st.pagination(pages, key=key) if pages > 1 else 1


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
