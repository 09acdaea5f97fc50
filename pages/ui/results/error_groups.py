"""What went wrong in a run, by cause: what happened, what to do, which rows, and working just those
again.
"""

from __future__ import annotations

import streamlit as st

from bulk.adapters import get_action
from bulk.core.figures import thousands
from bulk.core.records import RETRY_STATES, REVIEW_STATES, RunRecord
from bulk.journal import rows
from bulk.planning.scope import Scope
from bulk.runs.context import Context
from bulk.runs.error_groups import ErrorGroup, belongs, error_groups
from pages.ui.results import repeat
from pages.ui.run import retry
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.texts_runs import NO_CAUSES, cause_pill
from pages.ui.widgets import tables
from pages.ui.widgets.browser import copy_button
from pages.ui.widgets.markdown import plain

MAX_CAUSES = 15  # reported one by one; the rest in a table
CHOOSE = (
    "Quedan como alcance y se abre Ensayo: cuando la causa esté resuelta, se ensayan y se lanzan"
    " solo estas."
)
MAX_SHOWN = 2_000  # rows of one cause on screen


def draw(session: Session, snapshot: RunSnapshot) -> None:
    """One box a cause, biggest first."""
    found = gathered(session, snapshot)
    if not found:
        st.caption(NO_CAUSES)
    for number, cluster in enumerate(found[:MAX_CAUSES]):
        with st.container(border=True, gap="xsmall"):
            _cause(session, snapshot, cluster, number)
    if len(found) > MAX_CAUSES:
        rest = tables.cluster_frame(snapshot.run, found[MAX_CAUSES:])
        tables.show(rest, config=tables.cluster_config(), key="report_causes")


def gathered(session: Session, snapshot: RunSnapshot) -> list[ErrorGroup]:
    """Made again only when the counts changed: thousands of failures are read for it."""
    bad = tuple(snapshot.counts[state] for state in REVIEW_STATES)
    if not any(bad):
        return []
    found: list[ErrorGroup] = session.once(
        f"causes_{snapshot.run.run_id}",
        bad,
        lambda: error_groups(resources.context(), snapshot.run),
    )
    return found


def _cause(session: Session, snapshot: RunSnapshot, cluster: ErrorGroup, number: int) -> None:
    message, buttons = st.columns([0.6, 0.4], vertical_alignment="center")
    with message.container(gap="xxsmall"):
        word = cause_pill(snapshot.run, cluster)
        st.markdown(
            f"**{thousands(cluster.count)}** · {word} · **{plain(cluster.title)}** "
            f" \n{plain(cluster.remedy)}"
        )
        st.caption(plain(_small(cluster)))
    with buttons.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center"
    ):
        shown = st.toggle("Ver las filas", key=f"cause_rows_{snapshot.run.run_id}_{number}")
        if cluster.tracking_id:
            copy_button(
                "Copiar trackingId",
                cluster.tracking_id,
                key=f"cause_tracking_{snapshot.run.run_id}_{number}",
                width="content",
            )
        if can_choose(session, snapshot, cluster) and st.button(
            "Elegir estas filas", key=f"cause_choose_{number}", help=CHOOSE
        ):
            choose(session, snapshot, cluster)
        if can_fix(session, snapshot, cluster) and st.button("Corregir", key=f"cause_fix_{number}"):
            st.switch_page(PAGES["datos"][0])
        if can_retry(snapshot, cluster) and st.button(
            "Reintentar solo estas", key=f"cause_retry_{number}"
        ):
            _again(session, snapshot, cluster)
    if shown:
        rows_of(snapshot, cluster)


def _again(session: Session, snapshot: RunSnapshot, cluster: ErrorGroup) -> None:
    lines = lines_of(resources.context(), snapshot.run, cluster)
    if lines:  # no lines at all would mean every row of the run
        retry.work_again(session, snapshot, lines=lines)
    else:
        st.info("Esas filas ya no están así. Recarga la página.")


def _small(cluster: ErrorGroup) -> str:
    first = ", ".join(map(str, cluster.lines[:10])) + (" …" if cluster.count > 10 else "")
    parts = [f"código {cluster.code or '-'}", f"filas {first}"]
    if cluster.tracking_id:
        parts.append(f"trackingId {cluster.tracking_id}")
    return " · ".join(parts)


def can_retry(snapshot: RunSnapshot, cluster: ErrorGroup) -> bool:
    """A row that is not valid stays so until the file is another one; a dry run is done again."""
    return not snapshot.alive and not snapshot.run.dry_run and cluster.state in RETRY_STATES


def can_choose(session: Session, snapshot: RunSnapshot, cluster: ErrorGroup) -> bool:
    """What was set aside before the launch is no retry: once its cause is repaired, these rows are
    seen in a dry run again.
    """
    run = snapshot.run
    if snapshot.alive or run.kind != "apply" or can_retry(snapshot, cluster):
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


def choose(session: Session, snapshot: RunSnapshot, cluster: ErrorGroup) -> None:
    """The rows of the cause become the scope, and Ensayo is opened."""
    run, lines = snapshot.run, lines_of(resources.context(), snapshot.run, cluster)
    if not is_loaded(session, run):
        repeat.repeat(resources.context(), session, run)
    action = get_action(run.action_id)
    session.mapping.action_id, session.view.dry_run_id = action.id, None
    session.mapping.scopes[action.dataset] = Scope(lines=tuple((line, line) for line in lines))
    session.view.revision += 1
    st.switch_page(PAGES["ensayo"][0])


def can_fix(session: Session, snapshot: RunSnapshot, cluster: ErrorGroup) -> bool:
    """What the file says wrongly is corrected in Datos, when a file is there."""
    return (
        snapshot.run.kind == "apply"
        and cluster.state == "invalid"
        and not snapshot.alive
        and bool(session.files.working)
    )


def lines_of(context: Context, run: RunRecord, cluster: ErrorGroup) -> tuple[int, ...]:
    """Every row of the cause: the cluster keeps only the first ones."""
    found = rows.read_rows(context.journal, run.run_id, states=(cluster.state,))
    return tuple(row.line for row in found if belongs(cluster, row))


def rows_of(snapshot: RunSnapshot, cluster: ErrorGroup) -> None:
    found = rows.read_rows(
        resources.context().journal, snapshot.run.run_id, states=(cluster.state,)
    )
    mine = (row for row in found if belongs(cluster, row))
    some = [row for _, row in zip(range(MAX_SHOWN), mine, strict=False)]
    tables.show_rows(some, snapshot.run, height=240)
    if cluster.count > len(some):
        st.caption(f"Las primeras {thousands(len(some))}; todas están en el Excel.")
