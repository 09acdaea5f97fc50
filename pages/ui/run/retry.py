"""Working rows of a run again: those that failed, all of them or some."""

from __future__ import annotations

import streamlit as st

from bulk.errors import BulkError
from bulk.runs.launch import retry
from bulk.runs.undo import undo_lists
from pages.ui.run.snapshot import Look
from pages.ui.shell import resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.widgets.markdown import plain

RETRIED = ("failed", "unknown", "conflict", "cancelled")


def rows_to_retry(seen: Look) -> int:
    """Rows that another try may put right; of an undo not those that somebody changed since: they
    are kept again.
    """
    if seen.run.kind == "undo":
        found = undo_lists(resources.context(), seen.run.run_id)
        return found["failed"] + seen.counts["cancelled"]
    return 0 if seen.run.kind == "verify" else sum(seen.counts[state] for state in RETRIED)


def work_again(
    session: Session, seen: Look, *, order_ids: tuple[str, ...] = (), lines: tuple[int, ...] = ()
) -> None:
    """Retry what failed: of the whole run, of some lots, or some rows; and show the board."""
    try:
        reached = resources.connection_for(seen.run, session)
        live = retry(
            resources.context(), seen.run.run_id, reached, order_ids=order_ids, lines=lines
        )
    except BulkError as error:
        st.error(plain(error.message))
        return
    if live is None:
        st.info("No hay nada que reintentar.")
        return
    session.run_id = seen.run.run_id
    st.switch_page(PAGES["lanzamiento"][0], query_params={"run": seen.run.run_id})
