"""The sidebar: who and where, the steps and what each still needs, the run that lives (UX 3)."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

from bulk.connection import Connection
from bulk.errors import BulkError
from bulk.launch import request_stop
from bulk.log import log
from pages.ui import choice, connecting, corrections, live, resources
from pages.ui.looking import end_clock, look, percent
from pages.ui.session import Session
from pages.ui.texts import PAGES, PRODUCTION, SANDBOX, UNITS, count, thousands

EVERY = 2.0  # seconds between two looks at the run that lives


@dataclass(frozen=True)
class Step:
    """A line of the menu."""

    page: str  # key of texts.PAGES
    mark: str = ""  # ✓ ! ✗ 🔒
    told: str = ""  # small line below
    warn: bool = False  # the small line in amber
    locked: bool = False  # cannot be opened yet


def draw(session: Session, reached: Connection, page: str) -> None:
    _mode(session, reached)
    connecting.panel(session, reached)
    for step in steps(session):
        _link(step)
        if step.page == "mapeo" and not step.locked and (told := _scope_line(session)):
            _small(told, warn=True)
    _live(session, page)


def _mode(session: Session, reached: Connection) -> None:
    kind, words = ("sandbox", SANDBOX) if reached.is_sandbox else ("production", PRODUCTION)
    name = html.escape(reached.org_name or reached.org_id or "")
    who = html.escape(reached.person or "")
    left = connecting.time_left(session)
    st.html(f'<div class="mode {kind}"><b>{words}</b>{name}<br>{who}{f" · {left}" if left else ""}</div>')


def steps(session: Session) -> list[Step]:
    """The menu, each step with its state."""
    return [
        Step("inicio"),
        _data_step(session),
        _mapping_step(session),
        _rehearsal_step(session),
        Step("lanzamiento", *_lock(session, need_action=session.run_id is None), locked=_locked(session) and not session.run_id),
        Step("informe"),
        Step("historial"),
    ]


def _locked(session: Session) -> bool:
    return not ({"ubicaciones", "usuarios"} & session.files.keys())


def _lock(session: Session, *, need_action: bool) -> tuple[str, str]:
    if not need_action:
        return "", ""
    if _locked(session):
        return "🔒", "antes: «Datos»"
    return ("", "") if session.action_id else ("🔒", "antes: «Mapeo»")


def _data_step(session: Session) -> Step:
    if not session.files:
        return Step("datos", "", "faltan los ficheros")
    rows = [f"{thousands(len(dataset.frame))} {UNITS[name]}" for name, dataset in session.files.items() if name != "global"]
    errors = any(problem.severity == "error" for problem in corrections.findings(session))
    waiting = sum(map(len, session.pending.values()))
    told = " · ".join([*rows, *([count(waiting, "celda sin aplicar", "celdas sin aplicar")] if waiting else [])])
    mark = "!" if errors or waiting or _locked(session) else "✓"
    return Step("datos", mark, told or "falta UBICACIONES o USUARIOS", warn=mark == "!")


def _mapping_step(session: Session) -> Step:
    if _locked(session):
        return Step("mapeo", "🔒", "antes: «Datos»", locked=True)
    action = choice.chosen_action(session)
    if action is None:
        return Step("mapeo", "", "elige una acción")
    state = choice.readiness_of(session, action.id)
    return Step("mapeo", "✓" if state.ready else "✗", action.title if state.ready else state.text, warn=not state.ready)


def _scope_line(session: Session) -> str:
    """`alcance: 318 de 4.500 filas`, only when it is not the whole file."""
    action = choice.chosen_action(session)
    if action is None or action.dataset not in session.files:
        return ""
    try:
        plan = choice.prepared(session)
    except BulkError:
        return ""
    chosen = plan.total - len(plan.excluded)
    return f"alcance: {thousands(chosen)} de {thousands(plan.total)} filas" if plan.excluded else ""


def _rehearsal_step(session: Session) -> Step:
    mark, told = _lock(session, need_action=True)
    return Step("ensayo", mark or ("✓" if session.dry_run_id else ""), told, locked=_locked(session))


def _link(step: Step) -> None:
    file, menu, _, _ = PAGES[step.page]
    label = f"{step.mark} {menu}" if step.mark else menu
    st.page_link(file, label=label, disabled=step.locked, width="stretch")
    if step.told:
        _small(step.told, warn=step.warn)


def _small(told: str, *, warn: bool) -> None:
    st.html(f'<div class="step{" warn" if warn else ""}">{html.escape(told)}</div>')


# -- the run that lives -----------------------------------------------------------------------------------------------


def _live(session: Session, page: str) -> None:
    found = live.living(resources.context())
    if not found:
        return
    shown = [run.run_id for run in found]

    @st.fragment(run_every=EVERY)
    def panel() -> None:
        _panel(session, page, shown)

    panel()


def _panel(session: Session, page: str, shown: list[str]) -> None:
    house = resources.context()
    try:
        for run in live.living(house):
            seen = look(house, run, session, with_orders=False)
            title = f"{'ENSAYO' if run.dry_run else 'EN CURSO'} · {seen.title}"
            end = end_clock(seen)
            st.progress(seen.share, text=f"**{title}**  \n{percent(seen)}{f' · fin {end}' if end else ''}")
            with st.container(horizontal=True):
                target = PAGES["ensayo" if run.dry_run else "lanzamiento"][0]
                if st.button("Abrir", key=f"open_{run.run_id}"):
                    live.remember(session, run)
                    st.switch_page(target, query_params={"run": run.run_id})
                label, command = ("Detener", "cancel") if run.dry_run else ("Pausar", "pause")
                if st.button(label, key=f"stop_{run.run_id}"):
                    request_stop(house, run.run_id, command, live.who(session))
                    st.rerun()
        ended = [run_id for run_id in shown if run_id not in {run.run_id for run in live.living(house)}]
    except BulkError as error:
        log.warning("barra lateral: %s", error.message)
        return
    if ended:
        st.rerun()  # one full run declares the fragment anew, or not at all: the polling stops
