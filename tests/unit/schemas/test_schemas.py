"""Every column of every schema takes what the contracts allow and nothing else; cells are canonical
text, "" = absent.
"""

from __future__ import annotations

import base64
import importlib
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk.adapters import SUPPORTED, get_action
from bulk.planning.validation import failures
from schemas import fields
from schemas.hydra import decode_id, id_tail, kind_of
from schemas.id_columns import strangers


def hydra(
    kind: str, tail: str = "8089adc3-faf7-5df1-9326-044856c0b261", cluster: str = "us"
) -> str:
    return base64.b64encode(f"ciscospark://{cluster}/{kind}/{tail}".encode()).decode().rstrip("=")


ORG, PERSON, PLACE, LICENSE, TRUNK = (
    hydra(kind) for kind in ("ORGANIZATION", "PEOPLE", "LOCATION", "LICENSE", "TRUNK")
)
GOOD = {
    "ubicacion_alta_numeraciones_desactivadas": {
        "location_id": PLACE,
        "phone_numbers": "+34911222333;+34911222334",
    },
    "ubicacion_actualizar_cabecera": {"location_id": PLACE, "phone_number": "+34911222333"},
    "ubicacion_configurar_llamadas_internas": {
        "location_id": PLACE,
        "enable_unknown_extension_route_policy": "false",
    },
    "ubicacion_configurar_permisos_salientes_defecto": {
        "location_id": PLACE,
        "block_call_types": "NATIONAL;INTERNATIONAL",
    },
    "usuarios_modificar_licencias": {"person_id": PERSON, "add_license_ids": LICENSE},
    "usuarios_asignar_location_desde_csv": {"person_id": PERSON, "target_location_id": PLACE},
    "usuarios_anadir_intercom_legacy": {"person_id": PERSON, "legacy_phone_number": "+34911222333"},
    "usuarios_configurar_desvio_prefijo53": {"person_id": PERSON, "extension": "0012"},
    "usuarios_configurar_perfil_saliente_custom": {
        "person_id": PERSON,
        "block_call_types": "NATIONAL",
    },
}


def broken(action_id: str, **cells: str) -> list[tuple[str | None, str]]:
    """(column, rule) of what a row of GOOD with these cells breaks."""
    schema = importlib.import_module(f"schemas.{action_id}").SCHEMA
    row = dict.fromkeys(schema.columns, "") | GOOD[action_id] | cells
    found = failures(schema, pd.DataFrame([row], index=[218], dtype="str"))
    return [(failed.column, failed.rule) for failed in found]


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_a_row_with_what_is_required_passes(action_id: str) -> None:
    assert broken(action_id) == []
    assert broken(action_id, org_id=ORG) == []


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_every_required_parameter_is_missed(action_id: str) -> None:
    required = [param.name for param in get_action(action_id).params if param.required]
    assert required
    for name in required:
        assert (name, "falta_dato") in broken(action_id, **{name: ""})


@pytest.mark.parametrize("action_id", SUPPORTED)
def test_an_organisation_id_of_another_kind_is_an_error_in_every_action(action_id: str) -> None:
    assert broken(action_id, org_id=PERSON) == [("org_id", "id_de_otro_tipo")]


