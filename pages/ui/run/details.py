"""Under the board: the latest rows, the causes of errors, the speed, and one order at a time."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bulk.core.states import REVIEW_STATES
from bulk.core.text import pluralize, thousands
from bulk.journal import rows
from bulk.runs.error_groups import error_groups
from bulk.wording.fingerprints import ErrorGroup
from pages.ui.run import orders, speed_chart
from pages.ui.run import tables as run_tables
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import NO_CAUSES, cause_pill
from pages.ui.widgets.cache import throttled
from pages.ui.widgets.markdown import escape_markdown

LATEST, CAUSES, SPEED, ORDERS = "Últimas 50", "Errores por causa", "Ritmo", "Lotes"
MAX_CAUSES = 5  # shown


def draw(session: Session, snapshot: RunSnapshot) -> None:
    chosen = st.segmented_control(
        "Detalle",
        (LATEST, CAUSES, SPEED, ORDERS),
        default=LATEST,
        label_visibility="collapsed",
        required=True,
        key="board_detail",
    )
    found = _causes(snapshot)
    counted("board_detail", {2: len(found), 4: len(snapshot.order_states)})
    if chosen == ORDERS:
        orders.draw(session, snapshot)
    elif chosen == CAUSES:
        causes(snapshot, found)
    elif chosen == SPEED:
        speed_chart.draw(snapshot.run)
    else:
        latest(snapshot)


def latest(snapshot: RunSnapshot) -> None:
    found = rows.latest_rows(resources.context().journal, snapshot.run.run_id, 50)
    if not run_tables.show_rows(found, snapshot.run, key="board_latest", height=280):
        st.caption("Aún no ha terminado ninguna fila.")


def _causes(snapshot: RunSnapshot) -> list[ErrorGroup]:
    """Thousands of failures are read for it: of an active run now and then, else only when the
    counts changed.
    """
    bad = tuple(snapshot.counts[state] for state in REVIEW_STATES)
    if not any(bad):
        return []
    version = None if snapshot.alive else bad
    return throttled(
        (snapshot.run.run_id, "causes"),
        version,
        lambda: error_groups(resources.context(), snapshot.run),
    )


def causes(snapshot: RunSnapshot, found: list[ErrorGroup]) -> None:
    """Each with its remedy and its rows."""
    if not found:
        st.caption(NO_CAUSES)
    for number, group in enumerate(found[:MAX_CAUSES]):
        text, button = st.columns([0.84, 0.16], vertical_alignment="center")
        word = cause_pill(snapshot.run, group)
        title, remedy = escape_markdown(group.title), escape_markdown(group.remedy)
        text.markdown(f"**{thousands(group.count)}** · {word} · {title} · {remedy}")
        label = "Ver la fila" if group.count == 1 else f"Ver las {thousands(group.count)}"
        if button.toggle(label, key=f"board_cause_{snapshot.run.run_id}_{number}"):
            run_tables.show_group(snapshot, group)
    if len(found) > MAX_CAUSES:
        st.caption(f"y {pluralize(len(found) - MAX_CAUSES, 'causa', 'causas')} más, en el informe")


def counted(key: str, numbers: Mapping[int, int]) -> None:
    """Show a number beside each choice, by its position from 1.

    Not in the label itself: the browser knows a choice by its label and would lose it each time the
    number grows.
    """
    rules = "".join(
        f'.st-key-{key} button:nth-of-type({place}) p::after {{ content: " {thousands(number)}";'
        " opacity: 0.75; }"
        for place, number in numbers.items()
        if number
    )
    st.html(f"<style>{rules}</style>")
