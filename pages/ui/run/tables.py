"""Tables of a run: its rows, its orders, its causes of errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bulk.core.records import OrderStatus, RowResult, RunRecord
from bulk.core.states import REVIEW_STATES
from bulk.core.text import thousands
from bulk.journal import rows
from bulk.report import ChangeText, change_text
from bulk.runs.error_groups import belongs
from bulk.wording.fingerprints import ErrorGroup
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.texts import cause_pill, order_pill, pill_of
from pages.ui.widgets import tables
from pages.ui.widgets.palette import ORDER_HUES, PURPLE, ROW_HUES

ORDER_FIGURES = ("Filas", "Hechas", "Sin cambios", "Por revisar", "Pendientes")
MAX_SHOWN = 2_000  # rows of one cause on screen
_MOSTLY = 0.5  # share of rows without a reason from which the change stands first
ROW_COLUMNS = (
    "Fila",
    "Quién",
    "Ubicación",
    "Estado",
    "Campo",
    "Antes",
    "Después",
    "Motivo",
    "trackingId",
)
_CHANGED = {"Campo": 240, "Antes": 150, "Después": 190}  # column -> px at most
# Where a problem is: the table says the row, the page the file.
_PLACE = re.compile(r"^[^·]+ · Fila [\d.]+ · ")


def show_rows(
    found: Iterable[RowResult],
    run: RunRecord,
    *,
    key: str | None = None,
    height: int = tables.HEIGHT,
) -> bool:
    """A table of rows of `run`, its changes in words; False when there were none."""
    frame = row_frame(found, run, change_text(resources.context().journal, run))
    if not frame.empty:
        tables.show(frame, config=row_config(run, frame), key=key, height=height)
    return not frame.empty


def row_frame(results: Iterable[RowResult], run: RunRecord, shown: ChangeText) -> pd.DataFrame:
    """ROW_COLUMNS, the states in the words of `run`; empty columns are left out. Where most rows
    have a reason it stands before the change.
    """
    records = [
        (
            row.line,
            row.label,
            row.group,
            [pill_of(run, row.state, row.code)],
            *shown.change(row),
            _PLACE.sub("", row.message or ""),
            row.tracking_id or "",
        )
        for row in results
    ]
    if not records:
        return pd.DataFrame(columns=pd.Index(ROW_COLUMNS))
    columns = dict(zip(ROW_COLUMNS, zip(*records, strict=True), strict=True))
    first = ["Fila", "Quién", "Estado"]
    changed = [*_CHANGED] if columns["Motivo"].count("") >= _MOSTLY * len(records) else []
    order = dict.fromkeys((*first, *changed, "Motivo", *_CHANGED, "Ubicación", "trackingId"))
    return pd.DataFrame(
        {name: columns[name] for name in order if name in first or any(columns[name])}
    )


def row_config(run: RunRecord, frame: pd.DataFrame) -> dict[str, Any]:
    """Columns of a change are as wide as their text: the rest is for the reason."""
    hues = ROW_HUES | ({"done": PURPLE} if run.kind == "undo" else {})
    pills = {pill_of(run, state): hue.ink_light for state, hue in hues.items()}
    return {
        "Fila": st.column_config.NumberColumn(width=55, format="%d"),
        "Quién": st.column_config.TextColumn(width=165),
        "Estado": _pills(list(pills), list(pills.values()), 115),
        **{
            name: st.column_config.TextColumn(width=_fitting(frame, name, most))
            for name, most in _CHANGED.items()
        },
        "Motivo": st.column_config.TextColumn(
            width=_fitting(frame, "Motivo", 390 if "Campo" in frame else 560)
        ),
        "Ubicación": st.column_config.TextColumn(width=115),
        "trackingId": st.column_config.TextColumn(width=140),
    }


def _fitting(frame: pd.DataFrame, name: str, most: int) -> int:
    """Pixels for the longest of the texts, header included."""
    longest = max(map(len, frame[name].tolist()), default=0) if name in frame else 0
    return min(most, 7 * max(longest, len(name)) + 28)


def _pills(options: Sequence[str], colors: Sequence[str], width: int) -> Any:
    return st.column_config.MultiselectColumn(
        options=list(options), color=list(colors), width=width
    )


def show_group(snapshot: RunSnapshot, group: ErrorGroup) -> None:
    """The rows of a cause, the first MAX_SHOWN of them."""
    found = rows.read_rows(resources.context().journal, snapshot.run.run_id, states=(group.state,))
    mine = (row for row in found if belongs(group, row))
    some = [row for _, row in zip(range(MAX_SHOWN), mine, strict=False)]
    show_rows(some, snapshot.run, height=240)
    if group.count > len(some):
        st.caption(f"Las primeras {thousands(len(some))}; todas están en el Excel.")


def order_frame(orders: Iterable[OrderStatus]) -> pd.DataFrame:
    """Lote, Estado, Filas, Hechas, Sin cambios, Por revisar, Pendientes."""
    records = []
    for order in orders:
        count = order.counts.get
        review = sum(count(state, 0) for state in REVIEW_STATES)
        left = count("pending", 0) + count("running", 0)
        done = count("done", 0) + count("create", 0) + count("change", 0)
        order_ = f"desde la fila {order.seq}"
        figures = map(thousands, (order.total, done, count("unchanged", 0), review, left))
        records.append((order_, [order_pill(order.state)], *figures))
    columns = ["Lote", "Estado", *ORDER_FIGURES]
    return pd.DataFrame(records, columns=pd.Index(columns))


def order_config() -> dict[str, Any]:
    states = list(ORDER_HUES)
    # Numbers are text, `4.500`, whatever the browser's language.
    return {
        "Estado": _pills(
            [order_pill(state) for state in states],
            [ORDER_HUES[state].ink_light for state in states],
            130,
        ),
        **{name: st.column_config.TextColumn(alignment="right") for name in ORDER_FIGURES},
    }


def error_group_frame(run: RunRecord, found: Iterable[ErrorGroup]) -> pd.DataFrame:
    """Filas, Estado, Qué ha pasado, Qué hacer, Código, Primera fila; one line per cause."""
    records = [
        (each.count, cause_pill(run, each), each.title, each.remedy, each.code or "", each.lines[0])
        for each in found
    ]
    columns = ["Filas", "Estado", "Qué ha pasado", "Qué hacer", "Código", "Primera fila"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def error_group_config() -> dict[str, Any]:
    return {
        "Filas": st.column_config.NumberColumn(width=60, format="localized"),
        "Estado": st.column_config.TextColumn(width=110),
        "Qué ha pasado": st.column_config.TextColumn(width=220),
        "Qué hacer": st.column_config.TextColumn(width="large"),
        "Código": st.column_config.TextColumn(width=110),
        "Primera fila": st.column_config.NumberColumn(width=90, format="%d"),
    }
