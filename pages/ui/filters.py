"""Rows of a run behind their filters: state, location, cause, search. Used by Ensayo and Informe."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bulk.journal import rows
from bulk.records import OrderStatus
from pages.ui import board, resources, tables
from pages.ui.looking import Look
from pages.ui.texts import GLYPHS, thousands
from pages.ui.texts_runs import word_of

PAGE = 2_000  # rows on screen at once


def draw(seen: Look, *, plan: bool, key: str, orders: Sequence[OrderStatus] = ()) -> None:
    """Counters that filter, search, location, and the table."""
    names = [name for name in board.shown_states(seen.counts, plan=plan) if seen.counts[name]]
    state_place, field_place = st.columns([0.45, 0.55], vertical_alignment="center")
    chosen = state_place.pills(
        "Estado",
        names,
        selection_mode="multi",
        format_func=lambda name: f"{GLYPHS[name]} {word_of(seen.run, name)} {thousands(seen.counts[name])}",
        label_visibility="collapsed",
        key=f"{key}_states",
    )
    with field_place:
        search, group, order = _fields(seen, key, orders)
    matching = sum(seen.counts[name] for name in chosen or names)
    pages = max(1, -(-matching // PAGE))
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    found = rows.read_rows(
        resources.context().journal,
        seen.run.run_id,
        states=list(chosen or ()),
        search=search.strip(),
        group=group or "",
        order_seq=order,
        offset=(page - 1) * PAGE,
        limit=PAGE,
    )
    if not tables.show_rows(found, seen.run, key=f"{key}_rows"):
        st.caption("Ninguna fila cumple el filtro.")


def _fields(seen: Look, key: str, orders: Sequence[OrderStatus]) -> tuple[str, str | None, int | None]:
    groups = sorted({group for group, _, _ in rows.group_counts(resources.context().journal, seen.run.run_id) if group})
    left, middle, right = (*st.columns(3),) if orders else (*st.columns(2), None)
    search = left.text_input("Buscar", placeholder="buscar", label_visibility="collapsed", key=f"{key}_search")
    group = middle.selectbox(
        "Ubicación", groups, index=None, placeholder="ubicación", label_visibility="collapsed", key=f"{key}_group"
    )
    seqs = [int(order.order_id.rpartition("-r")[2]) for order in orders]
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
