"""Failures of a run grouped by what is behind them, with the remedy: a thousand rows are seldom a
thousand causes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bulk.adapters import get_action
from bulk.core.action import Action
from bulk.core.records import RowResult, RunRecord
from bulk.core.states import REVIEW_STATES
from bulk.journal import rows
from bulk.runs.context import Context
from bulk.wording.fingerprints import ErrorGroup, fingerprint
from bulk.wording.remedies import remedy_for, without_retry

MAX_LINES = 20  # first rows of a cluster that are kept


def error_groups(
    context: Context, run: RunRecord, *, states: Sequence[str] = REVIEW_STATES
) -> list[ErrorGroup]:
    """The run's failures by (action, state, code, HTTP status, message without particulars),
    biggest first.

    The rows are read one after another: only one line per cause stays in memory.
    """
    action = get_action(run.action_id)
    found: dict[tuple[str, str | None, int | None, str], _Gathered] = {}
    for row in rows.read_rows(context.journal, run.run_id, states=states):
        key = row.state, row.code, row.status, normalised(row)
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
        if len(self.lines) < MAX_LINES:
            self.lines.append(row.line)
        self.tracking_id = self.tracking_id or row.tracking_id


def _cluster(
    action: Action,
    state: str,
    code: str | None,
    status: int | None,
    message: str,
    gathered: _Gathered,
) -> ErrorGroup:
    entry = remedy_for(code, gathered.message, action, status)
    lines = tuple(gathered.lines)
    remedy = without_retry(entry.remedy) if state in ("invalid", "blocked") else entry.remedy
    return ErrorGroup(
        action.id,
        state,
        code,
        status,
        message,
        entry.title,
        remedy,
        gathered.count,
        lines,
        gathered.tracking_id,
    )


def normalised(row: RowResult) -> str:
    """The row's message with … for whatever is this row's own: place, cell, ids, numbers, names,
    e-mails.
    """
    return fingerprint(row.message, row.label, row.group)


def belongs(cluster: ErrorGroup, row: RowResult) -> bool:
    """The row failed for this reason."""
    mine = cluster.state, cluster.code, cluster.status, cluster.message
    return mine == (row.state, row.code, row.status, normalised(row))
