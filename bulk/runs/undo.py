"""Undo of a run: a run like any other, made of what the journal says that was there before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from bulk.adapters import get_action
from bulk.core.action import Action
from bulk.core.records import Row, RowResult, RunRecord
from bulk.core.references import Undoes
from bulk.engine import LiveRun
from bulk.engine.outcomes import IN_PART
from bulk.errors import RowRefused, UsageError
from bulk.journal import reviewed, rows, runs
from bulk.runs.child_runs import (
    IRREVERSIBLE,
    child_of,
    ready_for,
    require_nothing_in_flight,
    sent_members,
)
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import hand_over
from bulk.runs.status import find_run

NOT_KEPT = "No se puede deshacer: el diario no guarda lo que hace falta ({})."


def undo(
    context: Context,
    run_id: str,
    connection: Connection,
    *,
    dry_run: bool = False,
    note: str = "",
    options: Mapping[str, Any] = MappingProxyType({}),
) -> LiveRun:
    """Give back what a run changed, from its last row to its first; a row changed since by
    another user is kept.

    Each member is looked at by itself: one that another user has put back is as before, one that
    shows what the run sent is given back, and any other value is another user's: then the row stays
    as it is. `options`: allow_calling_removal. Can be paused, resumed, retried and undone like any
    run. Raises RunNotFound, UsageError (nothing to undo, in progress, rows whose end is not known
    yet, another organisation), TokenRejected, OwnedElsewhere.
    """
    run = find_run(context, run_id)
    connection = ready_for(context, run, connection)
    record = _undo_run(context, run, connection, dry_run=dry_run, note=note, options=options)
    return hand_over(context, record, undo_rows(context, run, options), connection)


def _undo_run(
    context: Context,
    run: RunRecord,
    connection: Connection,
    *,
    dry_run: bool,
    note: str,
    options: Mapping[str, Any],
) -> RunRecord:
    """The run that gives back what `run` changed.

    Raises UsageError when it changed nothing, and while some of its rows may still change.
    """
    if run.dry_run:
        raise UsageError(f"La ejecución {run.run_id} es un ensayo: no escribió nada que deshacer.")
    if not reviewed.has_intents(context.journal, run.run_id):
        raise UsageError(f"La ejecución {run.run_id} no cambió nada: no hay nada que deshacer.")
    require_nothing_in_flight(context, run)
    # What was done last is given back first.
    schedule = {} if run.schedule.get("descending") else {"descending": True}
    undo = child_of(
        context, run, connection, kind="undo", dry_run=dry_run, note=note, schedule=schedule
    )
    return replace(undo, options=dict(options))  # those of the run were given for what it did


def undo_rows(context: Context, run: RunRecord, options: Mapping[str, Any]) -> Iterator[Row]:
    """Each row of which a write was sent, with what was there before and what all its attempts sent
    (docs/diseno.md 6.7).
    """
    action = get_action(run.action_id)
    for row in rows.read_rows(context.journal, run.run_id, sent=True):
        yield _undo_row(action, row, options)


def _undo_row(action: Action, row: RowResult, options: Mapping[str, Any]) -> Row:
    undoes = Undoes(row.before or {}, sent_members(row))
    found = Row(row.line, row.params, row.label, row.group, reference=undoes)
    try:
        given_back = action.revert(dict(undoes.before), {**undoes.before, **undoes.left}, options)
    except RowRefused:  # the reading of the row decides
        return found
    except Exception as error:
        # a journal of an older or odd shape: the row is reported, never guessed
        return _irreversible(found, NOT_KEPT.format(type(error).__name__))
    if given_back.lost and given_back:
        return replace(found, reference=replace(undoes, lost=tuple(given_back.lost)))
    # of the others only a reading tells whether there is anything to give back
    if given_back.lost and row.state == "done":
        return _irreversible(found, " ".join(given_back.lost))
    return found


def _irreversible(row: Row, reason: str) -> Row:
    return replace(row, state="invalid", code=IRREVERSIBLE, message=reason)


# What became of the rows of an undo, or would: list -> states. A row with the code of what cannot
# be given back is irreversible, whichever of the states of a failure it has.
LISTS = {
    "reverted": ("done", "change", "create"),
    "kept": ("conflict",),
    "irreversible": ("invalid", "failed", "blocked"),
    "already": ("unchanged",),
    "failed": ("failed", "unknown", "blocked", "invalid"),
    "open": ("pending", "running", "cancelled"),
}


def undo_lists(context: Context, undo_run_id: str) -> dict[str, int]:
    """Rows of an undo (or of its preview): reverted, kept (changed since), irreversible, already
    (as before), failed, open.

    Each row is in one of these; `partly` are those of the reverted of which something does not come
    back.
    """
    counts = runs.run_counts(context.journal, undo_run_id)
    found = {name: sum(counts[state] for state in states) for name, states in LISTS.items()}
    found["irreversible"] = reviewed.count_of(context.journal, undo_run_id, code=IRREVERSIBLE)
    found["partly"] = reviewed.count_of(context.journal, undo_run_id, code=IN_PART)
    return found | {"failed": found["failed"] - found["irreversible"]}


def listed_rows(
    context: Context, undo_run_id: str, name: str, *, limit: int
) -> Iterator[RowResult]:
    """The first rows of one of the lists, in file order."""
    code = {"irreversible": IRREVERSIBLE, "partly": IN_PART}.get(name)
    found = rows.read_rows(context.journal, undo_run_id, states=LISTS.get(name, ()), code=code)
    return islice((row for row in found if code or row.code != IRREVERSIBLE), limit)
