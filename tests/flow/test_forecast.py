"""What the whole file will run into is told by the rehearsal, against the sandbox."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bulk.connection import api_for, known
from bulk.errors import BulkError
from bulk.forecast import Finding, foresee
from bulk.journal import rows as row_queries
from bulk.launch import Launch
from bulk.sandbox.organisation import has_did, home_of, number
from bulk.status import find_run
from bulk.webex.client import Api
from tests.adapters.many import callers, many_rows
from tests.house import House, Remote

LICENCES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
FORWARD = "usuarios_configurar_desvio_prefijo53"
HEADER = "ubicacion_actualizar_cabecera"
NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
INTERCOM = "usuarios_anadir_intercom_legacy"


def fresh_api(house: House) -> Api:
    reached = known(house.connection, house.context.settings, house.context.journal)
    return api_for(reached, house.context.settings, house.context.journal)


def foreseen(house: House, action_id: str, rows: list[dict[str, Any]]) -> list[Finding]:
    run = find_run(house.context, house.run(action_id, rows, Launch(dry_run=True)).document["run_id"])
    return list(foresee(house.context, run, fresh_api(house)))


def told(findings: list[Finding]) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.code, finding.lines) for finding in findings]


def refused(house: House, action_id: str, rows: list[dict[str, Any]]) -> set[tuple[int, str | None]]:
    """(line, code) of the rows that a run of the same rows ends with errors in: what the forecast has to agree with."""
    return {(row.line, row.code) for row in house.run(action_id, rows).rows if row.state == "failed"}


# -- licences -----------------------------------------------------------------------------------------------------------


def scarce(house: House, remote: Remote, free: int) -> str:
    """A licence that nobody has, of which `free` units are left."""
    items = fresh_api(house).pages("licenses", "items")
    found = next(item for item in items if item["consumedUnits"] == 0 and "Calling" not in item["name"])
    remote.patch("license", found["id"], totalUnits=free)
    return str(found["id"])


def test_the_row_where_the_licences_run_out_is_named(house: House, remote: Remote) -> None:
    licence = scarce(house, remote, 7)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(10)]
    found = foreseen(house, LICENCES, rows)
    assert told(found) == [("licencias_agotadas", (9, 10, 11))]  # the first row of the file is line 2
    assert "Hay 7 libres y se piden 10." in found[0].remedy
    assert found[0].title.endswith("en la fila 9")


def test_enough_licences_say_nothing(house: House, remote: Remote) -> None:
    licence = scarce(house, remote, 5)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(5)]
    assert foreseen(house, LICENCES, rows) == []


def test_a_licence_that_the_organisation_does_not_have_is_told(house: House, remote: Remote) -> None:
    good, bad = remote.org.licenses["cx"], remote.org.licenses["cx"][:-4] + "AAAA"
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n, licence in enumerate([good, bad])]
    assert told(foreseen(house, LICENCES, rows)) == [("licencia_desconocida", (3,))]
    assert refused(house, LICENCES, rows) == {(3, "400000")}


def test_an_extension_counts_only_where_a_calling_licence_is_added(house: House, remote: Remote) -> None:
    """The file has its people's own extensions and locations; Webex is sent them with a calling licence alone."""
    first, second, third = callers(remote, 3)
    here = remote.location(home_of(third, remote.locations))
    given = {"add_license_ids": [remote.org.licenses["cx"]], "location_id": here}
    rows = [
        {"person_id": remote.person(first), **given, "extension": "7777"},
        {"person_id": remote.person(second), **given, "extension": "7777"},
        {"person_id": remote.person(first), **given, "extension": str(1000 + third)},
    ]
    before = remote.counters()["requests"]
    assert foreseen(house, LICENCES, rows) == []
    assert refused(house, LICENCES, rows) == set()
    asked = Counter(call for call in calls_of(house, LICENCES, rows))
    assert set(asked) <= {"licenses"}, f"{asked} since {before}"


def test_a_new_caller_with_an_extension_or_number_of_another_is_told(house: House, remote: Remote) -> None:
    new = [n for n in range(remote.people) if n not in callers(remote, remote.people)][:3]
    owner = next(n for n in callers(remote, remote.people) if has_did(n))
    home = home_of(owner, remote.locations)
    given = {"add_license_ids": [remote.org.licenses["professional"]], "location_id": remote.location(home)}
    rows = [
        {"person_id": remote.person(new[0]), **given, "extension": str(1000 + owner)},
        {"person_id": remote.person(new[1]), **given, "extension": "7777", "phone_number": number(home, 10000 + owner)},
        {"person_id": remote.person(new[2]), **given, "extension": "7778", "phone_number": "+34999999999"},
    ]
    found = foreseen(house, LICENCES, rows)
    assert told(found) == [("numero_no_esta", (4,)), ("numero_ocupado", (3,)), ("extension_ocupada", (2,))]
    name = remote.doc("person", remote.person(owner))
    assert all(f"{name['firstName']} {name['lastName']}" in finding.remedy for finding in found[1:])
    assert refused(house, LICENCES, rows) == {(2, "4202"), (3, "4201"), (4, "27966")}


