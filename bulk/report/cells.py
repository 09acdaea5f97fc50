"""Cells of a report: what of a row people read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bulk.records import RowResult, RunRecord
from bulk.report.words import state_word

# What no XML file may hold, and no page shows.
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OUTCOME = ("estado", "mensaje", "causa", "antes", "después", "trackingId", "intento")
_MOMENT = "%d/%m/%Y %H:%M:%S"
_LONG_NAME = 40  # characters of a member's name: a longer one is an id


def printable(text: str) -> str:
    """`text` without the control characters that neither XML nor HTML may hold."""
    return _NOT_PRINTABLE.sub("", text)


def local(stamp: str | None) -> str:
    """A UTC moment of the journal (ISO 8601) as the clock on the wall showed it; "" for none."""
    return f"{datetime.fromisoformat(stamp).astimezone():{_MOMENT}}" if stamp else ""


def outcome(run: RunRecord, row: RowResult) -> tuple[str, ...]:
    """What became of a row: one text per column of OUTCOME."""
    before, after = changed_members(row)
    return (
        state_word(run, row.state, row.code),
        row.message or "",
        row.code or "",
        before,
        after,
        row.tracking_id or "",
        str(row.attempt),
    )


def changed_members(row: RowResult) -> tuple[str, str]:
    """(before, after): what the row's change touches and nothing else, as text for people; of a nested member only the
    parts that differ."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for member, (old, new) in (row.change or {}).items():
        now = (row.after or {}).get(member, new)
        if isinstance(old, dict) and isinstance(now, dict):
            pairs |= {part: (old.get(part), value) for part, value in now.items() if old.get(part) != value}
        else:
            pairs[member] = (old, now)
    return readable({name: old for name, (old, _) in pairs.items()}), readable({name: new for name, (_, new) in pairs.items()})


def readable(values: dict[str, Any]) -> str:
    """`destination: 532041; enabled: sí`: nested values on one line, without braces."""
    return "; ".join(f"{_short(member)}: {_value(value)}" for member, value in values.items())


def _short(member: str) -> str:
    """Ids are not for people: the long ones keep their head."""
    return member if len(member) <= _LONG_NAME else f"{member[:12]}…"


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)
