"""What takes a few lines in the browser itself: a button that copies by one click, and the focus on
the safe button of a dialog.

Streamlit has only an icon for copying, which shows up over a block of code, and puts the focus of a
dialog on its cross.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

COPIED = "Copiado"
_HTML = '<button type="button"></button>'
_CSS = """
button { font: inherit; font-size: 0.875rem; line-height: 1.4; padding: 0.3rem 0.75rem; border-radius: 8px; cursor: pointer;
  width: 100%; white-space: nowrap; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); outline: none; }
"""
# The text of the last drawing is copied: on a live board it is another one each second.
_JS = """
export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  button.dataset.text = data.text;
  if (!button.dataset.copied) button.textContent = data.label;
  button.onclick = async () => {
    await navigator.clipboard.writeText(button.dataset.text);
    button.dataset.copied = "yes";
    button.textContent = data.copied;
    setTimeout(() => { delete button.dataset.copied; button.textContent = data.label; }, 1500);
  };
}
"""
_component = st.components.v2.component("copy_button", html=_HTML, css=_CSS, js=_JS)


def copy_button(
    label: str, text: str, *, key: str, width: Literal["stretch", "content"] = "stretch"
) -> None:
    """`label` on the button; `text` goes to the clipboard."""
    _component(data={"label": label, "text": text, "copied": COPIED}, key=key, width=width)


_FOCUS = """
export default function () {
  setTimeout(() => document.querySelector('[role="dialog"] .st-key-safe button')?.focus(), 150);
}
"""
_focus = st.components.v2.component("focus_safe", js=_FOCUS)


def focus_safe() -> None:
    """The button of the key `safe` in the dialog that is being drawn has the focus
    (docs/interfaz.md 1).
    """
    _focus(key="focus_safe")
