"""What the rows of a dry run will take of Webex: licenses, numbers and extensions. One pass over
the journal, no call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bulk.core.records import RowResult

NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
HEADER = "ubicacion_actualizar_cabecera"
INTERNAL_CALLS = "ubicacion_configurar_llamadas_internas"
LICENCES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
INTERCOM = "usuarios_anadir_intercom_legacy"


class Want(NamedTuple):
    """One value that one row takes. A file may have a million rows: nothing else of them is
    kept.
    """

    line: int
    value: str  # number, extension or license
    place: str | None = None  # location in which it is taken; None = not reported
    person: str | None = None  # who takes it
    org_id: str | None = None  # as the file has it


@dataclass
class Wants:
    """Of all rows that will write, in file order."""

    licences: list[tuple[Want, bool]] = field(default_factory=list)  # added (True) or given back
    new: list[Want] = field(default_factory=list)  # numbers to be added to a location
    numbers: list[Want] = field(
        default_factory=list
    )  # numbers that have to be in the location, and free
    extensions: list[Want] = field(
        default_factory=list
    )  # extensions that have to be free in the location
    leaving: list[Want] = field(default_factory=list)  # own numbers of people who leave `place`
    carried: list[Want] = field(
        default_factory=list
    )  # of these, the numbers that would go along: no other one is given
    routes: list[Want] = field(default_factory=list)  # trunks and route groups that have to exist
    targets: list[Want] = field(default_factory=list)  # locations where people will have calling


def gather(action_id: str, planned: Iterable[RowResult]) -> Wants:
    """Empty for actions that take nothing that another could have."""
    wants, take = Wants(), _TAKERS.get(action_id)
    if take:
        for row in planned:
            take(row, wants)
    return wants


def takes(action_id: str) -> bool:
    """False: rows of this action need not be read at all."""
    return action_id in _TAKERS


def _want(row: RowResult, value: str, place: str | None = None) -> Want:
    org_id = row.params.get("org_id")
    # The same few locations come again in each row: one text for all.
    return Want(
        row.line,
        value,
        place and sys.intern(place),
        row.params.get("person_id"),
        org_id and sys.intern(org_id),
    )


def _new_numbers(row: RowResult, wants: Wants) -> None:
    wants.new += [_want(row, number, row.params["location_id"]) for number in row.change]


def _header(row: RowResult, wants: Wants) -> None:
    if "phoneNumber" in row.change:  # else only the name changes: the number is in force already
        wants.numbers.append(_want(row, row.params["phone_number"], row.params["location_id"]))


def _route(row: RowResult, wants: Wants) -> None:
    if row.params.get("enable_unknown_extension_route_policy"):
        wants.routes.append(_want(row, row.params["premise_route_id"], row.params["location_id"]))


def _intercom(row: RowResult, wants: Wants) -> None:
    wants.numbers.append(
        _want(row, row.params["legacy_phone_number"])
    )  # in the location of the person, not reported here


def _move(row: RowResult, wants: Wants) -> None:
    """People without calling have neither number nor extension to lose."""
    before, target = row.before, row.params["target_location_id"]
    if not before["calling"]:
        return
    wants.targets.append(_want(row, target, target))
    extension = (
        row.params.get("target_extension") or before["extension"]
    )  # one that is not given goes along
    if extension:
        wants.extensions.append(_want(row, extension, target))
    if "phoneNumber" in row.change:
        wants.numbers.append(_want(row, row.params["target_phone_number"], target))
    if before["phoneNumber"] and before["locationId"]:
        own = _want(row, before["phoneNumber"], before["locationId"])
        wants.leaving.append(own)
        wants.carried += [own] * ("phoneNumber" not in row.change)


def _licences(row: RowResult, wants: Wants) -> None:
    """Number and extension count only where a calling license is added: to the others Webex is sent
    neither.
    """
    wants.licences += [(_want(row, licence), bool(new)) for licence, (_, new) in row.change.items()]
    if not any(
        new and licence in row.before["calling"] for licence, (_, new) in row.change.items()
    ):
        return
    place, extension, number = (
        row.params.get(name) for name in ("location_id", "extension", "phone_number")
    )
    if place:
        wants.targets.append(_want(row, place, place))
    if place and extension:
        wants.extensions.append(_want(row, extension, place))
    if number:  # Webex finds its location by itself (docs/webex.md 3.5)
        wants.numbers.append(_want(row, number))


_TAKERS: dict[str, Callable[[RowResult, Wants], None]] = {
    NUMBERS: _new_numbers,
    HEADER: _header,
    INTERNAL_CALLS: _route,
    INTERCOM: _intercom,
    MOVE: _move,
    LICENCES: _licences,
}
