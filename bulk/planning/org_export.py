"""What Webex has, as a file to copy ids and names from: people, locations, licenses, numbers,
routes. Only reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bulk.core.files import private
from bulk.errors import UsageError, os_error_text
from bulk.files.csv_writer import csv_text, safe_cell
from bulk.files.xlsx_writer import text_book
from bulk.webex.client import Api
from bulk.webex.directory import Directory

COLUMNS = {
    "people": (
        "person_id",
        "email",
        "display_name",
        "extension",
        "phone_number",
        "location_id",
        "location_name",
        "licenses",
    ),
    "locations": ("location_id", "location_name", "routing_prefix"),
    "licenses": ("license_id", "name", "total_units", "consumed_units", "free_units"),
    "numbers": (
        "phone_number",
        "extension",
        "state",
        "location_id",
        "location_name",
        "owner",
        "owner_type",
    ),
    "routes": ("route_id", "name", "route_type"),
}
KINDS = tuple(COLUMNS)


def write_export(api: Api, kind: str, path: Path) -> int:
    """Write `kind` (one of KINDS) to `path` (.csv with `;` and BOM, or .xlsx with text cells); the
    number of rows.

    Raises UsageError (another ending, a place that cannot be written), WebexError.
    """
    if kind not in COLUMNS:
        raise UsageError(f"«{kind}» no se puede traer. Se puede: {', '.join(KINDS)}.")
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(f"«{path.name}» debe acabar en .csv o .xlsx.")
    found = list(rows(api, kind))
    try:
        _write(path, COLUMNS[kind], kind, found)
    except OSError as error:
        raise UsageError(f"No se puede escribir «{path}»: {os_error_text(error)}.") from None
    return len(found)


def rows(api: Api, kind: str) -> Iterator[tuple[str, ...]]:
    """Rows under COLUMNS[kind], as text. Raises WebexError."""
    directory = Directory(api)
    if kind == "people":
        yield from _people(api, directory)
    elif kind == "locations":
        for place in api.pages("telephony/config/locations", "locations", max=1000):
            yield _text(place.get("id"), place.get("name"), place.get("routingPrefix"))
    elif kind == "licenses":
        for license_ in api.pages("licenses", "items"):
            total, used = license_.get("totalUnits"), license_.get("consumedUnits")
            free = (
                total - used
                if isinstance(total, int) and isinstance(used, int) and total >= 0
                else None
            )
            yield _text(license_.get("id"), license_.get("name"), total, used, free)
    elif kind == "numbers":
        for number in api.pages("telephony/config/numbers", "phoneNumbers", max=2000):
            place, owner = number.get("location") or {}, number.get("owner") or {}
            name = " ".join(
                filter(None, (owner.get("firstName"), owner.get("lastName")))
            ) or owner.get("id")
            message = number.get("phoneNumber"), number.get("extension"), number.get("state")
            yield _text(*message, place.get("id"), place.get("name"), name, owner.get("type"))
    else:
        for route in api.pages("telephony/config/routeChoices", "routeIdentities", max=1000):
            yield _text(route.get("id"), route.get("name"), route.get("type"))


def _people(api: Api, directory: Directory) -> Iterator[tuple[str, ...]]:
    places, licenses = directory.names("location"), directory.names("license")
    for person in api.pages("people", "items", max=100, callingData=True, excludeStatus=True):
        numbers = person.get("phoneNumbers") or ()
        work = next(
            (each.get("value") for each in numbers if each.get("type") in ("work", "primary")), None
        )
        held = "|".join(licenses.get(each, each) for each in person.get("licenses") or ())
        place = person.get("locationId")
        yield _text(
            person.get("id"),
            next(iter(person.get("emails") or ()), None),
            person.get("displayName"),
            person.get("extension"),
            work,
            place,
            places.get(str(place)),
            held,
        )


def _text(*cells: object) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell) for cell in cells)


def _write(path: Path, headers: Sequence[str], name: str, found: Sequence[Sequence[str]]) -> None:
    if path.suffix.lower() == ".xlsx":
        with open(path, "wb", opener=private) as file:
            text_book(file, name, headers, found)
        return
    with open(path, "wb", opener=private) as file:
        file.writelines(csv_text(headers, ([safe_cell(cell) for cell in row] for row in found)))
