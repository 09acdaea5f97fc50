"""Cells of reports: no spreadsheet runs them, phones stay whole, people read what changed and
when.
"""

from __future__ import annotations

import csv
import io
import re
import time
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.core.records import RowResult, RunRecord
from bulk.core.states import ALL_STATES, STATE_WORDS, review_states
from bulk.core.text import local, printable
from bulk.files.csv_writer import csv_text, guarded, safe_cell, unguarded
from bulk.files.xlsx_writer import text_book
from bulk.report.html import Table, render
from bulk.wording.changes import ChangeText
from bulk.wording.states import parts_of, rest, state_word

NASTY = [
    "=cmd|'/c calc'!A0",
    "@SUM(A1)",
    "+cmd",
    "-2+3",
    "\t=1",
    "\r=1",
    "\n=1+1",
    "＝1+1",
    "＠SUM(A1)",
    "＋cmd",
    "－2＋3",
    '=HYPERLINK("http://x")',
]
PLAIN = [
    "+34911222333",
    "-",
    "-5",
    "0042",
    "+34 911 222 333",
    "'=x",
    "http://example.com",
    "3,49E+10",
    "Añil «ñ»",
    "",
]


@pytest.mark.parametrize("cell", NASTY)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", PLAIN)
def test_what_it_would_not_run_stays_as_it_is(cell: str) -> None:
    assert safe_cell(cell) == cell


@given(st.text())
def test_a_guarded_cell_comes_back_and_is_never_a_formula(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert safe_cell(guarded(cell)) == guarded(cell)


def changed(change: dict[str, object], after: dict[str, object] | None = None) -> tuple[str, str]:
    return ChangeText().cells(
        RowResult(2, "done", "", "", None, None, None, after, change, None, 1, None, None)
    )


def test_before_and_after_name_only_what_differs() -> None:
    nested = {
        "always": [
            {"enabled": False, "ring": True, "to": None},
            {"enabled": True, "ring": True, "to": "53"},
        ]
    }
    assert changed(nested) == (
        "always (enabled): no; always (to): -",
        "always (enabled): sí; always (to): 53",
    )


def test_after_is_what_was_left_rather_than_what_was_asked() -> None:
    assert changed({"extension": ["1", "2"]}, {"extension": "3"}) == (
        "extension: 1",
        "extension: 3",
    )


def test_moments_are_shown_on_the_local_clock_also_across_the_change_of_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    try:
        assert local("2026-07-01T10:00:00.123+00:00") == "01/07/2026 12:00:00"
        assert local("2026-12-31T23:30:00+00:00") == "01/01/2027 00:30:00"
        assert local(None) == ""
    finally:
        monkeypatch.undo()
        time.tzset()


def test_every_state_is_in_one_part_and_has_a_word_in_each_kind_of_run() -> None:
    for kind in ("apply", "undo", "verify"):
        run = RunRecord("r", "a", "sandbox", kind=kind)
        assert all(state_word(run, state) for state in ALL_STATES)
        assert sorted((*review_states(kind), *rest(run))) == sorted(ALL_STATES)
        assert sorted(state for states in parts_of(run).values() for state in states) == sorted(
            ALL_STATES
        )


def test_undo_and_verification_have_words_of_their_own() -> None:
    undo, check = (RunRecord("r", "a", "sandbox", kind=kind) for kind in ("undo", "verify"))
    found = [
        state_word(undo, "done"),
        state_word(undo, "conflict"),
        state_word(undo, "invalid", "irreversible"),
    ]
    assert found == ["revertida", "conservada", "no reversible"]
    assert [state_word(check, state) for state in ("unchanged", "change", "blocked")] == [
        "como se pidió",
        "distinto",
        "no legible",
    ]
    assert state_word(undo, "failed") == STATE_WORDS["failed"]


def test_a_workbook_of_text_gives_every_cell_back(tmp_path: Path) -> None:
    cells = [*NASTY[:4], NASTY[6], *PLAIN[:-1], "1" * 20, "línea\nnueva", "'", "a\x01b"]
    path = tmp_path / "x.xlsx"
    with path.open("w+b") as file:
        text_book(file, "USUARIOS", [f"c{n}" for n in range(len(cells))], [cells])
    row = openpyxl.load_workbook(path)["USUARIOS"][2]
    assert [cell.value for cell in row] == [printable(cell) for cell in cells]
    assert {cell.data_type for cell in row} <= {"s", "inlineStr"}
    assert all(cell.hyperlink is None for cell in row)


def test_csv_begins_with_the_mark_that_excel_needs_and_keeps_line_breaks_inside_cells() -> None:
    raw = b"".join(csv_text(["a", "b"], [["uno\r\ndos", 'co"mi;lla']]))
    assert raw.startswith(b"\xef\xbb\xbfa;b\r\n")
    assert list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))[1] == [
        "uno\r\ndos",
        'co"mi;lla',
    ]


def facts_page(title: str, value: str) -> str:
    """A page with one table of one cell."""
    empty = dict.fromkeys(("signers", "runs"), ())
    table = Table(("Motivo",), [(value,)])
    return b"".join(
        render("acta.html", title, heading=[("a", value)], totals=table, moment=value, **empty)
    ).decode()


@given(st.text())
def test_text_of_a_page_never_opens_a_tag_or_closes_an_attribute(value: str) -> None:
    plain, page = facts_page("t", "x"), facts_page("t", value)
    for mark in '<>"':
        assert page.count(mark) == plain.count(mark)


def test_a_page_allows_its_own_style_and_nothing_else() -> None:
    raw = facts_page("<b>", "\ud800 x")
    style = re.search(r"<style>(.*?)</style>", raw, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in unescape(raw)
    assert "default-src 'none'" in unescape(raw)
    assert "unsafe-inline" not in raw
    assert "<title>&lt;b&gt;</title>" in raw
