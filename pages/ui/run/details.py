"""Under the board: the latest rows, the causes of errors, the speed, and one lot at a time."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bulk.core.figures import count, thousands
from bulk.core.records import REVIEW_STATES
from bulk.journal import rows
from bulk.runs.error_groups import Cluster, clusters
from pages.ui.results import error_groups as causes_panel
from pages.ui.run import orders, speed_chart
from pages.ui.run.snapshot import Look
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts_runs import NO_CAUSES, cause_pill
from pages.ui.widgets import tables
from pages.ui.widgets.cache import lately
from pages.ui.widgets.markdown import plain

LATEST, CAUSES, SPEED, LOTS = "Últimas 50", "Errores por causa", "Ritmo", "Lotes"
MOST_CAUSES = 5  # told one by one


def draw(session: Session, seen: Look) -> None:
    chosen = st.segmented_control(
        "Detalle",
        (LATEST, CAUSES, SPEED, LOTS),
        default=LATEST,
        label_visibility="collapsed",
        required=True,
        key="board_detail",
    )
    found = _causes(seen)
    counted("board_detail", {2: len(found), 4: len(seen.order_states)})
    if chosen == LOTS:
        orders.draw(session, seen)
    elif chosen == CAUSES:
        causes(seen, found)
    elif chosen == SPEED:
        speed_chart.draw(seen.run)
    else:
        latest(seen)


def latest(seen: Look) -> None:
    found = rows.latest_rows(resources.context().journal, seen.run.run_id, 50)
    if not tables.show_rows(found, seen.run, key="board_latest", height=280):
        st.caption("Aún no ha terminado ninguna fila.")


def _causes(seen: Look) -> list[Cluster]:
    """Thousands of failures are read for it: of a live run now and then, of one that rests when its
    counts are others.
    """
    bad = tuple(seen.counts[state] for state in REVIEW_STATES)
    if not any(bad):
        return []
    version = None if seen.alive else bad
    return lately(
        (seen.run.run_id, "causes"), version, lambda: clusters(resources.context(), seen.run)
    )


def causes(seen: Look, found: list[Cluster]) -> None:
    """Each with its remedy and its rows."""
    if not found:
        st.caption(NO_CAUSES)
    for number, cluster in enumerate(found[:MOST_CAUSES]):
        told, button = st.columns([0.84, 0.16], vertical_alignment="center")
        word = cause_pill(seen.run, cluster)
        told.markdown(
            f"**{thousands(cluster.count)}** · {word} · {plain(cluster.title)} ·"
            f" {plain(cluster.remedy)}"
        )
        label = "Ver la fila" if cluster.count == 1 else f"Ver las {thousands(cluster.count)}"
        if button.toggle(label, key=f"board_cause_{seen.run.run_id}_{number}"):
            causes_panel.rows_of(seen, cluster)
    if len(found) > MOST_CAUSES:
        st.caption(f"y {count(len(found) - MOST_CAUSES, 'causa', 'causas')} más, en el informe")


def counted(key: str, numbers: Mapping[int, int]) -> None:
    """How many there are beside the words of a choice, by their place (from 1).

    Not in the words themselves: a choice is known to the browser by them, and would be lost each
    time that a number grows.
    """
    rules = "".join(
        f'.st-key-{key} button:nth-of-type({place}) p::after {{ content: " {thousands(number)}";'
        " opacity: 0.75; }"
        for place, number in numbers.items()
        if number
    )
    st.html(f"<style>{rules}</style>")
