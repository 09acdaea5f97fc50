"""`Auditoría`: what is known of a run, as pairs that can be read aloud."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bulk.records import RunRecord
from bulk.report.audit import facts
from pages.ui import resources


def audit_table(run: RunRecord) -> None:
    """Who, when, where, with which files, mapping, scope and settings, and the commands given meanwhile."""
    frame = pd.DataFrame(facts(resources.context(), run), columns=pd.Index(["Dato", "Valor"]))
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        key="report_audit",
        row_height=32,
        column_config={"Dato": st.column_config.TextColumn(width=190), "Valor": st.column_config.TextColumn(width="large")},
    )
