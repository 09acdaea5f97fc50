"""Files against each other, and what they are enough for."""

from __future__ import annotations

import base64

from bulk.adapters import SUPPORTED
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.cross_file import validate_across
from bulk.planning.readiness import readiness


def hydra(kind: str, number: int = 1) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{number:032x}".encode()).decode().rstrip("=")


ORG, OTHER, PLACE, ELSEWHERE, PERSON = (
    hydra("ORGANIZATION"),
    hydra("ORGANIZATION", 2),
    hydra("LOCATION"),
    hydra("LOCATION", 2),
    hydra("PEOPLE"),
)


def files(**texts: str) -> dict[str, Dataset]:
    return {
        name.rstrip("_"): read_csv(text.encode(), name=name.rstrip("_"), file_name=f"{name}.csv")
        for name, text in texts.items()
    }


def test_another_organisation_than_that_of_global_is_an_error() -> None:
    loaded = files(
        global_=f"org_id\n{ORG}\n", usuarios=f"person_id;Org-ID\nA;{ORG}\nB;{OTHER}\nC;\n"
    )
    assert [(p.file, p.line, p.column, p.rule, p.severity) for p in validate_across(loaded)] == [
        ("usuarios.csv", 3, "Org-ID", "otra_organizacion", "error")
    ]


def test_locations_that_ubicaciones_does_not_list_are_only_an_aviso() -> None:
    loaded = files(
        ubicaciones=f"location_id;location_name\n{PLACE};Madrid\n",
        usuarios=f"person_id;location_id;location_name\nA;{PLACE};MADRID\nB;{ELSEWHERE};Lugo\n",
    )
    assert [(p.line, p.column, p.severity) for p in validate_across(loaded)] == [
        (3, "location_id", "aviso"),
        (3, "location_name", "aviso"),
    ]


def test_one_file_alone_has_nothing_to_disagree_with() -> None:
    assert validate_across(files(usuarios=f"person_id;location_id\nA;{PLACE}\n")) == []
    assert validate_across({}) == []


def test_readiness_says_for_each_of_the_nine_what_is_lacking() -> None:
    loaded = files(usuarios="person_id;extension\nA;12\n")
    found = {each.action_id: (each.state, each.missing) for each in readiness(loaded)}
    assert list(found) == list(SUPPORTED)
    assert found["usuarios_configurar_desvio_prefijo53"] == ("ready", ())
    assert found["usuarios_anadir_intercom_legacy"] == ("no_columns", ("legacy_phone_number",))
    assert found["usuarios_modificar_licencias"] == (
        "no_columns",
        ("add_license_ids", "remove_license_ids"),
    )
    assert found["ubicacion_actualizar_cabecera"] == ("no_file", ())


def test_a_profile_makes_the_default_permissions_ready() -> None:
    action = "ubicacion_configurar_permisos_salientes_defecto"
    loaded = files(ubicaciones=f"location_id\n{PLACE}\n")
    assert {each.action_id: each.state for each in readiness(loaded)}[action] == "no_profile"
    assert {
        each.action_id: each.ready
        for each in readiness(loaded, options={"profile": {"callingPermissions": []}})
    }[action]


def test_a_mapping_makes_an_action_ready_and_a_broken_one_says_why() -> None:
    loaded = files(usuarios="person_id;tel\nA;+34911222333\n")
    mapped = readiness(
        loaded, explicit={"usuarios_anadir_intercom_legacy": {"legacy_phone_number": "tel"}}
    )
    assert {each.action_id: each.ready for each in mapped}["usuarios_anadir_intercom_legacy"]
    broken = readiness(
        loaded, explicit={"usuarios_anadir_intercom_legacy": {"legacy_phone_number": "otra"}}
    )
    assert (
        "otra" in {each.action_id: each.text for each in broken}["usuarios_anadir_intercom_legacy"]
    )
