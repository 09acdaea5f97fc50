"""The three drop zones of Datos: the file in each, what was detected, and how to read
it otherwise.
"""

from __future__ import annotations

import html

import streamlit as st

from bulk.core.records import DATASETS, FILE_NAMES
from bulk.core.text import pluralize
from bulk.errors import BulkError
from bulk.files import workbook
from bulk.files.dataset import Dataset
from pages.ui.data import corrections, upload
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import FILE_HINTS
from pages.ui.widgets.markdown import escape_markdown

AUTOMATIC = ""


def draw(session: Session) -> None:
    for place, name in zip(st.columns(len(DATASETS), gap="small"), DATASETS, strict=True):
        with (
            place,
            error_boundary(),
            st.container(border=True, height="stretch", gap="xsmall", key=f"zone_{name}"),
        ):
            zone(session, name)


def zone(session: Session, name: str) -> None:
    dataset, refused = session.files.working.get(name), session.files.upload_errors.get(name)
    label = FILE_NAMES[name].removesuffix(".CSV")
    if dataset is None:
        key = upload.zone_key(session, name)
        st.file_uploader(
            f"**{label}** · {FILE_HINTS[name]}",
            type=list(upload.KINDS),
            key=key,
            on_change=upload.on_upload,
            args=(session, name, key),
        )
    else:
        _loaded(session, name, dataset, label)
    if refused:
        st.error(escape_markdown(refused))


def _loaded(session: Session, name: str, dataset: Dataset, label: str) -> None:
    errors = any(problem.severity == "error" for problem in session.files.problems.get(name, ()))
    repaired = len(session.files.corrections.get(name, ()))
    details = f"{upload.size(dataset)}<br>{html.escape(upload.detected(dataset))}"
    if repaired:
        cells = pluralize(repaired, "celda corregida", "celdas corregidas")
        details += f"<br>✎ {cells}; el original no se toca"
    st.markdown(f"{'!' if errors else '✓'} **{escape_markdown(_short_name(dataset))}**")
    st.html(f'<div class="card-sub"><b>{label}</b> · {details}</div>')
    with st.container(horizontal=True, gap="small"):
        if name in session.files.uploads:
            with st.popover("Cambiar", key=f"how_{name}", type="tertiary"):
                _otherwise(session, name, dataset)
        if repaired and st.button(
            "Deshacer",
            key=f"undo_{name}",
            type="tertiary",
            help="Deja el fichero como se leyó, sin correcciones.",
        ):
            corrections.revert(session, name)
            st.rerun()
        if st.button("Quitar", key=f"drop_{name}", type="tertiary"):
            upload.empty(session, name)
            st.rerun()


def _short_name(dataset: Dataset) -> str:
    return dataset.file_name.partition(" · hoja ")[0]


def _otherwise(session: Session, name: str, dataset: Dataset) -> None:
    """Another encoding and separator, or another sheet; reading again forgets the corrections."""
    stored = session.files.uploads[name]
    with st.form(f"otherwise_{name}", border=False):
        how: dict[str, str | None] = {}
        if upload.is_workbook(stored.raw, stored.file_name):
            how["sheet"] = _sheet(stored.raw, stored.file_name, dataset)
        else:
            how["encoding"] = _choice(
                "Codificación",
                upload.ENCODINGS,
                ("utf-8", "cp1252", "utf-16", "mac_roman", "cp850"),
            )
            how["delimiter"] = _choice("Separador", upload.DELIMITERS, tuple(upload.DELIMITERS))
        if session.files.corrections.get(name):
            st.caption("Al leerlo de nuevo se pierden las correcciones hechas.")
        sent = st.form_submit_button("Leer de nuevo")
    with st.container():
        st.file_uploader(
            "Otro fichero",
            type=list(upload.KINDS),
            key=f"other_{name}_{session.files.emptied.get(name, 0)}",
            on_change=_other_file,
            args=(session, name),
        )
    if sent:
        upload.take(session, name, stored.raw, stored.file_name, **how)
        st.rerun()


def _choice(label: str, words: dict[str, str], offered: tuple[str, ...]) -> str | None:
    chosen = st.selectbox(
        label, (AUTOMATIC, *offered), format_func=lambda each: words.get(each, "Detectar")
    )
    return chosen or None


def _sheet(raw: bytes, file_name: str, dataset: Dataset) -> str | None:
    try:
        titles = workbook.titles(raw, file_name)
    except BulkError:
        return None
    now = dataset.file_name.rpartition("hoja ")[2]
    return st.selectbox("Hoja", titles, index=titles.index(now) if now in titles else 0)


def _other_file(session: Session, name: str) -> None:
    """A file that replaces the one that is there; an emptied field changes nothing."""
    uploaded = st.session_state.get(f"other_{name}_{session.files.emptied.get(name, 0)}")
    if uploaded is not None:
        upload.take(session, name, uploaded.getvalue(), uploaded.name)
        session.files.emptied[name] = session.files.emptied.get(name, 0) + 1
