"""What the whole file will run into is told by the rehearsal, against the sandbox."""

from __future__ import annotations

from typing import Any

from bulk.connection import api_for, known
from bulk.forecast import Finding, foresee
from bulk.launch import Launch
from bulk.status import find_run
from tests.adapters.many import callers, many_rows
from tests.house import House, Remote

LICENCES = "usuarios_modificar_licencias"
MOVE = "usuarios_asignar_location_desde_csv"
FORWARD = "usuarios_configurar_desvio_prefijo53"


def foreseen(house: House, action_id: str, rows: list[dict[str, Any]]) -> list[Finding]:
    run = find_run(house.context, house.run(action_id, rows, Launch(dry_run=True)).document["run_id"])
    reached = known(house.connection, house.context.settings, house.context.journal)
    return list(foresee(house.context, run, api_for(reached, house.context.settings, house.context.journal)))


def scarce(house: House, remote: Remote, free: int) -> str:
    """A licence that nobody has, of which `free` units are left."""
    reached = known(house.connection, house.context.settings, house.context.journal)
    api = api_for(reached, house.context.settings, house.context.journal)
    found = next(item for item in api.pages("licenses", "items") if item["consumedUnits"] == 0 and "Calling" not in item["name"])
    remote.patch("license", found["id"], totalUnits=free)
    return str(found["id"])


def test_the_row_where_the_licences_run_out_is_named(house: House, remote: Remote) -> None:
    licence = scarce(house, remote, 7)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(10)]
    found = foreseen(house, LICENCES, rows)
    assert [finding.code for finding in found] == ["licencias_agotadas"]
    assert found[0].lines == (9, 10, 11)  # the first row of the file is line 2
    assert "Hay 7 libres y se piden 10." in found[0].remedy
    assert found[0].title.endswith("en la fila 9")


def test_enough_licences_say_nothing(house: House, remote: Remote) -> None:
    licence = scarce(house, remote, 5)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(5)]
    assert foreseen(house, LICENCES, rows) == []


def test_an_extension_that_another_has_in_that_location_is_foreseen(house: House, remote: Remote) -> None:
    mover, *others = callers(remote, 40)
    here = remote.doc("person", remote.person(mover))["locationId"]
    owner = next(n for n in others if remote.doc("person", remote.person(n))["locationId"] != here)
    there, extension = (
        remote.doc("person", remote.person(owner))["locationId"],
        remote.doc("person", remote.person(owner))["extension"],
    )
    rows = [{"person_id": remote.person(mover), "target_location_id": there, "target_extension": extension}]
    found = foreseen(house, MOVE, rows)
    assert [(finding.code, finding.lines) for finding in found] == [("extension_ocupada", (2,))]


def test_people_without_calling_are_counted_with_the_action_that_comes_first(house: House, remote: Remote) -> None:
    rows = [{"person_id": remote.person(n), "destination": "600111222"} for n in range(60)]
    without = [n + 2 for n in range(60) if n not in set(callers(remote, 60))]
    [finding] = foreseen(house, FORWARD, rows)
    assert finding.code == "sin_webex_calling"
    assert "«Modificar licencias»" in finding.remedy
    assert finding.lines == tuple(without)[: len(finding.lines)]


def test_a_number_that_the_file_gives_twice_is_told_with_its_rows(house: House, remote: Remote) -> None:
    rows = many_rows(remote, "usuarios_anadir_intercom_legacy", 5)
    rows[3]["legacy_phone_number"] = rows[1]["legacy_phone_number"]
    [finding] = foreseen(house, "usuarios_anadir_intercom_legacy", rows)
    assert (finding.code, finding.count, finding.lines) == ("numero_repetido", 2, (3, 5))
    assert "el número" in finding.remedy


def test_a_run_foretells_nothing(house: House, remote: Remote) -> None:
    result = house.run(FORWARD, [{"person_id": remote.person(0), "destination": "600111222"}])
    assert foresee(house.context, find_run(house.context, result.document["run_id"])) == ()
