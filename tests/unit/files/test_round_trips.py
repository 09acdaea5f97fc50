"""Any table written in any dialect is read back equal; random bytes are read or refused, never a
traceback.
"""

from __future__ import annotations

import csv
import io

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bulk.core.headers import canonical
from bulk.errors import InputError
from bulk.files import csv_rows
from bulk.files.corrections import to_csv
from bulk.files.dataset import Dataset, read_any, read_csv

# Every character but those that cannot be encoded, NUL, and the accents that read as spoilt ones.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\x00\x1a\ufffd\ufeff")
CELLS = st.text(CHARACTERS, max_size=12)
SPANISH = st.text(st.sampled_from("abcñáéíóúüÑÁ 0123456789+;,|\"'@-."), max_size=12)
HEADERS = st.lists(
    st.text(st.sampled_from("abcdefghijklmnñopqrstuvwxyzáé_ -"), min_size=1, max_size=8).filter(
        canonical
    ),
    min_size=1,
    max_size=5,
    unique_by=canonical,
)
DIALECTS = {
    "delimiter": st.sampled_from([";", ",", "\t", "|"]),
    "lineterminator": st.sampled_from(["\r\n", "\n", "\r"]),
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
}
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def write(headers: list[str], rows: list[list[str]], dialect: dict[str, object]) -> str:
    buffer = io.StringIO(newline="")
    if any(sign in cell for row in rows for cell in row for sign in "\r\n"):
        dialect = {
            **dialect,
            "quoting": csv.QUOTE_ALL,
        }  # the writer quotes only the line ends of its own dialect
    csv.writer(buffer, **dialect).writerows([headers, *rows])  # type: ignore[arg-type]
    return buffer.getvalue()


def expected(headers: list[str], rows: list[list[str]]) -> list[list[str]]:
    """What must come back: cells without blanks around them, rows of nothing left out."""
    bare = [[cell.strip(csv_rows.BLANKS) for cell in row] for row in rows]
    return [row for row in bare if any(row)]


def cells(data: Dataset) -> list[list[str]]:
    return data.frame.values.tolist()


@st.composite
def tables(
    draw: st.DrawFn, cell: st.SearchStrategy[str]
) -> tuple[list[str], list[list[str]], dict[str, object]]:
    headers = draw(HEADERS)
    width = len(headers)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))
    return headers, rows, {name: draw(choice) for name, choice in DIALECTS.items()}


@QUICK
@given(tables(CELLS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_table_in_any_dialect_is_read_back_equal(
    table: tuple[list[str], list[list[str]], dict[str, object]], encoding: str
) -> None:
    headers, rows, dialect = table
    raw = write(headers, rows, dialect).encode(encoding)
    data = read_csv(raw, name="usuarios", delimiter=str(dialect["delimiter"]), encoding=encoding)
    assert [canonical(header) for header in data.frame.columns] == [
        canonical(header) for header in headers
    ]
    assert cells(data) == expected(headers, rows)


@QUICK
@given(tables(SPANISH))
def test_a_table_in_windows_1252_is_read_back_equal(
    table: tuple[list[str], list[list[str]], dict[str, object]],
) -> None:
    headers, rows, dialect = table
    raw = write(headers, rows, dialect).encode("cp1252")
    data = read_csv(raw, name="usuarios", delimiter=str(dialect["delimiter"]), encoding="cp1252")
    assert cells(data) == expected(headers, rows)


@QUICK
@given(tables(SPANISH))
def test_a_corrected_file_reads_back_equal(
    table: tuple[list[str], list[list[str]], dict[str, object]],
) -> None:
    headers, rows, dialect = table
    data = read_csv(
        write(headers, rows, dialect).encode(), name="usuarios", delimiter=str(dialect["delimiter"])
    )
    assert cells(read_csv(to_csv(data), name="usuarios", delimiter=";")) == cells(data)


@QUICK
@given(st.binary(max_size=400))
@example(b"\x00")
@example(b"sep=\x00")
@example(b"PK\x03\x04")
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00\xd8")
@example(b"a;b\n1;\x85\n")
@example(b'""\n""')
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    for name in ("usuarios", "global"):
        try:
            found = read_any(raw, name=name, file_name="fichero.csv")
        except InputError:
            continue
        assert all(isinstance(data, Dataset) for data in found)


@QUICK
@given(st.text(st.sampled_from('ab;,|\t"\r\n \u00a0=1'), max_size=60))
@example('"\n')
@example("a\n \n;\nb")
def test_random_text_keeps_every_cell_on_its_line(text: str) -> None:
    try:
        data = read_csv(text.encode(), name="usuarios")
    except InputError:
        return
    physical = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert list(data.frame.index) == sorted(set(data.frame.index))
    assert all(1 < line <= physical for line in data.frame.index)
    assert all(cell == cell.strip(csv_rows.BLANKS) for row in cells(data) for cell in row)
