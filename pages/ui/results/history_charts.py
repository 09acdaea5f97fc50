"""Charts over many runs: rows per day, share of failures per action, durations, learned limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from bulk.adapters import get_action
from bulk.core.records import RunRecord
from bulk.core.states import REVIEW_STATES
from bulk.journal import runs, samples
from bulk.runs.context import Context
from bulk.runs.status import elapsed
from bulk.wording.states import SUCCESS
from pages.ui.texts import local_time
from pages.ui.widgets import charts
from pages.ui.widgets.palette import AMBER, BLUE, GREEN, RED, Hue, fill, is_dark

FIGURE = {"field": "Filas", "type": "quantitative", "format": ",d"}  # in a tooltip
MAX_ITEMS = 200  # runs drawn: the newest


@dataclass(frozen=True)
class Figures:
    """One run as the charts see it."""

    day: str  # 2026-11-24, local
    moment: str  # 2026-11-24T09:52, local
    action: str  # title
    good: int  # rows
    bad: int  # rows
    minutes: float  # from the first call to the last outcome
    limit: float | None  # calls per second that Webex admitted at its end; None = none met


def figures(context: Context, found: Sequence[RunRecord]) -> list[Figures]:
    """Of the launches among the newest MAX_ITEMS of `found`; dry runs and verifications change
    nothing.
    """
    return [_figures(context, run) for run in found[:MAX_ITEMS] if not run.dry_run]


def _figures(context: Context, run: RunRecord) -> Figures:
    counts = runs.run_counts(context.journal, run.run_id)
    last = samples.read(context.journal, run.run_id, last=1)
    return Figures(
        local_time(run.created_at, "%Y-%m-%d"),
        local_time(run.created_at, "%Y-%m-%dT%H:%M"),
        get_action(run.action_id).title,
        sum(counts[state] for state in SUCCESS),
        sum(counts[state] for state in REVIEW_STATES),
        elapsed(run, run.state) / 60,
        last[0].pace if last else None,
    )


def draw(found: Sequence[Figures]) -> None:
    """Four charts in two columns."""
    left, right = st.columns(2, gap="medium")
    with left:
        _titled("Filas por día", per_day(found), _days())
        _titled(
            "Duración de cada ejecución (min)",
            durations(found),
            _points("Minutos", "Duración", BLUE),
        )
    with right:
        _titled("Filas por revisar, por acción (%)", shares(found), _shares())
        limits = learned(found)
        if not limits.empty:
            _titled("Límite aprendido (llamadas/s)", limits, _points("Límite", "Límite", AMBER))


def _titled(title: str, frame: pd.DataFrame, spec: dict[str, Any]) -> None:
    st.markdown(f"**{title}**")
    charts.draw(frame, spec)


def per_day(found: Sequence[Figures]) -> pd.DataFrame:
    """Día, Resultado, Filas."""
    sums: dict[tuple[str, str], int] = {}
    for each in found:
        for word, n in (("bien", each.good), ("por revisar", each.bad)):
            sums[each.day, word] = sums.get((each.day, word), 0) + n
    records = [(day, word, n) for (day, word), n in sums.items()]
    return pd.DataFrame(records, columns=pd.Index(["Día", "Resultado", "Filas"]))


def shares(found: Sequence[Figures]) -> pd.DataFrame:
    """Acción, Por revisar (%), Filas; the worst first."""
    sums: dict[str, tuple[int, int]] = {}
    for each in found:
        good, bad = sums.get(each.action, (0, 0))
        sums[each.action] = good + each.good, bad + each.bad
    records = [
        (action, 100 * bad / (good + bad), good + bad)
        for action, (good, bad) in sums.items()
        if good + bad
    ]
    records.sort(key=lambda record: -record[1])
    return pd.DataFrame(records, columns=pd.Index(["Acción", "Por revisar", "Filas"]))


def durations(found: Sequence[Figures]) -> pd.DataFrame:
    """Momento, Acción, Minutos."""
    records = [
        (each.moment, each.action, round(each.minutes, 2)) for each in found if each.minutes > 0
    ]
    return pd.DataFrame(records, columns=pd.Index(["Momento", "Acción", "Minutos"]))


def learned(found: Sequence[Figures]) -> pd.DataFrame:
    """Momento, Acción, Límite."""
    records = [(each.moment, each.action, round(each.limit, 1)) for each in found if each.limit]
    return pd.DataFrame(records, columns=pd.Index(["Momento", "Acción", "Límite"]))


def _days() -> dict[str, Any]:
    dark = is_dark()
    return {
        "mark": {"type": "bar", "size": 18},
        "encoding": {
            "x": {
                "field": "Día",
                "type": "ordinal",
                "title": None,
                "timeUnit": "yearmonthdate",
                "axis": {"format": "%d/%m"},
            },
            "y": {"field": "Filas", "type": "quantitative", "title": None, **charts.WHOLE},
            "color": {
                "field": "Resultado",
                "type": "nominal",
                "scale": {
                    "domain": ["bien", "por revisar"],
                    "range": [fill(GREEN, dark), fill(RED, dark)],
                },
                "legend": {"orient": "right", "title": None},
            },
            "tooltip": [{"field": "Día"}, {"field": "Resultado"}, FIGURE],
        },
    }


def _shares() -> dict[str, Any]:
    return {
        "mark": {"type": "bar", "color": fill(RED, is_dark()), "height": 12},
        "encoding": {
            "y": {
                "field": "Acción",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 190},
            },
            "x": {
                "field": "Por revisar",
                "type": "quantitative",
                "title": None,
                "scale": {"domain": [0, 100]},
                "axis": {"tickCount": 5, "format": "d"},
            },
            "tooltip": [
                {"field": "Acción"},
                {"field": "Por revisar", "type": "quantitative", "format": ".1f"},
                FIGURE,
            ],
        },
    }


def _points(field: str, title: str, hue: Hue) -> dict[str, Any]:
    return {
        "mark": {"type": "point", "filled": True, "size": 60, "color": fill(hue, is_dark())},
        "encoding": {
            "x": {
                "field": "Momento",
                "type": "temporal",
                "title": None,
                "axis": {"format": "%d/%m %H:%M", "tickCount": 4},
            },
            "y": {
                "field": field,
                "type": "quantitative",
                "title": None,
                "scale": {"domainMin": 0},
                "axis": {"tickCount": 4},
            },
            "tooltip": [
                {"field": "Acción"},
                {"field": field, "title": title, "type": "quantitative", "format": ",.1f"},
                {"field": "Momento", "type": "temporal", "format": "%d/%m %H:%M"},
            ],
        },
    }
