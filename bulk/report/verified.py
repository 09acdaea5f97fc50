"""What a later verification found of a run, for the reports, the pages and the CLI."""

from __future__ import annotations

from dataclasses import dataclass

from bulk.core.records import RunRecord
from bulk.core.states import STATE_WORDS, review_states
from bulk.core.text import local, pluralize, thousands
from bulk.journal import rows
from bulk.report.html import Table
from bulk.report.rows import change_text
from bulk.runs.context import Context
from bulk.runs.status import find_run
from bulk.runs.verify import VerificationResult, findings
from bulk.wording.states import state_word

HEADERS = ("Fila", "Quién", "Resultado", "Ahora", "Se pidió", "Motivo")


@dataclass(frozen=True)
class Verification:
    """The newest verification of a run, as a page shows it."""

    line: str  # its three counts
    table: Table | None  # the rows that are not as asked


def verification(context: Context, run: RunRecord) -> Verification | None:
    """None when the run was never verified."""
    found = findings(context, run.run_id)
    if found is None:
        return None
    if not found.different and not found.unreadable:
        return Verification(verification_line(found), None)
    check = find_run(context, found.run_id)
    odd = rows.read_rows(context.journal, check.run_id, states=review_states(check.kind))
    words = change_text(context.journal, check)
    lines = (
        (
            str(row.line),
            row.label,
            state_word(check, row.state, row.code),
            *words.cells(row),
            row.message or "",
        )
        for row in odd
    )
    return Verification(verification_line(found), Table(HEADERS, lines, (0,)))


def verification_line(found: VerificationResult) -> str:
    """`Leída de nuevo el …: 480 como se pidió, 20 distintas, 0 no legibles.`"""
    when = f"Leída de nuevo el {local(found.at)}" if found.at else "Leída de nuevo"
    shown = f"{when} (verificación {found.run_id}): {thousands(found.as_asked)} como se pidió, "
    shown += (
        f"{pluralize(found.different, 'distinta', 'distintas')},"
        f" {pluralize(found.unreadable, 'no legible', 'no legibles')}"
    )
    shown += f", {thousands(found.open)} sin leer todavía" if found.open else ""
    return f"{shown}{left_out(found)}."


def left_out(found: VerificationResult) -> str:
    """`, 12 no verificadas (con error: 8, cancelada: 4)`; "" when every row was looked at."""
    reason = ", ".join(
        f"{STATE_WORDS[state]}: {thousands(n)}" for state, n in found.left_out.items()
    )
    return (
        f", {pluralize(sum(found.left_out.values()), 'no verificada', 'no verificadas')} ({reason})"
        if reason
        else ""
    )
