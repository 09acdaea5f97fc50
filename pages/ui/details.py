"""Under the board: the latest rows, the causes of errors, the speed, and one lot at a time."""

from __future__ import annotations

import streamlit as st

from bulk.clusters import Cluster, clusters
from bulk.errors import BulkError
from bulk.journal import rows
from bulk.launch import retry
from bulk.records import OrderStatus
from bulk.undoing import undo_lists
from pages.ui import board, resources, speed, tables
from pages.ui.looking import Look
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import ORDER_GLYPHS, PAGES, count, thousands
from pages.ui.texts_runs import NO_CAUSES

LATEST, CAUSES, SPEED, LOTS = "Últimas 50", "Errores por causa", "Ritmo", "Lotes"
WORTH_SEEING = frozenset({"error", "partial", "running", "cancelled"})  # of thousands of lots
MOST_LOTS = 500  # in the list
MOST_CAUSES = 5  # told one by one
RETRIED = ("failed", "unknown", "conflict", "cancelled")


def again(seen: Look) -> int:
    """Rows that another try may put right; of an undo not those that somebody changed since: they are kept again."""
    if seen.run.kind == "undo":
        found = undo_lists(resources.context(), seen.run.run_id)
        return found["failed"] + seen.counts["cancelled"]
    return 0 if seen.run.kind == "verify" else sum(seen.counts[state] for state in RETRIED)


def draw(session: Session, seen: Look) -> None:
    chosen = st.segmented_control(
        "Detalle",
        (LATEST, CAUSES, SPEED, LOTS),
        default=LATEST,
        label_visibility="collapsed",
        required=True,
        key="board_detail",
    )
    if chosen == LOTS:
        lots(session, seen)
    elif chosen == CAUSES:
        causes(session, seen)
    elif chosen == SPEED:
        speed.draw(seen.run)
    else:
        latest(seen)


def latest(seen: Look) -> None:
    found = rows.latest_rows(resources.context().journal, seen.run.run_id, 50)
    if not tables.show_rows(found, seen.run, key="board_latest", height=280):
        st.caption("Aún no ha terminado ninguna fila.")


def causes(session: Session, seen: Look) -> None:
    """Gathered again only when another row went wrong: thousands of failures are read for it."""
    bad = tuple(seen.counts[state] for state in board.REVIEW)
    found: list[Cluster] = session.once(f"causes_{seen.run.run_id}", bad, lambda: clusters(resources.context(), seen.run))
    if not found:
        st.caption(NO_CAUSES)
    for cluster in found[:MOST_CAUSES]:
        st.markdown(f"**{thousands(cluster.count)}** · {plain(cluster.title)} · {plain(cluster.remedy)}")
    if len(found) > MOST_CAUSES:
        st.caption(f"y {len(found) - MOST_CAUSES} causas más, en el informe")


def lots(session: Session, seen: Look) -> None:
    """The list beside the map: a lot chosen shows its rows, and may be worked again."""
    offered = worth_seeing(seen)
    if not offered:
        st.caption("Ningún lote con errores ni en curso." if seen.orders else "Aún no hay lotes.")
        return
    tables.show(tables.order_frame(offered), config=tables.order_config(), key="board_orders", height=200)
    by_id = {order.order_id: order for order in offered}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Lote",
            list(by_id),
            index=None,
            placeholder="elige un lote para ver sus filas",
            format_func=lambda each: lot_name(by_id[each]) if each in by_id else each,
            label_visibility="collapsed",
            key="board_lot",
        )
        if chosen in by_id and not seen.alive:
            retry_button(session, seen, by_id[chosen])
    if chosen in by_id:
        found = rows.read_rows(resources.context().journal, seen.run.run_id, order_seq=seq_of(by_id[chosen]), limit=2_000)
        tables.show_rows(found, seen.run, key="board_lot_rows", height=280)


def lot_name(order: OrderStatus) -> str:
    return f"{ORDER_GLYPHS[order.state]} desde la fila {seq_of(order)} · {count(order.total, 'fila', 'filas')}"


def seq_of(order: OrderStatus) -> int:
    return int(order.order_id.rpartition("-r")[2])


def retry_button(session: Session, seen: Look, order: OrderStatus) -> None:
    again = sum(order.counts.get(state, 0) for state in RETRIED)
    if again and st.button(f"Reintentar {count(again, 'fila', 'filas')} de este lote"):
        work_again(session, seen, order_ids=(order.order_id,))


def work_again(session: Session, seen: Look, *, order_ids: tuple[str, ...] = (), lines: tuple[int, ...] = ()) -> None:
    """Retry what failed: of the whole run, of some lots, or some rows; and show the board."""
    try:
        reached = resources.connection_for(seen.run, session)
        live = retry(resources.context(), seen.run.run_id, reached, order_ids=order_ids, lines=lines)
    except BulkError as error:
        st.error(plain(error.message))
        return
    if live is None:
        st.info("No hay nada que reintentar.")
        return
    session.run_id = seen.run.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": seen.run.run_id})


def worth_seeing(seen: Look) -> list[OrderStatus]:
    """All lots while they are few; else those that run or went wrong."""
    if len(seen.orders) < board.MAP_OF_ROWS:
        return list(seen.orders)
    return [order for order in seen.orders if order.state in WORTH_SEEING][:MOST_LOTS]
