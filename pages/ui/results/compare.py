"""Two runs side by side: their counts, and the rows that ended in different states."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bulk.core.records import RunRecord
from bulk.core.states import ALL_STATES
from bulk.core.text import pluralize, thousands
from bulk.journal import rows, runs
from bulk.runs.context import Context
from pages.ui.shell import resources
from pages.ui.texts import local_time, pill_of
from pages.ui.widgets import tables

MISSING = "no estaba"
MAX_ITEMS = 2_000  # rows on screen
_CONFIG = {
    "Fila": st.column_config.NumberColumn(width=60, format="%d"),
    "Motivo": st.column_config.TextColumn(width=380),
}


def draw(one: RunRecord, other: RunRecord) -> None:
    """`one` is the older."""
    context = resources.context()
    st.markdown(
        f"**{one.run_id}** ({local_time(one.created_at)}) y **{other.run_id}**"
        f" ({local_time(other.created_at)})"
    )
    if one.action_id != other.action_id:
        st.warning(
            "Son acciones distintas: se comparan por el número de fila.", icon=":material/warning:"
        )
    tables.show(side_by_side(context, one, other), key="compare_counts", height=None)
    found = differences(context, one, other)
    if found.empty:
        st.success("Las filas acabaron igual en las dos.", icon=":material/check_circle:")
        return
    shown = found.head(MAX_ITEMS)
    verb = "Acabó distinta" if len(found) == 1 else "Acabaron distintas"
    more = f" Se muestran {thousands(MAX_ITEMS)}." if len(found) > MAX_ITEMS else ""
    st.caption(f"{verb} {pluralize(len(found), 'fila', 'filas')}.{more}")
    tables.show(shown, config=_CONFIG, key="compare_rows")


def side_by_side(context: Context, one: RunRecord, other: RunRecord) -> pd.DataFrame:
    """Estado and a column of rows per run; states that neither has are left out."""
    first, second = (runs.run_counts(context.journal, run.run_id) for run in (one, other))
    records = [
        (pill_of(other, state), first[state], second[state])
        for state in ALL_STATES
        if first[state] or second[state]
    ]
    records.append(("Total", sum(first.values()), sum(second.values())))
    return pd.DataFrame(records, columns=pd.Index(["Estado", one.run_id, other.run_id]))


def differences(context: Context, one: RunRecord, other: RunRecord) -> pd.DataFrame:
    """Fila, Quién, the state in each run, Motivo (of the later one, else of the other); in file
    order.
    """
    before = {row.line: row for row in rows.read_rows(context.journal, one.run_id)}
    records = []
    for row in rows.read_rows(context.journal, other.run_id):
        was = before.pop(row.line, None)
        if was is None or was.state != row.state:
            first = pill_of(one, was.state, was.code) if was else MISSING
            message = row.message or (was.message if was else "") or ""
            records.append(
                (row.line, row.label, first, pill_of(other, row.state, row.code), message)
            )
    records += [
        (was.line, was.label, pill_of(one, was.state, was.code), MISSING, was.message or "")
        for was in before.values()
    ]
    records.sort(key=lambda record: record[0])
    return pd.DataFrame(
        records, columns=pd.Index(["Fila", "Quién", one.run_id, other.run_id, "Motivo"])
    )
