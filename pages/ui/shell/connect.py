"""Connecting to an organization: the token stays in this tab's memory and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from bulk.errors import BulkError, TokenRejected
from bulk.runs.connection import Connection
from bulk.runs.stop import forget_token
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown

HOURS = 12  # life of a personal token of developer.webex.com
CONTINUE = "Continuar con este token"
REJECTED = "El token ha caducado o no es válido"
RENEW = "Genera un token nuevo de {} y pulsa «Continuar con este token»."
OTHER = "Ese token es de {}. Aquí se trabaja en {}: usa un token suyo."
WRONG = (
    "El token ha caducado o no es válido. Genera uno nuevo en developer.webex.com y pégalo entero."
)


def panel(session: Session, connection: Connection) -> None:
    """«Conectar» in the sandbox; with a token who it is, «Probar conexión» and «Olvidar token»."""
    if session.connection is None:
        with st.popover("Conectar", icon=":material/key:", width="stretch", key="connect_panel"):
            form(session, "Conectar")
        return
    # Another token makes another popover, which is closed.
    key = f"connected_{session.pasted_at}"
    with st.popover("Conexión", icon=":material/key:", width="stretch", key=key):
        st.write(escape_markdown(who_line(session, connection)))
        if st.button("Probar conexión", width="stretch"):
            _test_connection(session)
        if st.button("Olvidar token", width="stretch", help="Sus ejecuciones en curso se pausan."):
            forget(session)
            st.rerun()


def ask_again(session: Session) -> None:
    """On the page itself, once Webex no longer accepts the token: ask for another one of the same
    organization, and go on.
    """
    known = session.connection
    if known is None or not session.rejected:
        return
    with st.container(border=True, key="ask_again"):
        name = known.org_name or known.org_id or known.target
        st.warning(
            f"**{REJECTED}.** No se ha perdido nada. {RENEW.format(escape_markdown(name))}",
            icon=":material/key_off:",
        )
        if form(session, CONTINUE, key="again", org_id=known.org_id, org_name=known.org_name):
            st.rerun()


def form(
    session: Session,
    button: str,
    *,
    key: str = "connect",
    org_id: str | None = None,
    org_name: str | None = None,
) -> bool:
    """The token field; True when a token was just accepted. With `org_id`, one of another
    organization is refused.
    """
    with st.form(f"{key}_form", border=False, clear_on_submit=True):
        sandbox = "Sin token se trabaja en el SANDBOX. " if key == "connect" else ""
        st.caption(f"{sandbox}El token vive solo en la memoria de esta pestaña.")
        pasted = st.text_input(
            "Token de Webex", type="password", key=f"{key}_token", autocomplete="off"
        )
        # A page has one primary button, and this form stands on every page.
        sent = st.form_submit_button(button, type="secondary" if key == "connect" else "primary")
    found = resources.token_of_environment()
    if found and st.button("Usar el token de WEBEX_ACCESS_TOKEN", key=f"{key}_env"):
        pasted, sent = found, True
    if not sent or not accept(session, pasted, org_id, org_name):
        return False
    if key == "connect":
        st.rerun()
    return True


def accept(
    session: Session, pasted: str, org_id: str | None = None, org_name: str | None = None
) -> bool:
    """Try the token and keep it; else say why not. With `org_id`, one of another organization is
    refused.
    """
    try:
        with st.spinner("Probando el token…"):
            found = resources.log_in(pasted)
    except TokenRejected:
        st.error(WRONG)
        return False
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return False
    if org_id and found.org_id != org_id:
        st.error(
            OTHER.format((found.org_name or found.org_id or "?").rstrip("."), org_name or org_id)
        )
        return False
    _put(session, found)
    return True


def forget(session: Session) -> None:
    """Forget the token. The runs that work with it pause first: nothing more is sent with it."""
    if session.connection:
        with st.spinner("Sus ejecuciones se pausan…"):
            forget_token(
                resources.context(), session.connection.token, session.connection.person or "?"
            )
    _put(session, None)


def _put(session: Session, found: Connection | None) -> None:
    """Change the connection. Nothing goes on with the earlier token, and nothing of one
    organization is offered as data of another.
    """
    known = session.connection
    if (
        known is None
        or found is None
        or (known.target, known.org_id) != (found.target, found.org_id)
    ):
        session.files.fetched = None
    session.cache.pop("names", None)
    session.connection, session.pasted_at, session.rejected = (
        found,
        datetime.now() if found else None,
        "",
    )


def who_line(session: Session, connection: Connection) -> str:
    """`Ana Ruiz · con permisos de administración · token pegado a las 09:12 (quedan unas 9 h si es
    personal)`.
    """
    line = " · ".join(
        filter(
            None,
            (
                connection.person or "?",
                "con permisos de administración" if connection.roles else "",
            ),
        )
    )
    if session.pasted_at:
        line += (
            f" · token pegado a las {session.pasted_at:%H:%M} ({time_left(session)} si es personal)"
        )
    return line


def time_left(session: Session) -> str:
    """`quedan unas 9 h`: a personal token lives twelve hours, counted from when it was pasted; ""
    without one.
    """
    if session.pasted_at is None:
        return ""
    left = HOURS - (datetime.now() - session.pasted_at).total_seconds() / 3600
    return f"quedan unas {round(left)} h" if left >= 1 else "queda menos de 1 h"


def _test_connection(session: Session) -> None:
    if session.connection is None:
        return
    try:
        found = resources.identify_again(session.connection)
    except TokenRejected:
        session.rejected = session.connection.org_id or "?"
        st.rerun()
    except BulkError as error:
        st.error(escape_markdown(error.message))
    else:
        session.connection = replace(found, org_name=found.org_name or session.connection.org_name)
        where = escape_markdown(found.org_name or found.org_id)
        st.success(f"Conectado a {where} como {escape_markdown(found.person)}.")
