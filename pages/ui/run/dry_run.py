"""What a finished dry run lets one foresee: calls, time, end, and whether the token lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import streamlit as st

from bulk.core.figures import count, thousands
from bulk.errors import BulkError
from bulk.journal import rows
from bulk.planning.prepare import PreparedFile
from bulk.planning.scope import without
from bulk.runs.connection import api_for, same_organisation
from bulk.runs.context import Context
from bulk.runs.forecast import Finding, check_whole_file
from bulk.runs.forecast.estimate import Estimate, dry_run_seconds, estimate
from pages.ui.data import problem_list, problems
from pages.ui.mapping import scope, selection
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.connect import HOURS
from pages.ui.shell.session import Session
from pages.ui.texts import NOT_IN_DRY_RUN, decimal, lasting
from pages.ui.texts_runs import rows_text
from pages.ui.widgets.markdown import plain

TOO_SHORT = "**! el token, si es personal, caduca antes**: genera uno nuevo antes de lanzar"
LEAVING_OUT = "Las filas que muestra el filtro no se trabajan. Las demás se ensayan de nuevo."


def forecast_line(session: Session, context: Context, snapshot: RunSnapshot) -> str:
    """`Previsión: 8.360 llamadas · unos 28 min a 5/s · fin 10:20 · el token alcanza`."""
    found: Estimate = session.once(
        "estimate",
        (snapshot.run.run_id, snapshot.counts),
        lambda: estimate(context, snapshot.run, snapshot.counts),
    )
    end = datetime.now() + timedelta(seconds=found.seconds)
    whence = (
        ""
        if found.learned
        else ", como el ensayo"
        if found.measured
        else ", aún sin límite aprendido"
    )
    pace = f"a {decimal(found.rate)}/s{whence}"
    parts = [
        f"{thousands(found.calls)} llamadas",
        f"unos {lasting(found.seconds)} {pace}",
        f"fin {end:%H:%M}",
    ]
    if session.connection and session.pasted_at:
        lasts = end < session.pasted_at + timedelta(hours=HOURS)
        parts.append(
            "el token alcanza"
            if lasts
            else "**! el token, si es personal, caduca antes**: genera uno nuevo antes de lanzar"
        )
    return f"**Previsión:** {' · '.join(parts)}"


def whole_file(session: Session, context: Context, snapshot: RunSnapshot) -> None:
    """What no row by itself can show; asked of Webex once for each dry run, and again only if
    that failed.
    """

    def make() -> tuple[Finding, ...]:
        reached = resources.connection_for(snapshot.run, session)
        same_organisation(
            snapshot.run, reached
        )  # another one's licenses and numbers say nothing of this run
        return check_whole_file(
            context, snapshot.run, api_for(reached, context.settings, context.journal)
        )

    found: tuple[Finding, ...]
    try:
        with st.spinner("Mirando el fichero entero en Webex…"):
            found = session.once("foreseen", (snapshot.run.run_id, snapshot.counts), make)
    except BulkError as error:
        st.caption(
            "Previsión incompleta, no se ha podido preguntar a Webex por el fichero entero:"
            f" {plain(error.message)}"
        )
        found = check_whole_file(context, snapshot.run)
    for finding in found:
        st.warning(
            f"**{plain(finding.title)}.** {plain(finding.remedy)}", icon=":material/warning:"
        )


def changes(snapshot: RunSnapshot) -> int:
    return snapshot.counts["create"] + snapshot.counts["change"]


# -- before it is made -----------------------------------------------------------------------------


def about(session: Session, plan: PreparedFile) -> str:
    """`Desvío total con prefijo 53 · Acme España · alcance: todas (4.300 filas)`."""
    where = resources.connection(session)
    chosen = plan.total - len(plan.excluded)
    text = plain(plan.chosen.description) if plan.chosen and plan.excluded else "todas"
    rows_ = (
        f"{thousands(chosen)} de {rows_text(plan.total)}"
        if plan.excluded
        else rows_text(plan.total)
    )
    return (
        f"**{plan.action.title}** · {plain(where.org_name or where.org_id)} · alcance: {text}"
        f" ({rows_})"
    )


def scope_of(snapshot: RunSnapshot) -> str:
    """The rows that a dry run looked at."""
    outside = snapshot.counts["excluded"]
    return (
        f"alcance: {thousands(snapshot.total)} de {rows_text(snapshot.total + outside)}"
        if outside
        else "alcance: todas"
    )


def how_long(session: Session, plan: PreparedFile) -> str:
    """`Aún no se ha ensayado. Un ensayo lee Webex y tarda unos 14 min con estas 4.300 filas.`"""
    where, total = resources.connection(session), selection.to_send(plan)
    seconds = dry_run_seconds(
        resources.context(), plan.action, total, f"{where.target}|{where.org_id or ''}"
    )
    return NOT_IN_DRY_RUN.format(
        lasting(max(1.0, seconds)), f"estas {rows_text(total)}" if total > 1 else "esta fila"
    )


def validation(session: Session, plan: PreparedFile) -> None:
    """What the file itself says before Webex is asked: the rows set aside, to be corrected here."""
    bad = len(plan.invalid.keys() - plan.excluded)
    st.markdown(
        "##### Validación:"
        f" {count(selection.to_send(plan), 'fila válida', 'filas válidas')}{problems.apart(bad)}"
    )
    problem_list.views(session, {plan.dataset.name: plan.problems}, key="rehearsal")


# -- after it --------------------------------------------------------------------------------------


def leave_out(
    session: Session,
    snapshot: RunSnapshot,
    plan: PreparedFile,
    states: Sequence[str],
    search: str,
    group: str,
) -> None:
    """«Quitar del alcance»: the rows that the filter shows are not worked; the others have to be
    seen in a dry run again.
    """
    filtered = bool(states or search or group)
    reason = None if filtered else "Filtra antes las filas que no quieres trabajar."
    if not st.button("Quitar del alcance", disabled=not filtered, help=reason or LEAVING_OUT):
        return
    found = rows.read_rows(
        resources.context().journal,
        snapshot.run.run_id,
        states=list(states),
        search=search,
        group=group,
    )
    left = without(
        [int(line) for line in plan.frame.index if line not in plan.excluded],
        (row.line for row in found),
    )
    if not left:
        st.warning("No quedaría ninguna fila en el alcance.", icon=":material/filter_alt_off:")
        return
    scope.put(session, plan.action, replace(selection.scope_of(session, plan.action), lines=left))
