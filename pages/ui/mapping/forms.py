"""Sources that do not fit in a cell of the table: fixed values, templates, columns of
another file.
"""

from __future__ import annotations

import streamlit as st

from bulk.core.action import Action
from bulk.core.records import DATASETS
from bulk.errors import BulkError
from bulk.planning.mapping import map_columns
from bulk.planning.prepare import PreparedFile
from pages.ui.mapping import saved
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown

TEMPLATE_HELP = (
    "Texto y columnas entre llaves, por ejemplo 53{extension} o {GLOBAL.prefijo}{extension}."
)


def draw(session: Session, action: Action, prepared: PreparedFile) -> None:
    with st.container(horizontal=True, gap="small"):
        with st.popover("Valor fijo"):
            _constant(session, action)
        with st.popover("Plantilla"):
            _template(session, action)
        others = [
            name
            for name in DATASETS
            if name in session.files.working and name not in (action.dataset, "global")
        ]
        if others:
            with st.popover("Otro fichero"):
                _join(session, action, prepared, others)
        saved.draw(session, action, prepared)
        headers_again(session, action)


def headers_again(session: Session, action: Action) -> None:
    """Undo what was chosen by hand."""
    if session.mapping.explicit.get(action.id) and st.button(
        "Volver a las cabeceras", type="tertiary"
    ):
        session.mapping.explicit.pop(action.id)
        session.view.revision += 1
        st.rerun()


def _names(action: Action) -> list[str]:
    return [param.name for param in action.parameters]


def _constant(session: Session, action: Action) -> None:
    with st.form("constant", border=False, clear_on_submit=True):
        name = st.selectbox("Parámetro", _names(action))
        text = st.text_input("El mismo valor en todas las filas")
        if st.form_submit_button("Aplicar") and name and text.strip():
            take(session, action, {name: f"={text.strip()}"})


def _template(session: Session, action: Action) -> None:
    with st.form("template_form", border=False):
        name = st.selectbox("Parámetro", _names(action), key="template_param")
        text = st.text_input("Plantilla", placeholder="53{extension}", help=TEMPLATE_HELP)
        if st.form_submit_button("Aplicar plantilla") and name and text.strip():
            if "{" not in text:
                st.error(
                    "Una plantilla lleva al menos una columna entre llaves. Para un texto sin más,"
                    " usa un valor fijo."
                )
            else:
                take(session, action, {name: text.strip()})


def _join(session: Session, action: Action, prepared: PreparedFile, others: list[str]) -> None:
    """A column of another file, found by a key that both have."""
    place = st.selectbox("Fichero", others, format_func=str.upper, key="join_file")
    theirs = [str(header) for header in session.files.working[place].frame.columns]
    own = [str(header) for header in prepared.dataset.frame.columns]
    shared = [header for header in own if header in theirs]
    with st.form("join", border=False):
        name = st.selectbox("Parámetro", _names(action), key="join_param")
        column = st.selectbox("Columna que se trae", theirs)
        on = st.selectbox(
            f"Se busca por (en {action.dataset.upper()})",
            own,
            index=own.index(shared[0]) if shared else 0,
        )
        key = st.selectbox(
            f"Igual a (en {place.upper()})", theirs, index=theirs.index(shared[0]) if shared else 0
        )
        if st.form_submit_button("Unir"):
            take(session, action, {name: f"{place.upper()}.{column}[{on}={key}]"})


def take(session: Session, action: Action, sources: dict[str, str]) -> None:
    """Keep the sources when they can be understood; else say why not."""
    try:
        put(session, action, sources)
    except BulkError as error:
        st.error(escape_markdown(error.message))
    else:
        st.rerun()


def put(session: Session, action: Action, sources: dict[str, str]) -> None:
    """Sources that were not chosen in the table; tried before they are kept. Raises InputError."""
    wanted = {**session.mapping.explicit.get(action.id, {}), **sources}
    map_columns(
        action,
        session.files.working[action.dataset],
        session.files.working.get("global"),
        explicit=wanted,
        others=session.files.working,
    )
    session.mapping.explicit[action.id] = wanted
    session.view.revision += 1
