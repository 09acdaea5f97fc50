"""Mapeo: the action, and where each of its parameters comes from."""

from __future__ import annotations

import html
import json

import streamlit as st

from bulk.actions import UNSUPPORTED
from bulk.contract import Action
from bulk.mapping import iter_params
from bulk.plan import Prepared
from pages.ui import choice, frame, mapping_editor, run_options, tables
from pages.ui.session import Session
from pages.ui.texts import ALL_CANONICAL, EMPTY_MAPPING, IN_DEVELOPMENT, PAGES, SCOPES, thousands

CARDS = 3  # a row


def scope_choice(session: Session) -> str:
    action = choice.chosen_action(session)
    first = action.dataset if action else next((n for n in ("usuarios", "ubicaciones") if n in session.files), "ubicaciones")
    return st.segmented_control(
        "Sobre qué", list(SCOPES), default=first, format_func=SCOPES.__getitem__, label_visibility="collapsed", required=True
    )


def cards(session: Session, scope: str) -> None:
    states = [state for state in choice.all_readiness(session) if state.action.dataset == scope]
    for start in range(0, len(states), CARDS):
        for place, state in zip(st.columns(CARDS, gap="small"), states[start : start + CARDS], strict=False):
            with place:
                card(session, state)
    announced = [action for action in UNSUPPORTED if action.dataset == scope]
    if not announced:
        return
    with st.expander(f"{len(announced)} más · {IN_DEVELOPMENT}", expanded=not states):
        for action in announced:
            st.markdown(f":gray[**{action.title}** · {IN_DEVELOPMENT}]")


def card(session: Session, state: choice.Readiness) -> None:
    action, chosen = state.action, state.action.id == session.action_id
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{'✓ ' if chosen else ''}{action.title}**")
        st.html(f'<div class="card-sub">{html.escape(action.summary)}</div>')
        told, button = st.columns([0.68, 0.32], vertical_alignment="center")
        told.caption("✓ lista" if state.ready else f"! {state.told}")
        label, off = ("Elegida" if chosen else "Elegir"), chosen or action.dataset not in session.files
        if button.button(label, key=f"choose_{action.id}", disabled=off, width="stretch"):
            session.action_id = action.id
            session.revision += 1
            st.rerun()


def mapping(session: Session, action: Action, plan: Prepared) -> None:
    missing = choice.missing(action, plan.mapping)
    if missing:
        st.error(f"Falta decir de dónde sale: {', '.join(missing)}.", icon=":material/error:")
    elif not session.explicit.get(action.id):
        st.success(ALL_CANONICAL, icon=":material/check_circle:")
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        st.markdown(f"##### {action.title}")
        mapping_editor.draw(session, action, plan, missing)
    with right:
        st.markdown("##### Tal como se enviaría")
        one_row(plan)


def one_row(plan: Prepared) -> None:
    lines = plan.frame.index
    if not len(lines):
        st.caption("El fichero no tiene filas.")
        return
    line = st.number_input("Fila", int(lines[0]), int(lines[-1]), int(lines[0]), step=1)
    if line not in lines:
        st.caption(f"La fila {line} está vacía en el fichero.")
        return
    for _, params in iter_params(plan.action, plan.frame.loc[[line]]):
        st.code(json.dumps(params, ensure_ascii=False, indent=1), language="json", height=230, wrap_lines=True)
    if problem := plan.invalid.get(line):
        st.warning(problem.text())


def problems(plan: Prepared) -> None:
    bad = len(plan.invalid)
    st.caption(f"{thousands(plan.total - bad)} filas válidas · {thousands(bad)} con errores, que se apartan")
    if plan.problems:
        tables.show(tables.problem_frame(plan.problems), key="plan_problems")


session = frame.begin("mapeo")
with frame.told():
    place = frame.heading("mapeo")
    if not session.files.keys() & {"ubicaciones", "usuarios"}:
        st.info(EMPTY_MAPPING, icon=":material/upload_file:")
    action = choice.chosen_action(session)
    cards(session, scope_choice(session))
    if action and action.dataset in session.files:
        run_options.draw(session, action)
        plan = choice.prepared(session)
        mapping(session, action, plan)
        problems(plan)
        with place:
            if st.button("Continuar a Ensayo", type="primary", disabled=bool(choice.missing(action, plan.mapping))):
                st.switch_page(PAGES["ensayo"][0])