@pytest.mark.parametrize(
    ("action_id", "cells", "expected"),
    [
        (
            "ubicacion_alta_numeraciones_desactivadas",
            {"number_type": "LANDLINE"},
            [("number_type", "tipo_de_numero")],
        ),
        ("ubicacion_alta_numeraciones_desactivadas", {"number_type": "TOLLFREE"}, []),
        (
            "ubicacion_alta_numeraciones_desactivadas",
            {"phone_numbers": "+34911222333;911"},
            [("phone_numbers", "telefono_sin_prefijo")],
        ),
        (
            "ubicacion_alta_numeraciones_desactivadas",
            {"phone_numbers": "+34911222333;x"},
            [("phone_numbers", "telefono_no_valido")],
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            {"enable_unknown_extension_route_policy": "quizá"},
            [("enable_unknown_extension_route_policy", "si_o_no")],
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            {"enable_unknown_extension_route_policy": "true"},
            [(None, "falta_ruta")],
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            {
                "enable_unknown_extension_route_policy": "true",
                "premise_route_id": TRUNK,
                "premise_route_type": "TRUNK",
            },
            [],
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            {"premise_route_id": hydra("ROUTE_GROUP"), "premise_route_type": "TRUNK"},
            [(None, "ruta_no_es_del_tipo")],
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            {"premise_route_id": PERSON},
            [("premise_route_id", "id_de_otro_tipo")],
        ),
        (
            "ubicacion_configurar_permisos_salientes_defecto",
            {"block_call_types": ""},
            [(None, "sin_perfil")],
        ),
        (
            "ubicacion_configurar_permisos_salientes_defecto",
            {"allow_call_types": "NATIONAL"},
            [(None, "tipo_en_ambas_listas")],
        ),
        (
            "ubicacion_configurar_permisos_salientes_defecto",
            {"block_call_types": "LOCAL"},
            [("block_call_types", "tipo_de_llamada")],
        ),
        ("usuarios_modificar_licencias", {"add_license_ids": ""}, [(None, "falta_uno_de")]),
        (
            "usuarios_modificar_licencias",
            {"add_license_ids": "", "remove_license_ids": LICENSE},
            [],
        ),
        (
            "usuarios_modificar_licencias",
            {"remove_license_ids": LICENSE},
            [(None, "licencia_en_ambas_listas")],
        ),
        (
            "usuarios_modificar_licencias",
            {"add_license_ids": f"{LICENSE};{PLACE}"},
            [("add_license_ids", "id_de_otro_tipo")],
        ),
        (
            "usuarios_modificar_licencias",
            {"extension": "12345678901"},
            [("extension", "extension_no_valida")],
        ),
        (
            "usuarios_asignar_location_desde_csv",
            {"target_extension": "2041.0"},
            [("target_extension", "extension_no_valida")],
        ),
        ("usuarios_asignar_location_desde_csv", {"selected": "quizá"}, [("selected", "si_o_no")]),
        (
            "usuarios_asignar_location_desde_csv",
            {"target_phone_number": "3,49112E+10"},
            [("target_phone_number", "telefono_excel")],
        ),
        ("usuarios_configurar_desvio_prefijo53", {"extension": ""}, [(None, "falta_uno_de")]),
        ("usuarios_configurar_desvio_prefijo53", {"extension": "", "destination": "531234"}, []),
        (
            "usuarios_configurar_desvio_prefijo53",
            {"destination": "Madrid"},
            [("destination", "destino_no_valido")],
        ),
        (
            "usuarios_configurar_perfil_saliente_custom",
            {"block_call_types": ""},
            [(None, "falta_uno_de")],
        ),
    ],
)
def test_conditions_of_the_contracts(
    action_id: str, cells: dict[str, str], expected: list[tuple[str | None, str]]
) -> None:
    assert broken(action_id, **cells) == expected


@pytest.mark.parametrize(("count", "expected"), [(20, []), (21, [(None, "demasiados_moviles")])])
def test_twenty_mobiles_go_in_one_request_and_no_more(
    count: int, expected: list[tuple[str | None, str]]
) -> None:
    numbers = ";".join(f"+346112233{n:02d}" for n in range(count))
    assert (
        broken(
            "ubicacion_alta_numeraciones_desactivadas", phone_numbers=numbers, number_type="MOBILE"
        )
        == expected
    )
    assert (
        broken("ubicacion_alta_numeraciones_desactivadas", phone_numbers=numbers, number_type="DID")
        == []
    )


# -- columns ---------------------------------------------------------------------------------------


def passes(column: object, cell: str) -> bool:
    schema = fields.schema({"c": column})  # type: ignore[dict-item]
    return not list(failures(schema, pd.DataFrame({"c": [cell]}, dtype="str")))


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("+0123456789;eE,.\n ٣４"), min_size=1, max_size=18))
def test_a_phone_is_exactly_what_the_contracts_rule_says(cell: str) -> None:
    assert passes(fields.phone(), cell) == bool(re.fullmatch(r"\+[1-9][0-9]{6,14}", cell))
    assert passes(fields.phone(many=True), cell) == all(
        re.fullmatch(r"\+[1-9][0-9]{6,14}", item) for item in cell.split(";")
    )


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789\n ٣４x"), min_size=1, max_size=12))
def test_an_extension_is_two_to_ten_plain_digits(cell: str) -> None:
    assert passes(fields.extension(), cell) == bool(re.fullmatch(r"[0-9]{2,10}", cell))


