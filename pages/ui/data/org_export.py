"""What Datos gives out: the template of an action, and what Webex has (people, locations, licenses,
numbers, routes).
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import streamlit as st

from bulk.adapters import all_actions, get_action
from bulk.core.text import pluralize
from bulk.runs.connection import api_for
from pages.ui.data import upload
from pages.ui.data.problem_list import EXCEL
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown

KINDS = {
    "people": "Usuarios",
    "locations": "Ubicaciones",
    "licenses": "Licencias",
    "numbers": "Numeraciones",
    "routes": "Enlaces troncales y grupos de rutas",
}

# what was brought -> the file it can be used as
SERVES_AS = {"people": "usuarios", "locations": "ubicaciones"}


def template() -> None:
    """«Descargar plantilla»: the headers of an action, an example row and a help sheet."""
    with st.popover("Descargar plantilla"):
        names = [action.id for action in all_actions()]
        chosen = st.selectbox(
            "Para la acción",
            names,
            format_func=lambda each: get_action(each).title,
            key="template_of",
        )
        st.caption(
            "Libro de Excel con todas las celdas en texto: los teléfonos y los ceros a la izquierda"
            " no se pierden."
        )
        st.download_button(
            "Descargar",
            data=lambda: _template(chosen),
            file_name=f"plantilla_{chosen}.xlsx",
            mime=EXCEL,
            on_click="ignore",
            key="template",
        )


def _template(action_id: str) -> bytes:
    from bulk.planning import templates  # loads a writer of workbooks

    target = io.BytesIO()
    templates.write_template(action_id, target)
    return target.getvalue()


def from_webex(session: Session) -> None:
    """«Traer de Webex…»: read first, which takes a while, then downloaded or used as a file."""
    # A new key once something was brought makes a new popover, which is closed.
    key = f"from_webex_{session.view.revision}"
    with st.popover("Traer de Webex…", key=key), error_boundary():
        connection = resources.connection(session)
        where = escape_markdown(connection.org_name or connection.org_id)
        st.caption(f"De {where}. Solo lee; sirve para copiar de ahí nombres e identificadores.")
        kind = st.selectbox("Qué", list(KINDS), format_func=KINDS.__getitem__, key="fetch_kind")
        form = st.segmented_control(
            "Formato",
            ["xlsx", "csv"],
            default="xlsx",
            format_func=str.upper,
            required=True,
            key="fetch_form",
        )
        if st.button("Traer", key="fetch"):
            with st.spinner("Leyendo Webex…"):
                session.files.fetched = (f"{kind}.{form}", *_fetched(session, kind, form))
        if session.files.fetched:
            name, raw, rows = session.files.fetched
            st.caption(f"{KINDS[name.partition('.')[0]]}: {pluralize(rows, 'fila', 'filas')}.")
            st.download_button(
                f"Descargar {name}", data=raw, file_name=name, on_click="ignore", key="fetched"
            )
            place = SERVES_AS.get(name.partition(".")[0])
            if place and st.button(f"Usar como {place.upper()}", key="fetched_use"):
                upload.take(session, place, raw, name)
                session.files.fetched = None
                st.rerun()


def _fetched(session: Session, kind: str, form: str) -> tuple[bytes, int]:
    """(the file, its rows). Raises WebexError."""
    from bulk.planning import org_export

    context = resources.context()
    api = api_for(resources.connection(session), context.settings, context.journal)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.{form}"
        rows = org_export.write_export(api, kind, path)
        return path.read_bytes(), rows
