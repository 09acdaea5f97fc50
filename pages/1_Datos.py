"""Datos: the three files, what was found in them, what can be done with them."""

from __future__ import annotations

import streamlit as st

from bulk.records import DATASETS, FILE_NAMES
from pages.ui import choice, frame, intake, tables
from pages.ui.session import Session
from pages.ui.texts import EMPTY_DATA, FILE_HINTS, PAGES, thousands


def main_buttons(session: Session) -> None:
    with frame.heading("datos"):
        if intake.has_examples() and st.button("Usar los ejemplos", type="secondary" if session.files else "primary"):
            intake.use_examples(session)
            st.rerun()
        if session.files and st.button("Continuar a Mapeo", type="primary", disabled=not rows_to_work(session)):
            st.switch_page(PAGES["mapeo"][0])


def rows_to_work(session: Session) -> bool:
    return bool({"ubicaciones", "usuarios"} & session.files.keys())


def zone(session: Session, name: str) -> None:
    key = intake.zone_key(session, name)
    label = FILE_NAMES[name].removesuffix(".CSV")
    st.file_uploader(f"**{label}**", type=["csv", "txt"], key=key, on_change=intake.on_upload, args=(session, name, key))
    dataset, refused = session.files.get(name), session.upload_errors.get(name)
    if refused:
        st.error(refused)
    if dataset is None:
        st.caption(FILE_HINTS[name])
        return
    errors = any(problem.severity == "error" for problem in session.findings[name])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{'!' if errors else '✓'} **{dataset.file_name}**  \n:gray[{intake.detected(dataset)}]")
        if st.button("Quitar", key=f"drop_{name}", type="tertiary"):
            intake.empty(session, name)
            st.rerun()


def possible(session: Session) -> None:
    states = choice.all_readiness(session)
    ready = [state for state in states if state.ready]
    lacking = [state for state in states if not state.ready and state.action.dataset in session.files]
    st.markdown(f"**Qué se puede hacer con estos ficheros:** ✓ {len(ready)} acciones")
    for state in lacking:
        st.caption(f"! {state.action.title}: {state.told}")


def problems(session: Session) -> None:
    found = intake.all_findings(session)
    if not found:
        st.success("No se ha encontrado ningún problema en los ficheros.", icon=":material/check_circle:")
        return
    tables.show(tables.problem_frame(found), key="problem_groups")
    with st.expander(f"Ver las {thousands(len(found))} filas con problemas"):
        tables.show(tables.problem_rows(found), key="problem_rows")


def previews(session: Session) -> None:
    loaded = [name for name in DATASETS if name in session.files]
    name = st.segmented_control(
        "Fichero", loaded, default=loaded[-1], format_func=lambda n: FILE_NAMES[n], label_visibility="collapsed", required=True
    )
    dataset = session.files[name or loaded[-1]]
    tables.show(tables.preview(dataset), key="preview")
    total = len(dataset.frame)
    st.caption(f"Las primeras {min(200, total)} de {thousands(total)} filas; los identificadores, abreviados.")


session = frame.begin("datos")
with frame.told():
    main_buttons(session)
for place, name in zip(st.columns(len(DATASETS)), DATASETS, strict=True):
    with place, frame.told():
        zone(session, name)
with frame.told():
    if not session.files:
        st.info(EMPTY_DATA, icon=":material/upload_file:")
    else:
        possible(session)
        found = len(intake.all_findings(session))
        problem_tab, preview_tab = st.tabs([f"Problemas ({thousands(found)})", "Vista previa"])
        with problem_tab:
            problems(session)
        with preview_tab:
            previews(session)
