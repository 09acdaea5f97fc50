"""What the whole file will run into is reported by the dry run, against the sandbox."""

from __future__ import annotations

import pytest

from bulk.errors import Forbidden
from bulk.runs.forecast import check_whole_file
from bulk.runs.launch import Launch
from bulk.runs.status import find_run
from bulk.sandbox.organisation import has_did, home_of, number
from tests.integration.adapters.many import callers, many_rows
from tests.integration.forecast_case import (
    FORWARD,
    HEADER,
    INTERCOM,
    LICENCES,
    NUMBERS,
    ROUTES,
    calls_of,
    checked,
    fresh_api,
    refused,
    summaries,
)
from tests.workspace import Remote, Workspace

# -- licenses --------------------------------------------------------------------------------------


def scarce(workspace: Workspace, remote: Remote, free: int) -> str:
    """A license that nobody has, of which `free` units are left."""
    items = fresh_api(workspace).pages("licenses", "items")
    found = next(
        item for item in items if item["consumedUnits"] == 0 and "Calling" not in item["name"]
    )
    remote.patch("license", found["id"], totalUnits=free)
    return str(found["id"])


def test_the_row_where_the_licences_run_out_is_named(workspace: Workspace, remote: Remote) -> None:
    licence = scarce(workspace, remote, 7)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(10)]
    found = checked(workspace, LICENCES, rows)
    assert summaries(found) == [
        ("licencias_agotadas", (9, 10, 11))
    ]  # the first row of the file is line 2
    assert "Hay 7 libres y se piden 10." in found[0].remedy
    assert found[0].title.endswith("en la fila 9")


def test_enough_licences_say_nothing(workspace: Workspace, remote: Remote) -> None:
    licence = scarce(workspace, remote, 5)
    rows = [{"person_id": remote.person(n), "add_license_ids": [licence]} for n in range(5)]
    assert checked(workspace, LICENCES, rows) == []


def test_a_licence_that_the_organisation_does_not_have_is_reported(
    workspace: Workspace, remote: Remote
) -> None:
    good, bad = remote.org.licenses["cx"], remote.org.licenses["cx"][:-4] + "AAAA"
    rows = [
        {"person_id": remote.person(n), "add_license_ids": [licence]}
        for n, licence in enumerate([good, bad])
    ]
    assert summaries(checked(workspace, LICENCES, rows)) == [("licencia_desconocida", (3,))]
    assert refused(workspace, LICENCES, rows) == {(3, "400000")}


def test_an_extension_counts_only_where_a_calling_licence_is_added(
    workspace: Workspace, remote: Remote
) -> None:
    """The file has its people's own extensions and locations; Webex is sent them with a calling
    license alone.
    """
    first, second, third = callers(remote, 3)
    here = remote.location(home_of(third, remote.locations))
    given = {"add_license_ids": [remote.org.licenses["cx"]], "location_id": here}
    rows = [
        {"person_id": remote.person(first), **given, "extension": "7777"},
        {"person_id": remote.person(second), **given, "extension": "7777"},
        {"person_id": remote.person(first), **given, "extension": str(1000 + third)},
    ]
    assert checked(workspace, LICENCES, rows) == []
    assert calls_of(workspace, LICENCES, rows) == ["licenses"]
    assert refused(workspace, LICENCES, rows) == set()


def test_a_new_caller_with_an_extension_or_number_of_another_is_reported(
    workspace: Workspace, remote: Remote
) -> None:
    new = [n for n in range(remote.people) if n not in callers(remote, remote.people)][:3]
    owner = next(n for n in callers(remote, remote.people) if has_did(n))
    home = home_of(owner, remote.locations)
    given = {
        "add_license_ids": [remote.org.licenses["professional"]],
        "location_id": remote.location(home),
    }
    rows = [
        {"person_id": remote.person(new[0]), **given, "extension": str(1000 + owner)},
        {
            "person_id": remote.person(new[1]),
            **given,
            "extension": "7777",
            "phone_number": number(home, 10000 + owner),
        },
        {
            "person_id": remote.person(new[2]),
            **given,
            "extension": "7778",
            "phone_number": "+34999999999",
        },
    ]
    found = checked(workspace, LICENCES, rows)
    assert summaries(found) == [
        ("numero_no_esta", (4,)),
        ("numero_ocupado", (3,)),
        ("extension_ocupada", (2,)),
    ]
    name = remote.doc("person", remote.person(owner))
    assert all(f"{name['firstName']} {name['lastName']}" in finding.remedy for finding in found[1:])
    assert refused(workspace, LICENCES, rows) == {(2, "4202"), (3, "4201"), (4, "27966")}


# -- numbers that have to be there first -----------------------------------------------------------


def test_a_header_that_its_location_does_not_have_is_reported(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, HEADER, 4)
    rows[1]["phone_number"], rows[3]["phone_number"] = number(1, 88888), number(5, 2)
    found = checked(workspace, HEADER, rows)
    assert summaries(found) == [("numero_no_esta", (3, 5))]
    assert "«Alta de numeraciones (desactivadas)»" in found[0].remedy
    assert f"El {number(1, 88888)} de la fila 3 no existe en Webex." in found[0].remedy
    assert refused(workspace, HEADER, rows) == {(3, "27966"), (5, "27966")}


