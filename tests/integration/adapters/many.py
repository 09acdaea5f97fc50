"""Rows for each of the nine actions that a new organisation lets be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bulk.sandbox.organisation import has_calling, home_of, number, target_of
from tests.workspace import Remote

Rows = list[dict[str, Any]]


def callers(remote: Remote, most: int) -> list[int]:
    """Indexes of people with a calling license."""
    return [index for index in range(remote.people) if has_calling(index)][:most]


def people(remote: Remote, most: int, **more: Any) -> Rows:
    return [{"person_id": remote.person(index), **more} for index in callers(remote, most)]


def places(remote: Remote, most: int, **more: Any) -> Rows:
    return [
        {"location_id": remote.location(index), **more}
        for index in range(min(most, remote.locations))
    ]


def with_pstn(remote: Remote, most: int) -> list[int]:
    return [n for n in range(remote.locations) if remote.doc_of_location(n)["connection"]][:most]


def numbers(remote: Remote, most: int) -> Rows:
    return [
        {
            "location_id": remote.location(n),
            "phone_numbers": [number(n, 91000 + k) for k in range(12)],
        }
        for n in with_pstn(remote, most)
    ]


def headers(remote: Remote, most: int) -> Rows:
    return [{**row, "phone_number": number(n, 1)} for n, row in enumerate(places(remote, most))]


def routes(remote: Remote, most: int) -> Rows:
    route_id, doc = next(iter(remote.org.docs["route"].items()))
    given = {"premise_route_id": route_id, "premise_route_type": doc["type"]}
    return places(remote, most, enable_unknown_extension_route_policy="true", **given)


def licenses(remote: Remote, most: int) -> Rows:
    return people(
        remote,
        most,
        add_license_ids=remote.org.licenses["cx"],
        remove_license_ids=remote.org.licenses["messaging"],
    )


def moves(remote: Remote, most: int) -> Rows:
    """To the next location, people without a number of their own (it would have to change too) and
    without DECT phone.
    """
    persons = [
        (n, remote.org.docs["person"][remote.person(n)]) for n in callers(remote, remote.people)
    ]
    indexes = [n for n, person in persons if not person["phoneNumber"] and not person["device"]]
    return [
        {
            "person_id": remote.person(n),
            "target_location_id": remote.location(
                (home_of(n, remote.locations) + 1) % remote.locations
            ),
        }
        for n in indexes[:most]
    ]


def secondary(remote: Remote, most: int) -> Rows:
    """The numbers that the seed left free for people who stay where they are."""
    stay = [
        n
        for n in callers(remote, remote.people)
        if target_of(n, remote.locations) == home_of(n, remote.locations)
    ]
    return [
        {
            "person_id": remote.person(n),
            "legacy_phone_number": number(home_of(n, remote.locations), 50000 + n),
        }
        for n in stay[:most]
    ]


MAKERS: dict[str, Callable[[Remote, int], Rows]] = {
    "ubicacion_alta_numeraciones_desactivadas": numbers,
    "ubicacion_actualizar_cabecera": headers,
    "ubicacion_configurar_llamadas_internas": routes,
    "ubicacion_configurar_permisos_salientes_defecto": lambda r, n: places(
        r, n, block_call_types="NATIONAL|INTERNATIONAL"
    ),
    "usuarios_modificar_licencias": licenses,
    "usuarios_asignar_location_desde_csv": moves,
    "usuarios_anadir_intercom_legacy": secondary,
    "usuarios_configurar_desvio_prefijo53": lambda r, n: people(r, n, destination="600111222"),
    "usuarios_configurar_perfil_saliente_custom": lambda r, n: people(
        r, n, block_call_types="NATIONAL"
    ),
}


def many_rows(remote: Remote, action_id: str, most: int = 300) -> Rows:
    """Up to `most` rows of the action, each for another person or location."""
    return MAKERS[action_id](remote, most)
