"""The style sheets of every page: the app's own, and Spanish over Streamlit's English."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from pages.ui.widgets.palette import is_dark

# variable of app.css -> (light theme, dark theme)
_VARIABLES = {
    "production-background": ("#1A2430", "#E6EAF0"),
    "production-text": ("#FFFFFF", "#0F1720"),
    "sandbox-background": ("#D9ECF7", "#12384F"),
    "sandbox-text": ("#0F3B5E", "#BFE3F7"),
    "line": ("#D5DBE3", "#2C3846"),
    "muted": ("#566270", "#9AA6B2"),
    "accent": ("#1F4E9E", "#7DB2FF"),
    "amber": ("#8A5200", "#FCAE0F"),
}


def put() -> None:
    variables = {name: pair[is_dark()] for name, pair in _VARIABLES.items()}
    variables["upload-limit"] = f'"{st.get_option("server.maxUploadSize")}"'
    root = " ".join(f"--{name}: {value};" for name, value in variables.items())
    st.html(f"<style>:root {{ {root} }}\n{_sheets()}</style>")


@cache
def _sheets() -> str:
    folder = Path(__file__).parent
    return "\n".join(
        (folder / name).read_text(encoding="utf-8") for name in ("app.css", "streamlit_es.css")
    )
