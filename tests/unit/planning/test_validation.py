"""Every finding says file, line, column, value, rule and remedy; valid rows are never touched."""

from __future__ import annotations

import base64

import pytest

from bulk.core.records import Problem
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.prepare import PreparedFile, of_the_others, planned_rows, prepare
from bulk.planning.scope import Scope
from bulk.planning.validation import totals, validate_file


def hydra(kind: str, number: int = 1) -> str:
    return base64.b64encode(f"ciscospark://us/{kind}/{number:032x}".encode()).decode().rstrip("=")


PERSON, PLACE, TRUNK, LICENSE = hydra("PEOPLE"), hydra("LOCATION"), hydra("TRUNK"), hydra("LICENSE")


def prepared(action: str, header: str, *rows: str, **options: object) -> PreparedFile:
    name = "ubicaciones" if action.startswith("ubicacion") else "usuarios"
    data = read_csv("\n".join([header, *rows]).encode(), name=name, file_name=f"{name.upper()}.CSV")
    return prepare(action, {name: data}, options=options)


def rules(found: PreparedFile) -> list[tuple[int | None, str | None, str]]:
    return [(problem.line, problem.column, problem.rule) for problem in found.problems]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("+34911222333", None),
        ("+34 911 22.23-33", None),
        ("34911222333", "telefono_sin_prefijo"),
        ("3,49112E+10", "telefono_excel"),
        ("3.49112E+10", "telefono_excel"),
        ("+34x", "telefono_no_valido"),
        (
            "+34 911222333 (2041)",
            "telefono_no_valido",
        ),  # an extension behind it, a range, one digit too many
        ("+34911222333-40", "telefono_no_valido"),
        ("+34 911 222 300-349", "telefono_no_valido"),
        ("+44 020 7946 0958", "telefono_no_valido"),
        (
            "+34 911 22",
            None,
        ),  # as it is without blanks: how few digits a number may have differs too much
        ("+234 1 123 4567", None),
        ("+52 1 55 1234 5678", None),  # the mobile prefix from before
        ("+999 911 222 333", "telefono_no_valido"),
        ("+49 (30) 1234567-89", None),  # German numbers have no length of their own
        ("+٣٤٩١١٢٢٢٣٣٣", "telefono_no_valido"),
        ("", "falta_dato"),
    ],
)
def test_a_phone_is_e164_and_each_way_of_being_wrong_has_its_rule(
    cell: str, rule: str | None
) -> None:
    found = prepared("ubicacion_actualizar_cabecera", "location_id;phone_number", f"{PLACE};{cell}")
    assert rules(found) == ([(2, "phone_number", rule)] if rule else [])


def test_an_error_of_excel_is_reported_as_what_it_is() -> None:
    found = prepared(
        "ubicacion_actualizar_cabecera",
        "location_id;phone_number;calling_line_name",
        f"{PLACE};+34911222333;#N/D",
    )
    [problem] = found.problems
    assert (problem.line, problem.column, problem.value, problem.severity) == (
        2,
        "calling_line_name",
        "#N/D",
        "error",
    )
    assert problem.message.startswith("Es un error de fórmula de Excel")


def test_an_id_of_another_kind_is_reported_from_one_that_is_none() -> None:
    found = prepared(
        "usuarios_configurar_desvio_prefijo53",
        "person_id;extension",
        f"{PLACE};12",
        "nada;12",
        f"{PERSON};12",
    )
    assert rules(found) == [(2, "person_id", "id_de_otro_tipo"), (3, "person_id", "id_no_valido")]


