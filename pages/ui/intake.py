"""Files on their way in: uploads, examples, what was found in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from bulk.call_permissions import check_profile
from bulk.dataset import Dataset, read_csv
from bulk.errors import BulkError, InputError
from bulk.log import log
from bulk.records import DATASETS, FILE_NAMES, Problem
from bulk.validation import validate_file
from pages.ui.resources import EXAMPLES
from pages.ui.session import Session
from pages.ui.texts import UNFORESEEN, count

PROFILE = "perfil_saliente_defecto.json"
DELIMITERS = {"\t": "tabulador"}


def take(session: Session, name: str, raw: bytes, file_name: str) -> None:
    """Read an upload into its place; what is wrong with it is kept for the page to tell."""
    session.upload_errors.pop(name, None)
    try:
        keep(session, read_csv(raw, name=name, file_name=file_name))
    except BulkError as error:
        session.upload_errors[name] = error.message
    except Exception:  # a file of an unforeseen shape must not take the page down
        log.exception("no se pudo leer %s", name)
        session.upload_errors[name] = UNFORESEEN


def keep(session: Session, dataset: Dataset) -> None:
    session.files[dataset.name] = dataset
    session.findings[dataset.name] = [*dataset.problems, *validate_file(dataset)]
    session.revision += 1


def drop(session: Session, name: str) -> None:
    session.files.pop(name, None)
    session.findings.pop(name, None)
    session.upload_errors.pop(name, None)


def zone_key(session: Session, name: str) -> str:
    """Key of the drop zone; a new one makes the browser forget the file that it still shows."""
    times = session.emptied.get(name, 0)
    return f"upload_{name}_{times}" if times else f"upload_{name}"


def empty(session: Session, name: str) -> None:
    """«Quitar»: the file, and what its zone shows."""
    drop(session, name)
    session.emptied[name] = session.emptied.get(name, 0) + 1


def on_upload(session: Session, name: str, key: str) -> None:
    """The operator put a file into a zone, or took it out (one that is merely empty says nothing: a page switch empties it)."""
    uploaded = st.session_state.get(key)
    if uploaded is None:
        drop(session, name)
    else:
        take(session, name, uploaded.getvalue(), uploaded.name)


def use_examples(session: Session) -> None:
    """The three files and the profile of examples/. Raises InputError when they are not there."""
    for name in DATASETS:
        path = EXAMPLES / FILE_NAMES[name]
        if not path.is_file():
            raise InputError(f"No están los ejemplos: falta «{path.name}». Escríbelos con: bulk examples examples.")
        keep(session, read_csv(path, name=name))
        session.upload_errors.pop(name, None)
    session.options["profile"] = read_profile((EXAMPLES / PROFILE).read_bytes(), PROFILE)


def has_examples() -> bool:
    return all((EXAMPLES / FILE_NAMES[name]).is_file() for name in DATASETS)


def read_profile(raw: bytes, file_name: str) -> dict[str, Any]:
    """A profile of outgoing permissions. Raises InputError."""
    try:
        return check_profile(json.loads(raw.decode("utf-8-sig")), Path(file_name).name)
    except ValueError as error:
        raise InputError(f"El perfil «{file_name}» no es JSON: {error}.") from None


def detected(dataset: Dataset) -> str:
    """`12 filas · 9 columnas · utf-8 · ;`."""
    rows, columns = dataset.frame.shape
    delimiter = DELIMITERS.get(dataset.delimiter, dataset.delimiter)
    return f"{count(rows, 'fila', 'filas')} · {count(columns, 'columna', 'columnas')} · {dataset.encoding} · {delimiter}"


def all_findings(session: Session) -> list[Problem]:
    return [problem for name in DATASETS for problem in session.findings.get(name, [])]
