"""What ids name: the one table of their kinds, by `Param.kind`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IdKind:
    """A kind of id, for rules, templates, messages and look-ups."""

    # of the decoded id, `ciscospark://us/TYPE/…`; the first is the usual one
    types: tuple[str, ...]
    words: str  # Spanish, with its article
    short: str  # Spanish, what a column of it holds
    expected: str  # Spanish, for the help of a template
    by_name: bool = True  # names (or e-mails) of it can be looked up
    path: str = ""  # of a read of one of them; "" = none is used
    path_of_org: bool = False  # that read takes orgId


ID_KINDS = {
    "person": IdKind(
        ("PEOPLE",),
        "un usuario",
        "id de usuario",
        "identificador de usuario, o su correo con la opción de resolver nombres",
        path="people/{}",
    ),
    "location": IdKind(
        ("LOCATION",),
        "una ubicación",
        "id de ubicación",
        "identificador de ubicación, o su nombre con la opción de resolver nombres",
        path="telephony/config/locations/{}",
        path_of_org=True,
    ),
    "license": IdKind(
        ("LICENSE",),
        "una licencia",
        "id de licencia",
        "identificador de licencia, o su nombre con la opción de resolver nombres",
    ),
    "route": IdKind(
        ("TRUNK", "ROUTE_GROUP"),
        "un enlace troncal o grupo de rutas",
        "id de enlace troncal o grupo de rutas",
        "identificador de enlace troncal o grupo de rutas, o su nombre con la opción de resolver"
        " nombres",
    ),
    "organization": IdKind(
        ("ORGANIZATION",),
        "una organización",
        "id de organización",
        "identificador de organización; vacío = la del token",
        by_name=False,
    ),
}
KIND_OF_TYPE = {kind: name for name, entry in ID_KINDS.items() for kind in entry.types}
# What a decoded id names, in Spanish: also of types that no parameter takes.
TYPE_WORDS = {entry.types[0]: entry.words for entry in ID_KINDS.values()} | {
    "TRUNK": "un enlace troncal",
    "ROUTE_GROUP": "un grupo de rutas",
    "PLACE": "un espacio de trabajo",
    "WORKSPACE": "un espacio de trabajo",
    "DEVICE": "un dispositivo",
    "GROUP": "un grupo",
    "ROOM": "una sala",
}
