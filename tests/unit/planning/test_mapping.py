"""Where parameters come from, and their canonical text."""

from __future__ import annotations

import pytest

from bulk.adapters import get_action
from bulk.errors import InputError
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.mapping import (
    ColumnMapping,
    Source,
    iter_params,
    lacking,
    map_columns,
    missing_sources,
    param_frame,
)
from bulk.planning.prepare import prepare, require_sources
from bulk.planning.row_labels import labels

FORWARD = get_action("usuarios_configurar_desvio_prefijo53")
NUMBERS = get_action("ubicacion_alta_numeraciones_desactivadas")
DIALING = get_action("ubicacion_configurar_llamadas_internas")


def csv(text: str, name: str = "usuarios") -> Dataset:
    return read_csv(text.encode(), name=name, file_name=f"{name.upper()}.CSV")


def params(
    action: object, dataset: Dataset, world: Dataset | None = None, **explicit: str
) -> dict[int, dict[str, object]]:
    mapping = map_columns(action, dataset, world, explicit=explicit)  # type: ignore[arg-type]
    return dict(iter_params(action, param_frame(action, dataset, world, mapping)))  # type: ignore[arg-type]


def test_a_column_with_the_parameters_name_needs_no_mapping() -> None:
    assert params(FORWARD, csv("Person-ID;EXTENSIÓN\nA;0012\n")) == {
        2: {"person_id": "A", "extension": "0012"}
    }


def test_global_fills_what_the_file_has_no_column_for() -> None:
    world = csv("org_id;extension\nORG;99\nOTRA;98\n", "global")
    assert params(FORWARD, csv("person_id;extension\nA;\n"), world) == {
        2: {"person_id": "A", "org_id": "ORG"}
    }


def test_an_explicit_choice_wins() -> None:
    world = csv("prefijo\n777\n", "global")
    data = csv("person_id;ext;extension\nA;11;22\n")
    assert params(FORWARD, data, world, extension="ext", destination="GLOBAL.prefijo") == {
        2: {"person_id": "A", "extension": "11", "destination": "777"}
    }
    assert params(FORWARD, data, destination="=5555")[2]["destination"] == "5555"


def test_an_unknown_column_or_parameter_is_refused_with_what_there_is() -> None:
    data = csv("person_id;ext\nA;1\n")
    with pytest.raises(InputError, match="person_id, ext"):
        map_columns(FORWARD, data, explicit={"extension": "otra"})
    with pytest.raises(InputError, match="destination"):
        map_columns(FORWARD, data, explicit={"volar": "ext"})


def test_required_parameters_without_source_are_named() -> None:
    data = csv("quien\nA\n")
    assert missing_sources(FORWARD, map_columns(FORWARD, data)) == ("person_id",)


@pytest.mark.parametrize(
    "cell",
    ["+34911222333|+34911222334", "+34911222333;+34911222334", "+34 911 222 333, +34-911.222.334"],
)
def test_list_cells_split_on_their_separators_and_phones_lose_their_blanks(cell: str) -> None:
    data = csv(f'location_id;phone_numbers\nL;"{cell}"\n', "ubicaciones")
    assert params(NUMBERS, data)[2]["phone_numbers"] == ["+34911222333", "+34911222334"]


def test_digits_that_make_no_number_of_their_country_are_not_joined() -> None:
    data = csv("location_id;phone_numbers\nL;+34 911 222 300-349|+34 911 222 350\n", "ubicaciones")
    assert params(NUMBERS, data)[2]["phone_numbers"] == ["+34 911 222 300-349", "+34911222350"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("VERDADERO", True), ("sí", True), ("x", True), ("1", True), ("no", False), ("0", False)],
)
def test_flags_are_read_in_spanish_and_english(cell: str, value: bool) -> None:
    data = csv(
        f"location_id;enable_unknown_extension_route_policy;premise_route_type\nL;{cell};trunk\n",
        "ubicaciones",
    )
    assert params(DIALING, data)[2] == {
        "location_id": "L",
        "enable_unknown_extension_route_policy": value,
        "premise_route_type": "TRUNK",
    }


def test_a_mapping_reads_back_from_json() -> None:
    mapping = ColumnMapping("x", {"a": Source("column", "A"), "b": Source("none")})
    assert ColumnMapping.from_json(mapping.to_json()) == mapping


def test_labels_are_names_and_locations_never_ids() -> None:
    shown = labels(
        csv("person_id;display_name;location_name;extension\nA;Marta Gil;Madrid;2041\nB;;Madrid;\n")
    )
    assert shown.to_dict("index") == {
        2: {"label": "Marta Gil · 2041", "group": "Madrid"},
        3: {"label": "Fila 3", "group": "Madrid"},
    }
    assert labels(csv("location_id;sede\nL;Sevilla\n", "ubicaciones"))["label"].tolist() == [
        "Sevilla"
    ]


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "column", "ref": 7},
        {"kind": "column", "ref": None},
        {"kind": ["column"]},
        {"kind": "join", "dataset": "otro"},
    ],
)
def test_a_mapping_of_wrong_types_is_refused(source: dict[str, object]) -> None:
    with pytest.raises(InputError, match="mapeo"):
        ColumnMapping.from_json({"action_id": FORWARD.id, "sources": {"extension": source}})


def test_one_of_several_parameters_is_needed_and_reported_before_any_row() -> None:
    data = csv("person_id;Anexo\nA;12\n")
    assert lacking(FORWARD, map_columns(FORWARD, data)) == ("extension o destination",)
    assert lacking(FORWARD, map_columns(FORWARD, data, explicit={"extension": "="})) == (
        "extension o destination",
    )
    assert lacking(FORWARD, map_columns(FORWARD, data, explicit={"extension": "Anexo"})) == ()
    assert lacking(
        FORWARD, map_columns(FORWARD, data, explicit={"person_id": "=", "extension": "Anexo"})
    ) == ("person_id",)
    permissions = get_action("ubicacion_configurar_permisos_salientes_defecto")
    mapping = map_columns(permissions, csv("location_id\nL\n", "ubicaciones"))
    assert lacking(permissions, mapping) == ("allow_call_types o block_call_types o un perfil",)
    assert lacking(permissions, mapping, {"profile": {"callingPermissions": []}}) == ()
    with pytest.raises(InputError, match="faltan columnas.*extension o destination"):
        require_sources(prepare(FORWARD.id, {"usuarios": data}))
