"""Options of an action that hold for the whole run: profile, PSTN, removal of the
calling license.
"""

from __future__ import annotations

import streamlit as st

from bulk.adapters.call_permissions import read_profile
from bulk.core.action import Action
from bulk.core.text import pluralize
from bulk.errors import InputError
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown

FLAGS = {
    "force_pstn": (
        "Dar de alta números aunque la ubicación no tenga PSTN propia",
        "Puede dañar los datos del operador. Revisa antes la conexión PSTN en Control Hub.",
    ),
    "allow_calling_removal": (
        "Permitir quitar licencias de Webex Calling",
        (
            "Quitar Webex Calling borra la configuración de llamadas del usuario y no se puede"
            " recuperar."
        ),
    ),
}


def draw(session: Session, action: Action) -> None:
    for name in action.options:
        if name == "profile":
            _profile(session)
        elif name in FLAGS:
            label, risk = FLAGS[name]
            session.mapping.options[name] = st.checkbox(
                label,
                value=bool(session.mapping.options.get(name)),
                help=risk,
                key=f"option_{name}",
            )
            if session.mapping.options[name]:
                st.warning(risk, icon=":material/warning:")


def _profile(session: Session) -> None:
    """The outgoing profile; without one each row's lists decide."""
    with st.container(horizontal=True, vertical_alignment="center"):
        kept = session.mapping.options.get("profile")
        text = (
            pluralize(len(kept["callingPermissions"]), "tipo de llamada", "tipos de llamada")
            if kept
            else "ninguno"
        )
        origin = " · el de los ejemplos" if kept and kept is session.files.example_profile else ""
        st.markdown(f"**Perfil saliente**: {escape_markdown(text)}{origin}")
        with st.popover("Cargar perfil (JSON)"):
            st.file_uploader(
                "Perfil", type=["json"], key="profile_file", on_change=_uploaded, args=(session,)
            )
            if refused := session.files.upload_errors.get("profile"):
                st.error(escape_markdown(refused))
        if kept and st.button("Quitar perfil", type="tertiary"):
            session.mapping.options.pop("profile")
            st.rerun()


def _uploaded(session: Session) -> None:
    uploaded = st.session_state.get("profile_file")
    session.files.upload_errors.pop("profile", None)
    if uploaded is None:
        return
    try:
        session.mapping.options["profile"] = read_profile(uploaded.getvalue(), uploaded.name)
    except InputError as error:
        session.files.upload_errors["profile"] = error.message