@pytest.mark.parametrize("cell", ["true\n", "TRUE", "truefalse", "xfalse", "truex"])
def test_a_flag_is_a_whole_word(cell: str) -> None:
    assert not passes(fields.flag(), cell)


EXCEL_ERRORS = (
    "#N/D",
    "#N/A",
    "#¡REF!",
    "#REF!",
    "#¡VALOR!",
    "#VALUE!",
    "#¡DIV/0!",
    "#DIV/0!",
    "#¿NOMBRE?",
    "#NAME?",
    "#¡NUM!",
    "#NUM!",
    "#¡NULO!",
    "#NULL!",
    "#¡DESBORDAMIENTO!",
    "#SPILL!",
)


@pytest.mark.parametrize("error", EXCEL_ERRORS)
def test_an_error_of_excel_is_no_text_alone_or_inside_of_one(error: str) -> None:
    for cell in (error, f"Sede {error}"):
        assert broken("ubicacion_actualizar_cabecera", calling_line_name=cell) == [
            ("calling_line_name", "error_de_excel")
        ]


@pytest.mark.parametrize(
    "cell", ["", "La Nave", "Sede #1", "#NDA", "¡Ref!", "N/D", "#Numancia", "#N/Data"]
)
def test_other_text_passes(cell: str) -> None:
    assert broken("ubicacion_actualizar_cabecera", calling_line_name=cell) == []


# -- ids -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cluster", ["us", "eu", "urn:TEAM:eu-central-1_k"])
def test_ids_of_any_cluster_are_read(cluster: str) -> None:
    assert kind_of(hydra("PEOPLE", cluster=cluster)) == "PEOPLE"


def test_the_tail_of_a_licence_is_its_whole_last_segment() -> None:
    assert id_tail(hydra("LICENSE", "0000-org:CX_40d5")) == "0000-org:CX_40d5"


@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_padding_makes_no_difference(padding: str) -> None:
    assert decode_id(PERSON + padding) == ("PEOPLE", "8089adc3-faf7-5df1-9326-044856c0b261")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nada",
        "8089adc3-faf7-5df1-9326-044856c0b261",
        PERSON + "\n",
        PERSON + "é",
        " " + PERSON,
        PERSON + "===",
        base64.b64encode(b"http://us/PEOPLE/x").decode(),
        base64.b64encode(b"ciscospark://us/PEOPLE").decode(),
        base64.b64encode(b"ciscospark://us/PEOPLE/\xff\xfe").decode(),
    ],
)
def test_what_is_no_id_of_webex_is_reported_from_one(value: str) -> None:
    assert decode_id(value) is None
    assert id_tail(value) == value


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_reading_of_ids(value: str) -> None:
    assert decode_id(value) is None or kind_of(value)


_IDS = st.one_of(
    st.builds(
        hydra,
        st.sampled_from(["PEOPLE", "LOCATION", "PLACE_"]),
        st.uuids().map(str),
        st.sampled_from(["us", "eu"]),
    ),
    st.builds(hydra, st.just("PEOPLE"), st.text(max_size=6)),
    st.builds(lambda uuid: hydra("PEOPLE", str(uuid)) + "==", st.uuids()),
    st.text(alphabet="AYZ-_+/=0ñ\n", max_size=80),
    st.binary(min_size=59, max_size=59).map(
        lambda raw: (
            base64.urlsafe_b64encode(b"ciscospark://us/PEOPLE/" + raw[23:]).decode().rstrip("=")
        )
    ),
)


@given(values=st.lists(_IDS, max_size=12), together=st.sampled_from([1, 3, 1_000]))
def test_ids_looked_at_together_are_judged_as_one_by_one(values: list[str], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schemas.id_columns._TOGETHER", together)
        assert sorted(strangers(values, ("PEOPLE",))) == sorted(
            value for value in values if kind_of(value) != "PEOPLE"
        )
