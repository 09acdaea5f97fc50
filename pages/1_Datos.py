"""Datos: the three files, what was found in them, what can be done with them, and their
corrections.
"""

from __future__ import annotations

import streamlit as st

from bulk.adapters import get_action
from bulk.core.records import DATASETS, FILE_NAMES
from bulk.core.text import pluralize, thousands
from pages.ui.data import (
    name_lookup,
    org_export,
    problem_grid,
    problem_list,
    problems,
    repairs,
    upload,
    upload_zones,
)
from pages.ui.frame import page
from pages.ui.mapping import selection
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import EMPTY_DATA, PAGES
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown

REPAIRS, ERRORS, NOTICES, PREVIEW = "Reparaciones", "Errores", "Avisos", "Vista previa"


def main_buttons(session: Session) -> None:
    with page.heading("datos", buttons=0.66):
        offered = upload.has_examples() and len(session.files.working) < len(DATASETS)
        if offered and st.button(
            "Usar los ejemplos", type="secondary" if session.files.working else "primary"
        ):
            upload.use_examples(session)
            st.rerun()
        org_export.from_webex(session)
        org_export.template()
        if session.files.working:
            continue_button(session, "on_top")


def possible(session: Session) -> None:
    """What these files are enough for, and what each other action lacks."""
    states = selection.all_readiness(session)
    ready = [state for state in states if state.ready]
    lacking = [state for state in states if not state.ready and state.state != "no_file"]
    able = f"✓ {pluralize(len(ready), 'acción', 'acciones')}"
    rest = f" · ! {len(lacking)} con algo que falta" if lacking else ""
    st.markdown(f"**Qué se puede hacer con estos ficheros:** {able}{rest}")
    for name, dataset in session.files.working.items():
        if dataset.frame.empty:
            st.warning(f"{FILE_NAMES[name]} no tiene filas.", icon=":material/warning:")
    reasons = dict.fromkeys(state.text for state in lacking)
    for reason in reasons:
        titles = ", ".join(
            get_action(state.action_id).title for state in lacking if state.text == reason
        )
        st.caption(f"! {escape_markdown(reason)} · {titles}")


def errors(session: Session) -> None:
    found = problems.of(problems.by_file(session), problems.ERROR)
    if not found:
        st.success(
            "Ningún error: todas las filas se pueden trabajar.", icon=":material/check_circle:"
        )
        return
    problem_list.draw(session, found, key="errors")


def notices(session: Session) -> None:
    found = problems.of(problems.by_file(session), problems.NOTICE)
    if not found:
        st.caption("Ningún aviso.")
        return
    problem_list.draw(session, found, key="notices")


def previews(session: Session) -> None:
    loaded = [name for name in DATASETS if name in session.files.working]
    name = st.segmented_control(
        "Fichero",
        loaded,
        default=loaded[-1],
        format_func=lambda n: FILE_NAMES[n],
        label_visibility="collapsed",
        required=True,
    )
    dataset = session.files.working[name or loaded[-1]]
    if dataset.frame.empty:
        headers = escape_markdown(", ".join(map(str, dataset.frame.columns)))
        st.caption(f"El fichero solo tiene cabeceras: {headers}.")
        return
    tables.show(tables.preview(dataset), key="preview")
    total = len(dataset.frame)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Las primeras {min(200, total)} de {thousands(total)} filas; los identificadores,"
            " abreviados."
        )
        problem_grid.corrected_file(session, dataset.name, "preview")


def inspected(session: Session) -> None:
    """One view at a time: what is not shown costs nothing."""
    found = problems.by_file(session)
    views = {
        REPAIRS: sum(map(len, repairs.proposed(session).values())),
        ERRORS: problems.rows_of(problems.of(found, problems.ERROR)),
        NOTICES: problems.rows_of(problems.of(found, problems.NOTICE)),
        PREVIEW: 0,
    }
    first = next((view for view in views if views[view]), ERRORS)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        view = st.segmented_control(
            "Ver",
            list(views),
            default=first,
            format_func=lambda each: f"{each} {thousands(views[each])}" if views[each] else each,
            label_visibility="collapsed",
            required=True,
            key=f"data_view_{len(session.files.working)}",  # another file begins at its first view
        )
        st.markdown(problems.totals_line(session, found), width="content")
    {REPAIRS: repairs.draw, ERRORS: errors, NOTICES: notices, PREVIEW: previews}[view or first](
        session
    )
    # may be longer than the screen
    if view == PREVIEW or (view in (ERRORS, NOTICES) and views[view]):
        with page.bottom():
            continue_button(session, "on_foot")


def continue_button(session: Session, key: str) -> None:
    if st.button(
        "Continuar a Mapeo",
        type="primary",
        disabled=not selection.rows_to_work(session),
        key=key,
        help=lacking(session),
    ):
        st.switch_page(PAGES["mapeo"][0])


def lacking(session: Session) -> str | None:
    """Why the next step is not available yet."""
    return (
        None
        if selection.rows_to_work(session)
        else "Falta un fichero de ubicaciones o de usuarios."
    )


session = page.begin("datos")
with error_boundary():
    main_buttons(session)
upload_zones.draw(session)
with error_boundary():
    if not session.files.working:
        st.info(EMPTY_DATA, icon=":material/upload_file:")
    else:
        possible(session)
        name_lookup.complete(session)
        inspected(session)
