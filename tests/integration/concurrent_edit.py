"""What somebody else does, by hand, to what a row of each action has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.workspace import Remote

Row = dict[str, Any]
Members = dict[str, Any]


def _number_in_use(remote: Remote, row: Row) -> None:
    remote.patch("number", row["phone_numbers"][0], state="ACTIVE")


def _location(change: Callable[[Remote, Members], Members]) -> Callable[[Remote, Row], None]:
    def touch(remote: Remote, row: Row) -> None:
        key = row["location_id"]
        remote.patch("location", key, **change(remote, remote.doc("location", key)))

    return touch


def _person(change: Callable[[Remote, Members], Members]) -> Callable[[Remote, Row], None]:
    def touch(remote: Remote, row: Row) -> None:
        key = row["person_id"]
        remote.patch("person", key, **change(remote, remote.doc("person", key)))

    return touch


def _other_header(remote: Remote, doc: Members) -> Members:
    """One that it had not before the run either."""
    return {
        "callingLineId": {
            **doc["callingLineId"],
            "phoneNumber": list(remote.org.docs["number"])[-1],
        }
    }


def _other_route(remote: Remote, doc: Members) -> Members:
    return {
        "internalDialing": {**doc["internalDialing"], "route": list(remote.org.docs["route"])[-1]}
    }


def _with_code(permissions: Members) -> Members:
    return {**permissions, "NATIONAL": {**permissions["NATIONAL"], "action": "AUTH_CODE"}}


def _third_place(remote: Remote, doc: Members) -> Members:
    places = list(remote.org.docs["location"])
    return {"locationId": places[(places.index(doc["locationId"]) + 7) % len(places)]}


def _other_destination(remote: Remote, doc: Members) -> Members:
    calls = doc["forwarding"]["callForwarding"]
    always = {**calls["always"], "enabled": True, "destination": "699999999"}
    return {"forwarding": {**doc["forwarding"], "callForwarding": {**calls, "always": always}}}


def _permissions_with_code(remote: Remote, doc: Members) -> Members:
    return {
        "outgoing": {**doc["outgoing"], "permissions": _with_code(doc["outgoing"]["permissions"])}
    }


# Not here: licenses and secondary numbers. A person has them or has them not: changed since, they
# are as before.
CHANGES: dict[str, Callable[[Remote, Row], None]] = {
    "ubicacion_alta_numeraciones_desactivadas": _number_in_use,
    "ubicacion_actualizar_cabecera": _location(_other_header),
    "ubicacion_configurar_llamadas_internas": _location(_other_route),
    "ubicacion_configurar_permisos_salientes_defecto": _location(
        lambda _, doc: {"permissions": _with_code(doc["permissions"])}
    ),
    "usuarios_asignar_location_desde_csv": _person(_third_place),
    "usuarios_configurar_desvio_prefijo53": _person(_other_destination),
    "usuarios_configurar_perfil_saliente_custom": _person(_permissions_with_code),
}


def given_back(remote: Remote, row: Row) -> None:
    for kind, key in concerned(row):
        remote.patch(kind, key, **remote.org.docs[kind][key])


def concerned(row: Row) -> Iterator[tuple[str, str]]:
    """(kind, id) of the documents that a row may change."""
    for number in [
        *row.get("phone_numbers", ()),
        *([row["legacy_phone_number"]] if "legacy_phone_number" in row else []),
    ]:
        yield "number", number
    for kind in ("person", "location"):
        if f"{kind}_id" in row:
            yield kind, row[f"{kind}_id"]
