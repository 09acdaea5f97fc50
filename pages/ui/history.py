"""The list of runs: filters and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from bulk.actions import get_action
from bulk.context import Context
from bulk.journal import runs
from bulk.records import RunRecord
from bulk.status import RUN_WORDS, elapsed, run_state
from pages.ui.looking import rehearsal_word
from pages.ui.texts import lasting

PAGE = 50  # runs on screen at once
STATES = {name: word for name, word in RUN_WORDS.items() if name not in ("preparing", "scheduled")}
_FIGURES = {name: st.column_config.NumberColumn(format="localized") for name in ("Filas", "✓", "✗")}
_BAD = ("failed", "invalid", "unknown", "conflict", "blocked")


@dataclass(frozen=True)
class Filters:
    """What the list is asked for."""

    action_id: str | None = None  # only this action
    states: tuple[str, ...] = ()  # only these states
    note: str = ""  # text of the note
    rehearsals: bool = False  # dry runs too


def any_run(context: Context) -> bool:
    return bool(runs.list_runs(context.journal, limit=1))


def matching(context: Context, filters: Filters) -> list[RunRecord]:
    """Newest first."""
    return [run for run in runs.list_runs(context.journal) if _matches(context, run, filters)]


def _matches(context: Context, run: RunRecord, filters: Filters) -> bool:
    if run.dry_run and not filters.rehearsals:
        return False
    if filters.action_id and run.action_id != filters.action_id:
        return False
    if filters.note.casefold() not in run.note.casefold():
        return False
    return not filters.states or run_state(context.home, run) in filters.states


def title_of(action_id: str) -> str:
    return get_action(action_id).title


def table(context: Context, shown: Sequence[RunRecord]) -> RunRecord | None:
    """The runs as a table; returns the one that is marked."""
    frame = pd.DataFrame([_record(context, run) for run in shown])
    event: Any = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) < 14 else 520,
        on_select="rerun",
        selection_mode="single-row",
        key="history_table",
        column_config={"Empezó": st.column_config.DatetimeColumn(format="DD/MM/YYYY HH:mm"), **_FIGURES},
    )
    marked = event.selection.rows
    return shown[marked[0]] if marked and marked[0] < len(shown) else None


def _record(context: Context, run: RunRecord) -> dict[str, Any]:
    counts, state = runs.run_counts(context.journal, run.run_id), run_state(context.home, run)
    good = ("create", "change", "unchanged") if run.dry_run else ("done", "unchanged")
    return {
        "Empezó": datetime.fromisoformat(run.created_at).astimezone().replace(tzinfo=None),
        "Acción": f"{'Ensayo · ' if run.dry_run else ''}{get_action(run.action_id).title}",
        "Estado": rehearsal_word(state) if run.dry_run else RUN_WORDS[state],
        "Filas": sum(counts.values()),
        "✓": sum(counts[name] for name in good),
        "✗": sum(counts[name] for name in _BAD),
        "Duración": lasting(elapsed(run, state)),
        "Nota": run.note,
        "Quién": run.person or "",
        "Organización": "SANDBOX" if run.target == "sandbox" else run.org_name or run.target,
        "Ejecución": run.run_id,
    }
