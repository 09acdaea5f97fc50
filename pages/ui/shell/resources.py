"""What all tabs of this process share: the journal and the sandbox. At module level, as a key press
can empty `st.cache_resource`.
"""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path

import streamlit as st

from bulk.core.records import RunRecord
from bulk.errors import UsageError
from bulk.runs.connection import Connection, api_for, connect, identify
from bulk.runs.context import Context, open_context
from bulk.runs.stop import stop_all
from pages.ui.shell.session import Session

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
TOKEN = "WEBEX_ACCESS_TOKEN"  # noqa: S105 - the name, not the token
_guard = threading.Lock()
_sandboxes: dict[Path, Connection] = {}
_closing: list[bool] = []


def context() -> Context:
    """The data directory of this process. Raises UsageError, JournalError."""
    found = open_context()
    with _guard:
        if not _closing:
            _closing.append(True)
            atexit.register(stop_all)  # runs of this process pause cleanly when the server stops
    return found


def sandbox() -> Connection:
    """The embedded sandbox, with the names it answers; started on first use. Raises BulkError."""
    opened = context()
    with _guard:
        connection = connect(opened.home, sandbox=True)
        known = _sandboxes.get(opened.home)
        if known is None or known.base_url != connection.base_url:
            known = identify(
                api_for(connection, opened.settings, opened.journal), connection, with_name=True
            )
            _sandboxes[opened.home] = known
        return known


def connection(session: Session) -> Connection:
    """Where this tab works: the token given, else the sandbox. Raises BulkError."""
    return session.connection or sandbox()


def connection_for(run: RunRecord, session: Session) -> Connection:
    """The connection that may resume `run`. Raises UsageError when this tab has none."""
    if run.target == "sandbox":
        return sandbox()
    if session.connection is None or session.connection.target != run.target:
        raise UsageError(
            f"Para seguir hace falta un token de {run.org_name or run.target}. Conéctate y vuelve a"
            " intentarlo."
        )
    return session.connection


def log_in(pasted: str) -> Connection:
    """The connection of a pasted token, tried at once (`people/me`). Raises TokenRejected,
    UsageError, WebexError.
    """
    token = clean_token(pasted)
    if not token:
        raise UsageError("Pega un token de Webex.")
    opened = context()
    connection = connect(opened.home, token=token)
    return identify(
        api_for(connection, opened.settings, opened.journal), connection, with_name=True
    )


def clean_token(pasted: str) -> str:
    """The token without blanks, quotes and `Bearer `."""
    text = pasted.strip().strip("\"'").strip()
    if text.lower().startswith("bearer "):
        text = text[7:]
    return text.strip().strip("\"'").strip()


def token_of_environment() -> str | None:
    """WEBEX_ACCESS_TOKEN of the environment or of Streamlit's secrets (`.streamlit/secrets.toml`).

    Offered and never taken by itself: an app without a click is always on the sandbox.
    """
    found = os.environ.get(TOKEN, "")
    if not found and st.secrets.load_if_toml_exists():
        found = str(st.secrets.get(TOKEN, ""))
    return clean_token(found) or None


def identify_again(known: Connection) -> Connection:
    """Try a token once more. Raises TokenRejected, WebexError."""
    opened = context()
    return identify(api_for(known, opened.settings, opened.journal), known, with_name=True)
