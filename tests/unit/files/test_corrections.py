"""Cells corrected by hand: only what was edited changes, and the corrected file reads back the
same.
"""

from __future__ import annotations

import pytest

from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files import corrections
from bulk.files.corrections import Fix
from bulk.files.dataset import Dataset, read_csv


def csv(text: str) -> Dataset:
    return read_csv(text.encode(), name="usuarios", file_name="USUARIOS.CSV")


DATA = csv("person_id;sede\nA;Madird\nB;Lugo\nC;Madird\nD;Madird\n")


def problem(line: int, severity: str = "error") -> Problem:
    return Problem("USUARIOS.CSV", line, "sede", "Madird", "r", "m", severity)


def test_only_rows_with_errors_are_shown_to_be_fixed() -> None:
    assert list(corrections.bad_rows(DATA, [problem(2), problem(3, "aviso")]).index) == [2]
    assert list(
        corrections.bad_rows(DATA, [problem(2), problem(3, "aviso")], severity=None).index
    ) == [2, 3]


def test_edits_of_the_screen_become_fixes_and_nothing_else_changes() -> None:
    shown = corrections.bad_rows(DATA, [problem(2), problem(4)])
    edited = shown.copy()
    edited.loc[4, "sede"] = " Madrid "
    assert corrections.edits(shown, edited) == [Fix(4, "sede", "Madrid")]
    fixed = corrections.apply(DATA, corrections.edits(shown, edited))
    assert list(fixed.frame["sede"]) == ["Madird", "Lugo", "Madrid", "Madird"]
    assert list(DATA.frame["sede"]) == ["Madird", "Lugo", "Madird", "Madird"]


def test_a_cell_emptied_on_screen_is_an_empty_cell() -> None:
    shown = corrections.bad_rows(DATA, [problem(2)])
    edited = shown.astype(object)
    edited.loc[2, "sede"] = None
    assert corrections.edits(shown, edited) == [Fix(2, "sede", "")]


def test_the_same_change_goes_to_all_rows_like_this_one() -> None:
    assert [fix.line for fix in corrections.like_this(DATA, Fix(2, "sede", "Madrid"))] == [2, 4, 5]
    assert [
        fix.line
        for fix in corrections.like_this(DATA, Fix(2, "sede", "Madrid"), [problem(2), problem(5)])
    ] == [2, 5]


def test_a_ragged_row_corrected_by_hand_is_no_longer_a_problem() -> None:
    data = csv("person_id;sede\nA\nB;1;2\n")
    assert [p.line for p in corrections.apply(data, [Fix(2, "sede", "Madrid")]).problems] == [3]
    spread = corrections.like_this(
        csv("person_id;sede\nA\nB\n"), Fix(2, "sede", "Madrid")
    )  # nobody saw the other row
    assert [(fix.line, fix.inspected) for fix in spread] == [(2, True), (3, False)]


def test_a_row_that_lost_cells_is_not_in_the_corrected_file() -> None:
    data = csv("person_id;sede\nA;Lugo\nB;1;2\nC\n")
    assert list(read_csv(corrections.to_csv(data), name="usuarios").frame["person_id"]) == ["A"]
    assert corrections.shifted(data) == [3, 4]
    fixed = corrections.apply(
        data, [Fix(3, "sede", "Lugo"), Fix(4, "sede", "Lugo", inspected=False)]
    )
    assert list(read_csv(corrections.to_csv(fixed), name="usuarios").frame["person_id"]) == [
        "A",
        "B",
    ]


@pytest.mark.parametrize("fix", [Fix(99, "sede", "x"), Fix(2, "otra", "x")])
def test_a_cell_that_is_not_there_is_refused(fix: Fix) -> None:
    with pytest.raises(InputError, match="USUARIOS.CSV"):
        corrections.apply(DATA, [fix])


def test_the_corrected_file_reads_back_the_same() -> None:
    data = csv('person_id;"nota; rara"\n0012;"dice ""hola"""\n+34911222333;"dos\nlineas"\nNA;\n')
    again = read_csv(corrections.to_csv(data), name="usuarios")
    assert again.frame.reset_index(drop=True).equals(data.frame.reset_index(drop=True))
