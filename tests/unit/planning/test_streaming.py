"""A file read and validated in blocks gives what the whole file gives."""

from __future__ import annotations

import base64
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk.adapters import get_action
from bulk.core.records import Problem
from bulk.errors import InputError
from bulk.files import csv_reader
from bulk.files.blocks import open_blocks
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.cross_file import validate_across
from bulk.planning.mapping import map_columns, param_frame
from bulk.planning.prepare import prepare
from bulk.planning.repairs import MAX_KEPT, Repair, apply, propose
from bulk.planning.scope import Scope, parse_where
from bulk.planning.streaming import BlockWork, look_over, validate_blocks
from bulk.planning.validation import totals, validate_file, validate_rows
from tests.unit.files.awkward import FILES, Awkward

PLAIN = [file for file in FILES if file.name == "usuarios"]


def in_blocks(file: Awkward, path: Path) -> pd.DataFrame:
    path.write_bytes(file.raw)
    return pd.concat([block.frame for block in open_blocks(path).blocks()])


@pytest.mark.parametrize("size", [1, 30, 6_000_000])
@pytest.mark.parametrize(
    "file", [file for file in PLAIN if not file.refused], ids=lambda file: file.title
)
def test_an_awkward_file_in_blocks_is_the_same_file(
    file: Awkward, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_csv(file.raw, name="usuarios")
    monkeypatch.setattr(csv_reader, "PART", size)
    assert in_blocks(file, tmp_path / "usuarios.csv").equals(whole.frame)


@pytest.mark.parametrize(
    "file", [file for file in PLAIN if file.refused], ids=lambda file: file.title
)
def test_a_hopeless_file_is_refused_in_blocks_too(file: Awkward, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=file.refused):
        in_blocks(file, tmp_path / "usuarios.csv")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('ab;"\r\n 1'), max_size=60), st.integers(1, 12))
def test_blocks_of_any_size_read_the_same(text: str, size: int) -> None:
    def read() -> object:
        try:
            data = read_csv(("a;b\n" + text).encode(), name="usuarios", delimiter=";")
        except InputError as error:
            return error.message
        return data.frame.to_dict("index"), [
            (problem.line, problem.rule) for problem in data.problems
        ]

    whole, before = read(), csv_reader.PART
    try:
        csv_reader.PART = size
        assert read() == whole
    finally:
        csv_reader.PART = before


def test_what_is_detected_is_the_same(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "cp1252", "mac-roman"):
        path = tmp_path / f"usuarios-{encoding}.csv"
        path.write_bytes(("person_id|nombre\n" + "A|Martín Ñúñez León\n" * 40_000).encode(encoding))
        whole, opened = read_csv(path), open_blocks(path)
        assert (opened.csv.encoding, opened.csv.delimiter, opened.csv.sha256) == (
            whole.encoding,
            whole.delimiter,
            whole.sha256,
        )
        assert pd.concat([block.frame for block in opened.blocks()]).equals(whole.frame)


def test_an_encoding_that_changes_far_into_the_file_is_refused_with_its_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "usuarios.csv"
    path.write_bytes(b"person_id;nombre\n" + "A;Ñúñez\n".encode() * 300_000 + b"B;Nu\xf1o\n")
    with pytest.raises(InputError, match="Fila 300002"):
        open_blocks(path)


ACCENTS, PLAIN_ROWS, DAMAGED = (
    "A;José Núñez\n".encode() * 8_000,
    b"A;Juan Gil\n" * 130_000,
    b"B;Nu\xf1o\n",
)


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ([ACCENTS, PLAIN_ROWS, PLAIN_ROWS, DAMAGED], 268_002),
        ([DAMAGED, PLAIN_ROWS, PLAIN_ROWS, ACCENTS], 2),
        ([ACCENTS, PLAIN_ROWS, PLAIN_ROWS, b"A;Nu\xc3"], 268_002),
    ],
    ids=["at the end", "at the beginning", "cut off"],
)
def test_one_damaged_character_far_from_the_accents_is_refused_with_its_line(
    parts: list[bytes], line: int, tmp_path: Path
) -> None:
    path = tmp_path / "usuarios.csv"
    path.write_bytes(b"person_id;nombre\n" + b"".join(parts))
    with pytest.raises(InputError, match=f"Fila {line}: hay un carácter dañado"):
        open_blocks(path)


