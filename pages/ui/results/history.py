"""The list of runs: filters and table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from bulk.adapters import get_action
from bulk.core.records import RunRecord
from bulk.core.states import review_states
from bulk.core.text import thousands
from bulk.journal import control, memory, runs
from bulk.report.audit import without_dry_run
from bulk.runs.context import Context
from bulk.runs.status import RUN_WORDS, elapsed, run_state, title
from bulk.wording.states import success
from pages.ui.run.snapshot import where_of, word_of_run
from pages.ui.texts import ARCHIVED, lasting

PAGE = 50  # runs on screen at once
STATES = {name: word for name, word in RUN_WORDS.items() if name not in ("preparing", "scheduled")}
SHOWN = (
    "Empezó",
    "Acción",
    "Nota",
    "Filas",
    "✓",
    "✗",
    "Estado",
    "Duración",
    "Quién",
    "Organización",
)
_CONFIG: dict[str, Any] = {
    "Empezó": st.column_config.DatetimeColumn(format="DD/MM/YY HH:mm", width=112),
    "Acción": st.column_config.TextColumn(width=205),
    "Nota": st.column_config.TextColumn(width=115),
    **{
        name: st.column_config.TextColumn(width=54, alignment="right")
        for name in ("Filas", "✓", "✗")
    },
    "Estado": st.column_config.TextColumn(width=165),
    "Duración": st.column_config.TextColumn(width=72),
    "Quién": st.column_config.TextColumn(width=85),
    "Organización": st.column_config.TextColumn(width=110),
}
_ARCHIVED = "archived"  # key of the journal's memory


@dataclass(frozen=True)
class Filters:
    """What the list is asked for."""

    action_id: str | None = None  # only this action
    states: tuple[str, ...] = ()  # only these states
    note: str = ""  # text of the note
    dry_runs: bool = False  # dry runs and verifications too
    archived: bool = False  # archived ones too
    org: str | None = None  # only of this organization, as people call it
    days: tuple[date, ...] = ()  # first and last one, local; with one only, from then on


def everything(context: Context) -> list[RunRecord]:
    """Newest first."""
    return runs.list_runs(context.journal)


def matching(context: Context, found: Iterable[RunRecord], filters: Filters) -> list[RunRecord]:
    """Those of `found` that are asked for, in their order."""
    hidden = frozenset() if filters.archived else archived(context)
    return [run for run in found if run.run_id not in hidden and _matches(context, run, filters)]


def _matches(context: Context, run: RunRecord, filters: Filters) -> bool:
    if run.dry_run and not filters.dry_runs:
        return False
    if filters.action_id and run.action_id != filters.action_id:
        return False
    if filters.note.casefold() not in run.note.casefold():
        return False
    if filters.org and where_of(run) != filters.org:
        return False
    if not _within(run, filters.days):
        return False
    return not filters.states or run_state(context, run) in filters.states


def _within(run: RunRecord, days: Sequence[date]) -> bool:
    if not days:
        return True
    day = datetime.fromisoformat(run.created_at).astimezone().date()
    return days[0] <= day and (len(days) < 2 or day <= days[1])


def organizations(found: Iterable[RunRecord]) -> list[str]:
    return sorted({where_of(run) for run in found})


def archived(context: Context) -> frozenset[str]:
    """Ids of the archived runs; they stay in the journal, only the list leaves them out."""
    kept = memory.recall(context.journal, _ARCHIVED)
    return frozenset(map(str, kept)) if isinstance(kept, list) else frozenset()


def archive(context: Context, who: Mapping[str, str], *, away: bool = True) -> None:
    """Archive runs, or bring them back: run id -> who does it, which the audit of the run keeps."""
    known = archived(context)
    for run_id, name in who.items():
        control.post(context.journal, run_id, "archive" if away else "restore", name, acked=True)
    memory.remember(
        context.journal, _ARCHIVED, sorted(known | who.keys() if away else known - who.keys())
    )


def title_of(action_id: str) -> str:
    return get_action(action_id).title


def table(context: Context, shown: Sequence[RunRecord]) -> list[RunRecord]:
    """The runs as a table; returns those that are marked."""
    hidden = archived(context)
    frame = pd.DataFrame([_record(context, run, hidden) for run in shown])
    # The same name on every line would only take room.
    several = frame["Organización"].nunique() > 1
    event: Any = st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) < 14 else 420,
        on_select="rerun",
        selection_mode="multi-row",
        key="history_table",
        column_order=[name for name in SHOWN if several or name != "Organización"],
        column_config=_CONFIG,
    )
    return [shown[at] for at in event.selection.rows if at < len(shown)]


def _record(context: Context, run: RunRecord, hidden: Collection[str]) -> dict[str, Any]:
    counts, state = runs.run_counts(context.journal, run.run_id), run_state(context, run)
    word = word_of_run(run, state)
    return {
        "Empezó": datetime.fromisoformat(run.created_at).astimezone().replace(tzinfo=None),
        "Acción": f"Sin ensayo · {title(run)}" if without_dry_run(run) else title(run),
        "Estado": f"{word} · {ARCHIVED}" if run.run_id in hidden else word,
        "Filas": thousands(sum(counts.values())),
        "✓": thousands(sum(counts[name] for name in success(run))),
        "✗": thousands(sum(counts[name] for name in review_states(run.kind))),
        "Duración": lasting(elapsed(run, state)),
        "Nota": run.note,
        "Quién": run.person or "",
        "Organización": where_of(run),
        "Ejecución": run.run_id,
    }
