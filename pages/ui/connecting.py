"""Connecting to an organisation: the token stays in this tab's memory and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from bulk.connection import Connection
from bulk.errors import BulkError, TokenRejected
from pages.ui import resources
from pages.ui.session import Session

HOURS = 12  # life of a personal token of developer.webex.com
WRONG = "El token ha caducado o no es válido. Genera uno nuevo en developer.webex.com y pégalo entero."


def panel(session: Session, reached: Connection) -> None:
    """«Conectar» on the sandbox; who, «Probar conexión» and «Olvidar token» with a token."""
    if session.connection is None:
        with st.popover("Conectar", icon=":material/key:", width="stretch"):
            form(session, "Conectar")
        return
    with st.popover("Conexión", icon=":material/key:", width="stretch"):
        st.write(who_line(session, reached))
        if st.button("Probar conexión"):
            _tell(session)
        if st.button("Olvidar token"):
            forget(session)
            st.rerun()


def form(session: Session, button: str, *, key: str = "connect") -> bool:
    """The token field; True when a token was just accepted."""
    with st.form(f"{key}_form", border=False, clear_on_submit=True):
        st.caption("Sin token se trabaja en el SANDBOX. El token vive solo en la memoria de esta pestaña.")
        pasted = st.text_input("Token de Webex", type="password", key=f"{key}_token", autocomplete="off")
        sent = st.form_submit_button(button, type="primary")
    found = resources.token_of_environment()
    if found and st.button("Usar el token de WEBEX_ACCESS_TOKEN", key=f"{key}_env"):
        pasted, sent = found, True
    if not sent or not accept(session, pasted):
        return False
    if key == "connect":
        st.rerun()
    return True


def accept(session: Session, pasted: str) -> bool:
    """Try the token and keep it; else say why not."""
    try:
        with st.spinner("Probando el token…"):
            session.connection = resources.log_in(pasted)
    except TokenRejected:
        st.error(WRONG)
        return False
    except BulkError as error:
        st.error(error.message)
        return False
    session.pasted_at = datetime.now()
    return True


def forget(session: Session) -> None:
    session.connection, session.pasted_at = None, None


def who_line(session: Session, reached: Connection) -> str:
    """`Ana Ruiz · token pegado a las 09:12 (quedan unas 9 h)`."""
    line = reached.person or "?"
    if session.pasted_at:
        left = HOURS - (datetime.now() - session.pasted_at).total_seconds() / 3600
        line += f" · token pegado a las {session.pasted_at:%H:%M} (quedan unas {max(0, round(left))} h si es personal)"
    return line


def _tell(session: Session) -> None:
    if session.connection is None:
        return
    try:
        found = resources.identify_again(session.connection)
    except TokenRejected:
        st.error(WRONG)
    except BulkError as error:
        st.error(error.message)
    else:
        session.connection = replace(found, org_name=found.org_name or session.connection.org_name)
        st.success(f"Conectado a {found.org_name or found.org_id} como {found.person}.")
