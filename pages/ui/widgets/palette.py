"""Colors and shapes of states. Filled = something was sent to Webex; hollow = nothing was."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Hue:
    """One of the seven hues in both themes."""

    light: str  # map, light theme
    dark: str  # map, dark theme
    ink_light: str  # text on light; pills in both themes
    ink_dark: str  # text on dark


GREY = Hue("#B4BEC8", "#4C5661", "#566270", "#9AA6B2")
BLUE = Hue("#3A62A8", "#0E78F0", "#2F5596", "#6AA9F7")
GREEN = Hue("#44A588", "#9AE9C9", "#1F6E57", "#9AE9C9")
RED = Hue("#9F2F17", "#DA4033", "#9F2F17", "#F0796E")
AMBER = Hue("#EA9419", "#FCAE0F", "#8A5200", "#FCAE0F")
SLATE = Hue("#5E5E5E", "#7F8082", "#4F4F4F", "#A3A5A8")
PURPLE = Hue("#3B2246", "#C8B3E2", "#5B3A78", "#C8B3E2")

ROW_HUES = {
    "pending": GREY,
    "running": BLUE,
    "done": GREEN,
    "unchanged": GREEN,
    "failed": RED,
    "invalid": RED,
    "unknown": AMBER,
    "conflict": AMBER,
    "cancelled": SLATE,
    "excluded": GREY,
    "create": BLUE,
    "change": BLUE,
    "blocked": RED,
}
ORDER_HUES = {
    "queued": GREY,
    "running": BLUE,
    "success": GREEN,
    "partial": AMBER,
    "error": RED,
    "paused": PURPLE,
    "cancelled": SLATE,
}
# The shape of a cell of the map, by row state and by order state.
ROW_SHAPES = {
    "pending": "dot",
    "running": "ring",
    "done": "square",
    "unchanged": "hollow",
    "failed": "cross",
    "invalid": "hollow_full",
    "unknown": "cut",
    "conflict": "hollow_cut",
    "cancelled": "dash",
    "create": "square",
    "change": "square",
    "blocked": "hollow_full",
}
ORDER_SHAPES = {
    "queued": "dot",
    "running": "ring",
    "success": "square",
    "partial": "cut",
    "error": "cross",
    "paused": "bars",
    "cancelled": "dash",
}


def is_dark() -> bool:
    """The theme of the app as the browser shows it (it can differ from the system's)."""
    return st.context.theme.type == "dark"


def fill(hue: Hue, dark: bool) -> str:
    return hue.dark if dark else hue.light


def ink(hue: Hue, dark: bool) -> str:
    return hue.ink_dark if dark else hue.ink_light
