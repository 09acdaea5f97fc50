"""The board of a run: counters, progress, map, locations. Drawn again each second, so kept light:
HTML and images only.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from bulk.core.figures import count, thousands
from bulk.core.records import (
    ALL_STATES,
    ORDER_WORDS,
    PLAN_STATES,
    REVIEW_STATES,
    ROW_STATES,
    STATE_WORDS,
)
from bulk.journal import locations as journal_locations
from bulk.journal import rows
from bulk.runs.context import Context
from pages.ui.run.snapshot import RunSnapshot, progress_line, state_word
from pages.ui.texts import GLYPHS, sentence
from pages.ui.texts_runs import plural
from pages.ui.widgets import waffle
from pages.ui.widgets.cache import throttled
from pages.ui.widgets.markdown import plain
from pages.ui.widgets.palette import ROW_HUES, fill, ink, is_dark

ALWAYS = frozenset({"pending", "done", "failed"})  # shown at 0 too
ALWAYS_OF_PLAN = frozenset(PLAN_STATES)
MAP_OF_ROWS = 100  # orders: from here on the map shows orders
MAX_ROWS = 10_000  # on a map of rows
MAX_LOCATIONS = 8  # bars
# times what counting all rows took, until they are counted again; in between only what ended since
REST = 200


def progress(snapshot: RunSnapshot) -> None:
    st.progress(
        snapshot.share,
        text=f"**{plain(sentence(state_word(snapshot)))}** · {progress_line(snapshot)}",
    )


def counters(counts: Mapping[str, int], *, plan: bool) -> None:
    """One box a state; those at 0 are hidden but the ones that are always looked for."""
    names = shown_states(counts, plan=plan)
    st.html(
        f'<div class="counters">{"".join(_counter(name, counts[name]) for name in names)}</div>'
    )


def shown_states(counts: Mapping[str, int], *, plan: bool) -> list[str]:
    always = ALWAYS_OF_PLAN if plan else ALWAYS
    order = [*PLAN_STATES, "pending", "running", "failed", "cancelled"] if plan else ROW_STATES
    return [name for name in order if counts.get(name) or name in always]


def _counter(name: str, number: int) -> str:
    colour = ink(ROW_HUES[name], is_dark())
    return (
        f'<div class="counter"><div class="n" style="color:{colour}">{thousands(number)}</div><div'
        f' class="w"><span style="color:{colour}">{GLYPHS[name]}</span>'
        f" {STATE_WORDS[name]}</div></div>"
    )


def run_map(context: Context, snapshot: RunSnapshot) -> None:
    """Rows while there are few orders, orders from 100 on; with the legend of what is on it."""
    if not snapshot.order_states:
        st.caption("Aún no hay lotes.")
        return
    by_rows = len(snapshot.order_states) < MAP_OF_ROWS and sum(snapshot.counts.values()) <= MAX_ROWS
    states = (
        rows.row_states(context.journal, snapshot.run.run_id) if by_rows else snapshot.order_states
    )
    picture = (
        waffle.rows_map(states, is_dark()) if by_rows else waffle.orders_map(states, is_dark())
    )
    message = _in_words(states, by_rows=by_rows)
    st.html(f'<img class="map" alt="{message}" src="{picture}">{_legend(states, by_rows=by_rows)}')


def map_title(snapshot: RunSnapshot) -> str:
    orders_ = len(snapshot.order_states)
    return (
        "Mapa de"
        f" {'filas' if orders_ < MAP_OF_ROWS and sum(snapshot.counts.values()) <= MAX_ROWS else 'lotes'}"
    )


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
    """A bar per location, those with something to look at first."""
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
    st.html(
        "<div"
        f' class="bars">{"".join(_location(name, counts) for name, counts in ranked[:MAX_LOCATIONS])}</div>'
    )
    if len(ranked) > MAX_LOCATIONS:
        st.caption(f"y {count(len(ranked) - MAX_LOCATIONS, 'ubicación', 'ubicaciones')} más")


def _counted(context: Context, snapshot: RunSnapshot) -> journal_locations.Counted:
    """A run that rests is counted again: its last figures are true."""
    journal, run_id = context.journal, snapshot.run.run_id
    key = (run_id, "places")
    if not snapshot.alive:
        return throttled(
            key,
            (snapshot.state, snapshot.finished),
            lambda: journal_locations.group_counts(journal, run_id),
        )
    moment, base = throttled(
        key, None, lambda: journal_locations.base_counts(journal, run_id), rest=REST
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
