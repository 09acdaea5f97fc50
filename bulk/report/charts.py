"""Charts of the HTML report as inline SVG: numbers in text beside each shape, no script, no style
of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from bulk.core.records import RunRecord, Sample
from bulk.core.text import thousands
from bulk.wording.states import state_word

_GREY, _BLUE, _GREEN, _RED, _AMBER, _SLATE = (
    "#B4BEC8",
    "#3A62A8",
    "#44A588",
    "#9F2F17",
    "#EA9419",
    "#5E5E5E",
)
HUES = {  # as on screen (docs/interfaz.md 2, light)
    "done": _GREEN,
    "unchanged": "#A9D8C9",
    "create": _BLUE,
    "change": "#7F9CCB",
    "failed": _RED,
    "invalid": "#D08D7F",
    "blocked": _RED,
    "unknown": _AMBER,
    "conflict": "#F6CB8C",
    "running": _BLUE,
    "pending": _GREY,
    "cancelled": _SLATE,
    "excluded": "#E3E7EC",
}
WIDTH = 900  # units of the drawing; it scales with the page
_LABEL = 230  # units at the left of a bar
_MAX_BARS = 15
_POINTS = 300  # of the line of the pace


def states(run: RunRecord, counts: Mapping[str, int]) -> Markup:
    """One bar of all rows, by state, with a legend."""
    there = [state for state in HUES if counts.get(state)]
    total = sum(counts[state] for state in there)
    if not total:
        return Markup()
    drawn = [_bar(0, 0, WIDTH, 34, [(state, counts[state]) for state in there], total)]
    for number, state in enumerate(there):
        x, y = 225 * (number % 4), 52 + 24 * (number // 4)
        share = f"{100 * counts[state] / total:.1f}".replace(".", ",")
        text = f"{state_word(run, state)}: {thousands(counts[state])} ({share} %)"
        drawn.append(
            f'<rect x="{x}" y="{y}" width="14" height="14"'
            f' fill="{HUES[state]}"/>{_text(x + 20, y + 12, text)}'
        )
    return _svg(52 + 24 * (1 + (len(there) - 1) // 4), "Filas por estado", drawn)


def places(run: RunRecord, groups: Iterable[tuple[str, str, int]]) -> Markup:
    """A bar per location, the biggest ones; of the others a line below says how much they are."""
    found: dict[str, dict[str, int]] = {}
    for group, state, n in groups:
        if state != "excluded":
            kept = found.setdefault(group or "sin ubicación", {})
            kept[state] = kept.get(state, 0) + n
    if len(found) < 2:
        return Markup()
    ranked = sorted(found.items(), key=lambda each: -sum(each[1].values()))
    shown, left = ranked[:_MAX_BARS], ranked[_MAX_BARS:]
    most = max(sum(counts.values()) for _, counts in shown)
    drawn = []
    for number, (name, counts) in enumerate(shown):
        total, y = sum(counts.values()), 28 * number
        drawn.append(_text(0, y + 15, _cut(name)))
        parts = [(state, counts[state]) for state in HUES if counts.get(state)]
        drawn.append(_bar(_LABEL, y, _room(total, most), 20, parts, total))
        drawn.append(_text(_LABEL + _room(total, most) + 8, y + 15, thousands(total)))
    return _svg(28 * len(shown), "Filas por ubicación", drawn, below=_smaller(run, left))


def _smaller(run: RunRecord, left: Sequence[tuple[str, dict[str, int]]]) -> str:
    """`Y otras 25 ubicaciones con menos filas, que suman 2.812: hecha 2.800, no válida 12.` One bar
    would dwarf the others.
    """
    if not left:
        return ""
    counts: dict[str, int] = {}
    for _, states_of in left:
        for state, n in states_of.items():
            counts[state] = counts.get(state, 0) + n
    parts = ", ".join(
        f"{state_word(run, state)} {thousands(counts[state])}"
        for state in HUES
        if counts.get(state)
    )
    total = thousands(sum(counts.values()))
    if len(left) == 1:
        return f"Y otra ubicación con menos filas, que suma {total}: {parts}."
    return (
        f"Y otras {thousands(len(left))} ubicaciones con menos filas, que suman {total}: {parts}."
    )


def causes(titles: Sequence[tuple[str, int]]) -> Markup:
    """A bar per cause, biggest first."""
    merged: dict[str, int] = {}
    for title, n in titles:
        merged[title] = merged.get(title, 0) + n
    shown = sorted(merged.items(), key=lambda each: -each[1])[:_MAX_BARS]
    if not shown:
        return Markup()
    most, drawn = shown[0][1], []
    for number, (title, n) in enumerate(shown):
        y, long = 44 * number, (WIDTH - 90) * n / most
        drawn.append(_text(0, y + 12, title[:110]))
        drawn.append(f'<rect x="0" y="{y + 18}" width="{long:.1f}" height="16" fill="{_RED}"/>')
        drawn.append(_text(long + 8, y + 31, thousands(n)))
    return _svg(44 * len(shown), "Filas por causa", drawn)


def pace(samples: Sequence[Sample]) -> Markup:
    """Rows a second while the run was worked."""
    points = _rates(samples)
    if len(points) < 3:
        return Markup()
    step = max(1, len(points) // _POINTS)
    points = points[::step]
    span, most = points[-1][0] - points[0][0], max(rate for _, rate in points)
    if span <= 0 or most <= 0:
        return Markup()
    line = " ".join(
        f"{WIDTH * (at - points[0][0]) / span:.1f},{150 - 120 * rate / most:.1f}"
        for at, rate in points
    )
    peak = f"{most:.1f}".replace(".", ",")
    return _svg(
        172,
        "Ritmo",
        [
            f'<line x1="0" y1="150" x2="{WIDTH}" y2="150" stroke="#D5DBE3"/>',
            f'<polyline points="{line}" fill="none" stroke="{_BLUE}" stroke-width="2"/>',
            _text(0, 14, f"filas por segundo, máximo {peak}"),
            _text(0, 168, f"{round(span / 60)} min" if span >= 120 else f"{round(span)} s"),
        ],
    )


def _rates(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """(seconds, rows per second) between samples; the counter starts again with each process."""
    found = []
    for before, after in itertools.pairwise(samples):
        at = datetime.fromisoformat(after.at).timestamp()
        seconds = at - datetime.fromisoformat(before.at).timestamp()
        if seconds > 0 and after.rows >= before.rows:
            found.append((at, (after.rows - before.rows) / seconds))
    return found


def _bar(
    x: float, y: float, width: float, height: int, parts: Sequence[tuple[str, int]], total: int
) -> str:
    drawn, at = [], x
    for state, n in parts:
        long = width * n / total
        drawn.append(
            f'<rect x="{at:.1f}" y="{y}" width="{long:.1f}" height="{height}"'
            f' fill="{HUES[state]}"/>'
        )
        at += long
    return "".join(drawn)


def _room(total: int, most: int) -> float:
    return (WIDTH - _LABEL - 90) * total / most


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" font-size="13" fill="#1A2430">{escape(text)}</text>'


def _cut(name: str) -> str:
    return name if len(name) <= 32 else f"{name[:31]}…"


def _svg(height: int, title: str, drawn: Sequence[str], *, below: str = "") -> Markup:
    head = (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}"><title>{escape(title)}</title>'
    )
    note = f'<p class="note">{escape(below)}</p>' if below else ""
    caption = f"<figcaption>{escape(title)}</figcaption>"
    # every text in it has been escaped here
    return Markup(f"<figure>{caption}{head}{''.join(drawn)}</svg>{note}</figure>")  # noqa: S704
