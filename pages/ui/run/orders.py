"""Lots in a list beside the map, which takes no clicks: one is chosen, looked at, paused, taken up,
cancelled, worked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from bulk.core.figures import count
from bulk.core.records import ORDER_WORDS, OrderStatus
from bulk.errors import BulkError
from bulk.journal import rows, runs
from bulk.runs.launch import resume
from bulk.runs.order_control import go_on, stop_orders
from pages.ui.run import board, current_runs, retry
from pages.ui.run.snapshot import Look
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import ORDER_GLYPHS
from pages.ui.texts_runs import rows_told
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import plain

WORTH_SEEING = frozenset(
    {"error", "partial", "running", "paused", "cancelled"}
)  # of thousands of lots
MOST_LOTS = 500  # in the list
MOST_ROWS = 2_000  # of one lot on screen
# in st.session_state: the lot's id, which outlives the drawing of a list that is another one each
# second
CHOSEN = "board_lot"
HINT = (
    "Elige un lote en la lista para ver sus filas, pausarlo, reanudarlo o cancelar lo que le queda."
)


def draw(session: Session, seen: Look) -> None:
    """The list, and below it what can be done with the lot chosen."""
    offered = worth_seeing(seen)
    if not offered:
        st.caption(
            "Ningún lote con errores, en pausa ni en curso."
            if seen.order_states
            else "Aún no hay lotes."
        )
        return
    _table(offered)
    total = len(seen.order_states)
    if len(offered) < total:
        st.caption(
            f"Se ven {count(len(offered), 'lote', 'lotes')} de {count(total, 'lote', 'lotes')}: con"
            " errores, en pausa, cancelados y en curso."
        )
    chosen = every(seen, st.session_state.get(CHOSEN, ""))
    if not chosen:
        st.caption(HINT)
        return
    _buttons(session, seen, chosen[0])
    found = rows.read_rows(
        resources.context().journal, seen.run.run_id, order_seq=chosen[0].seq, limit=MOST_ROWS
    )
    tables.show_rows(found, seen.run, key="board_lot_rows", height=280)


def _table(offered: Sequence[OrderStatus]) -> None:
    ids = [order.order_id for order in offered]

    def choose() -> None:
        event: Any = st.session_state["board_orders"]
        if event.selection.rows:
            st.session_state[CHOSEN] = ids[event.selection.rows[0]]

    st.dataframe(
        tables.order_frame(offered),
        hide_index=True,
        height="content" if len(offered) < 8 else 250,
        column_config=tables.order_config(),
        on_select=choose,
        selection_mode="single-row",
        key="board_orders",
    )


def _buttons(session: Session, seen: Look, order: OrderStatus) -> None:
    left, bad = (
        order.counts.get("pending", 0),
        sum(order.counts.get(state, 0) for state in retry.RETRIED),
    )
    paused = order.state == "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="lot_buttons"):
        st.markdown(f"**{lot_name(order)}** · {ORDER_WORDS[order.state]}", width="content")
        if left and not paused and seen.alive and st.button("Pausar este lote"):
            _told(lambda: _stop(session, seen, order, "pause"))
        if left and paused and st.button("Reanudar este lote"):
            _told(lambda: _go_on(session, seen, order))
        if left and not seen.ended:
            _cancel(session, seen, order, left)
        if bad and not seen.alive and st.button(f"Reintentar {rows_told(bad)} de este lote"):
            retry.work_again(session, seen, order_ids=(order.order_id,))


def _told(ask: Callable[[], object]) -> None:
    try:
        ask()
    except BulkError as error:
        st.error(plain(error.message))
        return
    st.rerun()


def _stop(session: Session, seen: Look, order: OrderStatus, command: str) -> None:
    run = seen.run
    stop_orders(
        resources.context(), run.run_id, command, [order.order_id], current_runs.who(session, run)
    )


def _go_on(session: Session, seen: Look, order: OrderStatus) -> None:
    """In a run that rests this lot alone is worked, and the others wait."""
    house, run = resources.context(), seen.run
    if not go_on(house, run.run_id, [order.order_id], current_runs.who(session, run)):
        resume(
            house, run.run_id, resources.connection_for(run, session), order_ids=[order.order_id]
        )


def _cancel(session: Session, seen: Look, order: OrderStatus, left: int) -> None:
    """In a popover: a dialog would be closed by the next drawing of a live board."""
    with st.popover("Cancelar lo pendiente de este lote"):
        st.write(
            f"{'Queda' if left == 1 else 'Quedan'} {rows_told(left)} sin empezar. Lo ya hecho no se"
            " deshace."
        )
        if st.button("Cancelar lo pendiente", key="cancel_lot_for_sure"):
            _told(lambda: _stop(session, seen, order, "cancel"))


def lot_name(order: OrderStatus) -> str:
    return f"{ORDER_GLYPHS[order.state]} desde la fila {order.seq} · {rows_told(order.total)}"


def worth_seeing(seen: Look) -> list[OrderStatus]:
    """All lots while they are few; else those that run, wait or went wrong."""
    return every(seen, states=() if len(seen.order_states) < board.MAP_OF_ROWS else WORTH_SEEING)[
        :MOST_LOTS
    ]


def every(seen: Look, *order_ids: str, states: Collection[str] = ()) -> list[OrderStatus]:
    """Lots of the run in file order: those of these ids and in these states, when there are any
    given.
    """
    return runs.order_statuses(
        resources.context().journal, seen.run.run_id, seen.state, order_ids, states=states
    )
