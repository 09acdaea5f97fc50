"""A dry run: what is shown before it, and the forecast of its launch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import streamlit as st

from bulk.core.records import RunRecord
from bulk.core.states import REVIEW_STATES
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.journal import rows, runs
from bulk.planning.prepare import PreparedFile
from bulk.planning.scope import without
from bulk.runs.connection import Connection, api_for, same_organisation
from bulk.runs.context import Context
from bulk.runs.forecast import Finding, check_whole_file
from bulk.runs.forecast.estimate import Estimate, dry_run_seconds, estimate
from bulk.runs.status import find_run, run_state
from pages.ui.data import problem_list, problems
from pages.ui.mapping import scope, selection
from pages.ui.run.snapshot import ACTIVE, RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.connect import HOURS
from pages.ui.shell.session import Session
from pages.ui.texts import NOT_IN_DRY_RUN, decimal, lasting, rows_text
from pages.ui.widgets.markdown import escape_markdown

LEAVING_OUT = "Las filas que muestra el filtro no se trabajan. Las demás se ensayan de nuevo."
EXPIRES_FIRST = "**! el token, si es personal, caduca antes**: genera uno nuevo antes de lanzar"


@dataclass(frozen=True)
class DryRunSummary:
    """What the dry run of the present data found."""

    run: RunRecord  # the dry run
    changes: int  # rows that would be created or changed
    unchanged: int  # rows already as wanted
    aside: int  # rows that would not be worked, or refused
    launched: RunRecord | None = None  # the last run that applied it


def summary_of(session: Session, connection: Connection) -> DryRunSummary | None:
    """None without a finished dry run of the present data, action, mapping and organization."""
    if session.view.dry_run_id is None:
        return None
    context = resources.context()
    try:
        run = find_run(context, session.view.dry_run_id)
    except BulkError:
        return None
    finished = run.state.startswith("completed")
    if not finished or not selection.matches_session(run, session, connection):
        return None
    counts = runs.run_counts(context.journal, run.run_id)
    return DryRunSummary(
        run,
        changes=counts["create"] + counts["change"],
        unchanged=counts["unchanged"],
        aside=sum(counts[state] for state in REVIEW_STATES),
        launched=_launched(context, run),
    )


def _launched(context: Context, dry_run: RunRecord) -> RunRecord | None:
    """The last run that applied it. One refused, or cancelled before its hour, sent nothing."""
    children = runs.children(context.journal, dry_run.run_id, "apply")
    sent = (
        run
        for run in children
        if not run.dry_run and (run.started_at or run_state(context, run) in ACTIVE)
    )
    return next(sent, None)


def changes(snapshot: RunSnapshot) -> int:
    return snapshot.counts["create"] + snapshot.counts["change"]


# -- before it is made -----------------------------------------------------------------------------


def about(session: Session, prepared: PreparedFile) -> str:
    """`Desvío total con prefijo 53 · Acme España · alcance: todas (4.300 filas)`."""
    where = resources.connection(session)
    chosen = prepared.total - len(prepared.excluded)
    text, number = "todas", rows_text(prepared.total)
    if prepared.excluded:
        number = f"{thousands(chosen)} de {number}"
        if prepared.chosen:
            text = escape_markdown(prepared.chosen.description)
    place = escape_markdown(where.org_name or where.org_id)
    return f"**{prepared.action.title}** · {place} · alcance: {text} ({number})"


def how_long(session: Session, prepared: PreparedFile) -> str:
    """`Aún no se ha ensayado. Un ensayo lee Webex y tarda unos 14 min con estas 4.300 filas.`"""
    where, total = resources.connection(session), selection.to_send(prepared)
    seconds = dry_run_seconds(
        resources.context(), prepared.action, total, f"{where.target}|{where.org_id or ''}"
    )
    return NOT_IN_DRY_RUN.format(
        lasting(max(1.0, seconds)), f"estas {rows_text(total)}" if total > 1 else "esta fila"
    )


def validation(session: Session, prepared: PreparedFile) -> None:
    """What the file itself says before Webex is asked: the rows set aside, to be corrected here."""
    bad = len(prepared.invalid.keys() - prepared.excluded)
    valid = pluralize(selection.to_send(prepared), "fila válida", "filas válidas")
    st.markdown(f"##### Validación: {valid}{problems.apart(bad)}")
    problem_list.views(session, {prepared.dataset.name: prepared.problems}, key="dry_run")


# -- after it --------------------------------------------------------------------------------------


def scope_of(snapshot: RunSnapshot) -> str:
    """The rows that a dry run read: `alcance: 318 de 4.500 filas`."""
    outside = snapshot.counts["excluded"]
    if not outside:
        return "alcance: todas"
    return f"alcance: {thousands(snapshot.total)} de {rows_text(snapshot.total + outside)}"


def forecast_line(session: Session, context: Context, snapshot: RunSnapshot) -> str:
    """`Previsión: 8.360 llamadas · unos 28 min a 5/s · fin 10:20 · el token alcanza`."""
    forecast: Estimate = session.once(
        "estimate",
        (snapshot.run.run_id, snapshot.counts),
        lambda: estimate(context, snapshot.run, snapshot.counts),
    )
    end = datetime.now() + timedelta(seconds=forecast.seconds)
    parts = [
        f"{thousands(forecast.calls)} llamadas",
        f"unos {lasting(forecast.seconds)} a {decimal(forecast.rate)}/s{_basis(forecast)}",
        f"fin {end:%H:%M}",
    ]
    if session.connection and session.pasted_at:
        lasts = end < session.pasted_at + timedelta(hours=HOURS)
        parts.append("el token alcanza" if lasts else EXPIRES_FIRST)
    return f"**Previsión:** {' · '.join(parts)}"


def _basis(forecast: Estimate) -> str:
    """What the rate of a forecast rests on."""
    if forecast.learned:
        return ""
    return ", como el ensayo" if forecast.measured else ", aún sin límite aprendido"


def whole_file(session: Session, context: Context, snapshot: RunSnapshot) -> None:
    """What no row by itself can show; Webex is asked once for each dry run, and again only if that
    failed.
    """

    def ask_webex() -> tuple[Finding, ...]:
        connection = resources.connection_for(snapshot.run, session)
        # Licenses and numbers of another organization say nothing about this run.
        same_organisation(snapshot.run, connection)
        api = api_for(connection, context.settings, context.journal)
        return check_whole_file(context, snapshot.run, api)

    made_from = (snapshot.run.run_id, snapshot.counts)
    findings: tuple[Finding, ...]
    try:
        with st.spinner("Mirando el fichero entero en Webex…"):
            findings = session.once("whole_file", made_from, ask_webex)
    except BulkError as error:
        st.caption(
            "Previsión incompleta, no se ha podido preguntar a Webex por el fichero entero:"
            f" {escape_markdown(error.message)}"
        )
        findings = check_whole_file(context, snapshot.run)
    for finding in findings:
        st.warning(
            f"**{escape_markdown(finding.title)}.** {escape_markdown(finding.remedy)}",
            icon=":material/warning:",
        )


def leave_out(
    session: Session,
    snapshot: RunSnapshot,
    prepared: PreparedFile,
    states: Sequence[str],
    search: str,
    group: str,
) -> None:
    """«Quitar del alcance»: the rows that the filter shows. The others need another dry run."""
    filtered = bool(states or search or group)
    text = LEAVING_OUT if filtered else "Filtra antes las filas que no quieres trabajar."
    if not st.button("Quitar del alcance", disabled=not filtered, help=text):
        return
    shown = rows.read_rows(
        resources.context().journal,
        snapshot.run.run_id,
        states=list(states),
        search=search,
        group=group,
    )
    left = without(
        [int(line) for line in prepared.frame.index if line not in prepared.excluded],
        (row.line for row in shown),
    )
    if not left:
        st.warning("No quedaría ninguna fila en el alcance.", icon=":material/filter_alt_off:")
        return
    action = prepared.action
    scope.put(session, action, replace(selection.scope_of(session, action), lines=left))
