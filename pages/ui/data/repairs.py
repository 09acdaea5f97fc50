"""Repairs to accept: what Excel did to phones, extensions and e-mails, before -> after; all, a
group, or some rows.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from bulk.core.text import pluralize, thousands
from bulk.errors import InputError
from bulk.planning import repairs
from bulk.planning.repairs import Repair
from pages.ui.data import corrections
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.widgets.markdown import escape_markdown
from schemas.phones import NO_PREFIX

NAMES = ("ubicaciones", "usuarios")
COUNTRIES = {
    "ES": "España",
    "PT": "Portugal",
    "FR": "Francia",
    "IT": "Italia",
    "DE": "Alemania",
    "GB": "Reino Unido",
    "MX": "México",
    "AR": "Argentina",
    "CL": "Chile",
    "CO": "Colombia",
    "PE": "Perú",
    "US": "Estados Unidos",
}
NOTHING = (
    "No hay nada que reparar: ningún teléfono, extensión ni correo tiene las marcas que deja Excel."
)
CHOOSE_COUNTRY = (
    "Hay teléfonos sin prefijo internacional: elige de qué país son y se propone su reparación."
)
SHOWN = 100  # rows of a group that can be chosen one by one
GROUPS = 20  # shown before «Ver más»


def proposed(session: Session) -> dict[str, list[Repair]]:
    """Dataset name -> repairs of the file as it stands. Raises InputError for an
    unknown country.
    """
    country = country_of(session)
    found = {}
    for name in NAMES:
        dataset = session.files.working.get(name)
        if dataset is not None:
            made_from = (dataset.sha256, id(dataset), country)
            found[name] = session.once(
                f"repairs_{name}", made_from, partial(repairs.propose, dataset, None, country)
            )
    return found


def without_prefix(session: Session) -> int:
    """Phones of the files that only lack the prefix of their country."""
    return sum(
        problem.rule == NO_PREFIX for found in session.files.problems.values() for problem in found
    )


def country_of(session: Session) -> str | None:
    """GLOBAL's, else the one chosen here, else the setting."""
    try:
        known = repairs.default_country(session.files.working.get("global"))
    except InputError as error:
        st.warning(escape_markdown(error.message))
        known = None
    return known or session.files.country or by_setting()


def by_setting() -> str | None:
    """BULK_DEFAULT_COUNTRY; None, with a warning, when there is no such country."""
    try:
        return repairs.country_by_setting(resources.context().settings.default_country)
    except InputError as error:
        st.warning(escape_markdown(error.message))
        return None


def draw(session: Session) -> None:
    found = proposed(session)
    country(session)
    total = sum(map(len, found.values()))
    if not total:
        st.caption(
            NOTHING if country_of(session) or not without_prefix(session) else CHOOSE_COUNTRY
        )
        return
    left, right = st.columns([0.62, 0.38], vertical_alignment="center")
    left.caption("Nada cambia hasta que lo aceptas, y el fichero original no se toca nunca.")
    with right.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Aceptar todas las reparaciones", key="repair_all"):
            for name, members in found.items():
                corrections.accept(session, name, members)
            st.rerun()
    groups = [
        (name, group) for name, members in found.items() for group in repairs.grouped(members)
    ]
    for position, (name, group) in enumerate(groups[:GROUPS]):
        members = [
            each
            for each in found[name]
            if (each.rule, each.column) == (group["rule"], group["column"])
        ]
        _group(session, name, members, position)
    if len(groups) > GROUPS:
        more = pluralize(len(groups) - GROUPS, "grupo más; aparece", "grupos más; aparecen")
        st.caption(f"Hay {more} al aceptar estos.")


def country(session: Session) -> None:
    """Ask for the country, unless GLOBAL says it: a prefix is never guessed."""
    if country_in_global(session):
        return
    known = country_of(session)
    names = list(dict.fromkeys([*COUNTRIES, *([known] if known else [])]))
    st.selectbox(
        "País de los teléfonos sin prefijo",
        names,
        index=names.index(known) if known else None,
        format_func=lambda code: COUNTRIES.get(code, code),
        placeholder="sin país no se propone ningún prefijo",
        help=(
            "También se puede decir en GLOBAL, en la columna default_country (por ejemplo ES), o"
            " con BULK_DEFAULT_COUNTRY."
        ),
        width=320,
        key="country",
        on_change=_country_chosen,
        args=(session,),
    )


def _country_chosen(session: Session) -> None:
    """Before the page is drawn: what it proposes and counts depends on it."""
    session.files.country = st.session_state["country"]


def country_in_global(session: Session) -> str | None:
    """The country that GLOBAL gives; None without one, or when there is no such country."""
    try:
        return repairs.default_country(session.files.working.get("global"))
    except InputError:
        return None


def _group(session: Session, name: str, members: list[Repair], position: int) -> None:
    first = members[0]
    with st.container(border=True, gap="xsmall"):
        what, how, button = st.columns([0.34, 0.38, 0.28], vertical_alignment="center")
        what.markdown(
            f"**{pluralize(len(members), 'celda', 'celdas')}** · {repairs.RULES[first.rule]}  \n"
            f":gray[{name.upper()} · {escape_markdown(first.column)}]"
        )
        how.markdown(f"`{_plain(first.before)}` → `{_plain(first.after)}`")
        with button.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if st.button("Aceptar", key=f"repair_{position}"):
                corrections.accept(session, name, members)
                st.rerun()
            with st.popover("Ver filas", type="tertiary", key=f"rows_{position}"):
                _some(session, name, members, position)


def _some(session: Session, name: str, members: list[Repair], position: int) -> None:
    shown = members[:SHOWN]
    table = pd.DataFrame(
        [(True, each.line, each.before, each.after) for each in shown],
        columns=pd.Index(["Aceptar", "Fila", "Antes", "Después"]),
    )
    edited = st.data_editor(
        table,
        key=f"some_{name}_{position}_{session.view.revision}",
        hide_index=True,
        num_rows="fixed",
        height=220 if len(shown) > 5 else "content",
        disabled=["Fila", "Antes", "Después"],
    )
    chosen = [each for each, keep in zip(shown, edited["Aceptar"], strict=True) if keep]
    if len(members) > SHOWN:
        st.caption(f"Las primeras {SHOWN} de {thousands(len(members))}.")
    if st.button(
        f"Aceptar las marcadas ({len(chosen)})",
        key=f"chosen_{name}_{position}",
        disabled=not chosen,
    ):
        corrections.accept(session, name, chosen)
        st.rerun()


def _plain(text: str) -> str:
    """Text for a code span, which an empty line would end."""
    return " ".join(text.replace("`", "'").splitlines()) or " "