def test_a_header_of_which_only_the_name_changes_asks_nothing(
    workspace: Workspace, remote: Remote
) -> None:
    rows = [
        {
            "location_id": remote.location(0),
            "phone_number": number(0, 0),
            "calling_line_name": "Otra",
        }
    ]
    assert checked(workspace, HEADER, rows) == []
    assert calls_of(workspace, HEADER, rows) == []


def test_a_secondary_number_has_to_be_free_in_the_location_of_the_person(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, INTERCOM, 4)
    people = [int(remote.doc("person", row["person_id"])["extension"]) - 1000 for row in rows]
    rows[1]["legacy_phone_number"] = number(
        (home_of(people[1], 6) + 1) % 6, 2
    )  # of another location
    remote.patch("number", rows[2]["legacy_phone_number"], owner=remote.person(people[0]))
    found = checked(workspace, INTERCOM, rows)
    assert summaries(found) == [("numero_no_esta", (3,)), ("numero_ocupado", (4,))]
    assert "«Cambiar de ubicación»" in found[0].remedy
    assert refused(workspace, INTERCOM, rows) == {(3, "27966"), (4, "4201")}


def test_numbers_to_be_added_that_another_location_has_are_reported(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, NUMBERS, 3)
    rows[1]["phone_numbers"] = [*rows[1]["phone_numbers"], number(5, 2)]
    found = checked(workspace, NUMBERS, rows)
    assert summaries(found) == [("numero_en_otra_ubicacion", (3,))]
    assert f"está en {remote.doc_of_location(5)['name']}" in found[0].remedy


def test_a_route_has_to_exist_first(workspace: Workspace, remote: Remote) -> None:
    rows = many_rows(remote, ROUTES, 3)
    rows[1] |= {"premise_route_id": rows[1]["premise_route_id"][:-4] + "AAAA"}
    rows[2] = {
        "location_id": rows[2]["location_id"],
        "enable_unknown_extension_route_policy": "false",
    }
    assert summaries(checked(workspace, ROUTES, rows)) == [("ruta_desconocida", (3,))]
    assert calls_of(workspace, ROUTES, rows) == ["telephony/config/routeChoices"]
    assert refused(workspace, ROUTES, rows) == {(3, "27400")}


# -- rows set aside --------------------------------------------------------------------------------


@pytest.mark.parametrize("action_id", [FORWARD, INTERCOM])
def test_people_without_calling_are_counted_with_the_action_that_comes_first(
    workspace: Workspace, remote: Remote, action_id: str
) -> None:
    calling = set(callers(remote, 60))
    given = {
        FORWARD: lambda n: {"destination": "600111222"},
        INTERCOM: lambda n: {"legacy_phone_number": number(home_of(n, 6), 50000 + n)},
    }
    stay = [n for n in range(60) if n % 5 != 2]
    rows = [{"person_id": remote.person(n), **given[action_id](n)} for n in stay]
    without = [line for line, n in enumerate(stay, 2) if n not in calling]
    [finding] = checked(workspace, action_id, rows)
    assert finding.code == "sin_webex_calling"
    assert "«Modificar licencias»" in finding.remedy
    assert (finding.lines, finding.count) == (tuple(without), len(without))


def test_a_row_that_is_blocked_for_another_reason_is_reported_with_that_reason(
    workspace: Workspace, remote: Remote
) -> None:
    """An unknown location is no matter of numbers to be added before."""
    rows = many_rows(remote, HEADER, 3)
    rows[2]["location_id"] = rows[2]["location_id"][:-4] + "AAAA"
    [finding] = checked(workspace, HEADER, rows)
    assert (finding.code, finding.lines) == ("4152", (4,))
    assert finding.title == "1 fila bloqueada: Webex no conoce esa ubicación (fila 4)"
    assert "Alta" not in finding.remedy


def test_a_number_that_the_file_gives_twice_is_reported_with_its_rows(
    workspace: Workspace, remote: Remote
) -> None:
    rows = many_rows(remote, INTERCOM, 5)
    rows[3]["legacy_phone_number"] = rows[1]["legacy_phone_number"]
    [finding] = checked(workspace, INTERCOM, rows)
    assert (finding.code, finding.count, finding.lines) == ("numero_repetido", 2, (3, 5))
    assert "el número" in finding.remedy


def test_a_run_foretells_nothing(workspace: Workspace, remote: Remote) -> None:
    result = workspace.run(FORWARD, [{"person_id": remote.person(0), "destination": "600111222"}])
    assert (
        check_whole_file(workspace.context, find_run(workspace.context, result.document["run_id"]))
        == ()
    )


def test_without_webex_what_file_and_dry_run_show_is_still_reported(
    workspace: Workspace, remote: Remote
) -> None:
    """Also when the lists cannot be read: the dry run stands, and so does what needs no list."""
    rows = many_rows(remote, HEADER, 3)
    rows[0]["phone_number"], rows[2]["location_id"] = (
        number(0, 88888),
        rows[2]["location_id"][:-4] + "AAAA",
    )
    run = find_run(
        workspace.context, workspace.run(HEADER, rows, Launch(dry_run=True)).document["run_id"]
    )
    assert summaries(list(check_whole_file(workspace.context, run))) == [("4152", (4,))]
    remote.fail_next(
        {"times": 1, "path_regex": "numbers$", "status": 403, "body": {"message": "no"}}
    )
    with pytest.raises(Forbidden):
        check_whole_file(workspace.context, run, fresh_api(workspace))
    assert summaries(list(check_whole_file(workspace.context, run, fresh_api(workspace)))) == [
        ("numero_no_esta", (2,)),
        ("4152", (4,)),
    ]