# -- moves ----------------------------------------------------------------------------------------------------------------


def mover(remote: Remote, *, with_number: bool) -> int:
    people = [n for n in callers(remote, remote.people) if has_did(n) == with_number and n % 97 != 5]
    return next(n for n in people if remote.doc_of_location(home_of(n, remote.locations))["connection"])


def away(remote: Remote, person: int, **more: str) -> dict[str, Any]:
    """To the next location."""
    target = (home_of(person, remote.locations) + 1) % remote.locations
    return {"person_id": remote.person(person), "target_location_id": remote.location(target), **more}


def test_an_extension_that_another_has_in_that_location_is_foreseen(house: House, remote: Remote) -> None:
    person = mover(remote, with_number=False)
    row = away(remote, person)
    owner = next(n for n in callers(remote, remote.people) if remote.location(home_of(n, 6)) == row["target_location_id"])
    rows = [row | {"target_extension": str(1000 + owner)}]
    assert told(foreseen(house, MOVE, rows)) == [("extension_ocupada", (2,))]


def test_an_extension_that_goes_along_is_held_against_the_target_too(house: House, remote: Remote) -> None:
    person = mover(remote, with_number=False)
    rows = [away(remote, person)]
    owner = next(n for n in callers(remote, remote.people) if remote.location(home_of(n, 6)) == rows[0]["target_location_id"])
    remote.patch("person", remote.person(owner), extension=str(1000 + person))
    found = foreseen(house, MOVE, rows)
    assert told(found) == [("extension_ocupada", (2,))]
    assert "target_extension" in found[0].remedy
    assert refused(house, MOVE, rows) == {(2, "4202")}


def test_two_people_who_bring_the_same_extension_to_one_location_are_told(house: House, remote: Remote) -> None:
    one = mover(remote, with_number=False)
    other = next(n for n in callers(remote, remote.people) if not has_did(n) and home_of(n, 6) not in (home_of(one, 6), (home_of(one, 6) + 1) % 6))
    remote.patch("person", remote.person(other), extension=str(1000 + one))
    rows = [away(remote, one), away(remote, one) | {"person_id": remote.person(other)}]
    assert told(foreseen(house, MOVE, rows)) == [("extension_repetida", (2, 3))]


def test_people_whose_number_cannot_go_along_are_told(house: House, remote: Remote) -> None:
    """Local PSTN holds the number back, unless the file gives one of the target (10050010, contract 3.2)."""
    numbered = [n for n in callers(remote, remote.people) if has_did(n) and n % 97 != 5][:3]
    keeps, changes, header = numbered
    target = (home_of(changes, remote.locations) + 1) % remote.locations
    remote.patch("location", remote.location(home_of(header, 6)), callingLineId={"name": "X", "phoneNumber": number(home_of(header, 6), 10000 + header)})
    rows = [away(remote, keeps), away(remote, changes, target_phone_number=number(target, 2)), away(remote, header)]
    found = foreseen(house, MOVE, rows)
    assert told(found) == [("numero_es_cabecera", (4,)), ("numero_no_se_mueve", (2,))]
    assert refused(house, MOVE, rows) == {(2, "10050010"), (4, "19604")}


def test_a_number_goes_along_from_a_location_without_local_pstn(house: House, remote: Remote) -> None:
    person = mover(remote, with_number=True)
    remote.patch("location", remote.location(home_of(person, remote.locations)), connection=None)
    assert foreseen(house, MOVE, [away(remote, person)]) == []
    assert refused(house, MOVE, [away(remote, person)]) == set()


def test_a_target_number_has_to_be_in_the_target_and_free(house: House, remote: Remote) -> None:
    people = [n for n in callers(remote, remote.people) if not has_did(n) and home_of(n, 6) == 2 and n % 97 != 5][:2]
    owner = next(n for n in callers(remote, remote.people) if has_did(n) and home_of(n, 6) == 4)
    remote.patch("number", number(3, 1), owner=remote.person(owner))
    rows = [
        away(remote, people[0], target_phone_number=number(5, 1)),
        away(remote, people[1], target_phone_number=number(3, 1)),
    ]
    found = foreseen(house, MOVE, rows)
    assert told(found) == [("numero_no_esta", (2,)), ("numero_ocupado", (3,))]
    assert remote.doc_of_location(5)["name"] in found[0].remedy  # where it is instead
    assert refused(house, MOVE, rows) == {(2, "27966"), (3, "4201")}


def test_a_target_that_webex_does_not_know_is_told_and_not_asked_about(house: House, remote: Remote) -> None:
    person, strange = mover(remote, with_number=False), remote.location(0)[:-4] + "AAAA"
    rows = [away(remote, person) | {"target_location_id": strange}]
    assert told(foreseen(house, MOVE, rows)) == [("ubicacion_desconocida", (2,))]
    assert calls_of(house, MOVE, rows) == ["telephony/config/locations"]


# -- numbers that have to be there first --------------------------------------------------------------------------------


