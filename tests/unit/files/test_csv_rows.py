"""The quick way through a part of a file reads what the careful way reads, or leaves it to the
careful way.
"""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files import csv_rows

Result = tuple[list[int], list[dict[str, str]], list[Problem]] | str
PIECES = [
    *"ab1ñ€😀.'#=\\",
    "NA",
    "null",
    "\r",
    "\n",
    "\r\n",
    *" \t\x0b\x0c\x1c\x1f\x85\u00a0\u200b\u2028\ufeff",
    "",
]


def read(text: str, delimiter: str) -> Result:
    try:
        blocks = list(csv_rows.parse_blocks([text.encode()], delimiter, "USUARIOS.CSV"))
    except InputError as error:
        return error.message
    frame = pd.concat([frame for frame, _ in blocks])
    return (
        frame.index.tolist(),
        frame.to_dict("records"),
        [problem for _, found in blocks for problem in found],
    )


def carefully(text: str, delimiter: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "quickly", lambda *_: None)
        return read(text, delimiter)


@settings(max_examples=600, deadline=None)
@given(st.data(), st.sampled_from(";,\t|"), st.integers(1, 3))
def test_both_ways_read_the_same(data: st.DataObject, delimiter: str, width: int) -> None:
    text = "".join(
        data.draw(
            st.lists(st.sampled_from([*PIECES, delimiter, delimiter, "\n", "\r\n"]), max_size=40)
        )
    )
    whole = delimiter.join(f"h{n}" for n in range(width)) + "\n" + text
    assert read(whole, delimiter) == carefully(whole, delimiter)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.sampled_from("ab 1ñ\u00a0\t'"), max_size=4), min_size=2, max_size=2),
        max_size=12,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
@example([["", ""], [" ", ""]], "\r\n", True)
def test_tables_are_read_quickly_and_the_same(rows: list[list[str]], end: str, ended: bool) -> None:
    text = end.join(";".join(row) for row in rows) + end * ended
    assert bool(csv_rows.quickly(text.encode(), ";", ["uno", "dos"], 1)) == (";" in text)
    whole = f"uno;dos{end}{text}"
    assert read(whole, ";") == carefully(whole, ";")


