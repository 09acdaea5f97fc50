"""Whatever goes wrong while a part of a page is drawn is shown there, in Spanish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from bulk.core.logs import log
from bulk.errors import BulkError, TokenRejected
from pages.ui.shell import connect
from pages.ui.shell.session import current
from pages.ui.texts import UNFORESEEN
from pages.ui.widgets.markdown import escape_markdown


@contextmanager
def error_boundary() -> Iterator[None]:
    """Show an error of the block as a message, never as a traceback.

    A token that Webex rejects is remembered, and the page is run again to ask for another one.
    """
    try:
        yield
    except TokenRejected:
        session = current()
        if session.connection is None:
            st.error(connect.WRONG, icon=":material/error:")
        elif not session.rejected:
            session.rejected = session.connection.org_id or "?"
            st.rerun()
    except BulkError as error:
        st.error(escape_markdown(error.message), icon=":material/error:")
    # Reruns and page switches of Streamlit pass: they are no subclass of Exception.
    except Exception:
        log.exception("la página ha fallado")
        st.error(UNFORESEEN, icon=":material/error:")
