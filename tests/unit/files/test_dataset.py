"""Reading a CSV: cells as text, Excel's line numbers, clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk.errors import InputError
from bulk.files.dataset import read_any, read_csv
from bulk.planning.repairs import default_country
from tests.unit.files.workbooks import book

TEXT = "person_id;nombre;extension\r\nA;Nuño Peña;0012\r\nB;;34\r\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
    ],
)
def test_encodings_of_an_office_read_the_same(raw: bytes, encoding: str) -> None:
    read = read_csv(raw, file_name="USUARIOS.CSV")
    assert (read.encoding, read.delimiter, read.name) == (encoding, ";", "usuarios")
    assert read.frame.to_dict("index") == {
        2: {"person_id": "A", "nombre": "Nuño Peña", "extension": "0012"},
        3: {"person_id": "B", "nombre": "", "extension": "34"},
    }


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters_are_seen_in_the_header(delimiter: str) -> None:
    read = read_csv(TEXT.replace(";", delimiter).encode(), file_name="usuarios.csv")
    assert (read.delimiter, list(read.frame.columns)) == (
        delimiter,
        ["person_id", "nombre", "extension"],
    )


def test_cells_stay_text_and_lines_are_those_of_excel() -> None:
    raw = b'person_id;nota\n"A";"dos\nlineas"\n\nB;NA\n;\nC;3.49E+10\n'
    frame = read_csv(raw, file_name="usuarios.csv").frame
    assert list(frame.index) == [2, 5, 7]
    assert list(frame["nota"]) == ["dos\nlineas", "NA", "3.49E+10"]


def test_hard_blanks_around_a_cell_are_plain_reading() -> None:
    assert read_csv("person_id\n\u00a0A\u00a0 \n".encode(), file_name="usuarios.csv").frame[
        "person_id"
    ].tolist() == ["A"]


def test_a_sep_line_of_excel_is_honoured() -> None:
    read = read_csv(b"sep=|\nperson_id|extension\nA|1;2\n", file_name="usuarios.csv")
    assert (read.delimiter, read.frame.to_dict("index")) == (
        "|",
        {3: {"person_id": "A", "extension": "1;2"}},
    )


def test_a_row_of_another_width_is_kept_and_reported() -> None:
    read = read_csv(b"person_id;extension\nA;1;sobra\nB\nC;3;\n", file_name="usuarios.csv")
    assert [(p.line, p.rule, p.severity) for p in read.problems] == [
        (2, "celdas_de_mas_o_de_menos", "error"),
        (3, "celdas_de_mas_o_de_menos", "error"),
    ]
    assert list(read.frame.index) == [2, 3, 4]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", "vacío"),
        (b"\n\n", "vacío"),
        (b"a;A;b\n1;2;3\n", "repetida"),
        (b"a;;b\n1;2;3\n", "no tiene nombre"),
        (b'a;b\n"1;2\n3;4\n', "comillas"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_and_reason(raw: bytes, shown: str) -> None:
    with pytest.raises(InputError, match=shown) as refusal:
        read_csv(raw, file_name="USUARIOS.CSV")
    assert "USUARIOS.CSV" in refusal.value.message


def test_a_missing_file_and_an_unknown_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No se puede leer"):
        read_csv(tmp_path / "USUARIOS.CSV")
    with pytest.raises(InputError, match="GLOBAL, UBICACIONES o USUARIOS"):
        read_csv(b"a\n1\n", file_name="otro.csv")


ONE = {"org_id": "X", "default_country": "ES"}


@pytest.mark.parametrize(
    ("text", "row", "avisos"),
    [
        ("parametro;valor;comentario\norg_id;X;la nuestra\ndefault_country;ES;\n", ONE, []),
        ("org_id;X\ndefault_country;ES\n", ONE, []),
        ("default_country;ES\n", {"default_country": "ES"}, []),
        ("parametro;valor\norg_id;X\n;\ndefault_country;ES\n", ONE, []),
        ("org_id;default_country\nX;ES\nY;PT\n", ONE, [(3, "fila_de_mas")]),
        (
            "clave;valor\norg_id;X\ndefualt_country;ES\n",
            {"org_id": "X", "defualt_country": "ES"},
            [(3, "parametro_desconocido")],
        ),
        (
            "org_id;ciudad\nX;Madrid\n",
            {"org_id": "X", "ciudad": "Madrid"},
            [(1, "parametro_desconocido")],
        ),
    ],
)
def test_global_in_any_form_is_one_row_and_what_is_not_used_is_reported(
    text: str, row: dict[str, str], avisos: list[tuple[int, str]]
) -> None:
    data = read_csv(text.encode(), name="global", file_name="GLOBAL.CSV")
    assert data.frame.iloc[0].to_dict() == row
    assert [(each.line, each.rule) for each in data.problems] == avisos
    assert {each.severity for each in data.problems} <= {"aviso"}


ORG = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi84MTkxYTNjYi1iZTExLTU3YzItOWI1Yi0zYTk3ZTkyYjA2YWI"


def test_pairs_without_header_may_begin_with_an_id_in_a_file_or_a_sheet() -> None:
    for rows in (
        [["org_id", ORG], ["default_country", "ES"]],
        [["default_country", "ES"], ["org_id", ORG]],
    ):
        text = "".join(f"{name};{value}\n" for name, value in rows)
        for data in (
            read_csv(text.encode(), name="global"),
            *read_any(book(GLOBAL=rows), file_name="todo.xlsx"),
        ):
            assert data.frame.iloc[0].to_dict() == {"org_id": ORG, "default_country": "ES"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("global", f"{ORG};ES\n{ORG};PT\n"),
        ("global", f"ES;{ORG}\nES;{ORG}\n"),
        ("global", f"org_id;{ORG}\nX;Y\n"),
        ("usuarios", f"org_id;{ORG}\nperson_id;X\n"),
    ],
)
def test_data_where_the_header_would_be_is_refused_all_the_same(name: str, text: str) -> None:
    with pytest.raises(InputError, match="Fila 1: falta la cabecera"):
        read_csv(text.encode(), name=name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "parametro;valor\norg_id;X\nORG ID;Y\n",
            "Fila 3: el parámetro «ORG ID» ya está en la fila 2",
        ),
        ("parametro;valor\norg_id;X\n;Y\n", "Fila 3: falta el nombre del parámetro de «Y»"),
    ],
)
def test_a_parameter_of_global_is_there_once_and_has_a_name(text: str, shown: str) -> None:
    with pytest.raises(InputError, match=shown):
        read_csv(text.encode(), name="global", file_name="GLOBAL.CSV")


def test_the_country_of_global_is_known_by_its_spanish_name_too() -> None:
    assert default_country(read_csv("País\nes\n".encode(), name="global")) == "ES"


def test_blank_lines_before_the_sep_line_keep_the_line_numbers() -> None:
    data = read_csv(b"\r\n\r\nsep=|\r\nperson_id|nota\r\nA|x\r\n", name="usuarios")
    assert (data.delimiter, data.frame.to_dict("records"), list(data.frame.index)) == (
        "|",
        [{"person_id": "A", "nota": "x"}],
        [5],
    )


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"<html><table><tr><td>person_id", "es una p\u00e1gina web"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook>", "es una p\u00e1gina web"),
        (b'{"person_id": "A"}', "es un JSON"),
        (b'[{"person_id": "A"}]', "es un JSON"),
    ],
)
def test_what_is_another_kind_of_text_is_refused(raw: bytes, shown: str) -> None:
    with pytest.raises(InputError, match=shown):
        read_csv(raw, name="usuarios")


@pytest.mark.parametrize("encoding", ["idna", "punycode", "unicode_escape", "rot13", "hex"])
def test_a_codec_that_is_none_of_files_is_refused(encoding: str) -> None:
    with pytest.raises(InputError, match="no existe la codificaci\u00f3n"):
        read_csv(b"person_id\nA\n", name="usuarios", encoding=encoding)


def test_ms_dos_read_as_windows_is_reported_and_plain_windows_is_not() -> None:
    text = "person_id;nombre\nA;Mu\u00f1oz\n"
    [problem] = read_csv(text.encode("cp850"), name="usuarios").problems
    assert (problem.line, problem.rule, problem.severity) == (2, "otra_codificacion", "aviso")
    assert "cp850" in problem.message
    assert read_csv(text.encode("cp850"), name="usuarios", encoding="cp850").frame[
        "nombre"
    ].tolist() == ["Mu\u00f1oz"]
    assert (
        read_csv((text + "B;100\u00a3 o 5\u00a2\n").encode("cp1252"), name="usuarios").problems
        == ()
    )
