"""The counters of a run in its own words: an undo gives back, a verification finds."""

from __future__ import annotations

import streamlit as st

from bulk.core.figures import thousands
from bulk.core.records import ALL_STATES
from pages.ui.run import board
from pages.ui.run.snapshot import RunSnapshot
from pages.ui.texts import GLYPHS
from pages.ui.texts_runs import word_of
from pages.ui.widgets.palette import PURPLE, ROW_HUES, ink, is_dark

ALWAYS = {"undo": ("done", "conflict", "invalid"), "verify": ("unchanged", "change", "blocked")}


def counters(snapshot: RunSnapshot) -> None:
    """One box a word; those at 0 are hidden but the ones that are always looked for."""
    if snapshot.run.kind == "apply":
        board.counters(snapshot.counts, plan=snapshot.run.dry_run)
        return
    st.html(f'<div class="counters">{"".join(_box(*entry) for entry in _boxes(snapshot))}</div>')


def _boxes(snapshot: RunSnapshot) -> list[tuple[str, int, str, str]]:
    """(word, rows, glyph, colour), the ones always shown first; states with the same word count
    together.
    """
    run, dark = snapshot.run, is_dark()
    always = [
        ("change" if run.dry_run and run.kind == "undo" and s == "done" else s)
        for s in ALWAYS[run.kind]
    ]
    found: dict[str, tuple[str, int, str, str]] = {}
    for state in (*always, *ALL_STATES):
        word = word_of(run, state)
        if state == "excluded" or not (snapshot.counts[state] or state in always):
            continue
        reverted = run.kind == "undo" and state == "done"
        colour = ink(PURPLE if reverted else ROW_HUES[state], dark)
        _, so_far, glyph, hue = found.get(
            word, (word, 0, "↶" if reverted else GLYPHS[state], colour)
        )
        again = state in always and word in found
        found[word] = (word, so_far if again else so_far + snapshot.counts[state], glyph, hue)
    return list(found.values())


def _box(word: str, number: int, glyph: str, colour: str) -> str:
    return (
        f'<div class="counter"><div class="n" style="color:{colour}">{thousands(number)}</div>'
        f'<div class="w"><span style="color:{colour}">{glyph}</span> {word}</div></div>'
    )
