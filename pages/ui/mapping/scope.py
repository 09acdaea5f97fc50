"""The rows to work (alcance): by column, lines, a pasted list, the `selected` column, or what
another run left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from bulk.core.action import Action
from bulk.core.records import RunRecord
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.files.dataset import Dataset, canonical
from bulk.journal import rows, runs
from bulk.planning import scope as scopes
from bulk.planning.prepare import PreparedFile
from bulk.planning.row_labels import LOCATIONS
from bulk.planning.scope import Scope, Where
from bulk.planning.scope_list import parse_pasted
from pages.ui.mapping import selection
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import local_time, rows_text
from pages.ui.widgets.markdown import escape_markdown

VALUES = 1_000  # different values of a column that are offered
RECENT = 50  # runs offered at most
NOT_FOUND = 20  # items of a pasted list that are named
COLUMN, LINES, LIST, MARKED, OPEN = (
    "Por columna",
    "Filas",
    "Pegar lista",
    "Columna «selected»",
    "Pendientes y fallidas",
)


def draw(session: Session, action: Action, prepared: PreparedFile) -> None:
    """How many rows are chosen, and the way to choose others."""
    inside = prepared.total - len(prepared.excluded)
    shown = escape_markdown(prepared.chosen.description) if prepared.chosen else "todas"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        whole = f"**Alcance**: todas ({rows_text(prepared.total)})"
        part = f"**Alcance**: {shown} · **{thousands(inside)} de {rows_text(prepared.total)}**"
        st.markdown(
            part if prepared.excluded or selection.scope_of(session, action) else whole,
            width="content",
        )
        if st.button("Cerrar" if session.view.choosing_rows else "Elegir filas…", key="scope_open"):
            session.view.choosing_rows = not session.view.choosing_rows
            st.rerun()
        left = session.files.open_lines.get(action.dataset, frozenset())
        wanted = Scope(lines=tuple((line, line) for line in sorted(left)))
        if (
            left
            and selection.scope_of(session, action) != wanted
            and st.button(f"Solo pendientes y fallidas ({thousands(len(left))})")
        ):
            put(session, action, wanted)
        all_again(session, action)
    if session.view.choosing_rows:
        _panel(session, action)
    if prepared.chosen is None:
        return
    if prepared.chosen.empty_text:
        st.error(escape_markdown(prepared.chosen.empty_text), icon=":material/filter_alt_off:")
    _list_text("Sin fila en el fichero", prepared.chosen.not_found)
    _list_text("En más de una fila (entran todas)", prepared.chosen.several)


def all_again(session: Session, action: Action) -> None:
    """Choose all rows again."""
    if selection.scope_of(session, action) != selection.WHOLE and st.button(
        "Todas las filas", key="scope_all", type="tertiary"
    ):
        put(session, action, selection.WHOLE)


def _list_text(what: str, items: tuple[str, ...]) -> None:
    if items:
        tail = f" y {thousands(len(items) - NOT_FOUND)} más" if len(items) > NOT_FOUND else ""
        st.warning(
            f"{what}: {escape_markdown(', '.join(items[:NOT_FOUND]))}{tail}.",
            icon=":material/search_off:",
        )


def put(session: Session, action: Action, chosen: Scope) -> None:
    """Keep the scope of the action's file; the page is drawn again."""
    session.view.choosing_rows = False
    if chosen == selection.WHOLE:
        session.mapping.scopes.pop(action.dataset, None)
    else:
        session.mapping.scopes[action.dataset] = chosen
    st.rerun()


def _panel(session: Session, action: Action) -> None:
    """On the page itself, so that the table below stays in sight."""
    dataset = session.files.working[action.dataset]
    panels: dict[str, Callable[[Session, Action, Dataset], Scope | None]] = {
        COLUMN: _by_column,
        LINES: _by_lines,
        LIST: _by_list,
        OPEN: _by_run,
    }
    if scopes.marks(dataset) is not None:
        panels[MARKED] = _by_mark
    with st.container(border=True):
        chosen = st.segmented_control(
            "Cómo",
            list(panels),
            default=COLUMN,
            label_visibility="collapsed",
            required=True,
            key="scope_way",
        )
        try:
            found = panels[chosen or COLUMN](session, action, dataset)
            if found is not None:
                _confirm(session, action, found)
        except BulkError as error:
            st.error(escape_markdown(error.message))


