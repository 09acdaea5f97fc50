"""Moves that Webex would refuse are reported by the dry run: extensions, numbers, targets (contract
3.2).
"""

from __future__ import annotations

from bulk.sandbox.organisation import has_did, home_of, number
from tests.integration.adapters.many import callers
from tests.integration.forecast_case import MOVE, away, calls_of, checked, refused, summaries
from tests.workspace import Remote, Workspace


def mover(remote: Remote, *, with_number: bool) -> int:
    people = [
        n for n in callers(remote, remote.people) if has_did(n) == with_number and n % 97 != 5
    ]
    return next(
        n for n in people if remote.doc_of_location(home_of(n, remote.locations))["connection"]
    )


def test_an_extension_that_another_has_in_that_location_is_foreseen(
    workspace: Workspace, remote: Remote
) -> None:
    person = mover(remote, with_number=False)
    row = away(remote, person)
    owner = next(
        n
        for n in callers(remote, remote.people)
        if remote.location(home_of(n, 6)) == row["target_location_id"]
    )
    rows = [row | {"target_extension": str(1000 + owner)}]
    assert summaries(checked(workspace, MOVE, rows)) == [("extension_ocupada", (2,))]


def test_an_extension_that_goes_along_is_held_against_the_target_too(
    workspace: Workspace, remote: Remote
) -> None:
    person = mover(remote, with_number=False)
    rows = [away(remote, person)]
    owner = next(
        n
        for n in callers(remote, remote.people)
        if remote.location(home_of(n, 6)) == rows[0]["target_location_id"]
    )
    remote.patch("person", remote.person(owner), extension=str(1000 + person))
    found = checked(workspace, MOVE, rows)
    assert summaries(found) == [("extension_ocupada", (2,))]
    assert "target_extension" in found[0].remedy
    assert refused(workspace, MOVE, rows) == {(2, "4202")}


def test_an_extension_of_a_hunt_group_of_the_target_is_foreseen_too(
    workspace: Workspace, remote: Remote
) -> None:
    """No list of people has it; the list of numbers of the location does."""
    person = mover(remote, with_number=False)
    rows = [away(remote, person)]
    remote.patch(
        "location", str(rows[0]["target_location_id"]), otherExtensions=[str(1000 + person)]
    )
    [finding] = checked(workspace, MOVE, rows)
    assert (finding.code, finding.lines) == ("extension_ocupada", (2,))
    assert f"La {1000 + person} de la fila 2 la tiene Grupo {1000 + person}." in finding.remedy
    assert refused(workspace, MOVE, rows) == {(2, "4202")}


def test_two_people_who_bring_the_same_extension_to_one_location_are_reported(
    workspace: Workspace, remote: Remote
) -> None:
    one = mover(remote, with_number=False)
    other = next(
        n
        for n in callers(remote, remote.people)
        if not has_did(n) and home_of(n, 6) not in (home_of(one, 6), (home_of(one, 6) + 1) % 6)
    )
    remote.patch("person", remote.person(other), extension=str(1000 + one))
    rows = [away(remote, one), away(remote, one) | {"person_id": remote.person(other)}]
    assert summaries(checked(workspace, MOVE, rows)) == [("extension_repetida", (2, 3))]


def test_people_whose_number_cannot_go_along_are_reported(
    workspace: Workspace, remote: Remote
) -> None:
    """Local PSTN holds the number back, unless the file gives one of the target (10050010, contract
    3.2).
    """
    numbered = [n for n in callers(remote, remote.people) if has_did(n) and n % 97 != 5][:3]
    keeps, changes, header = numbered
    target = (home_of(changes, remote.locations) + 1) % remote.locations
    remote.patch(
        "location",
        remote.location(home_of(header, 6)),
        callingLineId={"name": "X", "phoneNumber": number(home_of(header, 6), 10000 + header)},
    )
    rows = [
        away(remote, keeps),
        away(remote, changes, target_phone_number=number(target, 2)),
        away(remote, header),
    ]
    found = checked(workspace, MOVE, rows)
    assert summaries(found) == [("numero_es_cabecera", (4,)), ("numero_no_se_mueve", (2,))]
    assert refused(workspace, MOVE, rows) == {(2, "10050010"), (4, "19604")}


def test_a_number_goes_along_from_a_location_without_local_pstn(
    workspace: Workspace, remote: Remote
) -> None:
    person = mover(remote, with_number=True)
    remote.patch("location", remote.location(home_of(person, remote.locations)), connection=None)
    assert checked(workspace, MOVE, [away(remote, person)]) == []
    assert refused(workspace, MOVE, [away(remote, person)]) == set()


def test_a_target_number_has_to_be_in_the_target_and_free(
    workspace: Workspace, remote: Remote
) -> None:
    people = [
        n
        for n in callers(remote, remote.people)
        if not has_did(n) and home_of(n, 6) == 2 and n % 97 != 5
    ][:2]
    owner = next(n for n in callers(remote, remote.people) if has_did(n) and home_of(n, 6) == 4)
    remote.patch("number", number(3, 1), owner=remote.person(owner))
    rows = [
        away(remote, people[0], target_phone_number=number(5, 1)),
        away(remote, people[1], target_phone_number=number(3, 1)),
    ]
    found = checked(workspace, MOVE, rows)
    assert summaries(found) == [("numero_no_esta", (2,)), ("numero_ocupado", (3,))]
    assert remote.doc_of_location(5)["name"] in found[0].remedy  # where it is instead
    assert refused(workspace, MOVE, rows) == {(2, "27966"), (3, "4201")}


def test_a_target_that_webex_does_not_know_is_reported_and_not_asked_about(
    workspace: Workspace, remote: Remote
) -> None:
    person, strange = mover(remote, with_number=False), remote.location(0)[:-4] + "AAAA"
    rows = [away(remote, person) | {"target_location_id": strange}]
    assert summaries(checked(workspace, MOVE, rows)) == [("ubicacion_desconocida", (2,))]
    assert calls_of(workspace, MOVE, rows) == ["telephony/config/locations"]


def test_rows_with_and_without_the_organisation_are_held_against_the_same_lists(
    workspace: Workspace, remote: Remote
) -> None:
    people = [
        n
        for n in callers(remote, remote.people)
        if not has_did(n) and n % 97 != 5 and home_of(n, 6) == 1
    ][:2]
    numbers = remote.admin("state")["number"].items()
    free = [
        value
        for value, held in numbers
        if held["location"] == remote.location(2) and not held["owner"]
    ][-2:]
    rows = [
        away(remote, n, target_phone_number=value) for n, value in zip(people, free, strict=True)
    ]
    rows[1]["org_id"] = remote.org.org_id
    assert summaries(checked(workspace, MOVE, rows)) == []
