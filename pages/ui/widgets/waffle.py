"""The map: one cell per row or order, as an SVG image of a few KiB whatever their number (Streamlit
strips inline SVG).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence

import numpy as np

from pages.ui.widgets.palette import ORDER_HUES, ORDER_SHAPES, ROW_HUES, ROW_SHAPES, Hue, fill

CELL = 12  # px of one cell in the drawing; the image is scaled to its place
MAX_COLUMNS = 120
WIDE = 2.6  # width / height of the place

# What is drawn of a cell: white shows, black hides.
SHAPES = {
    "dot": '<circle cx="6" cy="6" r="2.4" fill="#fff"/>',
    "ring": '<circle cx="6" cy="6" r="3.8" fill="none" stroke="#fff" stroke-width="2.4"/>',
    "square": '<rect x="1" y="1" width="10" height="10" rx="2" fill="#fff"/>',
    "hollow": (
        '<rect x="2" y="2" width="8" height="8" rx="1.5" fill="none" stroke="#fff"'
        ' stroke-width="1.8"/>'
    ),
    "cross": (
        '<rect width="12" height="12" fill="#fff"/><path d="M3 3L9 9M9 3L3 9" stroke="#000"'
        ' stroke-width="1.8"/>'
    ),
    "hollow_full": (
        '<rect x="1" y="1" width="10" height="10" fill="none" stroke="#fff" stroke-width="2"/>'
        '<path d="M3 9L9 3" stroke="#fff" stroke-width="1.5"/>'
    ),
    "cut": (
        '<rect x="1" y="1" width="10" height="10" rx="2" fill="#fff"/><path d="M0 12L12 0"'
        ' stroke="#000" stroke-width="2.2"/>'
    ),
    "hollow_cut": (
        '<rect x="2" y="2" width="8" height="8" fill="none" stroke="#fff" stroke-width="1.8"/>'
        '<path d="M1 11L11 1" stroke="#fff" stroke-width="1.8"/>'
    ),
    "dash": '<rect x="2" y="5" width="8" height="2.4" fill="#fff"/>',
    "bars": (
        '<rect x="2" y="1.5" width="3" height="9" fill="#fff"/><rect x="7" y="1.5" width="3"'
        ' height="9" fill="#fff"/>'
    ),
}


def rows_map(states: Sequence[str], dark: bool) -> str:
    """Map of row states (rows outside the scope are not drawn), as a data URI."""
    return _draw([state for state in states if state in ROW_SHAPES], ROW_HUES, ROW_SHAPES, dark)


def orders_map(states: Sequence[str], dark: bool) -> str:
    """Map of order states, as a data URI."""
    return _draw(states, ORDER_HUES, ORDER_SHAPES, dark)


def key_cell(state: str, dark: bool, *, orders: bool) -> str:
    """One cell, for the legend, as a data URI."""
    hues, shapes = (ORDER_HUES, ORDER_SHAPES) if orders else (ROW_HUES, ROW_SHAPES)
    return _uri(_svg(1, 1, _layer(state, "M0 0h12v12H0z", hues, shapes, dark)))


def columns_for(total: int) -> int:
    """Cells per line, so that the map is about WIDE times as wide as high; at most MAX_COLUMNS."""
    return max(24, min(MAX_COLUMNS, round(math.sqrt(max(total, 1) * WIDE))))


def _draw(
    states: Sequence[str], hues: Mapping[str, Hue], shapes: Mapping[str, str], dark: bool
) -> str:
    columns = columns_for(len(states))
    lines = max(1, -(-len(states) // columns))
    found = np.array(states, dtype="U12")
    layers = [
        _layer(name, _runs(np.flatnonzero(found == name), columns), hues, shapes, dark)
        for name in dict.fromkeys(states)
    ]
    return _uri(_svg(columns, lines, "".join(layers)))


def _runs(places: np.ndarray, columns: int) -> str:
    """An SVG path over the cells at `places`, neighbours of a line as one rectangle."""
    breaks = np.flatnonzero((np.diff(places) != 1) | (places[1:] % columns == 0))
    starts = places[np.r_[0, breaks + 1]].tolist()
    ends = places[np.r_[breaks, len(places) - 1]].tolist()
    return "".join(
        f"M{a % columns * CELL}"
        f" {a // columns * CELL}h{(b - a + 1) * CELL}v{CELL}H{a % columns * CELL}z"
        for a, b in zip(starts, ends, strict=True)
    )


def _layer(
    name: str, path: str, hues: Mapping[str, Hue], shapes: Mapping[str, str], dark: bool
) -> str:
    """The cells of one state: its color seen through a mask of its shape."""
    return (
        f'<pattern id="p{name}" width="{CELL}" height="{CELL}"'
        f' patternUnits="userSpaceOnUse">{SHAPES[shapes[name]]}</pattern><mask id="m{name}"><rect'
        f' width="100%" height="100%" fill="url(#p{name})"/></mask><path mask="url(#m{name})"'
        f' fill="{fill(hues[name], dark)}" d="{path}"/>'
    )


def _svg(columns: int, lines: int, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * CELL}'
        f' {lines * CELL}">{body}</svg>'
    )


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