def _confirm(session: Session, action: Action, found: Scope) -> None:
    """How many rows it would be, before it is taken."""
    dataset, now = session.files.working[action.dataset], selection.scope_of(session, action)
    if now and st.checkbox("Solo entre las filas ya elegidas", key="scope_within"):
        found = narrowed(now, found)
    frame = selection.prepared_file(session).frame if found.entities is not None else None
    chosen = scopes.choose(dataset, found, action=action, frame=frame)
    st.markdown(
        f"**{thousands(chosen.count)} de {rows_text(len(dataset.frame))}** ·"
        f" {escape_markdown(chosen.description)}"
    )
    if chosen.not_found:
        st.caption(
            pluralize(
                len(chosen.not_found),
                "de la lista no está en el fichero.",
                "de la lista no están en el fichero.",
            )
        )
    if st.button(f"Elegir {rows_text(chosen.count)}", disabled=not chosen.count, key="scope_take"):
        put(session, action, found)


def narrowed(now: Scope, further: Scope) -> Scope:
    """Both together; of two ranges, lists or runs the later one counts."""
    entities, entities_of = now.entities, now.entities_of
    if further.entities is not None:
        entities, entities_of = further.entities, further.entities_of
    return Scope(
        where=(*now.where, *further.where),
        lines=further.lines or now.lines,
        pasted=further.pasted or now.pasted,
        entities=entities,
        entities_of=entities_of,
        selected=further.selected,
    )


def _by_column(session: Session, action: Action, dataset: Dataset) -> Scope | None:
    headers = [str(header) for header in dataset.frame.columns]
    places = set(map(canonical, LOCATIONS))
    first = next((at for at, header in enumerate(headers) if canonical(header) in places), 0)
    column = st.selectbox("Columna", headers, index=first, key="scope_column")
    counts = dataset.frame[column].value_counts().head(VALUES)
    values = st.multiselect(
        "Valores",
        [str(value) for value in counts.index],
        format_func=lambda value: f"{value or '(vacío)'} · {thousands(int(counts[value]))}",
        placeholder="uno o varios",
        key=f"scope_values_{column}",
    )
    without = st.checkbox("Todas menos estas", key="scope_negated")
    return Scope(where=(Where(column, tuple(values), without),)) if values else None


def _by_lines(session: Session, action: Action, dataset: Dataset) -> Scope | None:
    text = st.text_input(
        "Filas, como las numera Excel", placeholder="2-200, 305, 900-", key="scope_lines"
    )
    return Scope(lines=scopes.parse_lines(text)) if text.strip() else None


def _by_list(session: Session, action: Action, dataset: Dataset) -> Scope | None:
    text = st.text_area(
        "Correos, extensiones, teléfonos, nombres o identificadores, uno por línea",
        height=160,
        key="scope_list",
    )
    items = parse_pasted(text, dataset)
    return Scope(pasted=items) if items else None


def _by_mark(session: Session, action: Action, dataset: Dataset) -> Scope | None:
    marked = scopes.marks(dataset)
    number = 0 if marked is None else int(marked.sum())
    which = "la fila" if number == 1 else f"las {rows_text(number)}"
    kept = selection.scope_of(session, action).selected
    honour = st.toggle(
        f"Solo {which} que marca la columna «selected» (sí, x, 1, true)",
        value=kept,
        key="scope_marked",
    )
    return replace(selection.WHOLE, selected=honour)


def _by_run(session: Session, action: Action, dataset: Dataset) -> Scope | None:
    """Rows whose users or locations another run of this organization left pending or failed."""
    context, connection = resources.context(), resources.connection(session)
    found = [
        run
        for run in runs.list_runs(context.journal, limit=RECENT)
        if not run.dry_run and run.target == connection.target and run.org_id == connection.org_id
    ]
    if not found:
        st.caption("No hay ejecuciones anteriores en esta organización.")
        return None
    run = st.selectbox("Ejecución", found, format_func=_run_line, key="scope_run")
    entities = rows.open_entities(context.journal, run.run_id) if run else frozenset()
    if run and not entities:
        st.caption("Esa ejecución no dejó filas pendientes ni fallidas.")
    return Scope(entities=frozenset(entities), entities_of=run.run_id) if run and entities else None


def _run_line(run: RunRecord) -> str:
    from bulk.runs.status import title

    return f"{local_time(run.created_at)} · {title(run)}{f' · {run.note}' if run.note else ''}"
