"""Mapeo: the action, and where each of its parameters comes from."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from functools import partial

import streamlit as st

from bulk.adapters import IN_DEVELOPMENT, UNSUPPORTED, Unsupported, get_action
from bulk.core.action import Action
from bulk.core.records import FILE_NAMES
from bulk.core.text import pluralize
from bulk.errors import InputError
from bulk.planning.mapping import iter_params
from bulk.planning.prepare import PreparedFile
from bulk.planning.readiness import Readiness, needs
from bulk.planning.row_labels import labels
from pages.ui.data import name_lookup, problem_list, problems
from pages.ui.frame import page
from pages.ui.mapping import action_options, editor, forms, saved, scope, selection
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import ALL_CANONICAL, EMPTY_MAPPING, PAGES, SCOPES
from pages.ui.widgets import tables
from pages.ui.widgets.markdown import escape_markdown

CARDS = 3  # per line


def kind_choice(session: Session) -> str:
    action = selection.chosen_action(session)
    first = (
        action.dataset
        if action
        else next(
            (n for n in ("usuarios", "ubicaciones") if n in session.files.working), "ubicaciones"
        )
    )
    return st.segmented_control(
        "Sobre qué",
        list(SCOPES),
        default=first,
        format_func=SCOPES.__getitem__,
        label_visibility="collapsed",
        required=True,
    )


def cards(session: Session, dataset: str) -> None:
    """The actions of the kind, then those in development, which cannot be chosen."""
    states = [
        state
        for state in selection.all_readiness(session)
        if get_action(state.action_id).dataset == dataset
    ]
    drawn = [partial(card, session, state) for state in states]
    drawn += [partial(announced, action) for action in UNSUPPORTED if action.dataset == dataset]
    for start in range(0, len(drawn), CARDS):
        for place, draw in zip(
            st.columns(CARDS, gap="small"), drawn[start : start + CARDS], strict=False
        ):
            with place, st.container(border=True, height="stretch", gap="xsmall"):
                draw()


def card(session: Session, state: Readiness) -> None:
    action, chosen = get_action(state.action_id), state.action_id == session.mapping.action_id
    st.markdown(f"**{'✓ ' if chosen else ''}{action.title}**")
    st.html(
        f'<div class="card-sub">{html.escape(action.summary)}<br>Necesita'
        f" {html.escape(needs(action))}</div>"
    )
    shown, button = st.columns([0.62, 0.38], vertical_alignment="center")
    shown.caption("✓ lista" if state.ready else f"! {escape_markdown(state.text)}")
    absent = action.dataset not in session.files.working
    label, reason = (
        ("Elegida" if chosen else "Elegir"),
        f"Falta {FILE_NAMES[action.dataset]}." if absent else None,
    )
    if button.button(
        label,
        key=f"choose_{action.id}",
        disabled=chosen or absent,
        width="stretch",
        help=reason,
    ):
        session.mapping.action_id = action.id
        session.view.revision += 1
        st.rerun()


def announced(action: Unsupported) -> None:
    st.markdown(f":gray[**{action.title}**  \n{IN_DEVELOPMENT}]")


def prepared_or_way_back(session: Session, action: Action) -> PreparedFile | None:
    """None after showing what was chosen for an earlier file and this one lacks, with the ways
    back.
    """
    try:
        return selection.prepared_file(session)
    except InputError as error:
        st.error(escape_markdown(error.message), icon=":material/error:")
    with st.container(horizontal=True, gap="small"):
        forms.headers_again(session, action)
        scope.all_again(session, action)
    return None


def mapping(session: Session, action: Action, prepared: PreparedFile) -> None:
    missing = prepared.missing
    if missing:
        st.error(
            f"Falta decir de dónde sale: {escape_markdown(', '.join(missing))}.",
            icon=":material/error:",
        )
    elif not session.mapping.explicit.get(action.id):
        st.success(ALL_CANONICAL, icon=":material/check_circle:")
    saved.offer_last(session, action, prepared)
    left, right = st.container(key="under_mapping").columns([0.68, 0.32], gap="medium")
    with left:
        editor.draw(session, action, prepared, missing)
    with right:
        st.markdown("##### Tal como se enviaría")
        one_row(prepared)


def one_row(prepared: PreparedFile) -> None:
    """The parameters of any row, with whose they are and what is wrong with it."""
    lines = prepared.frame.index
    if not len(lines):
        st.caption("El fichero no tiene filas.")
        return
    line = st.number_input("Fila", int(lines[0]), int(lines[-1]), int(lines[0]), step=1)
    if line not in lines:
        st.caption(f"La fila {line} está vacía en el fichero.")
        return
    st.caption(
        f"**{escape_markdown(label_of(prepared, line))}**"
        + (" · fuera de alcance" if line in prepared.excluded else "")
    )
    for _, params in iter_params(prepared.action, prepared.frame.loc[[line]]):
        tables.show(tables.params_frame(params), config=tables.params_config(), height=None)
        with st.popover("Ver entero (JSON)", type="tertiary"):
            st.code(
                json.dumps(params, ensure_ascii=False, indent=1), language=None, wrap_lines=True
            )
    if problem := prepared.invalid.get(line):
        st.warning(escape_markdown(problem.text()))


def label_of(prepared: PreparedFile, line: int) -> str:
    one = replace(prepared.dataset, frame=prepared.dataset.frame.loc[[line]])
    return str(labels(one)["label"].iloc[0])


def draw_problems(session: Session, prepared: PreparedFile) -> None:
    """How many rows the action can work, and the others to correct; nothing while a parameter has
    no source.
    """
    if prepared.missing:
        return
    bad = len(prepared.invalid.keys() - prepared.excluded)
    good = prepared.total - len(prepared.excluded) - bad
    st.markdown(f"##### {pluralize(good, 'fila válida', 'filas válidas')}{problems.apart(bad)}")
    problem_list.views(session, {prepared.dataset.name: prepared.problems}, key="mapping")


def continue_button(session: Session, prepared: PreparedFile, key: str) -> None:
    """To the dry run; what was chosen by hand for these headers is remembered."""
    reason = selection.why_not(prepared)
    if st.button(
        "Continuar a Ensayo",
        type="primary",
        disabled=bool(reason),
        help=escape_markdown(reason) or None,
        key=key,
    ):
        saved.remember(session, prepared)
        st.switch_page(PAGES["ensayo"][0])


session = page.begin("mapeo")
with error_boundary():
    place = page.heading("mapeo")
    if not session.files.working.keys() & {"ubicaciones", "usuarios"}:
        st.info(EMPTY_MAPPING, icon=":material/upload_file:")
        with place:
            page.goto_button("datos")
    action = selection.chosen_action(session)
    loaded = bool(action and action.dataset in session.files.working)
    with st.expander(
        f"Acción: **{action.title}**" if action else "Elige una acción", expanded=not loaded
    ):
        cards(session, kind_choice(session))
    if action and loaded:
        action_options.draw(session, action)  # first: the preparation depends on them
        name_lookup.by_name(session)
        prepared = prepared_or_way_back(session, action)
        if prepared:
            name_lookup.choose(session, prepared)
            scope.draw(session, action, prepared)
            mapping(session, action, prepared)
            draw_problems(session, prepared)
            with place:
                continue_button(session, prepared, "on_top")
            with page.bottom():
                continue_button(session, prepared, "on_foot")
