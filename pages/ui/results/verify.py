"""«Verificar ahora»: the rows of a run read again, in the background; and what the newest
verification found.
"""

from __future__ import annotations

import streamlit as st

from bulk.core.records import RunRecord
from bulk.core.text import thousands
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.report.verified import verification_line
from bulk.runs.verify import findings, verify
from pages.ui.run import current_runs
from pages.ui.run.snapshot import RunSnapshot, take_snapshot
from pages.ui.shell import resources
from pages.ui.shell.errors import error_boundary
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES, VERIFY_HELP, VERIFYING, rows_text
from pages.ui.widgets.markdown import escape_markdown

EVERY = 1.0  # seconds between two drawings


def button(session: Session, snapshot: RunSnapshot) -> None:
    newest = _newest(snapshot)
    busy = (
        newest is not None
        and take_snapshot(resources.context(), newest, session, with_orders=False).alive
    )
    if st.button("Verificar ahora", help=VERIFY_HELP, disabled=busy):
        try:
            verify(
                resources.context(),
                snapshot.run.run_id,
                resources.connection_for(snapshot.run, session),
            )
        except BulkError as error:
            st.error(escape_markdown(error.message))
            return
        st.rerun()


def draw(session: Session, snapshot: RunSnapshot) -> None:
    """The progress of the newest verification, or what it found; nothing without one."""
    newest = _newest(snapshot)
    if newest is None:
        return
    if take_snapshot(resources.context(), newest, session, with_orders=False).alive:
        follow(session, newest, VERIFYING)
        return
    found = findings(resources.context(), snapshot.run.run_id)
    if found is None:
        return
    good = not (found.different or found.unreadable or found.open)
    shown, opens = st.columns([0.78, 0.22], vertical_alignment="center")
    with shown:
        (st.success if good else st.warning)(
            verification_line(found),
            icon=":material/check_circle:" if good else ":material/difference:",
        )
    if opens.button("Ver la verificación", width="stretch", key="open_verification"):
        st.switch_page(PAGES["informe"][0], query_params={"run": found.run_id})


def _newest(snapshot: RunSnapshot) -> RunRecord | None:
    found = runs.children(resources.context().journal, snapshot.run.run_id, "verify")
    return found[0] if found else None


def follow(session: Session, run: RunRecord, text: str) -> None:
    """A bar that polls while `run` is active; then the whole page runs once more, which stops the
    polling.
    """

    @st.fragment(run_every=EVERY)
    def draw_bar() -> None:
        with error_boundary():
            context = resources.context()
            now = take_snapshot(
                context, current_runs.refreshed(context, run), session, with_orders=False
            )
            if not now.alive:
                st.rerun()
            st.progress(
                now.share, text=f"{text} {thousands(now.finished)} de {rows_text(now.total)}"
            )

    draw_bar()
