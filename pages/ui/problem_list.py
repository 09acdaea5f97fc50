"""Problems by kind («412 filas: …»), with filters, and the two files to take away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from bulk import problem_files
from bulk.dataset import Dataset
from bulk.records import Problem
from bulk.validation import totals
from pages.ui import tables
from pages.ui.session import Session
from pages.ui.texts import count, thousands

GROUPS = 20  # shown before «Ver más»
WORDS = {"error": "✗ errores", "aviso": "! avisos"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def groups(session: Session, problems: Sequence[Problem], key: str) -> list[dict[str, Any]]:
    """Kinds of problems, errors first, biggest first; counted again only when the problems are others."""
    made_from = (id(problems[0]) if problems else 0, len(problems), session.revision)
    found = session.once(f"groups_{key}", made_from, lambda: _by_file(problems))
    return sorted(found, key=lambda group: group["severity"] != "error")


def _by_file(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    files = dict.fromkeys(problem.file for problem in problems)
    split = {file: [problem for problem in problems if problem.file == file] for file in files}
    found = [{"file": file, **group} for file, members in split.items() for group in totals(members)]
    return sorted(found, key=lambda group: -group["count"])


def draw(session: Session, problems: Sequence[Problem], *, key: str) -> None:
    """The groups with their filters; says so when there are none."""
    found = groups(session, problems, key)
    chosen = _filtered(found, key)
    table = pd.DataFrame(map(_told, chosen), columns=pd.Index(list(_config())))
    if table.empty:
        st.caption("Ningún problema cumple el filtro.")
        return
    whole = st.session_state.get(f"{key}_all", False)
    shown = table if whole else table.head(GROUPS)
    if shown["Fichero"].nunique() == 1:
        shown = shown.drop(columns="Fichero")
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) < 7 else tables.HEIGHT,
        column_config=_config(),
        key=f"{key}_groups",
    )
    if len(table) > GROUPS:
        st.checkbox(f"Ver {len(table) - GROUPS} más", key=f"{key}_all")


def _told(group: dict[str, Any]) -> tuple[Any, ...]:
    """`✗ 412 filas`, what to do about them, and where the first one is."""
    glyph = "✗" if group["severity"] == "error" else "!"
    how_many = count(group["count"], "fila", "filas") if group["first_line"] is not None else "el fichero"
    value = tables.short(str(group["value"] or ""))
    return f"{glyph} {how_many}", group["message"], group["column"] or "", value, group["first_line"], group["file"]


def _filtered(found: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    severities = list(dict.fromkeys(str(group["severity"]) for group in found))
    columns = sorted({str(group["column"]) for group in found if group["column"]})
    if len(found) < 2:
        return found
    left, right = st.columns([0.55, 0.45], vertical_alignment="center")
    by_severity = {each: sum(group["count"] for group in found if group["severity"] == each) for each in severities}
    severity = left.pills(
        "Gravedad",
        severities,
        format_func=lambda each: f"{WORDS[each]} {thousands(by_severity[each])}",
        label_visibility="collapsed",
        key=f"{key}_severity",
    )
    column = right.selectbox(
        "Columna", columns, index=None, placeholder="columna", label_visibility="collapsed", key=f"{key}_column"
    )
    return [
        group
        for group in found
        if (severity is None or group["severity"] == severity) and (column is None or group["column"] == column)
    ]


def _config() -> dict[str, Any]:
    return {
        "Cuántas": st.column_config.TextColumn(width=95),
        "Qué se espera y qué hacer": st.column_config.TextColumn(width=430),
        "Columna": st.column_config.TextColumn(width=145),
        "Por ejemplo": st.column_config.TextColumn(width=130),
        "Primera fila": st.column_config.NumberColumn(width=85, format="%d"),
        "Fichero": st.column_config.TextColumn(width=120),
    }


def downloads(problems: Sequence[Problem], files: Sequence[Dataset], *, key: str) -> None:
    """Both are built when they are asked for."""
    st.download_button(
        "Problemas (CSV)",
        data=lambda: b"".join(problem_files.to_csv(problems)),
        file_name="problemas.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"{key}_csv",
    )
    for dataset in files:
        own = [problem for problem in problems if problem.file == dataset.file_name and problem.line is not None]
        if not own:
            continue
        st.download_button(
            f"{dataset.name.upper()} marcado (Excel)",
            data=partial(problem_files.to_xlsx, dataset, own),
            file_name=f"{dataset.name.upper()}_problemas.xlsx",
            mime=EXCEL,
            on_click="ignore",
            key=f"{key}_xlsx_{dataset.name}",
            help="El fichero entero, con cada celda mala en color y el motivo en una nota.",
        )
