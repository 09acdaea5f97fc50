"""Rows of a report: what of them people read, the CSV of all, and the JSON for programs.

CSV times are local, JSON times are UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from bulk.adapters import get_action
from bulk.core.records import RowResult, RunRecord
from bulk.core.text import local
from bulk.files.csv_writer import csv_text, safe_cell
from bulk.files.roundtrip import OUTCOME
from bulk.journal import rows as journal_rows
from bulk.report.audit import audit
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.name_cache import known
from bulk.runs.status import document
from bulk.runs.verify import findings
from bulk.wording.changes import ChangeText
from bulk.wording.states import state_word

if TYPE_CHECKING:
    from bulk.journal.store import Journal

COLUMNS = ("fila", "lote", "etiqueta", "ubicación", *OUTCOME, "inicio", "fin")


def change_text(journal: Journal, run: RunRecord) -> ChangeText:
    """The words for the changes of `run`, with the names that are known of its organization."""
    return ChangeText(get_action(run.action_id).members, known(journal, run))


def outcome(run: RunRecord, row: RowResult, words: ChangeText) -> tuple[str, ...]:
    """What became of a row: one text per column of OUTCOME."""
    before, after = words.cells(row)
    return (
        state_word(run, row.state, row.code),
        row.message or "",
        row.code or "",
        before,
        after,
        row.tracking_id or "",
        str(row.attempt),
    )


def cells(run: RunRecord, row: RowResult, words: ChangeText) -> tuple[str, ...]:
    """One text per column of COLUMNS; moments local."""
    who = (str(row.line), row.order_id, row.label, row.group)
    return (*who, *outcome(run, row, words), local(row.started_at), local(row.ended_at))


def csv_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """CSV as Excel in Spanish opens it: `;`, UTF-8 with BOM, no cell that could be a formula."""
    found = journal_rows.read_rows(context.journal, run.run_id)
    words = change_text(context.journal, run)
    return csv_text(COLUMNS, (list(map(safe_cell, cells(run, row, words))) for row in found))


def json_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """The run's document, the audit (its members also at the top), verification, error groups, and
    every row.
    """
    found = audit(context, run)
    verified = findings(context, run.run_id)
    head = document(context, run) | {
        "mapping": run.mapping,
        "scope": run.scope,
        "settings": run.settings,
        "files": list(run.files),
        "control": found["control"],
        "audit": found,
        "verification": asdict(verified) if verified else None,
        "clusters": [asdict(group) for group in error_groups(context, run)],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode("utf-8", "replace") + b', "rows": [\n'
    for number, row in enumerate(journal_rows.read_rows(context.journal, run.run_id)):
        line = asdict(row) | {"state_word": state_word(run, row.state, row.code)}
        yield (b",\n" if number else b"") + json.dumps(line, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    yield b"\n]}\n"
