"""Rows that the dry run could not plan: by cause, with the remedy."""

from __future__ import annotations

from collections import defaultdict

from bulk.adapters import title_of_provider
from bulk.core.records import RunRecord
from bulk.core.text import thousands
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.forecast.finding import MAX_LINES, Finding, begins, named
from bulk.wording.fingerprints import ErrorGroup
from bulk.wording.remedies import entries

MAX_CAUSES = 10  # reported one by one
# rule of validation -> (what the file asks, what to change)
TWICE = {
    "numero_repetido": ("El fichero pide el mismo número para varios", "el número"),
    "extension_repetida": (
        "El fichero pide la misma extensión para varios usuarios de una ubicación",
        "la extensión",
    ),
}
WORDS = {"blocked": ("bloqueada", "bloqueadas"), "invalid": ("no válida", "no válidas")}


def blocked_rows(context: Context, run: RunRecord) -> list[Finding]:
    """One finding for each cause, the most frequent first. Asks nothing of Webex."""
    causes: dict[tuple[str, str, str], list[ErrorGroup]] = defaultdict(list)
    for cluster in error_groups(context, run, states=tuple(WORDS)):
        causes[cluster.state, cluster.title, cluster.remedy].append(cluster)
    found = [_cause(same) for same in causes.values()]
    return found if len(found) <= MAX_CAUSES else [*found[:MAX_CAUSES], _rest(found[MAX_CAUSES:])]


def _cause(same: list[ErrorGroup]) -> Finding:
    first = same[0]
    lines = sorted(line for cluster in same for line in cluster.lines)[:MAX_LINES]
    count = sum(cluster.count for cluster in same)
    code, title, remedy = _described(first, count)
    message = " ".join(part for part in (named(lines, count), remedy) if part)
    return Finding(code, f"{title} ({begins(lines)})", message, count, tuple(lines))


def _described(cause: ErrorGroup, count: int) -> tuple[str, str, str]:
    """(code, title, remedy)."""
    if cause.code in TWICE:
        title, what = TWICE[cause.code]
        return cause.code, title, f"Cambia {what} de unas u otras."
    if cause.title == entries()["no_calling"]["title"]:
        many, first = count > 1, title_of_provider("calling")
        title = (
            f"{thousands(count)} {'usuarios no tienen' if many else 'usuario no tiene'} Webex"
            " Calling"
        )
        remedy = (
            f"Lanza antes «{first}» para {'ellos' if many else 'él'}, o"
            f" {'déjalos' if many else 'déjalo'} fuera del alcance."
        )
        return "sin_webex_calling", title, remedy
    word = WORDS[cause.state][count > 1]
    return (
        cause.code or cause.state,
        f"{thousands(count)} {'filas' if count > 1 else 'fila'} {word}: {cause.title}",
        cause.remedy,
    )


def _rest(others: list[Finding]) -> Finding:
    lines = tuple(sorted(line for other in others for line in other.lines)[:MAX_LINES])
    count = sum(other.count for other in others)
    title = f"{thousands(count)} filas más no se pueden hacer, por otras {len(others)} causas"
    return Finding(
        "otras_causas", title, "Mira el motivo en el detalle de cada fila.", count, lines
    )