def test_a_header_that_its_location_does_not_have_is_told(house: House, remote: Remote) -> None:
    rows = many_rows(remote, HEADER, 4)
    rows[1]["phone_number"], rows[3]["phone_number"] = number(1, 88888), number(5, 2)
    found = foreseen(house, HEADER, rows)
    assert told(found) == [("numero_no_esta", (3, 5))]
    assert "«Alta de numeraciones (desactivadas)»" in found[0].remedy
    assert f"El {number(1, 88888)} de la fila 3 no existe en Webex." in found[0].remedy
    assert refused(house, HEADER, rows) == {(3, "27966"), (5, "27966")}


def test_a_header_of_which_only_the_name_changes_asks_nothing(house: House, remote: Remote) -> None:
    rows = [{"location_id": remote.location(0), "phone_number": number(0, 0), "calling_line_name": "Otra"}]
    assert foreseen(house, HEADER, rows) == []
    assert calls_of(house, HEADER, rows) == []


def test_a_secondary_number_has_to_be_free_in_the_location_of_the_person(house: House, remote: Remote) -> None:
    rows = many_rows(remote, INTERCOM, 4)
    people = [int(remote.doc("person", row["person_id"])["extension"]) - 1000 for row in rows]
    rows[1]["legacy_phone_number"] = number((home_of(people[1], 6) + 1) % 6, 2)  # of another location
    remote.patch("number", rows[2]["legacy_phone_number"], owner=remote.person(people[0]))
    found = foreseen(house, INTERCOM, rows)
    assert told(found) == [("numero_no_esta", (3,)), ("numero_ocupado", (4,))]
    assert "«Cambiar de ubicación»" in found[0].remedy
    assert refused(house, INTERCOM, rows) == {(3, "27966"), (4, "4201")}


def test_numbers_to_be_added_that_another_location_has_are_told(house: House, remote: Remote) -> None:
    rows = many_rows(remote, NUMBERS, 3)
    rows[1]["phone_numbers"] = [*rows[1]["phone_numbers"], number(5, 2)]
    found = foreseen(house, NUMBERS, rows)
    assert told(found) == [("numero_en_otra_ubicacion", (3,))]
    assert f"está en {remote.doc_of_location(5)['name']}" in found[0].remedy


# -- rows set aside -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action_id", [FORWARD, INTERCOM])
def test_people_without_calling_are_counted_with_the_action_that_comes_first(
    house: House, remote: Remote, action_id: str
) -> None:
    calling = set(callers(remote, 60))
    given = {FORWARD: lambda n: {"destination": "600111222"}, INTERCOM: lambda n: {"legacy_phone_number": number(home_of(n, 6), 50000 + n)}}
    stay = [n for n in range(60) if n % 5 != 2]
    rows = [{"person_id": remote.person(n), **given[action_id](n)} for n in stay]
    without = [line for line, n in enumerate(stay, 2) if n not in calling]
    [finding] = foreseen(house, action_id, rows)
    assert finding.code == "sin_webex_calling"
    assert "«Modificar licencias»" in finding.remedy
    assert (finding.lines, finding.count) == (tuple(without), len(without))


def test_a_row_that_is_blocked_for_another_reason_is_told_with_that_reason(house: House, remote: Remote) -> None:
    """An unknown location is no matter of numbers to be added before."""
    rows = many_rows(remote, HEADER, 3)
    rows[2]["location_id"] = rows[2]["location_id"][:-4] + "AAAA"
    [finding] = foreseen(house, HEADER, rows)
    assert (finding.code, finding.lines) == ("4152", (4,))
    assert finding.title == "1 fila bloqueada: Webex no conoce esa ubicación (fila 4)"
    assert "Alta" not in finding.remedy


def test_a_number_that_the_file_gives_twice_is_told_with_its_rows(house: House, remote: Remote) -> None:
    rows = many_rows(remote, INTERCOM, 5)
    rows[3]["legacy_phone_number"] = rows[1]["legacy_phone_number"]
    [finding] = foreseen(house, INTERCOM, rows)
    assert (finding.code, finding.count, finding.lines) == ("numero_repetido", 2, (3, 5))
    assert "el número" in finding.remedy


def test_a_run_foretells_nothing(house: House, remote: Remote) -> None:
    result = house.run(FORWARD, [{"person_id": remote.person(0), "destination": "600111222"}])
    assert foresee(house.context, find_run(house.context, result.document["run_id"])) == ()


# -- what it costs --------------------------------------------------------------------------------------------------------


def calls_of(house: House, action_id: str, rows: list[dict[str, Any]]) -> list[str]:
    """Paths that the forecast alone asks for; a list and the location it is of count as one."""
    run = find_run(house.context, house.run(action_id, rows, Launch(dry_run=True)).document["run_id"])
    return calls_for(house, run.run_id)


def calls_for(house: House, run_id: str) -> list[str]:
    api, asked = fresh_api(house), []
    call = api._call

    def counted(method: str, path: str, query: dict[str, Any], body: Any = None, *, write: bool = False) -> Any:
        assert (method, write) == ("GET", False), "a forecast only reads"
        asked.append(f"{path} {query['locationId']}" if query.get("locationId") else path)
        return call(method, path, query, body, write=write)

    api._call = counted  # type: ignore[method-assign]
    foresee(house.context, find_run(house.context, run_id), api)
    return asked
