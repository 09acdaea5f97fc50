"""`Verificar ahora`: the rows of a run read again, in the background; and what the newest
verification found.
"""

from __future__ import annotations

import streamlit as st

from bulk.core.figures import thousands
from bulk.core.records import RunRecord
from bulk.errors import BulkError
from bulk.journal import runs
from bulk.report.verified import verification_line
from bulk.runs.verify import findings, verify
from pages.ui.run import current_runs
from pages.ui.run.snapshot import Look, look
from pages.ui.shell import page, resources
from pages.ui.shell.session import Session
from pages.ui.texts import PAGES
from pages.ui.texts_runs import VERIFY_HELP, VERIFYING, rows_told
from pages.ui.widgets.markdown import plain

EVERY = 1.0  # seconds between two looks


def button(session: Session, seen: Look) -> None:
    newest = _newest(seen)
    busy = (
        newest is not None and look(resources.context(), newest, session, with_orders=False).alive
    )
    if st.button("Verificar ahora", help=VERIFY_HELP, disabled=busy):
        try:
            verify(
                resources.context(), seen.run.run_id, resources.connection_for(seen.run, session)
            )
        except BulkError as error:
            st.error(plain(error.message))
            return
        st.rerun()


def draw(session: Session, seen: Look) -> None:
    """How far the newest verification has come, or what it found; nothing without one."""
    newest = _newest(seen)
    if newest is None:
        return
    if look(resources.context(), newest, session, with_orders=False).alive:
        follow(session, newest, VERIFYING)
        return
    found = findings(resources.context(), seen.run.run_id)
    if found is None:
        return
    good = not (found.different or found.unreadable or found.open)
    told, opens = st.columns([0.78, 0.22], vertical_alignment="center")
    with told:
        (st.success if good else st.warning)(
            verification_line(found),
            icon=":material/check_circle:" if good else ":material/difference:",
        )
    if opens.button("Ver la verificación", width="stretch", key="open_verification"):
        st.switch_page(PAGES["informe"][0], query_params={"run": found.run_id})


def _newest(seen: Look) -> RunRecord | None:
    found = runs.children(resources.context().journal, seen.run.run_id, "verify")
    return found[0] if found else None


def follow(session: Session, run: RunRecord, text: str) -> None:
    """A bar that polls while `run` lives, then asks for one full run of the page, which stops the
    polling.
    """

    @st.fragment(run_every=EVERY)
    def draw_bar() -> None:
        with page.told():
            house = resources.context()
            now = look(house, current_runs.again(house, run), session, with_orders=False)
            if not now.alive:
                st.rerun()
            st.progress(
                now.share, text=f"{text} {thousands(now.finished)} de {rows_told(now.total)}"
            )

    draw_bar()
