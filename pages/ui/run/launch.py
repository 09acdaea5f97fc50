"""Before the launch: what the dry run said, how to run, and the confirmation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from bulk.core.figures import count, thousands
from bulk.core.records import REVIEW_STATES, UNITS, RunRecord
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.planning.prepare import PreparedFile
from bulk.runs.connection import Connection
from bulk.runs.forecast.removals import calling_removed
from bulk.runs.launch import launch, launch_plan
from bulk.runs.status import find_run, run_state
from pages.ui.mapping import selection
from pages.ui.run import current_runs
from pages.ui.run.snapshot import ACTIVE, local, percent, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.texts_runs import REMOVAL, rows_text, without_dry_run
from pages.ui.widgets.browser import focus_safe
from pages.ui.widgets.markdown import plain

WAIT, PARALLEL = "En cuanto acabe", "A la vez"
MANY = 500  # changes: over this the number is typed


@dataclass(frozen=True)
class DryRunSeen:
    """What the dry run of these very data found."""

    run: RunRecord  # the dry run
    changes: int  # rows that would be created or changed
    unchanged: int  # rows already as wanted
    aside: int  # rows that would not be worked, or refused
    launched: RunRecord | None = None  # the last run that applied it


def dry_run_of(session: Session, reached: Connection) -> DryRunSeen | None:
    """None without a finished dry run of the present data, action, mapping and organisation."""
    if session.view.dry_run_id is None:
        return None
    context = resources.context()
    try:
        run = find_run(context, session.view.dry_run_id)
    except BulkError:
        return None
    if not run.state.startswith("completed") or not selection.is_about(run, session, reached):
        return None
    counts = runs.run_counts(context.journal, run.run_id)
    changes = counts["create"] + counts["change"]
    aside = sum(counts[state] for state in REVIEW_STATES)
    children = [
        child for child in runs.children(context.journal, run.run_id, "apply") if not child.dry_run
    ]
    # One that was refused, or cancelled before its hour, has sent nothing.
    launched = next(
        (child for child in children if child.started_at or run_state(context, child) in ACTIVE),
        None,
    )
    return DryRunSeen(run, changes, counts["unchanged"], aside, launched)


def say_dry_run(plan: PreparedFile, dry_run_seen: DryRunSeen | None) -> None:
    if dry_run_seen is None:
        st.warning(without_dry_run(selection.to_send(plan)), icon=":material/warning:")
        return
    if dry_run_seen.launched:
        st.info(
            f"El ensayo del {local(dry_run_seen.run.created_at)} ya se lanzó el"
            f" {local(dry_run_seen.launched.created_at)} (ejecución {dry_run_seen.launched.run_id})."
            " Ensaya otra vez para ver qué queda por cambiar.",
            icon=":material/task_alt:",
        )
        return
    changing = count(dry_run_seen.changes, *UNITS[plan.action.dataset])
    st.success(
        f"Ensayo del {local(dry_run_seen.run.created_at)}: **{changing}"
        f" {'cambiará' if dry_run_seen.changes == 1 else 'cambiarán'}**,"
        f" {thousands(dry_run_seen.unchanged)} sin cambios, {rows_text(dry_run_seen.aside)}"
        f" {'apartada' if dry_run_seen.aside == 1 else 'apartadas'}.",
        icon=":material/preview:",
    )


def others(session: Session, reached: Connection) -> tuple[str, ...]:
    """A live run of the same organisation: wait for it, or go in parallel. The runs that this
    launch is to wait for.
    """
    context = resources.context()
    ours = (reached.target, reached.org_id)
    living = [
        run
        for run in current_runs.living(context)
        if (run.target, run.org_id) == ours and not run.dry_run
    ]
    for run in living:
        snapshot = take_snapshot(context, run, session, with_orders=False)
        where, who = plain(run.org_name or run.target), plain(run.person or "?")
        st.warning(
            f"Hay otra ejecución en curso en {where}: {snapshot.title} ({who}, {percent(snapshot)}).",
            icon=":material/warning:",
        )
    if not living:
        return ()
    chosen = st.radio(
        "Hay otra en curso",
        [WAIT, PARALLEL],
        horizontal=True,
        label_visibility="collapsed",
        key="launch_others",
        captions=[
            "Se lanza ya y empieza sola cuando la otra termine o se detenga.",
            "Comparten el ritmo que Webex admite.",
        ],
    )
    return tuple(run.run_id for run in living) if chosen == WAIT else ()


def button(
    session: Session,
    plan: PreparedFile,
    dry_run_seen: DryRunSeen | None,
    reached: Connection,
    *,
    after: tuple[str, ...] = (),
) -> None:
    """`after`: runs to wait for."""
    nothing = selection.to_send(plan) == 0 or bool(plan.missing)
    settled = dry_run_seen is not None and (
        not dry_run_seen.changes or dry_run_seen.launched is not None
    )
    label = "Lanzar este ensayo" if dry_run_seen else "Lanzar sin ensayo"
    if not reached.is_sandbox:
        label = "Lanzar en PRODUCCIÓN" if dry_run_seen else "Lanzar sin ensayo en PRODUCCIÓN"
    if not st.button(label, type="primary", disabled=nothing or settled):
        return
    changes = dry_run_seen.changes if dry_run_seen else selection.to_send(plan)
    if reached.is_sandbox and changes <= MANY and not plan.action.undo_note:
        go(session, plan, dry_run_seen, reached, after)
    else:
        _confirm(session, plan, dry_run_seen, reached, changes, after)


def must_type(plan: PreparedFile, changes: int) -> bool:
    """Many changes, or changes that do not all come back: the count proves that it was read."""
    return changes > MANY or bool(plan.action.undo_note)


def _confirm(
    session: Session,
    plan: PreparedFile,
    dry_run_seen: DryRunSeen | None,
    reached: Connection,
    changes: int,
    after: tuple[str, ...],
) -> None:
    how = "Lanzar" if dry_run_seen else "Lanzar sin ensayo"

    @st.dialog(f"{how} en {plain(reached.org_name or reached.target)}")
    def ask() -> None:
        most = "" if dry_run_seen else "como mucho "
        verb = "cambiará" if changes == 1 else "cambiarán"
        st.write(f"Se {verb} {most}**{count(changes, *UNITS[plan.action.dataset])}**.")
        if plan.action.undo_note:
            st.caption(f"No todo se puede deshacer: {plan.action.undo_note}")
        removed = calling_removed(resources.context(), dry_run_seen.run) if dry_run_seen else 0
        losing = count(removed, "usuario", "usuarios")
        if removed:
            st.warning(REMOVAL.format(losing), icon=":material/warning:")
        typing = must_type(plan, changes)
        with st.form("confirm", border=False, enter_to_submit=False):
            typed = st.text_input(f"Escribe {changes} para confirmar.") if typing else str(changes)
            back, on = st.columns(2)
            returned = back.form_submit_button(
                "Volver", key="safe", type="primary", width="stretch"
            )
            sure = on.form_submit_button(
                f"Quitar la licencia a {losing}" if removed else "Lanzar", width="stretch"
            )
        focus_safe()
        if returned:
            st.rerun()
        if sure and typed.strip().replace(".", "") == str(changes):
            with error_boundary():  # a rejected token is asked for on the page
                go(session, plan, dry_run_seen, reached, after)
        elif sure:
            st.error(f"Has escrito «{plain(typed)}» y se espera {changes}.")

    ask()


def go(
    session: Session,
    plan: PreparedFile,
    dry_run_seen: DryRunSeen | None,
    reached: Connection,
    after: tuple[str, ...],
) -> None:
    """Launch in the background and show the board: exactly the changes of the dry run when there
    is one.
    """
    context = resources.context()
    if running := current_runs.attached(
        context, session, dry_run=False
    ):  # a second click on the same button
        st.switch_page(PAGES["lanzamiento"][0], query_params={"run": running.run_id})
    how = replace(
        selection.launch_of(session, dry_run=False, canary=session.launch.canary), after=after
    )
    with st.spinner("Escribiendo las filas en el diario…"):
        session.view.advice = []
        if dry_run_seen:
            shown = dry_run_seen.run
            started = launch_plan(
                context,
                shown.run_id,
                reached,
                how,
                reviewed=shown.plan_hash,
                advise=session.view.advice.append,
            )
        else:
            started = launch(context, plan, reached, how, advise=session.view.advice.append)
        session.view.run_id = (
            started.run_id
        )  # before Streamlit can resume a second click: it finds the board then
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": started.run_id})