@pytest.mark.parametrize(
    ("action", "header", "row", "rule"),
    [
        (
            "usuarios_configurar_desvio_prefijo53",
            "person_id;extension",
            f"{PERSON};",
            "falta_uno_de",
        ),
        (
            "usuarios_configurar_desvio_prefijo53",
            "person_id;extension",
            f"{PERSON};1",
            "extension_no_valida",
        ),
        (
            "usuarios_configurar_perfil_saliente_custom",
            "person_id;block_call_types",
            f"{PERSON};",
            "falta_uno_de",
        ),
        (
            "usuarios_configurar_perfil_saliente_custom",
            "person_id;allow_call_types;block_call_types",
            f"{PERSON};NATIONAL;national|INTERNATIONAL",
            "tipo_en_ambas_listas",
        ),
        (
            "usuarios_configurar_perfil_saliente_custom",
            "person_id;block_call_types",
            f"{PERSON};VOLAR",
            "tipo_de_llamada",
        ),
        ("usuarios_modificar_licencias", "person_id;add_license_ids", f"{PERSON};", "falta_uno_de"),
        (
            "usuarios_modificar_licencias",
            "person_id;add_license_ids;remove_license_ids",
            f"{PERSON};{LICENSE};{LICENSE}",
            "licencia_en_ambas_listas",
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            "location_id;enable_unknown_extension_route_policy",
            f"{PLACE};si",
            "falta_ruta",
        ),
        (
            "ubicacion_configurar_llamadas_internas",
            "location_id;enable_unknown_extension_route_policy;premise_route_id;premise_route_type",
            f"{PLACE};si;{TRUNK};ROUTE_GROUP",
            "ruta_no_es_del_tipo",
        ),
        (
            "ubicacion_configurar_permisos_salientes_defecto",
            "location_id;block_call_types",
            f"{PLACE};",
            "sin_perfil",
        ),
        (
            "ubicacion_alta_numeraciones_desactivadas",
            "location_id;phone_numbers;number_type",
            f"{PLACE};{'|'.join(f'+3461122{n:04d}' for n in range(21))};mobile",
            "demasiados_moviles",
        ),
    ],
)
def test_conditions_between_columns_are_checked_once_a_row(
    action: str, header: str, row: str, rule: str
) -> None:
    assert [problem.rule for problem in prepared(action, header, row).problems] == [rule]


def test_a_profile_of_the_run_makes_the_lists_optional() -> None:
    action = "ubicacion_configurar_permisos_salientes_defecto"
    found = prepared(
        action, "location_id;block_call_types", f"{PLACE};", profile={"callingPermissions": []}
    )
    assert found.problems == []


def test_rows_of_one_entity_repeat_add_up_or_contradict_each_other() -> None:
    forward = prepared(
        "usuarios_configurar_desvio_prefijo53",
        "person_id;extension",
        f"{PERSON};12",
        f"{PERSON};12",
        f"{hydra('PEOPLE', 2)};13",
    )
    assert [(p.line, p.rule, p.severity) for p in forward.problems] == [
        (3, "fila_repetida", "aviso")
    ]
    apart = prepared(
        "usuarios_configurar_desvio_prefijo53",
        "person_id;extension",
        f"{PERSON};12",
        f"{PERSON};13",
    )
    assert [(p.line, p.rule, p.severity) for p in apart.problems] == [
        (2, "filas_contradictorias", "error"),
        (3, "filas_contradictorias", "error"),
    ]
    additive = prepared(
        "ubicacion_alta_numeraciones_desactivadas",
        "location_id;phone_numbers",
        f"{PLACE};+34911222333",
        f"{PLACE};+34911222334",
    )
    assert additive.problems == []


def test_one_number_for_two_people_is_an_error_on_both() -> None:
    rows = [f"{hydra('PEOPLE', n)};+34911222333" for n in (1, 2)]
    found = prepared("usuarios_anadir_intercom_legacy", "person_id;legacy_phone_number", *rows)
    assert rules(found) == [
        (2, "legacy_phone_number", "numero_repetido"),
        (3, "legacy_phone_number", "numero_repetido"),
    ]


def test_only_marked_rows_are_selected_and_the_rest_is_excluded() -> None:
    rows = [
        f"{hydra('PEOPLE', n)};{PLACE};{mark}"
        for n, mark in enumerate(("x", "", "sí", "no", "TRUE"), 1)
    ]
    found = prepared(
        "usuarios_asignar_location_desde_csv", "person_id;target_location_id;selected", *rows
    )
    assert [row.state for row in planned_rows(found)] == [
        "pending",
        "excluded",
        "pending",
        "excluded",
        "pending",
    ]
    assert found.scope["selected"] == 3


def test_a_problem_reads_where_what_and_remedy() -> None:
    problem = prepared(
        "ubicacion_actualizar_cabecera", "location_id;phone_number", f"{PLACE};34911222333"
    ).problems[0]
    assert problem.text().startswith(
        "UBICACIONES.CSV · Fila 2 · phone_number «34911222333» · El teléfono no lleva prefijo"
    )
    assert "+34911222333" in problem.message


