"""Suggestions come with a score and are never applied by themselves; saved mappings come back as
they were.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bulk.adapters import all_actions, get_action
from bulk.core.headers import SYNONYMS, canonical
from bulk.errors import BulkError, InputError
from bulk.files.dataset import Dataset, read_csv
from bulk.planning import saved_mappings
from bulk.planning.mapping import map_columns
from bulk.planning.sources import NONE, Files
from bulk.planning.suggestions import accepted, likeness, suggest

FORWARD = get_action("usuarios_configurar_desvio_prefijo53")
MOVE = get_action("usuarios_asignar_location_desde_csv")
HEADER = get_action("ubicacion_actualizar_cabecera")


def hydra(kind: str, number: int = 1) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{number:032x}".encode()).decode().rstrip("=")


PERSON, PLACE = hydra("PEOPLE"), hydra("LOCATION")


def csv(text: str, name: str = "usuarios") -> Dataset:
    return read_csv(text.encode(), name=name, file_name=f"{name.upper()}.CSV")


def offered(action: object, data: Dataset, **files: Dataset) -> dict[str, tuple[str, str, bool]]:
    mapping = map_columns(action, data, files.get("global_"))  # type: ignore[arg-type]
    found = suggest(action, data, files.get("global_"), mapping, others=files)  # type: ignore[arg-type]
    return {offer.param: (offer.source, offer.reason, offer.lookup) for offer in found}


def test_synonyms_in_spanish_are_offered_and_nothing_is_applied() -> None:
    data = csv(f"id_usuario;Extensión interna\n{PERSON};2041\n")
    assert offered(FORWARD, data) == {
        "person_id": ("id_usuario", "sinónimo", False),
        "extension": ("Extensión interna", "sinónimo", False),
    }
    assert set(map_columns(FORWARD, data).sources.values()) == {NONE}


def test_a_misspelt_header_is_offered_by_likeness_with_a_lower_score() -> None:
    data = csv(f"person_id;extensoin\n{PERSON};2041\n")
    [offer] = suggest(FORWARD, data, None, map_columns(FORWARD, data))
    assert (offer.source, offer.reason) == ("extensoin", "parecido")
    assert 80 <= offer.score < 95


def test_a_column_that_holds_something_else_is_not_offered() -> None:
    assert offered(FORWARD, csv(f"person_id;ext\n{PERSON};Madrid\n")) == {}


def test_a_column_of_names_for_an_id_needs_a_lookup_and_is_not_accepted_as_it_is() -> None:
    data = csv("persona;extension\nMarta Gil;2041\n")
    found = suggest(FORWARD, data, None, map_columns(FORWARD, data))
    assert [(offer.source, offer.lookup) for offer in found] == [("persona", True)]
    assert accepted(found) == {}


def test_no_column_is_offered_for_two_parameters() -> None:
    data = csv(f"location_id;numero\n{PLACE};+34911222333\n", "ubicaciones")
    assert offered(HEADER, data) == {"phone_number": ("numero", "sinónimo", False)}


def test_the_name_of_a_target_location_is_joined_to_its_id() -> None:
    places = csv(f"location_id;location_name\n{PLACE};Madrid\n", "ubicaciones")
    data = csv(f"person_id;sede;sede_destino\n{PERSON};Lugo;Madrid\n")
    found = offered(MOVE, data, ubicaciones=places)
    assert found["target_location_id"] == (
        "UBICACIONES.location_id[sede_destino=location_name]",
        "unión",
        False,
    )


def test_global_is_offered_too() -> None:
    global_file = csv(f"organizacion\n{hydra('ORGANIZATION')}\n", "global")
    data = csv(f"person_id;extension\n{PERSON};12\n")
    assert offered(FORWARD, data, global_=global_file)["org_id"] == (
        "GLOBAL.organizacion",
        "sinónimo",
        False,
    )


def test_synonyms_are_of_parameters_that_exist_and_never_stand_for_two() -> None:
    params = {param.name for action in all_actions() for param in action.parameters}
    assert set(SYNONYMS) - params == {"email", "display_name", "location_name", "default_country"}
    words = [canonical(word) for name, each in SYNONYMS.items() for word in (name, *each)]
    assert sorted(words) == sorted(set(words))


def test_likeness_ignores_word_order_and_camel_case() -> None:
    assert likeness("phone_number", "numberPhone")[0] >= 90
    assert likeness("extension", "apellidos")[0] < 80


# -- saved -----------------------------------------------------------------------------------------


def test_a_mapping_is_kept_by_name_and_replaced_by_the_same_name(tmp_path: Path) -> None:
    data = csv("person_id;ext;otra\nA;1;2\n")
    first = map_columns(FORWARD, data, explicit={"extension": "ext"})
    second = map_columns(FORWARD, data, explicit={"extension": "otra", "destination": "53{ext}"})
    saved_mappings.save(tmp_path, "Fichero de RR. HH.", first)
    saved_mappings.save(tmp_path, "fichero de RR. HH.", second)
    assert saved_mappings.saved(tmp_path, FORWARD.id) == [
        saved_mappings.SavedMapping("fichero de RR. HH.", second)
    ]
    saved_mappings.delete(tmp_path, "fichero de RR. HH.", FORWARD.id)
    assert saved_mappings.saved(tmp_path) == []


def test_the_last_mapping_of_a_set_of_headers_is_remembered_in_any_order(tmp_path: Path) -> None:
    mapping = map_columns(FORWARD, csv("person_id;ext\nA;1\n"), explicit={"extension": "ext"})
    saved_mappings.remember(tmp_path, mapping, ["person_id", "ext"])
    assert saved_mappings.recall(tmp_path, FORWARD.id, ["EXT", "Person ID"]) == mapping
    assert saved_mappings.recall(tmp_path, FORWARD.id, ["person_id", "otra"]) is None
    assert saved_mappings.saved(tmp_path) == []


def test_a_name_cannot_leave_the_directory(tmp_path: Path) -> None:
    mapping = map_columns(FORWARD, csv("person_id\nA\n"))
    path = saved_mappings.save(tmp_path / "home", "../../fuera", mapping)
    assert path.parent == tmp_path / "home" / "mappings"


def test_a_mapping_becomes_choices_for_files_that_have_its_columns() -> None:
    mapping = map_columns(
        FORWARD, csv("person_id;ext\nA;1\n"), explicit={"extension": "ext", "destination": "=5"}
    )
    texts = {"person_id": "person_id", "extension": "ext", "destination": "=5"}
    assert saved_mappings.to_explicit(mapping, Files(csv("ext;person_id\n1;A\n"))) == texts
    with pytest.raises(InputError, match="ext"):
        saved_mappings.to_explicit(mapping, Files(csv("person_id\nA\n")))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 2, "action_id": "x", "sources": {}}',
        b"\xff\xfe\x00",
        b'{"format": 1, "action_id": "usuarios_volar", "sources": {}}',
        (
            b'{"format": 1, "action_id": "usuarios_anadir_intercom_legacy", "sources": {"volar":'
            b' {"kind": "none"}}}'
        ),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(raw: bytes) -> None:
    with pytest.raises(BulkError):
        saved_mappings.from_bytes(raw, "mapeo.json")


def test_an_email_is_offered_for_a_person_and_a_place_for_its_id_where_names_are_looked_up() -> (
    None
):
    data = csv("Correo;ext;sede\nana@acme.es;2041;Madrid\n")
    assert offered(FORWARD, data)["person_id"] == ("Correo", "sinónimo", True)
    assert "person_id" not in offered(FORWARD, csv("Correo;ext\nAna Gil;2041\n"))
    places = csv("sede;ddi\nMadrid;+34911222333\n", "ubicaciones")
    assert offered(HEADER, places)["location_id"] == ("sede", "sinónimo", True)
    offers = suggest(FORWARD, data, None, map_columns(FORWARD, data))
    assert "person_id" not in accepted(offers)
    assert accepted(offers, resolving=True)["person_id"] == "Correo"
