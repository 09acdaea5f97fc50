"""Problems by kind, each with its rows in the grid below, and the downloads. Used by Datos, Mapeo
and Ensayo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from bulk.core.records import Problem
from bulk.core.text import pluralize, thousands
from bulk.files import problem_report
from bulk.files.dataset import Dataset
from bulk.planning.validation import totals
from pages.ui.data import problem_grid, problems, repairs
from pages.ui.shell.session import Session
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown
from schemas.phones import NO_PREFIX

GROUPS = 20  # shown before «Ver más»
MAX_UNSCROLLED = 4  # groups
VIEWS = {problems.ERROR: "Errores", problems.NOTICE: "Avisos"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Group = dict[str, Any]


def views(session: Session, found: Mapping[str, Sequence[Problem]], *, key: str) -> None:
    """Errors and notices, one at a time; nothing when there are none."""
    split = {severity: each for severity in VIEWS if (each := problems.of(found, severity))}
    if not split:
        return
    view = st.segmented_control(
        "Ver",
        list(split),
        default=next(iter(split)),
        format_func=lambda each: f"{VIEWS[each]} {thousands(problems.rows_of(split[each]))}",
        label_visibility="collapsed",
        required=True,
        key=f"{key}_view",
    )
    draw(session, split.get(view or "", {}), key=f"{key}_{view}")


def draw(session: Session, found: Mapping[str, Sequence[Problem]], *, key: str) -> None:
    """The kinds of problems, the rows of the chosen one (or of all) to correct, and
    the downloads.
    """
    if any(problem.rule == NO_PREFIX for problems in found.values() for problem in problems):
        repairs.country(session)
    kinds = groups(session, found, key)
    chosen = _chosen(kinds, key)
    shown = kinds if st.session_state.get(f"{key}_all") else kinds[:GROUPS]
    with st.container(
        height=260 if len(shown) > MAX_UNSCROLLED else "content", border=False, gap="xsmall"
    ):
        for at, group in enumerate(shown):
            _group_row(group, chosen, key, at)
    if len(kinds) > GROUPS:
        st.checkbox(f"Ver {len(kinds) - GROUPS} más", key=f"{key}_all")
    some = {
        name: [p for p in problems if chosen is None or _is_of(p, chosen)]
        for name, problems in found.items()
    }
    problem_grid.grid(session, some, key=f"{key}_{identity(chosen) if chosen else ''}")
    with st.container(horizontal=True):
        downloads(found, session, key=key)


def groups(session: Session, found: Mapping[str, Sequence[Problem]], key: str) -> list[Group]:
    """Kinds of problems, errors first, biggest first; counted again only when they changed."""
    made_from = (
        [(name, tuple(problems)) for name, problems in found.items() if problems],
        session.view.revision,
    )
    return session.once(f"groups_{key}", made_from, lambda: _by_file(found))


def _by_file(found: Mapping[str, Sequence[Problem]]) -> list[Group]:
    kinds = [
        {"file": problems[0].file, **group}
        for problems in found.values()
        if problems
        for group in totals(problems)
    ]
    return sorted(kinds, key=lambda group: (group["severity"] != problems.ERROR, -group["count"]))


def identity(group: Group) -> str:
    return f"{group['file']}|{group['rule']}|{group['column'] or ''}"


def _is_of(problem: Problem, group: Group) -> bool:
    return (problem.file, problem.rule, problem.column) == (
        group["file"],
        group["rule"],
        group["column"],
    )


def _chosen(kinds: Sequence[Group], key: str) -> Group | None:
    wanted = st.session_state.get(f"{key}_chosen")
    return next((group for group in kinds if identity(group) == wanted), None)


def _group_row(group: Group, chosen: Group | None, key: str, at: int) -> None:
    """`✗ 412 filas · what to do`, where the first one is, and «Ver filas»."""
    glyph = "✗" if group["severity"] == problems.ERROR else "!"
    in_rows = group["first_line"] is not None
    how_many = pluralize(group["count"], "fila", "filas") if in_rows else "el fichero"
    text, button = st.columns([0.84, 0.16], vertical_alignment="center")
    message, where = escape_markdown(group["message"]), escape_markdown(_where(group))
    text.markdown(f"{glyph} **{how_many}** · {message}  \n:gray[{where}]")
    if in_rows:
        on = chosen is not None and identity(group) == identity(chosen)
        button.container(horizontal=True, horizontal_alignment="right").button(
            "Ver todas" if on else "Ver filas",
            key=f"{key}_see_{at}",
            type="tertiary",
            on_click=_choose,
            args=(key, None if on else identity(group)),
        )


def _where(group: Group) -> str:
    """`USUARIOS.CSV · extension «20x4», por ejemplo en la fila 218`."""
    parts = [group["file"]]
    if group["column"]:
        value = tables.short(str(group["value"] or ""))
        parts.append(f"{group['column']} «{value}»" if value else str(group["column"]))
    line = group["first_line"]
    return " · ".join(parts) + (
        f", {'por ejemplo ' if group['count'] > 1 else ''}en la fila {thousands(line)}"
        if line
        else ""
    )


def _choose(key: str, wanted: str | None) -> None:
    st.session_state[f"{key}_chosen"] = wanted


def downloads(found: Mapping[str, Sequence[Problem]], session: Session, *, key: str) -> None:
    """Built when they are asked for."""
    everything = [problem for problems in found.values() for problem in problems]
    st.download_button(
        "Descargar problemas",
        data=lambda: b"".join(problem_report.to_csv(everything)),
        file_name="problemas.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"{key}_csv",
    )
    for name, in_file in found.items():
        own = [problem for problem in in_file if problem.line is not None]
        if own:
            _marked(session.files.working[name], own, key)
        problem_grid.corrected_file(session, name, key)


def _marked(dataset: Dataset, own: Sequence[Problem], key: str) -> None:
    st.download_button(
        f"{dataset.name.upper()} marcado (Excel)",
        data=partial(problem_report.to_xlsx, dataset, own),
        file_name=f"{dataset.name.upper()}_problemas.xlsx",
        mime=EXCEL,
        on_click="ignore",
        key=f"{key}_xlsx_{dataset.name}",
        help="El fichero entero, con cada celda mala en color y el motivo en una nota.",
    )