def test_a_master_file_by_itself_gives_avisos_but_a_wrong_kind_is_an_error() -> None:
    data = read_csv(
        f"person_id;email;extension\n{PLACE};no-es-correo;1\n".encode(),
        name="usuarios",
        file_name="USUARIOS.CSV",
    )
    assert {(p.rule, p.severity) for p in validate_file(data)} == {
        ("id_de_otro_tipo", "error"),
        ("correo_no_valido", "aviso"),
        ("extension_no_valida", "aviso"),
    }


def test_totals_count_per_rule_biggest_first() -> None:
    problems = [
        Problem("F", line, "c", "v", "r1" if line < 5 else "r2", "m") for line in range(2, 7)
    ]
    assert [(group["rule"], group["count"], group["first_line"]) for group in totals(problems)] == [
        ("r1", 3, 2),
        ("r2", 2, 5),
    ]


def test_an_id_of_another_kind_says_what_it_is_and_what_was_wanted() -> None:
    found = prepared(
        "usuarios_configurar_desvio_prefijo53", "person_id;extension", f"{PLACE};12"
    ).problems
    assert (
        found[0].message
        == "El identificador no es de un usuario. Has puesto el de una ubicación: corrige la celda."
    )
    route = prepared(
        "ubicacion_configurar_llamadas_internas",
        "location_id;enable_unknown_extension_route_policy;premise_route_id",
        f"{PLACE};no;{PERSON}",
    ).problems
    assert (
        "no es de un enlace troncal ni de un grupo de rutas. Has puesto el de un usuario"
        in route[0].message
    )


def test_the_value_and_the_header_are_reported_as_written_in_the_file() -> None:
    found = prepared(
        "usuarios_anadir_intercom_legacy", "Person-ID;LEGACY phone number", f"{PERSON};91 122 23 33"
    ).problems
    assert [(p.column, p.value, p.rule) for p in found] == [
        ("LEGACY phone number", "91 122 23 33", "telefono_sin_prefijo")
    ]
    assert "911222333" not in found[0].message.replace(
        "+34911222333, por ejemplo", ""
    )  # no number is made up


def test_rows_that_are_not_selected_do_not_contradict_those_that_are() -> None:
    rows = [f"{PERSON};{PLACE};x", f"{PERSON};{hydra('LOCATION', 2)};no"]
    assert (
        prepared(
            "usuarios_asignar_location_desde_csv", "person_id;target_location_id;selected", *rows
        ).problems
        == []
    )


def test_rows_outside_the_scope_do_not_contradict_those_inside() -> None:
    found = prepared(
        "usuarios_configurar_desvio_prefijo53",
        "person_id;extension",
        f"{PERSON};12",
        f"{PERSON};13",
    )
    assert (
        prepare(found.action.id, {"usuarios": found.dataset}, scope=Scope(lines=((2, 2),))).problems
        == []
    )


def test_one_extension_for_two_people_of_one_target_location_is_an_error_on_both() -> None:
    header = "person_id;target_location_id;target_extension"
    other, far = hydra("PEOPLE", 2), hydra("LOCATION", 2)
    found = prepared(
        "usuarios_asignar_location_desde_csv", header, f"{PERSON};{PLACE};12", f"{other};{PLACE};12"
    )
    assert rules(found) == [
        (2, "target_extension", "extension_repetida"),
        (3, "target_extension", "extension_repetida"),
    ]
    apart = prepared(
        "usuarios_asignar_location_desde_csv", header, f"{PERSON};{PLACE};12", f"{other};{far};12"
    )
    assert apart.problems == []


@pytest.mark.parametrize(
    ("action", "header", "rows"),
    [
        (
            "ubicacion_alta_numeraciones_desactivadas",
            "location_id;phone_numbers",
            ("{};+34911222333|+34911222334", "{};+34911222334"),
        ),
        (
            "ubicacion_actualizar_cabecera",
            "location_id;phone_number",
            ("{};+34911222333", "{};+34911222333"),
        ),
    ],
)
def test_one_number_for_two_locations_is_an_error_on_both(
    action: str, header: str, rows: tuple[str, str]
) -> None:
    found = prepared(action, header, rows[0].format(PLACE), rows[1].format(hydra("LOCATION", 2)))
    assert [(p.line, p.rule) for p in found.problems] == [
        (2, "numero_repetido"),
        (3, "numero_repetido"),
    ]
    again = prepared(action, header, rows[0].format(PLACE), rows[0].format(PLACE))
    assert [(p.line, p.rule, p.severity) for p in again.problems] == [(3, "fila_repetida", "aviso")]


