"""Tables of the pages: what needs a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bulk.clusters import Cluster
from bulk.contract import Action
from bulk.dataset import Dataset
from bulk.mapping import Source
from bulk.plan import Prepared
from bulk.records import OrderStatus, Problem, RowResult, RunRecord
from bulk.report import changed_members as before_and_after
from bulk.validation import totals
from pages.ui.palette import ORDER_HUES, PURPLE, ROW_HUES
from pages.ui.texts import KINDS, NO_SOURCE, order_pill, state_pill
from pages.ui.texts_runs import pill_of

LAZY = 5_000  # rows: from here on the browser asks for what it shows
HEIGHT = 320
MOST = 40  # characters of a cell of a preview
_LONG_ID = 60


def show(
    frame: pd.DataFrame, *, config: dict[str, Any] | None = None, key: str | None = None, height: int | None = HEIGHT
) -> None:
    """A table at most `height` px high."""
    size: Any = "content" if height is None or len(frame) < 8 else height
    lazy = True if len(frame) > LAZY else None
    st.dataframe(frame, hide_index=True, height=size, column_config=config, key=key, lazy=lazy)


def row_frame(rows: Iterable[RowResult], run: RunRecord | None = None) -> pd.DataFrame:
    """Fila, Quién, Ubicación, Estado, Antes, Después, Motivo; the states in the words of `run`."""
    records = []
    for row in rows:
        before, after = before_and_after(row)
        records.append(
            (row.line, row.label, row.group, [_pill(row, run)], before, after, row.message or "", row.tracking_id or "")
        )
    columns = ["Fila", "Quién", "Ubicación", "Estado", "Antes", "Después", "Motivo", "trackingId"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def _pill(row: RowResult, run: RunRecord | None) -> str:
    return pill_of(run, row.state, row.code) if run else state_pill(row.state)


def row_config(run: RunRecord | None = None) -> dict[str, Any]:
    hues = ROW_HUES | ({"done": PURPLE} if run and run.kind == "undo" else {})
    pills = {pill_of(run, state) if run else state_pill(state): hue.ink_light for state, hue in hues.items()}
    return {
        "Fila": st.column_config.NumberColumn(width=60, format="%d"),
        "Quién": st.column_config.TextColumn(width=175),
        "Ubicación": st.column_config.TextColumn(width=105),
        "Estado": _pills(list(pills), list(pills.values()), 120),
        "Antes": st.column_config.TextColumn(width=180),
        "Después": st.column_config.TextColumn(width=230),
        "Motivo": st.column_config.TextColumn(width=320),
    }


def _pills(options: Sequence[str], colours: Sequence[str], width: int) -> Any:
    return st.column_config.MultiselectColumn(options=list(options), color=list(colours), width=width)


def order_frame(orders: Iterable[OrderStatus]) -> pd.DataFrame:
    """Lote, Estado, Filas, Hechas, Sin cambios, Por revisar, Pendientes."""
    records = []
    for order in orders:
        count = order.counts.get
        review = sum(count(state, 0) for state in ("failed", "invalid", "unknown", "conflict", "blocked"))
        left = count("pending", 0) + count("running", 0)
        done = count("done", 0) + count("create", 0) + count("change", 0)
        lot = f"desde la fila {order.order_id.rpartition('-r')[2]}"
        records.append((lot, [order_pill(order.state)], order.total, done, count("unchanged", 0), review, left))
    columns = ["Lote", "Estado", "Filas", "Hechas", "Sin cambios", "Por revisar", "Pendientes"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def order_config() -> dict[str, Any]:
    states = list(ORDER_HUES)
    return {"Estado": _pills([order_pill(state) for state in states], [ORDER_HUES[state].ink_light for state in states], 130)}


def cluster_frame(run: RunRecord, found: Iterable[Cluster]) -> pd.DataFrame:
    """Filas, Estado, Qué ha pasado, Qué hacer, Código, Primera fila; one line per cause."""
    records = [
        (each.count, pill_of(run, each.state, each.code), each.title, each.remedy, each.code or "", each.lines[0])
        for each in found
    ]
    columns = ["Filas", "Estado", "Qué ha pasado", "Qué hacer", "Código", "Primera fila"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def cluster_config() -> dict[str, Any]:
    return {
        "Filas": st.column_config.NumberColumn(width=60, format="localized"),
        "Estado": st.column_config.TextColumn(width=110),
        "Qué ha pasado": st.column_config.TextColumn(width=220),
        "Qué hacer": st.column_config.TextColumn(width="large"),
        "Código": st.column_config.TextColumn(width=110),
        "Primera fila": st.column_config.NumberColumn(width=90, format="%d"),
    }


def problem_frame(problems: Sequence[Problem]) -> pd.DataFrame:
    """One line per kind of problem, biggest first."""
    records = [
        (
            group["count"],
            "error" if group["severity"] == "error" else "aviso",
            group["column"] or "",
            short(group["value"] or ""),
            group["first_line"],
            group["message"],
        )
        for group in sorted(totals(problems), key=lambda group: group["severity"] != "error")
    ]
    columns = ["Filas", "Gravedad", "Columna", "Por ejemplo", "Primera fila", "Qué se espera y qué hacer"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def problem_rows(problems: Sequence[Problem]) -> pd.DataFrame:
    """One line per problem."""
    records = [(p.file, p.line, p.column or "", short(p.value or ""), p.message) for p in problems]
    return pd.DataFrame(records, columns=pd.Index(["Fichero", "Fila", "Columna", "Valor", "Qué se espera y qué hacer"]))


def preview(dataset: Dataset, rows: int = 200) -> pd.DataFrame:
    """The first rows as read, with their line; long ids shortened."""
    frame = dataset.frame.head(rows).map(short)
    return frame.reset_index(names="Fila")


def short(text: str) -> str:
    """Ids of 80 characters keep their head and tail: they are not for people."""
    return text if len(text) < _LONG_ID else f"{text[:10]}…{text[-8:]}"


# -- mapping ----------------------------------------------------------------------------------------------------------


def origins(dataset: Dataset, world: Dataset | None) -> list[str]:
    """What can be chosen as a parameter's source."""
    shared = [f"GLOBAL.{header}" for header in world.frame.columns] if world else []
    return [NO_SOURCE, *dataset.frame.columns, *shared]


