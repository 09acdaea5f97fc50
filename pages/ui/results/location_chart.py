"""The chart of a report: rows by location and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from bulk.core.records import RunRecord
from bulk.core.states import ALL_STATES
from pages.ui.texts import word_of
from pages.ui.widgets import charts
from pages.ui.widgets.palette import PURPLE, ROW_HUES, fill, is_dark

MAX_BARS = 30
NAMES = {"labelOverlap": False, "labelLimit": 190}  # each bar has its name


def by_location(run: RunRecord, counts: Iterable[tuple[str, str, int]]) -> None:
    """A bar per location, one color per state in the words of the run; the biggest first."""
    records = [
        (group or "sin ubicación", state, n) for group, state, n in counts if state != "excluded"
    ]
    if not records:
        st.caption("Aún no hay filas.")
        return
    sizes: Counter[str] = Counter()
    for group, _, n in records:
        sizes[group] += n
    shown = [group for group, _ in sizes.most_common(MAX_BARS)]
    frame = pd.DataFrame(
        [(g, word_of(run, s), n) for g, s, n in records if g in set(shown)],
        columns=pd.Index(["Ubicación", "Estado", "Filas"]),
    )
    present = [state for state in ALL_STATES if state in {s for _, s, _ in records}]
    charts.draw(frame, _bars(run, shown, present), height=26 * len(shown) + 110)
    if len(sizes) > MAX_BARS:
        st.caption(f"Las {MAX_BARS} ubicaciones con más filas, de {len(sizes)}.")


def _bars(run: RunRecord, order: list[str], states: list[str]) -> dict[str, Any]:
    dark = is_dark()
    hues = ROW_HUES | ({"done": PURPLE} if run.kind == "undo" else {})
    colors: dict[str, str] = {}
    for state in states:
        colors.setdefault(word_of(run, state), fill(hues[state], dark))
    return {
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {
                "field": "Ubicación",
                "type": "nominal",
                "sort": order,
                "title": None,
                "axis": NAMES,
            },
            "x": {
                "field": "Filas",
                "type": "quantitative",
                "title": None,
                "axis": {"tickMinStep": 1, "tickCount": 8, "format": ",d"},
            },
            "color": {
                "field": "Estado",
                "type": "nominal",
                "scale": {"domain": [*colors], "range": [*colors.values()]},
                "legend": {"orient": "top", "title": None},
            },
            "tooltip": [
                {"field": "Ubicación"},
                {"field": "Estado"},
                {"field": "Filas", "type": "quantitative", "format": ",d"},
            ],
        },
    }
