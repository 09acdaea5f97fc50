"""Retrying rows of a run: all that failed, or some."""

from __future__ import annotations

import streamlit as st

from bulk.errors import BulkError
from bulk.runs.resume import retry
from bulk.runs.undo import undo_lists
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.widgets.markdown import escape_markdown

RETRIED = ("failed", "unknown", "conflict", "cancelled")


def rows_to_retry(snapshot: RunSnapshot) -> int:
    """Rows that another try may change. Of an undo not those changed by others since: they would be
    kept again.
    """
    if snapshot.run.kind == "undo":
        found = undo_lists(resources.context(), snapshot.run.run_id)
        return found["failed"] + snapshot.counts["cancelled"]
    return 0 if snapshot.run.kind == "verify" else sum(snapshot.counts[state] for state in RETRIED)


def work_again(
    session: Session,
    snapshot: RunSnapshot,
    *,
    order_ids: tuple[str, ...] = (),
    lines: tuple[int, ...] = (),
) -> None:
    """Retry what failed: of the whole run, of some orders, or some rows; and show the board."""
    try:
        connection = resources.connection_for(snapshot.run, session)
        live = retry(
            resources.context(), snapshot.run.run_id, connection, order_ids=order_ids, lines=lines
        )
    except BulkError as error:
        st.error(escape_markdown(error.message))
        return
    if live is None:
        st.info("No hay nada que reintentar.")
        return
    session.view.run_id = snapshot.run.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": snapshot.run.run_id})
