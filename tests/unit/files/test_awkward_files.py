"""Any CSV that an office can produce is read right, or refused with file and reason."""

from __future__ import annotations

import pytest

from bulk.errors import InputError
from bulk.files.dataset import read_any, read_csv
from tests.unit.files.awkward import FILES, HEADERS, ROWS, TEXT, Awkward, written


def test_the_corpus_has_the_size_that_was_promised() -> None:
    assert len({file.title for file in FILES}) == len(FILES) >= 60


@pytest.mark.parametrize(
    "file", [file for file in FILES if not file.refused], ids=lambda file: file.title
)
def test_an_awkward_file_is_read_right(file: Awkward) -> None:
    [data] = read_any(file.raw, name=file.name, file_name="FICHERO.CSV")
    assert data.frame.to_dict("records") == file.table
    assert list(data.frame.index) == file.lines
    assert [problem.rule for problem in data.problems] == file.rules


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.refused], ids=lambda file: file.title
)
def test_a_hopeless_file_is_refused_with_its_name_and_the_reason(file: Awkward) -> None:
    with pytest.raises(InputError, match=file.refused) as refusal:
        read_any(file.raw, name=file.name, file_name="FICHERO.CSV")
    assert "FICHERO.CSV" in refusal.value.message


# -- what was detected, and how to overrule it -----------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("mac-roman"), "mac-roman"),
        ("person_id;nombre\nA;L’Hospitalet\n".encode("cp1252"), "cp1252"),
        ("person_id;nombre\nA;Jesús Martín León\n".encode("mac-roman"), "mac-roman"),
        ("person_id;nombre\nA;Jesús Martín León\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_that_was_used_is_reported(raw: bytes, encoding: str) -> None:
    assert read_csv(raw, name="usuarios").encoding == encoding


def test_encoding_and_separator_can_be_overruled() -> None:
    data = read_csv(
        "person_id;nombre,x\nA;ç,1\n".encode("cp850"),
        name="usuarios",
        encoding="cp850",
        delimiter=",",
    )
    assert (data.encoding, data.delimiter) == ("cp850", ",")
    assert data.frame.to_dict("records") == [{"person_id;nombre": "A;ç", "x": "1"}]
    assert read_csv(written("\t").encode(), name="usuarios", delimiter="tab").frame.shape == (3, 3)


def test_a_bom_is_no_part_of_the_header_when_the_encoding_is_overruled() -> None:
    assert (
        list(read_csv(TEXT.encode("utf-8-sig"), name="usuarios", encoding="utf-8").frame.columns)
        == HEADERS
    )


@pytest.mark.parametrize("encoding", ["klingon", "base64", "utf-8"])
def test_an_encoding_that_does_not_exist_or_does_not_fit_is_refused(encoding: str) -> None:
    with pytest.raises(InputError, match="USUARIOS.CSV"):
        read_csv(TEXT.encode("cp1252"), file_name="USUARIOS.CSV", encoding=encoding)


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_a_separator_that_is_none_is_refused(delimiter: str) -> None:
    with pytest.raises(InputError, match="separador"):
        read_csv(TEXT.encode(), file_name="USUARIOS.CSV", delimiter=delimiter)


def test_known_headers_outweigh_a_separator_that_is_merely_regular() -> None:
    raw = b"person_id;email;nombre\nA;a@b.es;Gil, Ana\nB;b@b.es;Ruiz, Luis\n"
    assert read_csv(raw, name="usuarios").delimiter == ";"


def test_the_quick_and_the_careful_way_read_the_same() -> None:
    plain = written("|", rows=ROWS * 40)
    quoted = plain.replace("Iñaki", '"Iñaki"')
    assert read_csv(plain.encode(), name="usuarios").frame.equals(
        read_csv(quoted.encode(), name="usuarios").frame
    )