def origin_of(source: Source) -> str:
    if source.kind == "global":
        return f"GLOBAL.{source.ref}"
    if source.kind == "constant":
        return f"={source.ref}" if source.ref else NO_SOURCE
    return source.ref or NO_SOURCE


def mapping_frame(action: Action, plan: Prepared, missing: Sequence[str]) -> pd.DataFrame:
    """Parámetro, Origen, Ejemplo, Estado; index = the parameter's name."""
    records = []
    for param in action.parameters:
        origin = origin_of(plan.mapping.sources[param.name])
        example = _example(plan, param.name)
        records.append(
            (
                f"{param.name} *" if param.required else param.name,
                origin,
                short(example),
                _mapping_state(param.name, origin, example, missing, required=param.required),
                KINDS.get(param.kind, "texto") + (" · lista" if param.many else ""),
            )
        )
    names = [param.name for param in action.parameters]
    return pd.DataFrame(records, index=names, columns=pd.Index(["Parámetro", "Origen", "Ejemplo", "Estado", "Se espera"]))


def _example(plan: Prepared, name: str) -> str:
    cells = plan.frame[name]
    filled = cells[cells != ""]
    return str(filled.iloc[0]) if len(filled) else ""


def _mapping_state(name: str, origin: str, example: str, missing: Sequence[str], *, required: bool) -> str:
    if name in missing:
        return "✗ falta de dónde sale"
    if origin == NO_SOURCE:
        return "opcional"
    if not example:
        return "! columna vacía" if required else "vacía"
    return "✓"
