"""What runs in the browser itself: a button that copies with one click, and the focus on the safe
button of a dialog.

Streamlit has only an icon for copying, which appears over a block of code, and puts the focus of a
dialog on its cross.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

COPIED = "Copiado"


def _read(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


_copy_button = st.components.v2.component(
    "copy_button",
    html='<button type="button"></button>',
    css=_read("copy_button.css"),
    js=_read("copy_button.js"),
)
_focus_safe = st.components.v2.component("focus_safe", js=_read("focus_safe.js"))


def copy_button(
    label: str, text: str, *, key: str, width: Literal["stretch", "content"] = "stretch"
) -> None:
    """`label` on the button; `text` goes to the clipboard."""
    _copy_button(data={"label": label, "text": text, "copied": COPIED}, key=key, width=width)


def focus_safe() -> None:
    """Focus the button with the key `safe` in the dialog that is being drawn."""
    _focus_safe(key="focus_safe")