def test_a_pair_of_letters_that_could_be_utf8_does_not_make_a_windows_file_a_damaged_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "usuarios.csv"
    path.write_bytes(
        b"person_id;nombre\n"
        + "A;Ã©\n".encode("cp1252")
        + PLAIN_ROWS * 2
        + "A;José Núñez\n".encode("cp1252") * 9
    )
    assert open_blocks(path).csv.encoding == "cp1252"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No se puede leer"):
        open_blocks(tmp_path / "usuarios.csv")


# -- validation ------------------------------------------------------------------------------------


def hydra(kind: str, number: int) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{number:032x}".encode()).decode().rstrip("=")


def messy() -> bytes:
    """Rows right, wrong, ragged, repeated, contradictory, and one number or extension for two, far
    from each other.
    """
    place = hydra("LOCATION", 1)
    rows = [f"{hydra('PEOPLE', n)};{place};{n + 100};+34911{n:06d}" for n in range(40)]
    rows[3] = f"{hydra('PEOPLE', 3)};{place}"
    rows[7] = f"{place};{place};107;34911222333"
    rows[30] = rows[1]
    rows[31] = rows[2].replace(place, hydra("LOCATION", 2))
    rows[35] = f"{hydra('PEOPLE', 35)};{place};105;+34911000005"
    rows[36] = "nada;;1;3,49E+10"
    return "\n".join(
        ["person_id;target_location_id;target_extension;target_phone_number", *rows]
    ).encode()


