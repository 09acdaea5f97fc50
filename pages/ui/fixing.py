"""The grid of bad rows: cells put right in place, "all like this", looked at again when applied. Opens on any page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bulk import fixes
from bulk.dataset import Dataset
from bulk.fixes import Fix
from bulk.plan import Prepared
from bulk.records import Problem
from pages.ui import choice, corrections, tables
from pages.ui.session import Session
from pages.ui.texts import count, thousands

PAGE = 200  # rows at a time
LINE, WRONG, REMEDY = "Fila", "Mal", "Qué se espera y qué hacer"


def fix_grid(session: Session, *, key: str = "fix") -> None:
    """The rows with problems of the action chosen, or else of the files by themselves; nothing when there are none."""
    found = by_file(session)
    if not found:
        st.caption("Ninguna fila tiene problemas.")
        return
    name = _which(list(found), key)
    dataset, problems = session.files[name], found[name]
    severity = "error" if any(problem.severity == "error" for problem in problems) else None
    problems = [problem for problem in problems if problem.line is not None and severity in (None, problem.severity)]
    rows = session.once(f"bad_{key}_{name}", (id(dataset), len(problems), session.revision), lambda: _rows(dataset, problems))
    shown = _page(rows, f"{key}_{name}")
    _editor(session, name, dataset, shown, problems, key)
    _buttons(session, name, dataset, problems, key)


def by_file(session: Session) -> dict[str, list[Problem]]:
    """Dataset name -> its problems: as the chosen action sees its file, and the other files by themselves."""
    plan = _plan(session)
    found: dict[str, list[Problem]] = {}
    for name, dataset in session.files.items():
        own = list(plan.problems) if plan and plan.action.dataset == name else list(session.findings.get(name, ()))
        own += [problem for problem in session.across if problem.file == dataset.file_name]
        if any(problem.line is not None for problem in own):
            found[name] = own
    return found


def _plan(session: Session) -> Prepared | None:
    action = choice.chosen_action(session)
    return choice.prepared(session) if action and action.dataset in session.files else None


def _which(names: list[str], key: str) -> str:
    if len(names) == 1:
        return names[0]
    return st.segmented_control(
        "Fichero", names, default=names[-1], format_func=str.upper, label_visibility="collapsed", required=True, key=f"{key}_file"
    )


def _rows(dataset: Dataset, problems: Sequence[Problem]) -> pd.DataFrame:
    """Fila, Mal, the columns with problems, the rest of the file, and the remedy; index = line."""
    rows = fixes.bad_rows(dataset, problems, severity=None)
    wrong: dict[int, list[str]] = {}
    said: dict[int, list[str]] = {}
    for problem in problems:
        line = problem.line or 0
        wrong.setdefault(line, []).append(problem.column or "fila")
        said.setdefault(line, []).append(f"{problem.column}: {problem.message}" if problem.column else problem.message)
    bad = [column for column in rows.columns if any(column in columns for columns in wrong.values())]
    ordered = rows[[*bad, *(column for column in rows.columns if column not in bad)]].copy()
    ordered.insert(0, WRONG, [list(dict.fromkeys(wrong.get(int(line), ()))) for line in ordered.index])
    ordered.insert(1 + len(bad), REMEDY, [" ".join(said.get(int(line), ())) for line in ordered.index])
    ordered.insert(0, LINE, list(ordered.index))
    return ordered


def _page(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    pages = max(1, -(-len(rows) // PAGE))
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    return rows.iloc[(page - 1) * PAGE : page * PAGE]


def _editor(session: Session, name: str, dataset: Dataset, shown: pd.DataFrame, problems: Sequence[Problem], key: str) -> None:
    own = [column for column in shown.columns if column not in (LINE, WRONG, REMEDY)]
    base = shown.copy()
    for (line, column), text in session.pending.get(name, {}).items():
        if line in base.index and column in base.columns:
            base.at[line, column] = text
    widget = f"{key}_grid_{name}_{session.revision}_{shown.index[0] if len(shown) else 0}"
    columns = list(dict.fromkeys(problem.column or "fila" for problem in problems))
    config: dict[str, Any] = {column: st.column_config.TextColumn(width=140) for column in own}
    config |= {
        LINE: st.column_config.NumberColumn(width=55, format="%d", pinned=True),
        WRONG: st.column_config.MultiselectColumn(width=165, options=columns, color=["#9F2F17"] * len(columns), pinned=True),
        REMEDY: st.column_config.TextColumn(width=360),
    }
    st.data_editor(
        base,
        key=widget,
        hide_index=True,
        num_rows="fixed",
        height="content" if len(base) < 8 else 300,
        disabled=[LINE, WRONG, REMEDY],
        column_config=config,
        on_change=_typed,
        args=(session, name, widget, [int(line) for line in shown.index]),
    )


def _typed(session: Session, name: str, widget: str, lines: list[int]) -> None:
    """Cells as they are typed are kept in the session, so that no page switch loses them."""
    frame = session.files[name].frame
    for position, cells in st.session_state[widget]["edited_rows"].items():
        for column, text in cells.items():
            place = (lines[int(position)], column)
            if column not in frame.columns:
                continue
            if (text or "").strip() == frame.at[place]:
                session.pending.get(name, {}).pop(place, None)
            else:
                session.pending.setdefault(name, {})[place] = (text or "").strip()


def _buttons(session: Session, name: str, dataset: Dataset, problems: Sequence[Problem], key: str) -> None:
    waiting = [Fix(line, column, text) for (line, column), text in session.pending.get(name, {}).items()]
    alike = {(each.line, each.column): each for fix in waiting for each in fixes.like_this(dataset, fix)}
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(f"Aplicar {count(len(waiting), 'corrección', 'correcciones')}", key=f"{key}_apply", disabled=not waiting):
            _apply(session, name, waiting)
        if len(alike) > len(waiting):
            told = f"Aplicar a todas las iguales ({thousands(len(alike))})"
            if st.button(told, key=f"{key}_alike", help=_told(dataset, waiting)):
                _apply(session, name, list(alike.values()))
        if waiting and st.button("Descartar", key=f"{key}_discard", type="tertiary"):
            session.pending.pop(name, None)
            session.revision += 1
            st.rerun()
        corrected_file(session, name, key)
    if waiting:
        st.caption(f"{count(len(waiting), 'celda escrita', 'celdas escritas')} sin aplicar todavía.")


def corrected_file(session: Session, name: str, key: str) -> None:
    """The working file to take away; only when something was corrected in it."""
    if session.corrections.get(name):
        st.download_button(
            "Descargar fichero corregido",
            data=lambda: fixes.to_csv(session.files[name]),
            file_name=f"{name.upper()}_corregido.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_corrected_{name}",
        )


def _told(dataset: Dataset, waiting: list[Fix]) -> str:
    fix = waiting[0]
    before = tables.short(str(dataset.frame.at[fix.line, fix.column])) or "(vacía)"
    return f"«{before}» → «{tables.short(fix.value)}» en todas las filas con esa misma celda."


def _apply(session: Session, name: str, chosen: list[Fix]) -> None:
    corrections.accept(session, name, chosen)
    st.toast(f"{count(len(chosen), 'celda corregida', 'celdas corregidas')} en {name.upper()}. Se ha vuelto a revisar.")
    st.rerun()
