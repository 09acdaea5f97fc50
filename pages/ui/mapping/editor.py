"""The table parameter -> source, editable. Edits are kept in the session as they are made, so that
a page switch does not lose them.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bulk.core.action import Action, Param
from bulk.planning.mapping import map_columns
from bulk.planning.name_lookup import KINDS as KINDS_BY_NAME
from bulk.planning.name_lookup import is_id
from bulk.planning.prepare import PreparedFile, by_default, example_of
from bulk.planning.sources import Source, source_text
from bulk.planning.suggestions import Suggestion, suggest
from pages.ui.mapping import forms
from pages.ui.shell.session import Session
from pages.ui.texts import KINDS, NO_SOURCE
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown

BY_DEFAULT = "plantilla {}"  # what the action itself does without a source
SOURCE_WORDS = {
    "constant": "✓ valor fijo",
    "template": "✓ plantilla",
    "join": "✓ de otro fichero",
    "global": "✓ de GLOBAL",
}


def draw(
    session: Session, action: Action, prepared: PreparedFile, missing: tuple[str, ...]
) -> None:
    """The table, suggestions, fixed values, templates and joins, and the way back to what the
    headers say.
    """
    offers = suggestions(session, action, prepared)
    frame = table(action, prepared, missing, offers, by_name=session.mapping.by_name)
    options = tables.origins(prepared.dataset, prepared.global_dataset)
    options += [origin for origin in frame["Origen"] if origin not in options]
    key = f"mapping_{action.id}_{session.view.revision}"
    st.data_editor(
        frame,
        key=key,
        num_rows="fixed",
        hide_index=True,
        height="content",
        disabled=["Parámetro", "Ejemplo", "Estado", "Se espera"],
        column_config={
            "Parámetro": st.column_config.TextColumn(width=125),
            "Origen": st.column_config.SelectboxColumn(
                options=list(dict.fromkeys(options)), required=True, width=145
            ),
            "Ejemplo": st.column_config.TextColumn(width=120),
            "Estado": st.column_config.TextColumn(width=110),
            "Se espera": st.column_config.TextColumn(width=150),
        },
        on_change=_edited,
        args=(session, action, key, list(frame.index)),
    )
    _offers(session, action, offers)
    forms.draw(session, action, prepared)


def suggestions(session: Session, action: Action, prepared: PreparedFile) -> list[Suggestion]:
    """Offers for the parameters without source."""
    # Any of the files may have the column.
    files = sorted(
        (name, dataset.sha256, id(dataset)) for name, dataset in session.files.working.items()
    )
    made_from = (
        action.id,
        files,
        repr(sorted(session.mapping.explicit.get(action.id, {}).items())),
    )
    return session.once(
        "suggestions",
        made_from,
        lambda: suggest(
            action,
            prepared.dataset,
            prepared.global_dataset,
            prepared.mapping,
            others=session.files.working,
        ),
    )


def table(
    action: Action,
    prepared: PreparedFile,
    missing: tuple[str, ...],
    offers: list[Suggestion],
    *,
    by_name: bool = False,
) -> pd.DataFrame:
    """Parámetro, Origen, Ejemplo, Estado, Se espera; index = the parameter's name."""
    offered = {offer.param: offer for offer in offers}
    records = []
    for param in action.parameters:
        source = prepared.mapping.sources[param.name]
        example = example_of(prepared, param)
        origin, state = (
            origin_of(source),
            _state(source, example, missing, offered.get(param.name), param, by_name=by_name),
        )
        if origin == NO_SOURCE and param.default:
            origin, example, state = (
                BY_DEFAULT.format(param.default),
                by_default(prepared, param),
                "✓ por defecto",
            )
        kind = KINDS.get(param.kind, "texto") + (" · lista" if param.many else "")
        name = f"{param.name} *" if param.required else param.name
        records.append((name, origin, tables.short(example), state, kind))
    names = [param.name for param in action.parameters]
    return pd.DataFrame(
        records,
        index=names,
        columns=pd.Index(["Parámetro", "Origen", "Ejemplo", "Estado", "Se espera"]),
    )


def origin_of(source: Source) -> str:
    """As the table shows it and `parse_source` reads it."""
    if source.kind == "none" or (source.kind == "constant" and not source.ref):
        return NO_SOURCE
    return source_text(source)


def _state(
    source: Source,
    example: str,
    missing: tuple[str, ...],
    offer: Suggestion | None,
    param: Param,
    *,
    by_name: bool,
) -> str:
    if param.name in missing:
        return "✗ sin origen" if offer is None else f"? sugerencia {offer.score} %"
    if origin_of(source) == NO_SOURCE:
        return "opcional" if offer is None else f"? sugerencia {offer.score} %"
    if not example:
        return "! columna vacía" if param.required else "vacía"
    if param.kind in KINDS_BY_NAME and not is_id(example.partition(";")[0].strip()):
        return "✓ se buscará" if by_name else "! no es un id"
    return SOURCE_WORDS.get(source.kind, "✓")


def _edited(session: Session, action: Action, key: str, names: list[str]) -> None:
    for position, cells in st.session_state[key]["edited_rows"].items():
        if "Origen" in cells:
            choose(session, action, names[int(position)], cells["Origen"] or NO_SOURCE)


def choose(session: Session, action: Action, name: str, origin: str) -> None:
    """Keep a choice, unless it is what the headers say anyway."""
    explicit = session.mapping.explicit.setdefault(action.id, {})
    own = map_columns(
        action, session.files.working[action.dataset], session.files.working.get("global")
    ).sources[name]
    default = next(
        (
            BY_DEFAULT.format(param.default)
            for param in action.parameters
            if param.name == name and param.default
        ),
        "",
    )
    if origin in (origin_of(own), default):
        explicit.pop(name, None)
    else:
        explicit[name] = "=" if origin == NO_SOURCE else origin
    if not explicit:
        session.mapping.explicit.pop(action.id)


def _look_up(session: Session, action: Action, offer: Suggestion) -> None:
    """Take a column of names and have them looked up. Before the page is drawn, as its checkbox
    shows it.
    """
    forms.put(session, action, {offer.param: offer.source})
    st.session_state["by_name"] = session.mapping.by_name = True


def _offers(session: Session, action: Action, offers: list[Suggestion]) -> None:
    """Each with its score; none is applied by itself."""
    if not offers:
        return
    usable = {offer.param: offer.source for offer in offers if not offer.lookup}
    with st.container(border=True, gap="xsmall"):
        head, button = st.columns([0.6, 0.4], vertical_alignment="center")
        head.markdown("**Sugerencias**")
        if usable and button.button(
            f"Aceptar sugerencias ({len(usable)})", key="accept_all", width="stretch"
        ):
            forms.take(session, action, usable)
        for offer in offers:
            text, accept = st.columns([0.76, 0.24], vertical_alignment="center")
            looked = " → buscar en Webex" if offer.lookup else ""
            text.markdown(
                f"{offer.param} ← **{escape_markdown(offer.source)}**{looked} · {offer.score} % ·"
                f" {escape_markdown(offer.reason)}"
            )
            if offer.lookup:
                accept.button(
                    "Buscar",
                    key=f"look_up_{offer.param}",
                    type="tertiary",
                    on_click=_look_up,
                    args=(session, action, offer),
                )
            elif accept.button("Aceptar", key=f"accept_{offer.param}", type="tertiary"):
                forms.take(session, action, {offer.param: offer.source})
