"""Rows and calls per second, the learned limit and the waits asked for by Webex over the life of a
run, from the journal's samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from bulk.core.records import RunRecord, Sample
from bulk.journal import samples
from pages.ui.shell import resources
from pages.ui.widgets import charts
from pages.ui.widgets.palette import PURPLE, ROW_HUES, fill, is_dark

POINTS = 120  # on the chart at most
MOMENT, ROWS, CALLS, WAITS, LIMIT = (
    "Hora",
    "Filas/s",
    "Llamadas/s",
    "Esperas pedidas (429)",
    "Límite aprendido",
)
WORDS = {"moment": MOMENT, "rows": ROWS, "calls": CALLS, "waits": WAITS, "limit": LIMIT}
TOP = {"orient": "top", "title": None}
DASHES = [[1, 0], [2, 2], [6, 3]]  # so that color is not all that tells lines apart


@dataclass(frozen=True)
class Point:
    """The speed at one moment."""

    moment: datetime  # local
    rows: float  # per second
    calls: float  # per second
    waits: int  # answers 429 since the point before
    limit: float | None  # calls per second that Webex was found to admit; None = no limit met


def draw(run: RunRecord) -> None:
    found = speeds(samples.read(resources.context().journal, run.run_id))
    if len(found) < 2:
        st.caption("Aún no hay bastantes datos: hace falta que la ejecución lleve unos segundos.")
        return
    frame = pd.DataFrame([vars(point) for point in found]).rename(columns=WORDS)
    charts.draw(
        frame,
        _spec(
            limits=any(point.limit for point in found), waits=any(point.waits for point in found)
        ),
    )


def speeds(taken: Sequence[Sample]) -> list[Point]:
    """What happened between neighboring samples; a pause or a restart in between gives no point."""
    kept = taken[:: max(1, -(-len(taken) // POINTS))]
    found = []
    for earlier, later in pairwise(kept):
        moment = datetime.fromisoformat(later.at)
        seconds = (moment - datetime.fromisoformat(earlier.at)).total_seconds()
        rows, calls = later.rows - earlier.rows, later.requests - earlier.requests
        if seconds > 0 and rows >= 0 and calls >= 0:
            waits = max(0, later.rate_limited - earlier.rate_limited)
            local = moment.astimezone().replace(tzinfo=None)
            found.append(
                Point(local, round(rows / seconds, 2), round(calls / seconds, 2), waits, later.pace)
            )
    return found


def _spec(*, limits: bool, waits: bool) -> dict[str, Any]:
    """Lines on one axis; the waits that Webex asked for, if any, as bars on another one."""
    dark = is_dark()
    names = [ROWS, CALLS, *([LIMIT] if limits else [])]
    hues = (fill(ROW_HUES["running"], dark), fill(ROW_HUES["cancelled"], dark), fill(PURPLE, dark))
    time = {
        "field": MOMENT,
        "type": "temporal",
        "title": None,
        "axis": {"format": "%H:%M:%S", "labelOverlap": True},
    }
    scale = {"domain": names, "range": hues[: len(names)]}
    lines = {
        "transform": [{"fold": names, "as": ["Serie", "Valor"]}],
        "mark": {"type": "line"},
        "encoding": {
            "x": time,
            "y": {
                "field": "Valor",
                "type": "quantitative",
                "title": None,
                "scale": {"domainMin": 0},
                "axis": {"tickCount": 4},
            },
            "color": {"field": "Serie", "type": "nominal", "scale": scale, "legend": TOP},
            "strokeDash": {
                "field": "Serie",
                "type": "nominal",
                "scale": {"domain": names, "range": DASHES[: len(names)]},
                "legend": TOP,
            },
            "tooltip": [
                {"field": MOMENT, "type": "temporal", "format": "%H:%M:%S"},
                *({"field": name, "type": "quantitative", "format": ",.1f"} for name in names),
                {"field": WAITS, "type": "quantitative", "format": ",d"},
            ],
        },
    }
    bars = {
        "mark": {"type": "bar", "color": fill(ROW_HUES["unknown"], dark), "opacity": 0.6},
        "encoding": {
            "x": time,
            "y": {
                "field": WAITS,
                "type": "quantitative",
                "title": WAITS,
                "scale": charts.WHOLE["scale"],
                "axis": {**charts.WHOLE["axis"], "orient": "right", "grid": False},
            },
        },
    }
    return {
        "layer": [bars, lines] if waits else [lines],
        "resolve": {"scale": {"y": "independent"}},
    }
