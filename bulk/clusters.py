"""Failures of a run grouped by what is behind them, with the remedy: a thousand rows are seldom a thousand causes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bulk.actions import get_action
from bulk.context import Context
from bulk.contract import Action
from bulk.journal import rows
from bulk.records import RowResult, RunRecord
from bulk.remedies import remedy_for

FAILURES = ("failed", "invalid", "unknown", "conflict", "blocked")
MOST_LINES = 20  # first rows of a cluster that are kept
_GAP = "…"
_PLACE = re.compile(r"^[^·]+ · Fila \d+ · ")  # file and line of a finding
_CELL = re.compile(r"«[^«»]*»|\"[^\"]*\"")  # what was found in the cell, a name, a remedy's place
_MAIL = re.compile(r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(r"\b(?:Y2lz[\w=+/-]+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=\w*\d)[A-Za-z0-9_-]{20,})")
_NUMBER = re.compile(r"\+?\d(?:[\d .,-]*\d)?")
_GAPS = re.compile(r"…(?:[\s,;]*…)+")
_SHORTEST_NAME = 3  # letters: shorter ones would be found inside words


@dataclass(frozen=True)
class Cluster:
    """Rows that failed for the same reason."""

    action_id: str  # what was being done
    state: str  # failed, invalid, unknown, conflict or blocked
    code: str | None  # Webex's errorCode or status, or the rule that was broken
    message: str  # what the rows say, with … for ids, numbers, names and e-mails
    title: str  # what happened
    remedy: str  # what to do
    count: int  # rows
    lines: tuple[int, ...]  # the first of them, at most MOST_LINES
    tracking_id: str | None  # of one of them, for support


def clusters(context: Context, run: RunRecord, *, states: Sequence[str] = FAILURES) -> list[Cluster]:
    """The run's failures by (action, state, code, message without particulars), biggest first.

    The rows are read one after another: only one line per cause stays in memory.
    """
    action = get_action(run.action_id)
    found: dict[tuple[str, str | None, str], _Gathered] = {}
    for row in rows.read_rows(context.journal, run.run_id, states=states):
        key = row.state, row.code, normalised(row)
        found.setdefault(key, _Gathered(row.message or "")).add(row)
    made = [_cluster(action, *key, gathered) for key, gathered in found.items()]
    return sorted(made, key=lambda cluster: (-cluster.count, cluster.lines))


@dataclass
class _Gathered:
    """A cluster while its rows go by."""

    message: str  # of the first row
    count: int = 0
    lines: list[int] = field(default_factory=list)
    tracking_id: str | None = None

    def add(self, row: RowResult) -> None:
        self.count += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(row.line)
        self.tracking_id = self.tracking_id or row.tracking_id


def _cluster(action: Action, state: str, code: str | None, message: str, gathered: _Gathered) -> Cluster:
    entry = remedy_for(code, gathered.message, action)
    return Cluster(
        action.id, state, code, message, entry.title, entry.remedy, gathered.count, tuple(gathered.lines), gathered.tracking_id
    )


def normalised(row: RowResult) -> str:
    """The row's message with … for whatever is this row's own: place, cell, ids, numbers, names, e-mails."""
    text = _PLACE.sub("", row.message or "")
    for name in sorted({*row.label.split(" · "), row.group}, key=len, reverse=True):
        if len(name) >= _SHORTEST_NAME and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _GAP, text)
    text = _CELL.sub(f"«{_GAP}»", text)
    for pattern in (_MAIL, _ID, _NUMBER):
        text = pattern.sub(_GAP, text)
    return _GAPS.sub(_GAP, text)