def test_many_companions_are_counted_and_not_all_named() -> None:
    rows = [f"{PERSON};{n + 10}" for n in range(9)]
    found = prepared("usuarios_configurar_desvio_prefijo53", "person_id;extension", *rows)
    assert len(found.problems) == 9
    assert "Las filas 2, 3, 4, 5, 6 y 4 más" in found.problems[0].message


def test_a_bad_constant_or_global_is_reported_by_the_parameters_name() -> None:
    data = read_csv(f"person_id\n{PERSON}\n".encode(), name="usuarios", file_name="USUARIOS.CSV")
    found = prepare(
        "usuarios_configurar_desvio_prefijo53", {"usuarios": data}, explicit={"extension": "=x"}
    ).problems
    assert [(p.line, p.column, p.value, p.rule) for p in found] == [
        (2, "extension", "x", "extension_no_valida")
    ]


ORG, OTHER = hydra("ORGANIZATION"), hydra("ORGANIZATION", 2)
FORWARD = "usuarios_configurar_desvio_prefijo53"


def files(users: str, world: str | None = None, places: str | None = None) -> dict[str, Dataset]:
    given = {"usuarios": users, "global": world, "ubicaciones": places}
    return {
        name: read_csv(text.encode(), name=name, file_name=f"{name.upper()}.CSV")
        for name, text in given.items()
        if text is not None
    }


def test_a_row_of_another_organisation_is_an_error_where_it_would_be_sent() -> None:
    users = (
        f"person_id;extension;Organización\n{PERSON};12;{ORG}\n{hydra('PEOPLE', 2)};13;{OTHER}\n"
    )
    loaded, explicit = files(users, f"org_id\n{ORG}\n"), {"org_id": "Organización"}
    found = prepare(FORWARD, loaded, explicit=explicit)
    assert [(p.line, p.column, p.rule) for p in found.problems] == [
        (3, "Organización", "otra_organizacion")
    ]
    assert [row.state for row in planned_rows(found)] == ["pending", "invalid"]
    alone = prepare(FORWARD, files(users), explicit=explicit)  # the first row says it
    assert list(alone.invalid) == [3]
    outside = prepare(FORWARD, loaded, explicit=explicit, scope=Scope(lines=((2, 2),)))
    assert outside.problems == []


def test_a_value_of_global_is_reported_as_of_global() -> None:
    users = f"person_id;destination\n{PERSON};600111222\n"
    explicit = {
        "destination": "GLOBAL.destino"
    }  # the file's own column of that name is not what is wrong
    found = prepare(FORWARD, files(users, "destino\nabc\n"), explicit=explicit)
    assert [(p.line, p.column, p.value) for p in found.problems] == [(2, "GLOBAL.destino", "abc")]
    [spare] = of_the_others(found.action, found.mapping, files(users, "destino\n600\n700\n"))
    assert (spare.file, spare.line, spare.rule, spare.severity) == (
        "GLOBAL.CSV",
        3,
        "fila_de_mas",
        "aviso",
    )


def test_a_row_that_is_not_valid_says_nothing_against_the_valid_ones() -> None:
    found = prepared(FORWARD, "person_id;extension", f"{PERSON};12", f"{PERSON};x")
    assert [(p.line, p.rule) for p in found.problems] == [(3, "extension_no_valida")]


def test_a_key_without_its_pair_is_reported_once_a_row() -> None:
    users = f"person_id;sede\n{PERSON};Lugo\n{PERSON};Lugo\n"
    places = f"location_id;location_name\n{PLACE};Ma\u0301laga\n"
    explicit = {"target_location_id": "UBICACIONES.location_id[sede=location_name]"}
    found = prepare(
        "usuarios_asignar_location_desde_csv", files(users, places=places), explicit=explicit
    )
    assert [(p.line, p.rule) for p in found.problems] == [
        (2, "union_sin_pareja"),
        (3, "union_sin_pareja"),
    ]
    same = prepare(
        "usuarios_asignar_location_desde_csv",
        files(users.replace("Lugo", "málaga"), places=places),
        explicit=explicit,
    )
    assert [(p.line, p.rule) for p in same.problems] == [(3, "fila_repetida")]
