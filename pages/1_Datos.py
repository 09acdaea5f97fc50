"""Datos: the three files, what was found in them, what can be done with them, and putting them right."""

from __future__ import annotations

import streamlit as st

from bulk.actions import get_action
from bulk.records import DATASETS, FILE_NAMES
from pages.ui import (
    choice,
    corrections,
    fetching,
    fixing,
    frame,
    intake,
    intake_zones,
    naming,
    problem_list,
    repairs_list,
    tables,
)
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import EMPTY_DATA, PAGES, count, thousands

REPAIRS, PROBLEMS, FIXES, PREVIEW = "Reparaciones", "Problemas", "Corregir", "Vista previa"


def main_buttons(session: Session) -> None:
    with frame.heading("datos", buttons=0.64):
        if intake.has_examples() and st.button("Usar los ejemplos", type="secondary" if session.files else "primary"):
            intake.use_examples(session)
            st.rerun()
        fetching.from_webex(session)
        fetching.template()
        if session.files and st.button("Continuar a Mapeo", type="primary", disabled=not rows_to_work(session)):
            st.switch_page(PAGES["mapeo"][0])


def rows_to_work(session: Session) -> bool:
    return bool({"ubicaciones", "usuarios"} & session.files.keys())


def possible(session: Session) -> None:
    """What these files are enough for, and what each other action lacks."""
    states = choice.all_readiness(session)
    ready = [state for state in states if state.ready]
    lacking = [state for state in states if not state.ready and state.state != "no_file"]
    told = f"**Qué se puede hacer con estos ficheros:** ✓ {count(len(ready), 'acción', 'acciones')}"
    st.markdown(told + (f" · ! {len(lacking)} con algo que falta" if lacking else ""))
    reasons = dict.fromkeys(state.text for state in lacking)
    for reason in reasons:
        titles = ", ".join(get_action(state.action_id).title for state in lacking if state.text == reason)
        st.caption(f"! {plain(reason)} · {titles}")


def problems(session: Session) -> None:
    found = corrections.findings(session)
    if not found:
        st.success("No se ha encontrado ningún problema en los ficheros.", icon=":material/check_circle:")
        return
    problem_list.draw(session, found, key="files")
    with st.container(horizontal=True):
        problem_list.downloads(found, list(session.files.values()), key="files")


def previews(session: Session) -> None:
    loaded = [name for name in DATASETS if name in session.files]
    name = st.segmented_control(
        "Fichero", loaded, default=loaded[-1], format_func=lambda n: FILE_NAMES[n], label_visibility="collapsed", required=True
    )
    dataset = session.files[name or loaded[-1]]
    tables.show(tables.preview(dataset), key="preview")
    total = len(dataset.frame)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Las primeras {min(200, total)} de {thousands(total)} filas; los identificadores, abreviados.")
        fixing.corrected_file(session, dataset.name, "preview")


def looked_at(session: Session) -> None:
    """One view at a time: what is not looked at costs nothing."""
    views = {
        REPAIRS: sum(map(len, repairs_list.proposed(session).values())),
        PROBLEMS: len(corrections.findings(session)),
        FIXES: sum(len({problem.line for problem in found}) for found in fixing.by_file(session).values()),
        PREVIEW: 0,
    }
    first = REPAIRS if views[REPAIRS] else PROBLEMS
    view = st.segmented_control(
        "Ver",
        list(views),
        default=first,
        format_func=lambda each: f"{each} {thousands(views[each])}" if views[each] else each,
        label_visibility="collapsed",
        required=True,
        key=f"data_view_{len(session.files)}",  # another file: the first view again
    )
    {REPAIRS: repairs_list.draw, PROBLEMS: problems, FIXES: fixing.fix_grid, PREVIEW: previews}[view or first](session)


session = frame.begin("datos")
with frame.told():
    main_buttons(session)
intake_zones.draw(session)
with frame.told():
    if not session.files:
        st.info(EMPTY_DATA, icon=":material/upload_file:")
    else:
        possible(session)
        naming.complete(session)
        looked_at(session)
