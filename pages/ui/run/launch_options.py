"""How the run goes: orders, threads, hours, first rows, rate ceiling, automatic pause."""

from __future__ import annotations

from typing import Any

import streamlit as st

from bulk.core.settings import MAX_WORKERS
from bulk.errors import UsageError
from bulk.runs.schedule import refuse_past, window
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import BREAKER, CHUNK_REASON, NO_BREAKER, PACE_REASON, hour, rows_text
from pages.ui.widgets.markdown import escape_markdown

MAX_ROWS = 5_000  # per order
FIRST_ROWS = 10  # «Empezar por 10 filas»


def draw(session: Session) -> None:
    left, middle, right = st.columns([0.22, 0.25, 0.53], vertical_alignment="bottom")
    session.launch.bulk = left.toggle(
        "Modo bulk",
        key=keep_value("launch_bulk", session.launch.bulk),
        help="Por lotes y a la vez. Sin él, fila a fila y en orden.",
    )
    session.launch.chunk_size = middle.number_input(
        "Tamaño de lote",
        1,
        MAX_ROWS,
        step=50,
        key=keep_value("launch_chunk", session.launch.chunk_size),
        disabled=not session.launch.bulk,
    )
    session.launch.note = right.text_input(
        "Nota",
        placeholder="CHG0012345 · Madrid fase 1",
        key=keep_value("launch_note", session.launch.note),
    )
    st.caption(CHUNK_REASON)
    _first_rows(session)
    with st.expander("Más opciones: hilos, límite, horas, pausa por errores"):
        _more(session)


def keep_value(key: str, value: Any) -> str:
    """Begin a widget with `value` and let it keep its own afterwards; returns its key."""
    st.session_state.setdefault(key, value)
    return key


def _first_rows(session: Session) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        few = st.checkbox(
            f"Empezar por {rows_text(st.session_state.get('launch_canary') or FIRST_ROWS)} y parar",
            key=keep_value("launch_few", session.launch.canary > 0),
            help="Repartidas entre las ubicaciones. Al parar se miran y se sigue con «Reanudar».",
        )
        rows = st.number_input(
            "Filas",
            1,
            1_000,
            key=keep_value("launch_canary", session.launch.canary or FIRST_ROWS),
            disabled=not few,
            width=140,
            label_visibility="collapsed",
        )
    session.launch.canary = int(rows) if few else 0


def _more(session: Session) -> None:
    first, second, third, fourth = st.columns(4)
    session.launch.workers = first.number_input(
        f"Hilos (hasta {MAX_WORKERS})",
        1,
        MAX_WORKERS,
        key=keep_value("launch_workers", session.launch.workers),
        help=PACE_REASON,
    )
    session.launch.rate_ceiling = second.number_input(
        "Límite de llamadas/s",
        0.0,
        1_000.0,
        step=5.0,
        format="%.0f",
        key=keep_value("launch_ceiling", float(session.launch.rate_ceiling)),
        help="0 = sin techo: se aprende solo lo que Webex admite.",
    )
    session.launch.at = third.text_input(
        "Empezar a las", placeholder="22:00", key=keep_value("launch_at", session.launch.at)
    )
    session.launch.not_after = fourth.text_input(
        "No después de",
        placeholder="06:00",
        key=keep_value("launch_not_after", session.launch.not_after),
    )
    _hours_text(session)
    chosen = resources.context().settings
    if chosen.breaker_share < 1:
        st.caption(
            BREAKER.format(
                round(chosen.breaker_share * chosen.breaker_window), chosen.breaker_window
            )
        )
    else:
        st.caption(NO_BREAKER)
    st.caption(PACE_REASON)


def _hours_text(session: Session) -> None:
    try:
        begin, stop = window(session.launch.at, session.launch.not_after)
        for name, label, moment in (
            ("at", "Empezará", begin),
            ("not_after", "Se pausará sola", stop),
        ):
            if moment:
                refuse_past(name, moment)
                st.caption(f"{label} a las {hour(moment.isoformat())}.")
    except UsageError as error:
        st.error(escape_markdown(error.message))
