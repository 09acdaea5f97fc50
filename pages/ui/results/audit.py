"""`Auditoría`: what is known of a run, as pairs that can be read aloud."""

from __future__ import annotations

import html

import streamlit as st

from bulk.core.records import RunRecord
from bulk.report.audit import facts
from pages.ui.shell import resources


def audit_table(run: RunRecord) -> None:
    """Who, when, where, with which files, mapping, scope and settings, and the commands given
    meanwhile.

    Not a grid: there a fingerprint or the settings would be cut where the column ends.
    """
    pairs = facts(resources.context(), run)
    lines = "".join(
        f"<dt>{html.escape(what)}</dt><dd>{html.escape(value)}</dd>" for what, value in pairs
    )
    st.html(f'<dl class="facts">{lines}</dl>')