@pytest.mark.parametrize(
    "blank", [*csv_rows.BLANKS.replace("\n", "").replace("\r", ""), "\u00a0 \t"]
)
@pytest.mark.parametrize("cell", ["{}x", "x{}", "{}", "ñ{}"])
def test_blanks_of_one_cell_go_wherever_it_stands(
    cell: str, blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns without blanks are not looked through again, and cells are made some hundred bytes at
    a time.
    """
    monkeypatch.setattr(csv_rows, "LONGEST", 200)
    for at in range(4):
        rows = [["a", "b", "ñ", ""] for _ in range(80)]
        rows[70][at] = cell.format(blank)
        text = "\n".join(";".join(row) for row in rows)
        quick = csv_rows.quickly(text.encode(), ";", ["uno", "dos", "tres", "cuatro"], 1)
        assert quick is not None
        rows[70][at] = cell.format("")
        assert quick[0].to_numpy().tolist() == rows


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.sampled_from("ab ñ\u00a0"), max_size=9), min_size=2, max_size=2),
        max_size=40,
    )
)
def test_rows_are_the_same_whatever_is_made_cells_together(rows: list[list[str]]) -> None:
    """A row that is longer than that is one for the careful way."""
    whole = "uno;dos\n" + "\n".join(";".join(row) for row in rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "LONGEST", 24)
        assert read(whole, ";") == carefully(whole, ";")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1;2\n3;4", [2, 3]),
        ("1;2\r\n\r\n3;4\r\n", [2, 4]),
        ("\n\n1;2\n;\n\n3;4\n\n", [4, 7]),
        ("1;2\r3;4\n5;6\r\n", [2, 3, 4]),
    ],
)
def test_lines_are_counted_where_some_are_blank(text: str, lines: list[int]) -> None:
    quick = csv_rows.quickly(text.encode(), ";", ["uno", "dos"], 1)
    assert quick is not None
    assert (quick[0].index.tolist(), quick[1]) == (
        lines,
        1 + len(re.findall("\r\n|\r|\n|[^\r\n]$", text)),
    )


@pytest.mark.parametrize(
    "text", ['1;"2"\n', "1;2;3\n", "1\n", "1;2\n \t\n", "\n\n", "1;2" + "\n" * 90]
)
def test_what_needs_care_is_not_read_quickly(text: str) -> None:
    assert csv_rows.quickly(text.encode(), ";", ["uno", "dos"], 1) is None


def test_a_separator_of_several_bytes_is_read_carefully() -> None:
    assert read("uno§dos\n1§2\n", "§") == ([2], [{"uno": "1", "dos": "2"}], [])


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ('P1;"La Nave;2001\nP2;Sala 1;2002\nP3;Sala 2;2003\nP4;Sala 3";2004', (2, 5, "nombre")),
        ('P0;Sala 0;2000\nP1;"La Nave;2001\r\nP4;Sala 3";2004', (3, 4, "nombre")),
        ('P1;La Nave;"2001;;\nP2;Sala 1;2002;;\nP4;Sala 3;2004";;', (2, 4, "extension")),
        ('"P1;La Nave;2001\nP4";Sala 3;2004', (2, 3, "person_id")),
        ('P1;"La Nave\nPlanta 2\nPuerta B";2001', None),
        ('P1;"La Nave; al fondo\nPlanta 2; puerta B";2001', None),
        ('P1;La Nave;"2001\nPlanta 2; puerta B; izquierda"', None),
        ('P1;"La ""Nave"";2001";2001', None),
    ],
)
def test_rows_that_stray_quotes_make_one_are_reported_with_the_line_where_they_open(
    rows: str, shown: tuple[int, int, str] | None
) -> None:
    found = read(f"person_id;nombre;extension\n{rows}\n", ";")
    assert isinstance(found, tuple)
    assert [(each.line, each.column, each.rule, each.severity) for each in found[2]] == (
        [(shown[0], shown[2], csv_rows.RAGGED, "error")] if shown else []
    )
    assert all(f"Las filas {shown[0]} a {shown[1]} " in each.message for each in found[2] if shown)


@pytest.mark.parametrize(
    ("header", "row", "delimiter"),
    [
        ("location_id;phone_numbers;number_type", 'L1;"+34911222333;\n+34911222334;";DID', ";"),
        ("location_id;phone_numbers", 'L1;"+34911222333\n+34911222334;"', ";"),
        (
            "person_id;allow_call_types;block_call_types",
            'P1;"INTERNAL_CALL;\nNATIONAL;";TOLL_FREE',
            ";",
        ),
        ("name,address,city", 'Ana,"C/ Mayor,3\n28001,Madrid",Madrid', ","),
        ("name,address,city", 'Ana,"C/ Mayor 3,\nMadrid,28001",Madrid', ","),
        ("location_id,address", 'L1,"C/ Mayor 3\n28001,Madrid"', ","),
    ],
)
def test_lists_and_addresses_over_several_lines_are_one_cell(
    header: str, row: str, delimiter: str
) -> None:
    found = read(f"{header}\n{row}\n", delimiter)
    assert isinstance(found, tuple)
    assert found[2] == []


def test_a_list_in_one_column_and_an_address_with_commas_keep_their_line_breaks() -> None:
    assert read('nombre\n"Ana;\nLuis"\n', ";")[2] == []  # type: ignore[misc]
    assert (
        read('sede,address1\nA,"Calle Mayor, 3\nPiso 2, puerta B\n28001 Madrid, España"\n', ",")[2]
        == []
    )  # type: ignore[misc]
