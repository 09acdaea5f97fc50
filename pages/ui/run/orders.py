"""Orders in a list beside the map, which takes no clicks: one is chosen, shown, paused, resumed,
canceled or retried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from bulk.core.records import OrderStatus
from bulk.core.states import ORDER_WORDS
from bulk.core.text import pluralize
from bulk.errors import BulkError
from bulk.journal import rows, runs
from bulk.runs.resume import resume, resume_orders
from bulk.runs.stop import stop_orders
from pages.ui.run import board, current_runs, retry
from pages.ui.run import tables as run_tables
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import ORDER_GLYPHS, rows_text
from pages.ui.widgets.markdown import escape_markdown

# The ones listed where there are thousands.
NOTABLE = frozenset({"error", "partial", "running", "paused", "cancelled"})
MAX_ORDERS = 500  # in the list
MAX_ROWS = 2_000  # of one order on screen
# Key in st.session_state of the chosen order's id: it outlives a list drawn again each second.
CHOSEN = "board_order"
HINT = (
    "Elige un lote en la lista para ver sus filas, pausarlo, reanudarlo o cancelar lo que le queda."
)


def draw(session: Session, snapshot: RunSnapshot) -> None:
    """The list, and below it what can be done with the chosen order."""
    offered = notable_orders(snapshot)
    if not offered:
        st.caption(
            "Ningún lote con errores, en pausa ni en curso."
            if snapshot.order_states
            else "Aún no hay lotes."
        )
        return
    _table(offered)
    total = len(snapshot.order_states)
    if len(offered) < total:
        seen, there = (pluralize(number, "lote", "lotes") for number in (len(offered), total))
        st.caption(f"Se ven {seen} de {there}: con errores, en pausa, cancelados y en curso.")
    chosen = statuses(snapshot, st.session_state.get(CHOSEN, ""))
    if not chosen:
        st.caption(HINT)
        return
    _buttons(session, snapshot, chosen[0])
    found = rows.read_rows(
        resources.context().journal, snapshot.run.run_id, order_seq=chosen[0].seq, limit=MAX_ROWS
    )
    run_tables.show_rows(found, snapshot.run, key="board_order_rows", height=280)


def _table(offered: Sequence[OrderStatus]) -> None:
    ids = [order.order_id for order in offered]

    def choose() -> None:
        event: Any = st.session_state["board_orders"]
        if event.selection.rows:
            st.session_state[CHOSEN] = ids[event.selection.rows[0]]

    st.dataframe(
        run_tables.order_frame(offered),
        hide_index=True,
        height="content" if len(offered) < 8 else 250,
        column_config=run_tables.order_config(),
        on_select=choose,
        selection_mode="single-row",
        key="board_orders",
    )


def _buttons(session: Session, snapshot: RunSnapshot, order: OrderStatus) -> None:
    left, bad = (
        order.counts.get("pending", 0),
        sum(order.counts.get(state, 0) for state in retry.RETRIED),
    )
    paused = order.state == "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="order_buttons"):
        st.markdown(f"**{order_name(order)}** · {ORDER_WORDS[order.state]}", width="content")
        if left and not paused and snapshot.alive and st.button("Pausar este lote"):
            _attempt(lambda: _stop(session, snapshot, order, "pause"))
        if left and paused and st.button("Reanudar este lote"):
            _attempt(lambda: _resume(session, snapshot, order))
        if left and not snapshot.ended:
            _cancel(session, snapshot, order, left)
        if bad and not snapshot.alive and st.button(f"Reintentar {rows_text(bad)} de este lote"):
            retry.work_again(session, snapshot, order_ids=(order.order_id,))


def _attempt(ask: Callable[[], object]) -> None:
    try:
        ask()
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return
    st.rerun()


def _stop(session: Session, snapshot: RunSnapshot, order: OrderStatus, command: str) -> None:
    run = snapshot.run
    stop_orders(
        resources.context(), run.run_id, command, [order.order_id], current_runs.who(session, run)
    )


def _resume(session: Session, snapshot: RunSnapshot, order: OrderStatus) -> None:
    """In a run that is not active, this order alone is worked."""
    context, run = resources.context(), snapshot.run
    if not resume_orders(context, run.run_id, [order.order_id], current_runs.who(session, run)):
        resume(
            context, run.run_id, resources.connection_for(run, session), order_ids=[order.order_id]
        )


def _cancel(session: Session, snapshot: RunSnapshot, order: OrderStatus, left: int) -> None:
    """A popover, as the next drawing of a live board would close a dialog."""
    with st.popover("Cancelar lo pendiente de este lote"):
        st.write(
            f"{'Queda' if left == 1 else 'Quedan'} {rows_text(left)} sin empezar. Lo ya hecho no se"
            " deshace."
        )
        if st.button("Cancelar lo pendiente", key="cancel_order_for_sure"):
            _attempt(lambda: _stop(session, snapshot, order, "cancel"))


def order_name(order: OrderStatus) -> str:
    return f"{ORDER_GLYPHS[order.state]} desde la fila {order.seq} · {rows_text(order.total)}"


def notable_orders(snapshot: RunSnapshot) -> list[OrderStatus]:
    """All orders while they are few; else those that are active, wait or went wrong."""
    return statuses(
        snapshot, states=() if len(snapshot.order_states) < board.MAP_OF_ROWS else NOTABLE
    )[:MAX_ORDERS]


def statuses(
    snapshot: RunSnapshot, *order_ids: str, states: Collection[str] = ()
) -> list[OrderStatus]:
    """Orders of the run in file order; with ids or states given, only those."""
    return runs.order_statuses(
        resources.context().journal, snapshot.run.run_id, snapshot.state, order_ids, states=states
    )
