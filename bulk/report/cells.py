"""Cells of a report: what of a row people read."""

from __future__ import annotations

import re
from datetime import datetime

from bulk.core.records import RowResult, RunRecord
from bulk.wording.changes import ChangeText
from bulk.wording.states import state_word

# What no XML file may hold, and no page shows.
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OUTCOME = ("estado", "mensaje", "causa", "antes", "después", "trackingId", "intento")
_MOMENT = "%d/%m/%Y %H:%M:%S"


def printable(text: str) -> str:
    """`text` without the control characters that neither XML nor HTML may hold."""
    return _NOT_PRINTABLE.sub("", text)


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
