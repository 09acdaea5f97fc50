"""The table parameter -> source, editable. Edits live in the session as they are made, so that a page switch keeps them."""

from __future__ import annotations

import streamlit as st

from bulk.contract import Action
from bulk.mapping import map_columns
from bulk.plan import Prepared
from pages.ui import tables
from pages.ui.session import Session
from pages.ui.texts import NO_SOURCE


def draw(session: Session, action: Action, plan: Prepared, missing: tuple[str, ...]) -> None:
    """The editor, the constants, and the way back to what the headers say."""
    frame = tables.mapping_frame(action, plan, missing)
    options = tables.origins(plan.dataset, plan.global_dataset)
    options += [origin for origin in frame["Origen"] if origin not in options]
    key = f"mapping_{action.id}_{session.revision}"
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        hide_index=True,
        height="content",
        disabled=["Parámetro", "Ejemplo", "Estado", "Se espera"],
        column_config={"Origen": st.column_config.SelectboxColumn(options=options, required=True, width=170)},
        on_change=_edited,
        args=(session, action, key, list(frame.index)),
    )
    with st.container(horizontal=True):
        with st.popover("Poner un valor fijo"):
            _constant(session, action)
        if session.explicit.get(action.id) and st.button("Volver a las cabeceras"):
            session.explicit.pop(action.id)
            session.revision += 1
            st.rerun()


def _edited(session: Session, action: Action, key: str, names: list[str]) -> None:
    for position, cells in st.session_state[key]["edited_rows"].items():
        if "Origen" in cells:
            choose(session, action, names[int(position)], cells["Origen"] or NO_SOURCE)


def choose(session: Session, action: Action, name: str, origin: str) -> None:
    """Keep a choice; one that says what the headers say anyway is not kept."""
    explicit = session.explicit.setdefault(action.id, {})
    own = map_columns(action, session.files[action.dataset], session.files.get("global")).sources[name]
    if origin == tables.origin_of(own):
        explicit.pop(name, None)
    else:
        explicit[name] = "=" if origin == NO_SOURCE else origin
    if not explicit:
        session.explicit.pop(action.id)


def _constant(session: Session, action: Action) -> None:
    with st.form("constant", border=False, clear_on_submit=True):
        name = st.selectbox("Parámetro", [param.name for param in action.parameters])
        text = st.text_input("El mismo valor en todas las filas")
        if st.form_submit_button("Aplicar") and name and text.strip():
            session.explicit.setdefault(action.id, {})[name] = f"={text.strip()}"
            session.revision += 1
            st.rerun()
