"""The table parameter -> source, editable. Edits live in the session as they are made, so that a page switch keeps them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bulk.contract import Action
from bulk.errors import BulkError
from bulk.mapping import map_columns
from bulk.plan import Prepared
from bulk.sources import Source, source_text
from bulk.suggestions import Suggestion, suggest
from pages.ui import mapping_forms, tables
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import KINDS, NO_SOURCE

SOURCE_WORDS = {"constant": "✓ valor fijo", "template": "✓ plantilla", "join": "✓ de otro fichero", "global": "✓ de GLOBAL"}


def draw(session: Session, action: Action, plan: Prepared, missing: tuple[str, ...]) -> None:
    """The editor, suggestions, constants, templates and joins, and the way back to what the headers say."""
    offers = suggestions(session, action, plan)
    frame = table(action, plan, missing, offers)
    options = tables.origins(plan.dataset, plan.global_dataset)
    options += [origin for origin in frame["Origen"] if origin not in options]
    key = f"mapping_{action.id}_{session.revision}"
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        hide_index=True,
        height="content",
        disabled=["Parámetro", "Ejemplo", "Estado", "Se espera"],
        column_config={
            "Parámetro": st.column_config.TextColumn(width=135),
            "Origen": st.column_config.SelectboxColumn(options=list(dict.fromkeys(options)), required=True, width=140),
            "Ejemplo": st.column_config.TextColumn(width=120),
            "Estado": st.column_config.TextColumn(width=115),
            "Se espera": st.column_config.TextColumn(width=110),
        },
        on_change=_edited,
        args=(session, action, key, list(frame.index)),
    )
    _offers(session, action, offers)
    mapping_forms.draw(session, action, plan)


def suggestions(session: Session, action: Action, plan: Prepared) -> list[Suggestion]:
    """Offers for the parameters without source."""
    made_from = (action.id, id(plan.dataset), repr(sorted(session.explicit.get(action.id, {}).items())))
    return session.once(
        "suggestions",
        made_from,
        lambda: suggest(action, plan.dataset, plan.global_dataset, plan.mapping, others=session.files),
    )


def table(action: Action, plan: Prepared, missing: tuple[str, ...], offers: list[Suggestion]) -> pd.DataFrame:
    """Parámetro, Origen, Ejemplo, Estado, Se espera; index = the parameter's name."""
    offered = {offer.param: offer for offer in offers}
    records = []
    for param in action.parameters:
        source = plan.mapping.sources[param.name]
        filled = plan.frame[param.name][plan.frame[param.name] != ""]
        example = str(filled.iloc[0]) if len(filled) else ""
        state = _state(param.name, source, example, missing, offered.get(param.name), required=param.required)
        kind = KINDS.get(param.kind, "texto") + (" · lista" if param.many else "")
        name = f"{param.name} *" if param.required else param.name
        records.append((name, origin_of(source), tables.short(example), state, kind))
    names = [param.name for param in action.parameters]
    return pd.DataFrame(records, index=names, columns=pd.Index(["Parámetro", "Origen", "Ejemplo", "Estado", "Se espera"]))


def origin_of(source: Source) -> str:
    """As the table shows it and `parse_source` reads it."""
    if source.kind == "none" or (source.kind == "constant" and not source.ref):
        return NO_SOURCE
    return source_text(source)


def _state(name: str, source: Source, example: str, missing: tuple[str, ...], offer: Suggestion | None, *, required: bool) -> str:
    if name in missing:
        return "✗ falta de dónde sale" if offer is None else f"? sugerencia {offer.score} %"
    if origin_of(source) == NO_SOURCE:
        return "opcional" if offer is None else f"? sugerencia {offer.score} %"
    if not example:
        return "! columna vacía" if required else "vacía"
    return SOURCE_WORDS.get(source.kind, "✓")


def _edited(session: Session, action: Action, key: str, names: list[str]) -> None:
    for position, cells in st.session_state[key]["edited_rows"].items():
        if "Origen" in cells:
            choose(session, action, names[int(position)], cells["Origen"] or NO_SOURCE)


def choose(session: Session, action: Action, name: str, origin: str) -> None:
    """Keep a choice; one that says what the headers say anyway is not kept."""
    explicit = session.explicit.setdefault(action.id, {})
    own = map_columns(action, session.files[action.dataset], session.files.get("global")).sources[name]
    if origin == origin_of(own):
        explicit.pop(name, None)
    else:
        explicit[name] = "=" if origin == NO_SOURCE else origin
    if not explicit:
        session.explicit.pop(action.id)


def put(session: Session, action: Action, sources: dict[str, str]) -> None:
    """Sources that were not chosen in the table; tried before they are kept. Raises InputError."""
    wanted = {**session.explicit.get(action.id, {}), **sources}
    map_columns(action, session.files[action.dataset], session.files.get("global"), explicit=wanted, others=session.files)
    session.explicit[action.id] = wanted
    session.revision += 1


def _offers(session: Session, action: Action, offers: list[Suggestion]) -> None:
    """Each with its score; nothing is taken by itself."""
    if not offers:
        return
    usable = {offer.param: offer.source for offer in offers if not offer.lookup}
    with st.container(border=True, gap="xsmall"):
        head, button = st.columns([0.6, 0.4], vertical_alignment="center")
        head.markdown("**Sugerencias**")
        if usable and button.button(f"Aceptar sugerencias ({len(usable)})", key="accept_all", width="stretch"):
            put(session, action, usable)
            st.rerun()
        for offer in offers:
            told, accept = st.columns([0.76, 0.24], vertical_alignment="center")
            told.markdown(f"{offer.param} ← **{plain(offer.source)}** · {offer.score} % · {offer.why}")
            if offer.lookup:
                accept.caption("son nombres, no ids")
            elif accept.button("Aceptar", key=f"accept_{offer.param}", type="tertiary"):
                try:
                    put(session, action, {offer.param: offer.source})
                except BulkError as error:
                    st.error(plain(error.message))
                else:
                    st.rerun()
