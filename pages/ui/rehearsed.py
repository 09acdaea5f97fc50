"""What a finished rehearsal lets one foresee: calls, time, end, and whether the token lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from bulk.connection import api_for
from bulk.context import Context
from bulk.errors import BulkError
from bulk.estimate import Estimate, estimate
from bulk.forecast import Finding, foresee
from pages.ui import resources
from pages.ui.connecting import HOURS
from pages.ui.looking import Look
from pages.ui.plain import plain
from pages.ui.session import Session
from pages.ui.texts import decimal, lasting, thousands


def forecast_line(session: Session, context: Context, seen: Look) -> str:
    """`Previsión: 8.360 llamadas · unos 28 min a 5/s · fin 10:20 · el token alcanza`."""
    found: Estimate = session.once("estimate", (seen.run.run_id, seen.counts), lambda: estimate(context, seen.run, seen.counts))
    end = datetime.now() + timedelta(seconds=found.seconds)
    pace = f"a {decimal(found.rate)}/s" if found.learned else f"a {decimal(found.rate)}/s, aún sin límite aprendido"
    parts = [f"{thousands(found.calls)} llamadas", f"unos {lasting(found.seconds)} {pace}", f"fin {end:%H:%M}"]
    if session.connection and session.pasted_at:
        lasts = end < session.pasted_at + timedelta(hours=HOURS)
        parts.append("el token alcanza" if lasts else "**! el token caduca antes**: genera uno nuevo antes de lanzar")
    return f"**Previsión:** {' · '.join(parts)}"


def whole_file(session: Session, context: Context, seen: Look) -> None:
    """What no row by itself can show; asked of Webex once for each rehearsal, and again only if that failed."""

    def make() -> tuple[Finding, ...]:
        reached = resources.connection_for(seen.run, session)
        return foresee(context, seen.run, api_for(reached, context.settings, context.journal))

    found: tuple[Finding, ...]
    try:
        with st.spinner("Mirando el fichero entero en Webex…"):
            found = session.once("foreseen", (seen.run.run_id, seen.counts), make)
    except BulkError as error:
        st.caption(f"Previsión incompleta, no se ha podido preguntar a Webex por el fichero entero: {plain(error.message)}")
        found = foresee(context, seen.run)
    for finding in found:
        st.warning(f"**{plain(finding.title)}.** {plain(finding.remedy)}", icon=":material/warning:")
