"""Lanzamiento: apply the changes, and follow them live."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bulk.connection import Connection
from bulk.plan import Prepared
from pages.ui import choice, frame, launch_options, launching, live, resources, running
from pages.ui.looking import local, look
from pages.ui.plain import plain
from pages.ui.session import Session, put_in_url
from pages.ui.texts import EMPTY_ACTION, EMPTY_MAPPING, NOTHING_RUNS


def plan_or_reason(session: Session, place: DeltaGenerator) -> Prepared | None:
    """The plan to launch, or None after saying where to begin."""
    if not session.files.keys() & {"ubicaciones", "usuarios"}:
        st.info(f"{NOTHING_RUNS} {EMPTY_MAPPING}", icon=":material/upload_file:")
        with place:
            frame.way("datos")
    elif session.action_id is None:
        st.info(f"{NOTHING_RUNS} {EMPTY_ACTION}", icon=":material/arrow_back:")
        with place:
            frame.way("mapeo")
    elif lacking := choice.file_lacking(session):
        st.info(f"{NOTHING_RUNS} {plain(lacking)}", icon=":material/upload_file:")
        with place:
            frame.way("datos")
    else:
        return choice.prepared(session)
    return None


def before(session: Session, reached: Connection) -> None:
    plan = choice.prepared(session) if session.action_id and not choice.file_lacking(session) else None
    place = frame.heading("lanzamiento", plan.action.title if plan else "")
    plan = plan_or_reason(session, place)
    if plan is None:
        return
    rehearsal = launching.rehearsal_of(session, reached)
    launching.told(plan, rehearsal)
    after = launching.others(session, reached)
    launch_options.draw(session)
    with place:
        launching.button(session, plan, rehearsal, reached, after=after)


def board(session: Session) -> None:
    house = resources.context()
    run = live.attached(house, session, dry_run=False)
    if run is None:
        return
    put_in_url(run.run_id)
    seen = look(house, run, session)
    place = frame.heading("lanzamiento", seen.title, buttons=0.56)
    note = f" · {plain(run.note)}" if run.note else ""
    who = f"{plain(run.org_name or run.target)} · {plain(run.person or '?')}"
    st.caption(f"{who} · {local(run.created_at)}{note} · ejecución {run.run_id}")
    with place:
        running.buttons(session, seen)
    if not seen.alive and not seen.ended:
        running.at_rest(session, seen)
    frame.advise(session)
    running.panel(session, seen)


session = frame.begin("lanzamiento")
with frame.told():
    if live.attached(resources.context(), session, dry_run=False):
        board(session)
    else:
        before(session, resources.connection(session))
