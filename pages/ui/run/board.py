"""The board of a run: counters, progress, map, locations. Drawn again each second, so it is kept
light: HTML and images only.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from bulk.core.states import (
    ALL_STATES,
    ORDER_WORDS,
    PLAN_STATES,
    REVIEW_STATES,
    ROW_STATES,
    STATE_WORDS,
)
from bulk.core.text import pluralize, thousands
from bulk.journal import locations as journal_locations
from bulk.journal import rows
from bulk.runs.context import Context
from pages.ui.run.snapshot import RunSnapshot, progress_line, state_word
from pages.ui.texts import GLYPHS, plural, sentence, word_of
from pages.ui.widgets import waffle
from pages.ui.widgets.cache import throttled
from pages.ui.widgets.markdown import escape_markdown
from pages.ui.widgets.palette import PURPLE, ROW_HUES, fill, ink, is_dark

# States that are shown at 0 too, by kind of run.
ALWAYS: Sequence[str] = ("pending", "done", "failed")
ALWAYS_OF: Mapping[str, Sequence[str]] = {
    "undo": ("done", "conflict", "invalid"),
    "verify": ("unchanged", "change", "blocked"),
}
ALWAYS_OF_PREVIEW = ("change", "conflict", "invalid")
MAP_OF_ROWS = 100  # orders: from here on the map shows orders
MAX_ROWS = 10_000  # on a map of rows
MAX_LOCATIONS = 8  # bars
# All rows are counted again after so many times what counting took.
PAUSE_FACTOR = 200


def progress(snapshot: RunSnapshot) -> None:
    st.progress(
        snapshot.share,
        text=f"**{escape_markdown(sentence(state_word(snapshot)))}** · {progress_line(snapshot)}",
    )


def counters(snapshot: RunSnapshot) -> None:
    """One box per word; those at 0 are hidden, except the ones that are always looked for."""
    boxes = "".join(_box(*box) for box in _boxes(snapshot))
    st.html(f'<div class="counters">{boxes}</div>')


def _boxes(snapshot: RunSnapshot) -> list[tuple[str, int, str, str]]:
    """(word, rows, glyph, color); states that the run calls by the same word count together."""
    boxes: dict[str, tuple[str, int, str, str]] = {}
    for state in shown_states(snapshot):
        word = word_of(snapshot.run, state)
        reverted = snapshot.run.kind == "undo" and state == "done"
        glyph = "↶" if reverted else GLYPHS[state]
        color = ink(PURPLE if reverted else ROW_HUES[state], is_dark())
        _, so_far, glyph, color = boxes.get(word, (word, 0, glyph, color))
        boxes[word] = (word, so_far + snapshot.counts[state], glyph, color)
    return list(boxes.values())


def shown_states(snapshot: RunSnapshot) -> list[str]:
    """The states to show, in their order: those with rows, and those that are always shown."""
    run = snapshot.run
    if run.kind == "apply" and run.dry_run:
        order: Sequence[str] = [*PLAN_STATES, "pending", "running", "failed", "cancelled"]
        always: Sequence[str] = PLAN_STATES
    elif run.kind == "apply":
        order, always = ROW_STATES, ALWAYS
    else:
        always = ALWAYS_OF_PREVIEW if run.kind == "undo" and run.dry_run else ALWAYS_OF[run.kind]
        order = [*always, *(state for state in ALL_STATES if state != "excluded")]
    return [state for state in dict.fromkeys(order) if snapshot.counts[state] or state in always]


def _box(word: str, number: int, glyph: str, color: str) -> str:
    text = word if number == 1 else plural(word)
    return (
        f'<div class="counter"><div class="n" style="color:{color}">{thousands(number)}</div>'
        f'<div class="w"><span style="color:{color}">{glyph}</span> {text}</div></div>'
    )


def run_map(context: Context, snapshot: RunSnapshot) -> None:
    """The map and the legend of what is on it."""
    if not snapshot.order_states:
        st.caption("Aún no hay lotes.")
        return
    by_rows = is_map_of_rows(snapshot)
    if by_rows:
        states: Sequence[str] = rows.row_states(context.journal, snapshot.run.run_id)
        picture = waffle.rows_map(states, is_dark())
    else:
        states = snapshot.order_states
        picture = waffle.orders_map(states, is_dark())
    text = _in_words(states, by_rows=by_rows)
    st.html(f'<img class="map" alt="{text}" src="{picture}">{_legend(states, by_rows=by_rows)}')


def map_title(snapshot: RunSnapshot) -> str:
    return f"Mapa de {'filas' if is_map_of_rows(snapshot) else 'lotes'}"


def is_map_of_rows(snapshot: RunSnapshot) -> bool:
    """Rows while there are few of them, in few orders; else orders."""
    few_orders = len(snapshot.order_states) < MAP_OF_ROWS
    return few_orders and sum(snapshot.counts.values()) <= MAX_ROWS


def _in_words(states: Sequence[str], *, by_rows: bool) -> str:
    """The map for those who do not see it."""
    words = STATE_WORDS if by_rows else ORDER_WORDS
    return ", ".join(
        f"{n} {words[state] if n == 1 else plural(words[state])}"
        for state, n in Counter(states).items()
    )


def _legend(states: Iterable[str], *, by_rows: bool) -> str:
    words = STATE_WORDS if by_rows else ORDER_WORDS
    present = [
        state
        for state in (ALL_STATES if by_rows else ORDER_WORDS)
        if state in set(states) and state != "excluded"
    ]
    keys = [
        '<span><img alt=""'
        f' src="{waffle.key_cell(s, is_dark(), orders=not by_rows)}">{words[s]}</span>'
        for s in present
    ]
    return f'<div class="legend">{"".join(keys)}</div>'


def locations(context: Context, snapshot: RunSnapshot) -> None:
    """A bar per location, those to review first."""
    table: dict[str, Counter[str]] = {}
    for group, state, n in _counted(context, snapshot):
        if state != "excluded":
            table.setdefault(group or "sin ubicación", Counter())[state] += n
    if not table:
        st.caption("Aún no hay filas.")
        return
    ranked = sorted(
        table.items(), key=lambda entry: (-_review(entry[1]), -sum(entry[1].values()), entry[0])
    )
    bars = "".join(_location(name, counts) for name, counts in ranked[:MAX_LOCATIONS])
    st.html(f'<div class="bars">{bars}</div>')
    if len(ranked) > MAX_LOCATIONS:
        st.caption(f"y {pluralize(len(ranked) - MAX_LOCATIONS, 'ubicación', 'ubicaciones')} más")


def _counted(context: Context, snapshot: RunSnapshot) -> journal_locations.Counted:
    """While the run is active, all rows are counted now and then, and only what ended since in
    between.
    """
    journal, run_id = context.journal, snapshot.run.run_id
    key = (run_id, "places")
    if not snapshot.alive:
        return throttled(
            key,
            (snapshot.state, snapshot.finished),
            lambda: journal_locations.group_counts(journal, run_id),
        )
    moment, base = throttled(
        key, None, lambda: journal_locations.base_counts(journal, run_id), pause_factor=PAUSE_FACTOR
    )
    return [*base, *journal_locations.ended_since(journal, run_id, moment)]


def _review(counts: Mapping[str, int]) -> int:
    return sum(counts.get(state, 0) for state in REVIEW_STATES)


def _location(name: str, counts: Counter[str]) -> str:
    total, dark = counts.total(), is_dark()
    parts = [
        (state, counts[state])
        for state in ALL_STATES
        if counts[state] and state not in ("pending", "running")
    ]
    bar = "".join(
        f'<i style="width:{100 * n / total:.1f}%;background:{fill(ROW_HUES[state], dark)}"></i>'
        for state, n in parts
    )
    review = _review(counts)
    figure = (
        f"{thousands(sum(n for _, n in parts))} de"
        f" {thousands(total)}{f' · {review} por revisar' if review else ''}"
    )
    return (
        f'<span class="name">{html.escape(name)}</span><span class="bar">{bar}</span><span'
        f' class="fig">{figure}</span>'
    )
