"""Templates, joins and constants as sources of a parameter."""

from __future__ import annotations

import pytest

from bulk.adapters import get_action
from bulk.errors import InputError
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.mapping import ColumnMapping, iter_params, map_columns, param_frame
from bulk.planning.sources import Files, Source, parse_source, source_text
from bulk.planning.validation import validate_rows

FORWARD = get_action("usuarios_configurar_desvio_prefijo53")
MOVE = get_action("usuarios_asignar_location_desde_csv")


def csv(text: str, name: str = "usuarios") -> Dataset:
    return read_csv(text.encode(), name=name, file_name=f"{name.upper()}.CSV")


USERS = csv("person_id;ext;sede\nA;0012;Madrid\nB;;Lugo\nC;13;MADRID\nD;14;Jaén\nE;15;\n")
PLACES = csv("location_id;location_name\nM;Madrid\nL1;Lugo\nL2;Lugo\n", "ubicaciones")
WORLD = csv("parametro;valor\nprefijo;777\n", "global")
FILES = Files(USERS, WORLD, {"ubicaciones": PLACES})


@pytest.mark.parametrize(
    "text",
    [
        "ext",
        "=texto fijo",
        "=",
        "GLOBAL.prefijo",
        "53{ext}",
        "{GLOBAL.prefijo}{ext}",
        "UBICACIONES.location_id[sede=location_name]",
    ],
)
def test_a_source_reads_back_from_its_text_and_from_json(text: str) -> None:
    source = parse_source(text, FILES)
    assert source_text(source) == text
    assert (
        ColumnMapping.from_json(ColumnMapping("a", {"p": source}).to_json()).sources["p"] == source
    )


def test_a_template_is_filled_in_and_empty_where_one_of_its_columns_is() -> None:
    mapping = map_columns(FORWARD, USERS, WORLD, explicit={"destination": "{GLOBAL.prefijo}-{ext}"})
    frame = param_frame(FORWARD, USERS, WORLD, mapping)
    assert list(frame["destination"]) == ["777-0012", "", "777-13", "777-14", "777-15"]


def test_a_join_finds_the_one_row_of_the_other_file_whatever_the_case() -> None:
    mapping = map_columns(
        MOVE,
        USERS,
        explicit={"target_location_id": "UBICACIONES.location_id[sede=location_name]"},
        others=FILES.others,
    )
    frame = param_frame(MOVE, USERS, None, mapping, others=FILES.others)
    assert list(frame["target_location_id"]) == ["M", "", "M", "", ""]


def test_a_key_without_partner_or_with_several_is_a_problem_of_its_row() -> None:
    mapping = map_columns(
        MOVE,
        USERS,
        explicit={"target_location_id": "UBICACIONES.location_id[sede=location_name]"},
        others=FILES.others,
    )
    frame = param_frame(MOVE, USERS, None, mapping, others=FILES.others)
    found = validate_rows(MOVE, USERS, mapping, frame, others=FILES.others)
    joins = [(p.line, p.column, p.value, p.rule) for p in found if p.rule.startswith("union")]
    assert joins == [(3, "sede", "Lugo", "union_ambigua"), (5, "sede", "Jaén", "union_sin_pareja")]


def test_a_shared_key_need_not_be_said() -> None:
    users = csv("person_id;location_name\nA;Madrid\n")
    source = parse_source("ubicaciones.location_id", Files(users, None, {"ubicaciones": PLACES}))
    assert source == Source("join", "location_id", "ubicaciones", "location_name", "location_name")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("otra", "person_id, ext, sede"),
        ("53{otra}", "person_id, ext, sede"),
        ("UBICACIONES.otra[sede=location_name]", "location_id, location_name"),
        ("UBICACIONES.location_id[otra=location_name]", "person_id, ext, sede"),
        ("UBICACIONES.location_id[sede=otra]", "location_id, location_name"),
        ("UBICACIONES.location_id", "no comparten ninguna columna"),
        ("GLOBAL.otra", "prefijo"),
        ("53{UBICACIONES.location_id[sede=location_name]}", "plantilla"),
    ],
)
def test_a_source_that_points_nowhere_is_refused_with_what_there_is(
    text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        parse_source(text, FILES)


def test_only_the_lines_asked_for_are_made() -> None:
    mapping = map_columns(FORWARD, USERS, explicit={"extension": "ext"})
    frame = param_frame(FORWARD, USERS, None, mapping, USERS.frame.index[2:4])
    assert dict(iter_params(FORWARD, frame)) == {
        4: {"person_id": "C", "extension": "13"},
        5: {"person_id": "D", "extension": "14"},
    }


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"action_id": "a", "sources": []},
        {"action_id": "a", "sources": {"p": {"kind": "volar"}}},
    ],
)
def test_json_that_is_no_mapping_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(InputError, match="mapeo"):
        ColumnMapping.from_json(value)
