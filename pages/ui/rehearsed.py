"""What a finished rehearsal lets one foresee: calls, time, end, and whether the token lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

from bulk.context import Context
from bulk.estimate import estimate
from pages.ui.connecting import HOURS
from pages.ui.looking import Look
from pages.ui.session import Session
from pages.ui.texts import decimal, lasting, thousands


def forecast_line(session: Session, context: Context, seen: Look) -> str:
    """`Previsión: 8.360 llamadas · unos 28 min a 5/s · fin 10:20 · el token alcanza`."""
    found = estimate(context, seen.run, seen.counts)
    end = datetime.now() + timedelta(seconds=found.seconds)
    pace = f"a {decimal(found.rate)}/s" if found.learned else f"a {decimal(found.rate)}/s, aún sin límite aprendido"
    parts = [f"{thousands(found.calls)} llamadas", f"unos {lasting(found.seconds)} {pace}", f"fin {end:%H:%M}"]
    if session.connection and session.pasted_at:
        lasts = end < session.pasted_at + timedelta(hours=HOURS)
        parts.append("el token alcanza" if lasts else "**! el token caduca antes**: genera uno nuevo antes de lanzar")
    return f"**Previsión:** {' · '.join(parts)}"
