"""Cells of a report: what of a row people read."""

from __future__ import annotations

from datetime import datetime

from bulk.core.records import RowResult, RunRecord
from bulk.wording.changes import ChangeText
from bulk.wording.states import state_word

_MOMENT = "%d/%m/%Y %H:%M:%S"


def local(stamp: str | None) -> str:
    """A UTC moment of the journal (ISO 8601) as the clock on the wall showed it; "" for none."""
    return f"{datetime.fromisoformat(stamp).astimezone():{_MOMENT}}" if stamp else ""


def outcome(run: RunRecord, row: RowResult, shown: ChangeText) -> tuple[str, ...]:
    """What became of a row: one text per column of OUTCOME."""
    before, after = shown.cells(row)
    return (
        state_word(run, row.state, row.code),
        row.message or "",
        row.code or "",
        before,
        after,
        row.tracking_id or "",
        str(row.attempt),
    )
