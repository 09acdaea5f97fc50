"""What runs made out of another one have found: the lists of an undo, the findings of a
verification.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bulk.cli.output import counted, say

if TYPE_CHECKING:
    from bulk.core.records import RowResult, RunRecord
    from bulk.runs.context import Context

MAX_SHOWN_ROWS = 20  # rows of one list on the terminal
MAX_ROWS = 1_000  # of one list in the JSON document
TITLES = {
    "reverted": ("revertidas", "se revertirían"),
    "kept": ("conservadas", "conservadas"),
    "irreversible": ("no reversibles", "no reversibles"),
    "already": ("ya como antes", "ya como antes"),
    "failed": ("con error", "sin poder leerse"),
    "open": ("sin procesar", "sin leer todavía"),
}
ONE = {
    "revertidas": "revertida",
    "se revertirían": "se revertiría",
    "conservadas": "conservada",
    "no reversibles": "no reversible",
}
ALWAYS = ("reverted", "kept", "irreversible")
ROW_BY_ROW = ("reverted", "kept", "irreversible", "failed")


def members(context: Context, record: RunRecord) -> dict[str, Any]:
    """`undo` {list: rows} and `undo_rows` {list: its rows}, or `verification`; nothing for other
    runs.
    """
    if record.kind == "undo":
        from bulk.runs.undo import listed_rows, undo_lists

        found = {
            name: listed_rows(context, record.run_id, name, limit=MAX_ROWS) for name in ROW_BY_ROW
        }
        listed = {name: [_row(row) for row in rows] for name, rows in found.items()}
        return {"undo": undo_lists(context, record.run_id), "undo_rows": listed}
    if record.kind == "verify":
        from bulk.runs.verify import findings_of

        return {"verification": asdict(findings_of(context, record))}
    return {}


def _row(row: RowResult) -> dict[str, Any]:
    return {"line": row.line, "label": row.label, "code": row.code, "message": row.message}


def tell(context: Context, record: RunRecord) -> None:
    """The same for people."""
    if record.kind == "undo":
        _tell_undo(context, record)
    elif record.kind == "verify":
        from bulk.report.verified import left_out
        from bulk.runs.verify import findings_of

        found = findings_of(context, record)
        text = (
            f"{counted(found.different, 'distinta', 'distintas')},"
            f" {counted(found.unreadable, 'no legible', 'no legibles')}"
        )
        say(f"{found.as_asked} como se pidió, {text}{left_out(found)}.")


def _tell_undo(context: Context, record: RunRecord) -> None:
    from bulk.runs.undo import listed_rows, undo_lists

    found = undo_lists(context, record.run_id)
    partly = f" ({found['partly']} en parte)" if found["partly"] else ""
    words = {name: titles[record.dry_run] for name, titles in TITLES.items()}
    text = {
        name: counted(found[name], ONE.get(word, word), word)
        for name, word in words.items()
        if found[name] or name in ALWAYS
    }
    words["reverted"] += partly
    text["reverted"] += partly
    say(", ".join(text.values()) + ".")
    for name in ROW_BY_ROW:
        if found[name]:
            say(f"{words[name].capitalize()}:")
        for row in listed_rows(context, record.run_id, name, limit=MAX_SHOWN_ROWS):
            say(f"  fila {row.line} · {row.label}" + (f" · {row.message}" if row.message else ""))
        if found[name] > MAX_SHOWN_ROWS:
            say(
                f"  … y {found[name] - MAX_SHOWN_ROWS} más (bulk report {record.run_id} --out"
                " informe.csv)."
            )
