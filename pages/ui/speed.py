"""Rows a second and waits asked by Webex over the life of a run, from the journal's samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from bulk.journal import samples
from bulk.records import RunRecord, Sample
from pages.ui import resources
from pages.ui.palette import ROW_HUES, fill, is_dark

POINTS = 120  # on the chart at most
HEIGHT = 180  # px


def draw(run: RunRecord) -> None:
    found = speeds(samples.read(resources.context().journal, run.run_id))
    if len(found) < 2:
        st.caption("Aún no hay bastantes datos: hace falta que la ejecución lleve unos segundos.")
        return
    frame = pd.DataFrame(found, columns=pd.Index(["Hora", "Filas/s", "Llamadas/s", "Esperas pedidas (429)"]))
    st.vega_lite_chart(frame, _spec(), height=HEIGHT)


def speeds(taken: Sequence[Sample]) -> list[tuple[datetime, float, float, int]]:
    """(moment, rows/s, calls/s, 429s) between neighbouring samples; a pause or a restart in between gives no point."""
    kept = taken[:: max(1, -(-len(taken) // POINTS))]
    found = []
    for earlier, later in pairwise(kept):
        moment = datetime.fromisoformat(later.at)
        seconds = (moment - datetime.fromisoformat(earlier.at)).total_seconds()
        rows, calls = later.rows - earlier.rows, later.requests - earlier.requests
        if seconds > 0 and rows >= 0 and calls >= 0:
            waits = max(0, later.rate_limited - earlier.rate_limited)
            found.append((moment.astimezone().replace(tzinfo=None), round(rows / seconds, 2), round(calls / seconds, 2), waits))
    return found


def _spec() -> dict[str, Any]:
    dark = is_dark()
    blue, amber = fill(ROW_HUES["running"], dark), fill(ROW_HUES["unknown"], dark)
    time = {"field": "Hora", "type": "temporal", "title": None, "axis": {"format": "%H:%M:%S", "labelOverlap": True}}
    tooltip = [
        {"field": "Hora", "type": "temporal", "format": "%H:%M:%S"},
        *({"field": name, "type": "quantitative"} for name in ("Filas/s", "Llamadas/s", "Esperas pedidas (429)")),
    ]
    return {
        "layer": [
            {
                "mark": {"type": "bar", "color": amber, "opacity": 0.6},
                "encoding": {
                    "x": time,
                    "y": {"field": "Esperas pedidas (429)", "type": "quantitative", "axis": {"orient": "right"}},
                },
            },
            {
                "mark": {"type": "line", "color": blue, "point": False},
                "encoding": {
                    "x": time,
                    "y": {"field": "Filas/s", "type": "quantitative", "scale": {"zero": True}},
                    "tooltip": tooltip,
                },
            },
        ],
        "resolve": {"scale": {"y": "independent"}},
    }
