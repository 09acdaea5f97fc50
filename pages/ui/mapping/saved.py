"""Mappings kept by name in the data directory, and as JSON files to carry elsewhere."""

from __future__ import annotations

import streamlit as st

from bulk.core.action import Action
from bulk.errors import BulkError
from bulk.planning import saved_mappings
from bulk.planning.mapping import ColumnMapping
from bulk.planning.prepare import PreparedFile
from bulk.planning.sources import Files
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown


def draw(session: Session, action: Action, prepared: PreparedFile) -> None:
    with st.popover("Guardar mapeo"):
        _save(action, prepared)
    with st.popover("Cargar mapeo"):
        _load(session, action)


def _save(action: Action, prepared: PreparedFile) -> None:
    with st.form("save_mapping", border=False):
        name = st.text_input("Nombre", placeholder="Ficheros de Recursos Humanos")
        if st.form_submit_button("Guardar"):
            try:
                saved_mappings.save(resources.context().home, name, prepared.mapping)
            except BulkError as error:
                st.error(escape_markdown(error.message))
            else:
                st.success(f"Guardado como «{escape_markdown(name.strip())}».")
    st.download_button(
        "Exportar (JSON)",
        data=saved_mappings.to_bytes(prepared.mapping, action.title),
        file_name=f"mapeo_{action.id}.json",
        mime="application/json",
        on_click="ignore",
        key="mapping_json",
    )


def _load(session: Session, action: Action) -> None:
    mappings = saved_mappings.saved(resources.context().home, action.id)
    if mappings:
        chosen = st.selectbox(
            "Mapeos guardados", mappings, format_func=lambda each: each.name, key="mapping_saved"
        )
        load, remove = st.columns(2)
        if load.button("Cargar", key="mapping_load", width="stretch"):
            put(session, action, chosen.mapping)
        if remove.button("Borrar", key="mapping_delete", type="tertiary", width="stretch"):
            saved_mappings.delete(resources.context().home, chosen.name, action.id)
            st.rerun()
    else:
        st.caption("No hay mapeos guardados de esta acción.")
    st.file_uploader(
        "Importar (JSON)",
        type=["json"],
        key="mapping_file",
        on_change=_imported,
        args=(session, action),
    )
    if refused := session.files.upload_errors.get("mapping"):
        st.error(escape_markdown(refused))


def put(session: Session, action: Action, mapping: ColumnMapping) -> None:
    """Use a mapping; one that names a column that the file does not have is refused."""
    try:
        _take(session, action, mapping)
    except BulkError as error:
        st.error(escape_markdown(error.message))
    else:
        st.rerun()


def _take(session: Session, action: Action, mapping: ColumnMapping) -> None:
    """Raises InputError."""
    files = Files(
        session.files.working[action.dataset],
        session.files.working.get("global"),
        session.files.working,
    )
    session.mapping.explicit[action.id] = saved_mappings.to_explicit(mapping, files)
    session.view.revision += 1


def _imported(session: Session, action: Action) -> None:
    uploaded = st.session_state.get("mapping_file")
    session.files.upload_errors.pop("mapping", None)
    if uploaded is None:
        return
    try:
        found = saved_mappings.from_bytes(uploaded.getvalue(), uploaded.name)
        if found.mapping.action_id != action.id:
            session.files.upload_errors["mapping"] = (
                f"El mapeo «{uploaded.name}» es de otra acción ({found.mapping.action_id})."
            )
            return
        _take(session, action, found.mapping)
    except BulkError as error:
        session.files.upload_errors["mapping"] = error.message


# -- the one used last with these headers ----------------------------------------------------------


def remember(session: Session, prepared: PreparedFile) -> None:
    """Store what was chosen by hand for these headers; what the headers say by themselves needs no
    memory.
    """
    session.cache.pop("last_mapping", None)
    home, headers = resources.context().home, list(map(str, prepared.dataset.frame.columns))
    if session.mapping.explicit.get(prepared.action.id):
        saved_mappings.remember(home, prepared.mapping, headers)
    else:
        saved_mappings.forget(home, prepared.action.id, headers)


def offer_last(session: Session, action: Action, prepared: PreparedFile) -> None:
    """Offer what was chosen by hand the last time that a file had these headers."""
    if session.mapping.explicit.get(action.id):
        return
    headers = list(map(str, prepared.dataset.frame.columns))
    made_from = (action.id, headers, session.view.revision)
    last = session.once(
        "last_mapping",
        made_from,
        lambda: saved_mappings.recall(resources.context().home, action.id, headers),
    )
    if last is None or not _differs(last, prepared):
        return
    text, button = st.columns([0.72, 0.28], vertical_alignment="center")
    text.info(
        "La última vez, con estas mismas cabeceras, se usó otro mapeo.", icon=":material/history:"
    )
    if button.button("Usar el de la última vez", key="mapping_last", width="stretch"):
        put(session, action, last)


def _differs(last: ColumnMapping, prepared: PreparedFile) -> bool:
    """Whether some parameter has another source. What came from GLOBAL does not count while that
    file is absent.
    """
    here = prepared.mapping.sources
    absent = prepared.global_dataset is None
    return any(
        source != here.get(name) and not (absent and source.kind == "global")
        for name, source in last.sources.items()
    )
