"""The frame of every page: settings, style, mode strip, sidebar. A deep link works: no page needs
another one to have run.
"""

from __future__ import annotations

import gc
import html
import importlib

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bulk.core.records import RunRecord
from bulk.errors import BulkError
from bulk.runs.connection import SANDBOX as SANDBOX_TARGET
from bulk.runs.connection import Connection
from pages.ui.frame import sidebar
from pages.ui.run import current_runs
from pages.ui.shell import connect, resources, style
from pages.ui.shell.session import Session, current
from pages.ui.texts import APP, PAGES, PRODUCTION, SANDBOX
from pages.ui.widgets.markdown import escape_markdown

_frozen: list[bool] = []


def begin(page: str) -> Session:
    """First line of every page; `page` is a key of texts.PAGES. Stops the script when nothing can
    be shown at all.
    """
    _, _, title, _ = PAGES[page]
    st.set_page_config(
        page_title=f"{title} · {APP}", page_icon="⚡", layout="wide", initial_sidebar_state=240
    )
    session = current()
    style.put()
    try:
        connection = resources.connection(session)
    except BulkError as error:
        st.error(escape_markdown(error.message))
        st.stop()
    run = current_runs.on_page(resources.context(), session, page)
    _strip(connection, run)
    with st.sidebar:
        sidebar.draw(session, connection, page, run)
    freeze()
    connect.ask_again(session)
    return session


def heading(page: str, extra: str = "", *, buttons: float = 0.46) -> DeltaGenerator:
    """The title, and the place of the main button on its right, where it needs no scrolling.
    `buttons` is its share of the width.
    """
    _, _, title, purpose = PAGES[page]
    left, right = st.columns([1 - buttons, buttons], vertical_alignment="center")
    with left:
        st.subheader(f"{title}{f' · {extra}' if extra else ''}", anchor=False)
        st.caption(purpose)
    place: DeltaGenerator = right.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center"
    )
    return place


def goto_button(page: str) -> None:
    """The main button of a page that has nothing to show yet: where to begin."""
    if st.button(f"Ir a {PAGES[page][2]}", type="primary", key=f"goto_{page}"):
        st.switch_page(PAGES[page][0])


def bottom() -> DeltaGenerator:
    """The place of the main button once more, below a page that is longer than the screen."""
    place: DeltaGenerator = st.container(horizontal=True, horizontal_alignment="right")
    return place


def show_advice(session: Session) -> None:
    """The warnings of the last launch of this tab."""
    for text in session.view.advice:
        st.warning(escape_markdown(text), icon=":material/warning:")


def freeze() -> None:
    """Once per process: what is loaded by now is never garbage-collected. Else each refresh of a
    board would delay the worker threads by 100 ms.
    """
    if not _frozen:
        _frozen.append(True)
        for heavy in ("pandas", "pyarrow"):
            importlib.import_module(heavy)
        gc.collect()
        gc.freeze()


def _strip(connection: Connection, run: RunRecord | None) -> None:
    """Where the page works: the organization of its run, when it is about one; else that of this
    tab.
    """
    place: Connection | RunRecord = run or connection
    sandbox = place.target == SANDBOX_TARGET
    kind = "sandbox" if sandbox else "production"
    words = (
        SANDBOX if sandbox else f"{PRODUCTION} · {place.org_name or place.org_id or place.target}"
    )
    st.html(f'<div class="strip {kind}" role="status">{html.escape(words)}</div>')
