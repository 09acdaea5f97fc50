"""Data in at the command line: block by block, as detected or as said, whole workbooks, corrected
files.
"""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from bulk.files import csv_reader
from bulk.files.dataset import read_any
from bulk.planning import streaming, validation
from schemas.hydra import id_tail
from tests.integration.conftest import Bulk
from tests.unit.files.workbooks import book
from tests.workspace import Remote

ACTION = "usuarios_configurar_desvio_prefijo53"
MOVE = "usuarios_asignar_location_desde_csv"


def test_validate_goes_block_by_block_and_writes_every_problem(
    bulk: Bulk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No frame ever holds more rows than a block; the CSV with the problems has all of them,
    however many are shown.
    """
    held: list[int] = []
    judge = validation.row_problems
    monkeypatch.setattr(
        validation,
        "row_problems",
        lambda *given, **more: (held.append(len(given[3])), judge(*given, **more))[1],
    )
    monkeypatch.setattr(csv_reader, "PART", 100)
    monkeypatch.setattr(streaming, "KEPT", 5)
    users, out = tmp_path / "USUARIOS.CSV", tmp_path / "problemas.csv"
    users.write_text(
        "person_id;extension\n" + "".join(f"nada{n};{1000 + n}\n" for n in range(40)),
        encoding="utf-8",
    )
    code, found = bulk(
        "validate", ACTION, "--usuarios", users, "--lines", "2-31", "--out", out, "--json"
    )
    assert (code, found["total"], found["invalid"], found["valid"], found["excluded"]) == (
        1,
        40,
        30,
        0,
        10,
    )
    assert (len(found["problems"]), found["totals"][0]["count"]) == (5, 30)
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 31
    assert max(held) <= 10


def test_what_was_detected_is_reported_and_can_be_said_otherwise(
    bulk: Bulk, tmp_path: Path, remote: Remote
) -> None:
    path = tmp_path / "USUARIOS.CSV"
    path.write_bytes(
        f"person_id|extensi\u00f3n|nombre\n{remote.person(0)}|2041|Mu\u00f1oz\n".encode("cp850")
    )
    assert (
        bulk(
            "validate",
            ACTION,
            "--usuarios",
            path,
            "--encoding",
            "usuarios=cp850",
            "--delimiter",
            "|",
        )[0]
        == 0
    )
    assert "USUARIOS.CSV · cp850 · separador |" in bulk.err  # type: ignore[attr-defined]


def test_one_workbook_fills_all_three_files(bulk: Bulk, tmp_path: Path, remote: Remote) -> None:
    path = tmp_path / "todo.xlsx"
    path.write_bytes(
        book(
            GLOBAL=[["parametro", "valor"], ["destination", "532041"]],
            UBICACIONES=[],
            USUARIOS=[["person_id"], [remote.person(0)]],
        )
    )
    code, found = bulk("validate", ACTION, "--usuarios", path, "--json")
    assert (code, found["valid"]) == (0, 1)
    assert "todo.xlsx · hoja GLOBAL" in bulk.err  # type: ignore[attr-defined]
    assert "no se ha leído la hoja de UBICACIONES" in bulk.err  # type: ignore[attr-defined]
    assert bulk("validate", "--usuarios", path, "--corrected", tmp_path / "bien.csv")[0] == 0
    assert list(read_any(tmp_path / "bien.csv", name="usuarios")[0].frame.columns) == [
        "person_id"
    ]  # the one that was named


def test_a_suggestion_that_needs_a_lookup_says_so_and_is_used_when_names_are_looked_up(
    bulk: Bulk, tmp_path: Path, remote: Remote
) -> None:
    path = tmp_path / "USUARIOS.CSV"
    path.write_text("Correo;ext\nusuario00000@example.com;2041\n", encoding="utf-8")
    assert bulk("validate", ACTION, "--usuarios", path, "--accept-suggestions")[0] == 2
    assert "person_id ← Correo (85 %, sinónimo). Para usarla: --resolve-names\n" in bulk.err  # type: ignore[attr-defined]
    code, found = bulk(
        "plan", ACTION, "--usuarios", path, "--accept-suggestions", "--resolve-names", "--json"
    )
    assert (code, found["counts"]["change"], found["counts"]["invalid"]) == (0, 1, 0)


def test_ids_are_filled_in_by_synonyms_into_a_workbook_and_never_at_the_cost_of_cells(
    bulk: Bulk, tmp_path: Path, remote: Remote
) -> None:
    path, out = tmp_path / "lista.csv", tmp_path / "completa.xlsx"
    path.write_text("Mail;Oficina\nusuario00000@example.com;Madrid\n", encoding="utf-8")
    assert bulk("fill-ids", path, "--out", out)[0] == 2
    assert bulk("fill-ids", path, "--dataset", "usuarios", "--out", out)[0] == 0
    [data] = read_any(out, name="usuarios")
    assert (data.encoding, data.frame["person_id"].tolist()) == ("xlsx", [remote.person(0)])
    path.write_text("Mail;Oficina\nusuario00000@example.com;Madrid;SOBRA\n", encoding="utf-8")
    before = out.read_bytes()
    assert bulk("fill-ids", path, "--dataset", "usuarios", "--out", out)[0] == 2
    assert "Fila 2" in bulk.err  # type: ignore[attr-defined]
    assert out.read_bytes() == before


def test_validate_marks_the_file_in_excel_and_writes_it_corrected(
    bulk: Bulk, tmp_path: Path, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_reader, "PART", 50)  # the row that is lost lies beyond the first block
    path, marked, corrected = (
        tmp_path / name for name in ("USUARIOS.CSV", "marcado.xlsx", "corregido.csv")
    )
    good, lost = f"{remote.person(0)};2041.0;532041", f"{remote.person(1)};2042;532042;SOBRA"
    path.write_text(
        f"person_id;extension;destination\n{good}\nnada;2043;\n{lost}\n", encoding="utf-8"
    )
    options = ("--usuarios", path, "--accept-repairs", "--out", marked, "--corrected", corrected)
    assert bulk("validate", ACTION, *options)[0] == 1
    sheet = openpyxl.load_workbook(marked).active
    assert [cell.value for cell in sheet[2]][:3] == [
        2,
        remote.person(0),
        "2041.0",
    ]  # the original, as it came
    assert sheet["B3"].comment is not None
    assert [cell.value or "" for cell in sheet[4]][:4] == [
        4,
        "",
        "",
        "",
    ]  # cut to three cells it would be a good row
    assert read_any(corrected, name="usuarios")[0].frame["extension"].tolist() == ["2041", "2043"]
    assert "con celdas de más o de menos: 1." in bulk.err  # type: ignore[attr-defined]
    assert bulk("validate", "--usuarios", path)[0] == 1
    assert f"✓ {ACTION}: lista para ensayar" in bulk.err  # type: ignore[attr-defined]


@pytest.mark.parametrize("action", [(ACTION,), ()], ids=["of an action", "by itself"])
def test_a_file_that_came_back_with_its_outcome_is_corrected_without_it(
    bulk: Bulk, tmp_path: Path, remote: Remote, action: tuple[str, ...]
) -> None:
    path, corrected = tmp_path / "USUARIOS.CSV", tmp_path / "corregido.csv"
    outcome = "estado;mensaje;causa;antes;después;trackingId;intento"
    path.write_text(
        f"person_id;extension;{outcome}\n{remote.person(0)};2041.0;done;;;;;;1\n", encoding="utf-8"
    )
    assert (
        bulk("validate", *action, "--usuarios", path, "--accept-repairs", "--corrected", corrected)[
            0
        ]
        == 0
    )
    [again] = read_any(corrected, name="usuarios")
    assert again.frame.to_dict("records") == [{"person_id": remote.person(0), "extension": "2041"}]
    assert again.problems == ()


def test_validate_looks_names_up_as_plan_does_and_remembers_the_choice(
    bulk: Bulk, tmp_path: Path, remote: Remote
) -> None:
    for place in (remote.location(0), remote.location(1)):
        remote.patch("location", place, name="Sede")
    path, asked = (
        tmp_path / "USUARIOS.CSV",
        ("validate", MOVE, "--usuarios", tmp_path / "USUARIOS.CSV", "--json"),
    )
    rows = [
        "usuario00001@example.com;Sede",
        f"{remote.person(2)};{remote.location(2)}",
        "nadie@example.com;Sede",
    ]
    path.write_text("\n".join(["person_id;target_location_id", *rows]), encoding="utf-8")
    assert bulk(*asked)[1]["invalid"] == 2  # not an id
    code, found = bulk(*asked, "--resolve-names", "--lines", "2-3")
    assert (
        code,
        found["invalid"],
        found["excluded"],
        [each["rule"] for each in found["problems"]],
    ) == (1, 1, 1, ["nombre"])
    end = id_tail(remote.location(1))[-8:]
    assert f"…{end}" in found["problems"][0]["message"]
    code, found = bulk(*asked, "--choose", f"Sede={end}")  # a choice is a look-up already
    assert (code, [each["value"] for each in found["problems"]]) == (1, ["nadie@example.com"])
    assert bulk(*asked, "--resolve-names", "--lines", "2-3")[0] == 0  # remembered, and reported
    assert f"Como se eligió: «Sede» es …{end}. Para otra: --choose." in bulk.err  # type: ignore[attr-defined]
    assert remote.writes() == 0


def test_validate_takes_only_what_a_run_left_open(
    bulk: Bulk, users: Path, tmp_path: Path, remote: Remote
) -> None:
    assert (
        bulk("run", ACTION, "--usuarios", users, "--bulk", "--json")[0] == 1
    )  # one without license, one not valid
    _, found = bulk("validate", ACTION, "--usuarios", users, "--only-open-of", "última", "--json")
    assert (found["total"], found["excluded"], found["invalid"]) == (13, 11, 1)
    assert "pendientes y fallidas de" in bulk.err  # type: ignore[attr-defined]
    back = tmp_path / "vuelta.csv"
    assert bulk("report", "última", "--roundtrip", "--out", back)[0] == 0
    _, found = bulk("validate", ACTION, "--usuarios", back, "--only-open", "--json")
    assert (found["total"], found["excluded"], found["invalid"]) == (13, 11, 1)
    _, found = bulk(
        "validate", ACTION, "--usuarios", back, "--only-open", "--lines", "2-13", "--json"
    )
    assert (found["excluded"], found["invalid"]) == (12, 0)  # each narrows further
    assert (
        bulk("validate", ACTION, "--usuarios", users, "--only-open", "--json")[1]["error"]["code"]
        == "entrada"
    )


def test_without_action_the_repairs_of_each_file_are_listed_and_can_be_accepted(
    bulk: Bulk, tmp_path: Path
) -> None:
    users, places, right = (
        tmp_path / "USUARIOS.CSV",
        tmp_path / "UBICACIONES.CSV",
        tmp_path / "bien.csv",
    )
    users.write_text(
        "email;extension;legacy_phone_number\na@b.es;1000.0;34911222333\nc@d.es;0012;\n",
        encoding="utf-8",
    )
    places.write_text("location_name;phone_number\nMadrid;0034911222333\n", encoding="utf-8")
    bulk("validate", "--usuarios", users, "--json")
    assert "«34911222333» →" not in bulk.err  # type: ignore[attr-defined]  # of which country it is, nobody guesses
    assert (
        "di de qué país son (--country ES, default_country en GLOBAL o BULK_DEFAULT_COUNTRY)"
        in bulk.err
    )  # type: ignore[attr-defined]
    code, found = bulk(
        "validate", "--usuarios", users, "--ubicaciones", places, "--country", "ES", "--json"
    )
    assert {(each["file"], each["column"], each["count"]) for each in found["repairs"]} == {
        ("USUARIOS.CSV", "extension", 1),
        ("USUARIOS.CSV", "legacy_phone_number", 1),
        ("UBICACIONES.CSV", "phone_number", 1),
    }
    message = bulk.err  # type: ignore[attr-defined]
    assert "USUARIOS.CSV · Fila 2 · «1000.0» → «1000»" in message
    assert "3 reparaciones propuestas, ninguna aplicada" in message
    assert (code, [each["column"] for each in found["problems"]]) == (
        0,
        ["phone_number", "extension", "legacy_phone_number"],
    )
    listed = tmp_path / "reparaciones.csv"
    bulk(
        "validate",
        "--usuarios",
        users,
        "--ubicaciones",
        places,
        "--country",
        "ES",
        "--repairs",
        listed,
    )
    with listed.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";"))[1:] == [
            [
                "UBICACIONES.CSV",
                "2",
                "phone_number",
                "0034911222333",
                "+34911222333",
                "Prefijo 00 en vez de +",
            ],
            ["USUARIOS.CSV", "2", "extension", "1000.0", "1000", "Sobra .0 al final"],
            [
                "USUARIOS.CSV",
                "2",
                "legacy_phone_number",
                "34911222333",
                "+34911222333",
                "Teléfono sin prefijo +",
            ],
        ]
    code, found = bulk(
        "validate",
        "--usuarios",
        users,
        "--country",
        "ES",
        "--accept-repairs",
        "--corrected",
        right,
        "--json",
    )
    assert (code, found["problems"]) == (0, [])
    assert read_any(right, name="usuarios")[0].frame["legacy_phone_number"].tolist() == [
        "+34911222333",
        "",
    ]
    assert read_any(right, name="usuarios")[0].frame["extension"].tolist() == ["1000", "0012"]
    assert "1000.0" in users.read_text(encoding="utf-8")


def test_a_country_of_the_settings_that_there_is_not_is_named(
    bulk: Bulk, users: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULK_DEFAULT_COUNTRY", "XX")
    code, found = bulk("validate", ACTION, "--usuarios", users, "--json")
    assert (code, found["error"]["message"]) == (
        2,
        "BULK_DEFAULT_COUNTRY: No existe el país «XX». Se esperan dos letras, como ES.",
    )
    assert (
        bulk("validate", ACTION, "--usuarios", users, "--country", "es", "--json")[0] == 1
    )  # said here: not even looked at
    code, found = bulk(
        "validate", ACTION, "--usuarios", users, "--country", "es", "--repairs", users, "--json"
    )
    assert (code, found["error"]["message"].partition("para ")[2]) == (2, "--repairs.")


def test_two_files_of_one_command_are_not_one(bulk: Bulk, users: Path, tmp_path: Path) -> None:
    same = tmp_path / "salida.csv"
    code, found = bulk(
        "validate", ACTION, "--usuarios", users, "--out", same, "--corrected", same, "--json"
    )
    assert (code, found["error"]["message"].partition("para ")[2]) == (2, "--corrected.")
    assert not same.exists()


@pytest.mark.parametrize(
    "option", [("--where", "a=b"), ("--lines", ""), ("--resolve-names",), ("--map", "a=b")]
)
def test_without_action_nothing_that_needs_one_is_dropped_in_silence(
    bulk: Bulk, users: Path, option: tuple[str, ...]
) -> None:
    code, found = bulk("validate", "--usuarios", users, *option, "--json")
    assert (code, found["error"]["code"]) == (2, "uso")
    assert f"no se admite {option[0]}:" in found["error"]["message"]


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_what_was_found_in_global_is_reported_with_the_action(
    bulk: Bulk, tmp_path: Path, remote: Remote, command: str
) -> None:
    users, world = tmp_path / "USUARIOS.CSV", tmp_path / "GLOBAL.CSV"
    users.write_text(f"person_id\n{remote.person(0)}\n", encoding="utf-8")
    world.write_text("destination;cosa\n600111222;1\n600111333;2\n", encoding="utf-8")
    code, found = bulk(command, ACTION, "--usuarios", users, "--global", world)
    message = found + bulk.err  # type: ignore[attr-defined]
    assert code == 0
    assert "GLOBAL.CSV · Fila 3 · GLOBAL tiene una sola fila de datos: esta no se usa." in message
    assert "GLOBAL.CSV · Fila 1 · cosa · Ninguna acción conoce este parámetro" in message


def test_one_row_is_reported_as_one(bulk: Bulk, tmp_path: Path, remote: Remote) -> None:
    path = tmp_path / "USUARIOS.CSV"
    path.write_text(f"person_id;extension\n{remote.person(0)};1001\n", encoding="utf-8")
    code, message = bulk("validate", ACTION, "--usuarios", path)
    assert (code, "1 fila válida, 0 no válidas." in message) == (0, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("parametro;valor\ndefault_country;ES\n\norg_id;nada\n", 4),
        ("default_country;ES\norg_id;nada\n", 2),
        ("org_id;nada\ndefault_country;ES\n", 1),
        ("org_id;default_country\nnada;ES\n", 2),
    ],
)
def test_what_is_wrong_in_global_is_reported_with_the_line_where_it_is_written(
    bulk: Bulk, tmp_path: Path, text: str, line: int
) -> None:
    world, out = tmp_path / "GLOBAL.CSV", tmp_path / "problemas.csv"
    world.write_text(text, encoding="utf-8")
    found = bulk("validate", "--global", world, "--out", out, "--json")[1]
    assert [(each["line"], each["column"], each["value"]) for each in found["problems"]] == [
        (line, "org_id", "nada")
    ]
    assert [group["first_line"] for group in found["totals"]] == [line]
    assert [
        row["fila"] for row in csv.DictReader(out.open(encoding="utf-8-sig"), delimiter=";")
    ] == [str(line)]
    assert f"GLOBAL.CSV · Fila {line} · org_id «nada»" in bulk("validate", "--global", world)[1]
