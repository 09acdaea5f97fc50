"""Tables of the pages: what needs a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bulk.contract import Action
from bulk.dataset import Dataset
from bulk.mapping import Source
from bulk.plan import Prepared
from bulk.records import OrderStatus, Problem, RowResult
from bulk.report import changed_members as before_and_after
from bulk.validation import totals
from pages.ui.palette import ORDER_HUES, ROW_HUES
from pages.ui.texts import KINDS, NO_SOURCE, order_pill, state_pill

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


def row_frame(rows: Iterable[RowResult]) -> pd.DataFrame:
    """Fila, Quién, Ubicación, Estado, Antes, Después, Motivo."""
    records = []
    for row in rows:
        before, after = before_and_after(row)
        records.append(
            (row.line, row.label, row.group, [state_pill(row.state)], before, after, row.message or "", row.tracking_id or "")
        )
    columns = ["Fila", "Quién", "Ubicación", "Estado", "Antes", "Después", "Motivo", "trackingId"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def row_config() -> dict[str, Any]:
    states = list(ROW_HUES)
    return {
        "Fila": st.column_config.NumberColumn(width=60, format="%d"),
        "Quién": st.column_config.TextColumn(width=175),
        "Ubicación": st.column_config.TextColumn(width=105),
        "Estado": _pills([state_pill(state) for state in states], [ROW_HUES[state].ink_light for state in states], 120),
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


def cause_frame(causes: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Filas, Estado, Causa, Qué hacer, Primera fila; one line per cause."""
    merged: dict[tuple[str, str, str], list[int]] = {}
    for cause in causes:
        key = (str(cause["state"]), str(cause["code"] or ""), general(cause["message"]))
        entry = merged.setdefault(key, [0, int(cause["first_line"])])
        entry[0] += int(cause["count"])
        entry[1] = min(entry[1], int(cause["first_line"]))
    records = [(n, [state_pill(state)], message, code, line) for (state, code, message), (n, line) in merged.items()]
    records.sort(key=lambda record: -record[0])
    columns = ["Filas", "Estado", "Causa y remedio", "Código", "Primera fila"]
    return pd.DataFrame(records, columns=pd.Index(columns))


def cause_config() -> dict[str, Any]:
    return {
        "Filas": st.column_config.NumberColumn(width=60),
        "Estado": row_config()["Estado"],
        "Causa y remedio": st.column_config.TextColumn(width="large"),
        "Código": st.column_config.TextColumn(width=110),
        "Primera fila": st.column_config.NumberColumn(width=90, format="%d"),
    }


def general(message: str | None) -> str:
    """A row's message without file, line and cell, so that equal causes count as one."""
    parts = (message or "sin descripción").split(" · ")
    return parts[-1] if len(parts) > 2 and parts[1].startswith("Fila ") else " · ".join(parts)


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
