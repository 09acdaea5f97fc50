"""What went wrong in a run, by cause: what happened, what to do, which rows, and retrying just
those.
"""

from __future__ import annotations

import streamlit as st

from bulk.adapters import get_action
from bulk.core.records import RunRecord
from bulk.core.states import RETRY_STATES, REVIEW_STATES
from bulk.core.text import thousands
from bulk.journal import rows
from bulk.planning.scope import Scope
from bulk.runs.context import Context
from bulk.runs.error_groups import belongs, error_groups
from bulk.wording.fingerprints import ErrorGroup
from pages.ui.results import repeat
from pages.ui.run import retry
from pages.ui.run import tables as run_tables
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import NO_CAUSES, PAGES, cause_pill
from pages.ui.widgets import tables
from pages.ui.widgets.browser import copy_button
from pages.ui.widgets.markdown import escape_markdown

MAX_CAUSES = 15  # shown one by one; the others in a table
CHOOSE = (
    "Quedan como alcance y se abre Ensayo: cuando la causa esté resuelta, se ensayan y se lanzan"
    " solo estas."
)


def draw(session: Session, snapshot: RunSnapshot) -> None:
    """One box per cause, biggest first."""
    found = groups_of(session, snapshot)
    if not found:
        st.caption(NO_CAUSES)
    for number, group in enumerate(found[:MAX_CAUSES]):
        with st.container(border=True, gap="xsmall"):
            _cause(session, snapshot, group, number)
    if len(found) > MAX_CAUSES:
        rest = run_tables.error_group_frame(snapshot.run, found[MAX_CAUSES:])
        tables.show(rest, config=run_tables.error_group_config(), key="report_causes")


def groups_of(session: Session, snapshot: RunSnapshot) -> list[ErrorGroup]:
    """Computed again only when the counts changed: thousands of failures are read for it."""
    bad = tuple(snapshot.counts[state] for state in REVIEW_STATES)
    if not any(bad):
        return []
    found: list[ErrorGroup] = session.once(
        f"causes_{snapshot.run.run_id}",
        bad,
        lambda: error_groups(resources.context(), snapshot.run),
    )
    return found


def _cause(session: Session, snapshot: RunSnapshot, group: ErrorGroup, number: int) -> None:
    text, buttons = st.columns([0.6, 0.4], vertical_alignment="center")
    with text.container(gap="xxsmall"):
        word = cause_pill(snapshot.run, group)
        st.markdown(
            f"**{thousands(group.count)}** · {word} · **{escape_markdown(group.title)}** "
            f" \n{escape_markdown(group.remedy)}"
        )
        st.caption(escape_markdown(_small(group)))
    with buttons.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center"
    ):
        shown = st.toggle("Ver las filas", key=f"cause_rows_{snapshot.run.run_id}_{number}")
        if group.tracking_id:
            copy_button(
                "Copiar trackingId",
                group.tracking_id,
                key=f"cause_tracking_{snapshot.run.run_id}_{number}",
                width="content",
            )
        if can_choose(session, snapshot, group) and st.button(
            "Elegir estas filas", key=f"cause_choose_{number}", help=CHOOSE
        ):
            choose(session, snapshot, group)
        if can_fix(session, snapshot, group) and st.button("Corregir", key=f"cause_fix_{number}"):
            st.switch_page(PAGES["datos"][0])
        if can_retry(snapshot, group) and st.button(
            "Reintentar solo estas", key=f"cause_retry_{number}"
        ):
            _again(session, snapshot, group)
    if shown:
        run_tables.show_group(snapshot, group)


def _again(session: Session, snapshot: RunSnapshot, group: ErrorGroup) -> None:
    lines = lines_of(resources.context(), snapshot.run, group)
    if lines:  # no lines at all would mean every row of the run
        retry.work_again(session, snapshot, lines=lines)
    else:
        st.info("Esas filas ya no están así. Recarga la página.")


def _small(group: ErrorGroup) -> str:
    first = ", ".join(map(str, group.lines[:10])) + (" …" if group.count > 10 else "")
    parts = [f"código {group.code or '-'}", f"filas {first}"]
    if group.tracking_id:
        parts.append(f"trackingId {group.tracking_id}")
    return " · ".join(parts)


def can_retry(snapshot: RunSnapshot, group: ErrorGroup) -> bool:
    """An invalid row stays invalid until the file changes; a dry run is made again instead."""
    return not snapshot.alive and not snapshot.run.dry_run and group.state in RETRY_STATES


def can_choose(session: Session, snapshot: RunSnapshot, group: ErrorGroup) -> bool:
    """Rows set aside before the launch are no retry: once the cause is repaired, they need another
    dry run.
    """
    run = snapshot.run
    if snapshot.alive or run.kind != "apply" or can_retry(snapshot, group):
        return False
    return is_loaded(session, run) or (
        not session.files.working and repeat.can_repeat(resources.context(), run)
    )


def is_loaded(session: Session, run: RunRecord) -> bool:
    """The file of the run is in this tab, as it was read or corrected since."""
    name = get_action(run.action_id).dataset
    mine = {
        dataset.sha256
        for dataset in (session.files.working.get(name), session.files.originals.get(name))
        if dataset
    }
    return any(entry.get("name") == name and entry.get("sha256") in mine for entry in run.files)


def choose(session: Session, snapshot: RunSnapshot, group: ErrorGroup) -> None:
    """The rows of the cause become the scope, and Ensayo is opened."""
    run, lines = snapshot.run, lines_of(resources.context(), snapshot.run, group)
    if not is_loaded(session, run):
        repeat.repeat(resources.context(), session, run)
    action = get_action(run.action_id)
    session.mapping.action_id, session.view.dry_run_id = action.id, None
    session.mapping.scopes[action.dataset] = Scope(lines=tuple((line, line) for line in lines))
    session.view.revision += 1
    st.switch_page(PAGES["ensayo"][0])


def can_fix(session: Session, snapshot: RunSnapshot, group: ErrorGroup) -> bool:
    """What is wrong in the file is corrected in Datos, when a file is loaded."""
    return (
        snapshot.run.kind == "apply"
        and group.state == "invalid"
        and not snapshot.alive
        and bool(session.files.working)
    )


def lines_of(context: Context, run: RunRecord, group: ErrorGroup) -> tuple[int, ...]:
    """Every row of the cause: the group itself keeps only the first ones."""
    found = rows.read_rows(context.journal, run.run_id, states=(group.state,))
    return tuple(row.line for row in found if belongs(group, row))
