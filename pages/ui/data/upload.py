"""Files on their way in: uploads, examples, what was detected in them and how to read them
otherwise.
"""

from __future__ import annotations

import io
from contextlib import suppress

import streamlit as st

from bulk.adapters.call_permissions import read_profile
from bulk.core.logs import log
from bulk.core.records import DATASETS, FILE_NAMES
from bulk.core.text import pluralize
from bulk.errors import BulkError, InputError
from bulk.files.dataset import Dataset, Read, is_book, read_all, read_any, read_csv
from pages.ui.data import corrections
from pages.ui.shell.resources import EXAMPLES
from pages.ui.shell.session import Session, Upload
from pages.ui.texts import UNFORESEEN

PROFILE = "perfil_saliente_defecto.json"
KINDS = ("csv", "txt", "xlsx", "xlsm")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows (cp1252)",
    "utf-16": "UTF-16",
    "mac_roman": "Mac (Roman)",
    "cp850": "MS-DOS (cp850)",
    "xlsx": "Excel",
}
DELIMITERS = {";": "punto y coma ;", ",": "coma ,", "\t": "tabulador", "|": "barra |"}


def take(session: Session, name: str, raw: bytes, file_name: str, **how: str | None) -> None:
    """Read an upload into its place (a workbook may fill all three); what is wrong with it is kept
    for the page to show.

    `how` has encoding, delimiter or sheet, where they are not to be detected.
    """
    session.files.upload_errors.pop(name, None)
    try:
        read = _read(name, raw, file_name, how)
        for dataset in read.datasets:
            session.files.upload_errors.pop(dataset.name, None)
            session.files.uploads[dataset.name] = Upload(raw, file_name)
            corrections.put_original(session, dataset)
        session.files.upload_errors |= read.refused
    except BulkError as error:
        session.files.upload_errors[name] = error.message
    except Exception:  # a file of an unforeseen shape must not take the page down
        log.exception("no se pudo leer %s", name)
        session.files.upload_errors[name] = UNFORESEEN


def _read(name: str, raw: bytes, file_name: str, how: dict[str, str | None]) -> Read:
    """All the sheets with one of the three names; else the file, or its first sheet, for the place
    it was put into.
    """
    if is_workbook(raw, file_name) and not any(how.values()):
        with suppress(InputError):  # no sheet has one of the names
            found = read_all(raw, file_name=file_name)
            if len(found.datasets) + len(found.refused) > 1:
                return found
    return Read(read_any(raw, name=name, file_name=file_name, **how))


def is_workbook(raw: bytes, file_name: str) -> bool:
    return is_book(lambda: io.BytesIO(raw), file_name)


def drop(session: Session, name: str) -> None:
    corrections.remove(session, name)
    session.files.upload_errors.pop(name, None)
    session.view.revision += 1


def zone_key(session: Session, name: str) -> str:
    """Key of the drop zone; a new one makes the browser forget the file that it still shows."""
    times = session.files.emptied.get(name, 0)
    return f"upload_{name}_{times}" if times else f"upload_{name}"


def empty(session: Session, name: str) -> None:
    """«Quitar»: the file, and what its zone shows."""
    drop(session, name)
    session.files.emptied[name] = session.files.emptied.get(name, 0) + 1


def on_upload(session: Session, name: str, key: str) -> None:
    """A file was put into a zone or taken out of it. An empty zone alone says nothing: a page
    switch empties it.
    """
    uploaded = st.session_state.get(key)
    if uploaded is None:
        drop(session, name)
    else:
        take(session, name, uploaded.getvalue(), uploaded.name)


def use_examples(session: Session) -> None:
    """The three files and the profile of examples/. Raises InputError when they do not exist."""
    for name in DATASETS:
        path = EXAMPLES / FILE_NAMES[name]
        if not path.is_file():
            raise InputError(
                f"No están los ejemplos: falta «{path.name}». Escríbelos con: bulk examples"
                " examples."
            )
        session.files.uploads[name] = Upload(path.read_bytes(), path.name)
        corrections.put_original(session, read_csv(path, name=name))
        session.files.upload_errors.pop(name, None)
    session.files.from_examples = set(DATASETS)
    session.mapping.options["profile"] = session.files.example_profile = read_profile(
        (EXAMPLES / PROFILE).read_bytes(), PROFILE
    )


def has_examples() -> bool:
    return all((EXAMPLES / FILE_NAMES[name]).is_file() for name in DATASETS)


def size(dataset: Dataset) -> str:
    """`12 filas · 9 columnas`."""
    rows, columns = dataset.frame.shape
    return f"{pluralize(rows, 'fila', 'filas')} · {pluralize(columns, 'columna', 'columnas')}"


def detected(dataset: Dataset) -> str:
    """`UTF-8 · punto y coma ;`, or `Excel · hoja USUARIOS`."""
    encoding = ENCODINGS.get(dataset.encoding, dataset.encoding)
    if dataset.encoding == "xlsx":
        return f"{encoding} · hoja {dataset.file_name.rpartition('hoja ')[2]}"
    return f"{encoding} · {DELIMITERS.get(dataset.delimiter, dataset.delimiter)}"