@pytest.mark.parametrize("size", [1, 900, 6_000_000])
def test_validation_in_blocks_finds_what_the_whole_file_has(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = get_action("usuarios_asignar_location_desde_csv")
    path = tmp_path / "usuarios.csv"
    path.write_bytes(messy())
    data = read_csv(path)
    mapping = map_columns(action, data)
    whole = [
        *data.problems,
        *validate_rows(
            action, data, mapping, param_frame(action, data, None, mapping), known=data.problems
        ),
    ]
    monkeypatch.setattr(csv_reader, "PART", size)
    shown: list[Problem] = []
    report = validate_blocks(action, open_blocks(path), work=BlockWork(tell=shown.append))
    assert report.rows == 40
    assert sorted(map(Problem.text, shown)) == sorted(map(Problem.text, whole))
    assert sorted(map(Problem.text, report.problems)) == sorted(map(Problem.text, shown))
    assert {(g["rule"], g["count"]) for g in report.totals} == {
        (g["rule"], g["count"]) for g in totals(whole)
    }
    assert report.invalid == len({problem.line for problem in whole if problem.severity == "error"})
    assert {"filas_contradictorias", "fila_repetida", "numero_repetido", "extension_repetida"} <= {
        each.rule for each in shown
    }


@pytest.mark.parametrize(
    "scope", [Scope(), Scope(where=(parse_where("extension!=99"),))], ids=["whole", "scoped"]
)
@pytest.mark.parametrize("size", [1, 300, 6_000_000])
def test_the_organisation_is_that_of_the_first_row_asked_for_valid_or_not(
    size: int, scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = hydra("ORGANIZATION", 1), hydra("ORGANIZATION", 2)
    rows = [f"{hydra('PEOPLE', 1)};99;{hydra('ORGANIZATION', 3)}"] if scope.where else []
    rows += [
        f"nada;1001;{here}",
        *(f"{hydra('PEOPLE', n)};{1000 + n};{here if n == 3 else there}" for n in range(2, 8)),
    ]
    path = tmp_path / "usuarios.csv"
    path.write_text("\n".join(["person_id;extension;org_id", *rows]), encoding="utf-8")
    whole = prepare(
        "usuarios_configurar_desvio_prefijo53", {"usuarios": read_csv(path)}, scope=scope
    )
    monkeypatch.setattr(csv_reader, "PART", size)
    report = validate_blocks(whole.action, open_blocks(path), scope=scope)
    assert sorted(map(Problem.text, report.problems)) == sorted(map(Problem.text, whole.problems))
    assert [each.rule for each in report.problems].count("otra_organizacion") == 5


def test_blocks_are_joined_scoped_and_repaired_like_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = get_action("usuarios_asignar_location_desde_csv")
    places = read_csv(
        f"location_id;location_name\n{hydra('LOCATION', 1)};Madrid\n".encode(), name="ubicaciones"
    )
    rows = [
        f"{hydra('PEOPLE', n)};{'Madrid' if n % 5 else 'Atlantis'};{n + 100};34911{n:06d};{'x' if n < 20 else ''}"
        for n in range(40)
    ]
    rows[12] = rows[3].replace(";103;", ";999;")
    rows[30] = rows[3]
    path = tmp_path / "usuarios.csv"
    path.write_text(
        "\n".join(["person_id;sede;target_extension;target_phone_number;selected", *rows]),
        encoding="utf-8",
    )
    chosen = {"target_location_id": "UBICACIONES.location_id[sede=location_name]"}
    scope = Scope(where=(parse_where("sede=Madrid|Atlantis"),), lines=((2, 15),))
    data = read_csv(path)
    mapping = map_columns(action, data, explicit=chosen, others={"ubicaciones": places})

    def repair_cell(dataset: Dataset) -> tuple[Dataset, list[Repair]]:
        found = propose(dataset, action, "ES", mapping=mapping)
        return apply(dataset, found), found

    repaired, repairs = repair_cell(data)
    files = {"usuarios": repaired, "ubicaciones": places}
    whole = prepare(action.id, files, mapping=mapping, scope=scope)
    monkeypatch.setattr(csv_reader, "PART", 700)
    report = validate_blocks(
        action,
        open_blocks(path),
        {"ubicaciones": places},
        mapping=mapping,
        scope=scope,
        work=BlockWork(repair_cell),
    )
    inside = [problem for problem in whole.problems if problem.line not in whole.excluded]
    assert sorted(map(Problem.text, report.problems)) == sorted(map(Problem.text, inside))
    assert {problem.rule for problem in inside} >= {"union_sin_pareja", "filas_contradictorias"}
    assert (report.rows, report.excluded, report.scope) == (
        40,
        len(whole.excluded),
        whole.chosen and whole.chosen.description,
    )
    assert report.repairs.count == len(repairs) == 40
    assert [len(first) for _, first in report.repairs.groups.values()] == [MAX_KEPT]


def test_a_required_parameter_without_source_is_reported_before_any_row_is_judged(
    tmp_path: Path,
) -> None:
    path = tmp_path / "usuarios.csv"
    path.write_text("quien;extension\nMarta;2041\n", encoding="utf-8")
    with pytest.raises(InputError, match="faltan columnas .*person_id"):
        validate_blocks(get_action("usuarios_configurar_desvio_prefijo53"), open_blocks(path))


@pytest.mark.parametrize("size", [1, 200, 6_000_000])
def test_files_looked_over_in_blocks_say_what_they_say_whole(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orgs = [hydra("ORGANIZATION", n) for n in (1, 2)]
    rows = [f"{hydra('PEOPLE', n)};{orgs[n == 4]};Sede {n}" for n in range(6)]
    path = tmp_path / "usuarios.csv"
    path.write_text(
        "\n".join(["person_id;org_id;location_name", *rows, f"{orgs[0]};;"]), encoding="utf-8"
    )
    places = read_csv(
        f"location_id;location_name\n{hydra('LOCATION', 1)};Sede 1\n".encode(), name="ubicaciones"
    )
    users = read_csv(path)
    whole = [
        *validate_file(places),
        *validate_file(users),
        *validate_across({"ubicaciones": places, "usuarios": users}),
    ]
    monkeypatch.setattr(csv_reader, "PART", size)
    report = look_over(open_blocks(path), {"ubicaciones": places})
    assert sorted(map(Problem.text, report.problems)) == sorted(map(Problem.text, whole))
    assert {problem.line for problem in whole if problem.rule == "otra_organizacion"} == {6}
    assert (report.rows, report.invalid) == (8, 2)
