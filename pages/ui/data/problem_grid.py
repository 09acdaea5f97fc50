"""The grid of bad rows: cells corrected in place or wherever they are the same, and validated
again. Used by several pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from bulk.core.records import Problem
from bulk.core.text import pluralize, thousands
from bulk.files import corrections
from bulk.files.corrections import Fix
from bulk.files.dataset import Dataset
from bulk.planning.row_labels import labels
from pages.ui.data import corrections as session_corrections
from pages.ui.shell.session import Session
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown

PAGE = 200  # rows at a time
LINE, WHO, WRONG, REMEDY = "Fila", "Quién", "Mal", "Qué se espera y qué hacer"
WHOLE_ROW = "fila"  # stands for a column where a problem has none


def grid(session: Session, found: Mapping[str, Sequence[Problem]], *, key: str) -> None:
    """The rows with these problems (dataset name -> problems), one file at a time; nothing when no
    row has any.
    """
    in_rows = {
        name: [p for p in problems if p.line is not None] for name, problems in found.items()
    }
    in_rows = {name: problems for name, problems in in_rows.items() if problems}
    if not in_rows:
        return
    name = _which(list(in_rows), key)
    dataset, problems = session.files.working[name], in_rows[name]
    whole = any(problem.column is None for problem in problems) or bool(
        st.session_state.get(f"{key}_whole")
    )
    # another scope may have as many
    made_from = (id(dataset), tuple(problems), session.view.revision, whole)
    rows = session.once(
        f"bad_{key}_{name}", made_from, lambda: _rows(dataset, problems, whole=whole)
    )
    shown = _page(rows, f"{key}_{name}")
    _editor(session, name, dataset, shown, problems, key)
    _buttons(session, name, dataset, problems, key)


def _which(names: list[str], key: str) -> str:
    if len(names) == 1:
        return names[0]
    return st.segmented_control(
        "Fichero",
        names,
        default=names[-1],
        format_func=str.upper,
        label_visibility="collapsed",
        required=True,
        key=f"{key}_file",
    )


def _rows(dataset: Dataset, problems: Sequence[Problem], *, whole: bool) -> pd.DataFrame:
    """Fila, Quién, which columns are wrong (where there are several), these columns, with `whole`
    the other columns too, and the remedy; index = line.
    """
    rows = corrections.bad_rows(dataset, problems, severity=None)
    wrong: dict[int, list[str]] = {}
    remedies: dict[int, list[str]] = {}
    several = len({problem.column or WHOLE_ROW for problem in problems}) > 1
    for problem in problems:
        line = problem.line or 0
        wrong.setdefault(line, []).append(problem.column or WHOLE_ROW)
        named = several and problem.column
        remedies.setdefault(line, []).append(
            f"{problem.column}: {problem.message}" if named else problem.message
        )
    bad = [
        column for column in rows.columns if any(column in columns for columns in wrong.values())
    ]
    rest = [column for column in rows.columns if column not in bad] if whole else []
    who = labels(replace(dataset, frame=rows))["label"]
    ordered = rows[[*bad, *rest]].copy()
    if several or not bad:
        ordered.insert(
            0, WRONG, [list(dict.fromkeys(wrong.get(int(line), ()))) for line in ordered.index]
        )
    ordered.insert(0, WHO, who)
    ordered.insert(0, LINE, list(ordered.index))
    ordered[REMEDY] = [" ".join(remedies.get(int(line), ())) for line in ordered.index]
    return ordered


def _page(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    pages = max(1, -(-len(rows) // PAGE))
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    return rows.iloc[(page - 1) * PAGE : page * PAGE]


def _editor(
    session: Session,
    name: str,
    dataset: Dataset,
    shown: pd.DataFrame,
    problems: Sequence[Problem],
    key: str,
) -> None:
    own = [column for column in shown.columns if column not in (LINE, WHO, WRONG, REMEDY)]
    base = shown.copy()
    for (line, column), text in session.files.pending.get(name, {}).items():
        if line in base.index and column in base.columns:
            base.at[line, column] = text
    widget = (  # a new widget for other rows
        f"{key}_grid_{name}_{session.view.revision}_{hash(tuple(shown.index))}"
    )
    columns = list(dict.fromkeys(problem.column or WHOLE_ROW for problem in problems))
    marked = {column: f"✗ {column}" if column in columns else column for column in own}
    config: dict[str, Any] = {
        column: st.column_config.TextColumn(label, width=_width(label))
        for column, label in marked.items()
    }
    config |= {
        LINE: st.column_config.NumberColumn(width=55, format="%d", pinned=True),
        WHO: st.column_config.TextColumn(width=150),
        WRONG: st.column_config.MultiselectColumn(
            width=165, options=columns, color=[_pill(problems)] * len(columns)
        ),
        REMEDY: st.column_config.TextColumn(width=640),
    }
    st.data_editor(
        base,
        key=widget,
        hide_index=True,
        num_rows="fixed",
        height="content" if len(base) < 8 else 300,
        disabled=[LINE, WHO, WRONG, REMEDY],
        column_config=config,
        on_change=_typed,
        args=(session, name, widget, [int(line) for line in shown.index]),
    )


def _width(label: str) -> int:
    """Room for the header, beside the pencil of an editable cell."""
    return min(260, max(140, 8 * len(label) + 40))


def _pill(problems: Sequence[Problem]) -> str:
    return "#9F2F17" if problems[0].severity == "error" else "#8A5200"


def _typed(session: Session, name: str, widget: str, lines: list[int]) -> None:
    """Keep cells in the session as they are typed, so that no page switch loses them."""
    frame = session.files.working[name].frame
    for position, cells in st.session_state[widget]["edited_rows"].items():
        for column, text in cells.items():
            place = (lines[int(position)], column)
            if column not in frame.columns:
                continue
            if (text or "").strip() == frame.at[place]:
                session.files.pending.get(name, {}).pop(place, None)
            else:
                session.files.pending.setdefault(name, {})[place] = (text or "").strip()


def _buttons(
    session: Session, name: str, dataset: Dataset, problems: Sequence[Problem], key: str
) -> None:
    waiting = [
        Fix(line, column, text)
        for (line, column), text in session.files.pending.get(name, {}).items()
    ]
    alike = {
        (each.line, each.column): each
        for fix in waiting
        for each in corrections.like_this(dataset, fix)
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        label = (
            f"Aplicar {pluralize(len(waiting), 'corrección', 'correcciones')}"
            if waiting
            else "Aplicar"
        )
        if st.button(
            label,
            key=f"{key}_apply",
            disabled=not waiting,
            help=None if waiting else "Escribe antes en una celda.",
        ):
            _apply(session, name, waiting)
        if len(alike) > len(waiting):
            label = f"Aplicar a todas las iguales ({thousands(len(alike))})"
            if st.button(
                label, key=f"{key}_alike", help=escape_markdown(_alike_help(dataset, waiting))
            ):
                _apply(session, name, list(alike.values()))
        if waiting and st.button("Descartar", key=f"{key}_discard", type="tertiary"):
            session.files.pending.pop(name, None)
            session.view.revision += 1
            st.rerun()
        if all(problem.column for problem in problems):
            st.checkbox("Todas las columnas", key=f"{key}_whole")
    if waiting:
        st.caption(
            f"{pluralize(len(waiting), 'celda escrita', 'celdas escritas')} sin aplicar todavía."
        )


def corrected_file(session: Session, name: str, key: str) -> None:
    """Download of the working file; only when something was corrected in it."""
    if session.files.corrections.get(name):
        st.download_button(
            "Descargar fichero corregido",
            data=lambda: corrections.to_csv(session.files.working[name]),
            file_name=f"{name.upper()}_corregido.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_corrected_{name}",
        )
        if lost := len(corrections.shifted(session.files.working[name])):
            st.caption(
                f"Sin {pluralize(lost, 'fila', 'filas')} con celdas de más o de menos: corrígelas"
                " antes, o en el original."
            )


def _alike_help(dataset: Dataset, waiting: list[Fix]) -> str:
    fix = waiting[0]
    before = tables.short(str(dataset.frame.at[fix.line, fix.column])) or "(vacía)"
    return f"«{before}» → «{tables.short(fix.value)}» en todas las filas con esa misma celda."


def _apply(session: Session, name: str, chosen: list[Fix]) -> None:
    session_corrections.accept(session, name, chosen)
    st.toast(
        f"{pluralize(len(chosen), 'celda corregida', 'celdas corregidas')} en {name.upper()}. Se ha"
        " vuelto a revisar."
    )
    st.rerun()
