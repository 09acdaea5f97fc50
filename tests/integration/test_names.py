"""E-mails and names where ids go, against the sandbox: found with the fewest calls, never guessed;
and what is brought from Webex.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulk.errors import UsageError
from bulk.files.corrections import Fix
from bulk.files.csv_rows import RAGGED
from bulk.files.dataset import Dataset, from_records, read_any
from bulk.planning import repairs
from bulk.planning.fill_ids import fill_ids
from bulk.planning.name_lookup import Names, names_of, remembered
from bulk.planning.org_export import COLUMNS, KINDS, write_export
from bulk.planning.prepare import PreparedFile, planned_rows, prepare
from bulk.planning.scope import Scope
from bulk.runs.connection import api_for, connect, known
from bulk.webex import directory
from bulk.webex.client import Api
from bulk.webex.directory import Entry, distinct_labels
from pages.ui.data import corrections
from pages.ui.shell.session import Session
from schemas.hydra import id_tail
from tests.workspace import Remote, Workspace

FORWARD = "usuarios_configurar_desvio_prefijo53"
MOVE = "usuarios_asignar_location_desde_csv"
LICENCES = "usuarios_modificar_licencias"


@pytest.fixture
def api(workspace: Workspace) -> Api:
    return api_for(
        known(workspace.connection, workspace.context.settings, workspace.context.journal),
        workspace.context.settings,
        workspace.context.journal,
    )


@pytest.fixture
def names(workspace: Workspace, api: Api) -> Names:
    return names_of(api, workspace.context.journal, workspace.connection.org_id)


def planned(names: Names, action_id: str, rows: list[dict[str, Any]]) -> PreparedFile:
    files: dict[str, Dataset] = {
        "usuarios": from_records(dict(enumerate(rows, 2)), name="usuarios")
    }
    return prepare(action_id, files, resolve=names.resolve)


def test_an_email_becomes_the_id_of_its_person(names: Names, remote: Remote) -> None:
    found = planned(
        names, FORWARD, [{"person_id": "Usuario00003@Example.com", "destination": "600111222"}]
    )
    assert found.frame["person_id"].tolist() == [remote.person(3)]
    assert found.problems == []


def test_an_id_is_left_alone_and_asks_nothing(names: Names, remote: Remote) -> None:
    before = remote.counters()["requests"]
    planned(names, FORWARD, [{"person_id": remote.person(1), "destination": "600111222"}])
    assert remote.counters()["requests"] == before


def test_names_of_many_rows_cost_one_list(names: Names, remote: Remote, api: Api) -> None:
    places = [entry["name"] for entry in api.pages("telephony/config/locations", "locations")]
    rows = [
        {"person_id": remote.person(n), "target_location_id": places[n % len(places)].upper()}
        for n in range(100)
    ]
    before = remote.counters()["requests"]
    found = planned(names, MOVE, rows)
    assert remote.counters()["requests"] - before == 1
    assert found.frame["target_location_id"].tolist() == [
        remote.location(n % len(places)) for n in range(100)
    ]


def by_email(names: Names, *numbers: int) -> list[str]:
    rows = [
        {"person_id": f"Usuario{n:05d}@example.com", "destination": "600111222"} for n in numbers
    ]
    return planned(names, FORWARD, rows).frame["person_id"].tolist()


def test_many_people_are_read_in_pages_and_only_who_is_on_none_by_email(
    names: Names, remote: Remote
) -> None:
    assert by_email(names, 7) == [remote.person(7)]
    before = remote.counters()["requests"]
    found = by_email(names, *range(60), 99_999)
    assert remote.counters()["requests"] - before == 2 + 1  # 120 people are two pages
    assert found[:60] == [remote.person(n) for n in range(60)]
    assert found[60] == "Usuario99999@example.com"
    assert by_email(names, *range(60, 119))[:5] == [
        remote.person(n) for n in range(60, 65)
    ]  # not even asked again
    assert remote.counters()["requests"] - before == 2 + 1


def test_an_organisation_much_bigger_than_the_file_is_not_read_whole(
    workspace: Workspace, wide: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "MANY", 4)
    context, reached = (
        workspace.context,
        connect(workspace.context.home, token=wide.running.token, base_url=wide.running.base_url),
    )
    names = names_of(api_for(reached, context.settings, context.journal), context.journal, None)
    before = wide.counters()["requests"]
    assert by_email(names, 10, 150, 300, 400) == [wide.person(n) for n in (10, 150, 300, 400)]
    assert (
        wide.counters()["requests"] - before == 2 + 2
    )  # two of six pages, and the two people who are on neither


def test_licences_of_a_list_cell_are_found_by_name(names: Names, remote: Remote) -> None:
    found = planned(
        names,
        LICENCES,
        [
            {
                "person_id": remote.person(1),
                "add_license_ids": "messaging  -  BASIC|Webex Calling - Basic",
            }
        ],
    )
    held = (
        names.directory.find("license", "Messaging - Basic")[0].id,
        names.directory.find("license", "Webex Calling - Basic")[0].id,
    )
    assert found.frame["add_license_ids"].tolist() == [";".join(held)]


def test_what_is_not_found_is_one_problem_of_its_row_with_candidates(
    names: Names, remote: Remote
) -> None:
    rows = [
        {"person_id": "nadie@example.com", "target_location_id": remote.location(0)},
        {"person_id": remote.person(1), "target_location_id": "Madri"},
        {"person_id": "Marta", "target_location_id": remote.location(0)},
    ]
    found = planned(names, MOVE, rows)
    assert [(problem.line, problem.column, problem.rule) for problem in found.problems] == [
        (2, "person_id", "nombre"),
        (3, "target_location_id", "nombre"),
        (4, "person_id", "nombre"),
    ]
    assert "«Madrid»" in found.problems[1].message
    assert set(found.invalid) == {2, 3, 4}


def test_two_of_one_name_are_never_guessed_and_a_choice_is_remembered(
    workspace: Workspace, names: Names, remote: Remote, api: Api
) -> None:
    first, second = remote.location(0), remote.location(1)
    remote.patch("location", first, name="Sede")
    remote.patch("location", second, name="sede")
    rows = [{"person_id": remote.person(1), "target_location_id": "SEDE"}]
    [problem] = planned(names, MOVE, rows).problems
    for place, name in ((first, "Sede"), (second, "sede")):
        number = remote.doc("location", place)["routingPrefix"]
        assert f"{name} (prefijo {number}, " in problem.message
        assert f", …{id_tail(place)[-8:]})" in problem.message
        assert place not in problem.message  # eighty letters
    names_of(api, workspace.context.journal, "org", [f"Sede={second}"])
    assert remembered(workspace.context.journal, "org") == {"location|sede": second}
    again = names_of(api, workspace.context.journal, "org")
    assert planned(again, MOVE, rows).frame["target_location_id"].tolist() == [second]
    names_of(api, workspace.context.journal, "org", [f"Sede=…{id_tail(first)[-8:]}"])
    assert remembered(workspace.context.journal, "org") == {"location|sede": first}
    for odd in (
        "Sede",
        f"Sede={id_tail(first)[-4:]}",
        "Sede=99999999",
        f"Madrid={id_tail(second)[-8:]}",
    ):
        with pytest.raises(UsageError, match="--choose «"):
            names_of(api, workspace.context.journal, "org", [odd])


@pytest.mark.parametrize("kind", ["location", "license", "route", "person"])
def test_all_of_one_name_are_kept_apart(names: Names, remote: Remote, kind: str) -> None:
    same = (
        {"email": "uno@example.com", "firstName": "Ana", "lastName": "Gil"}
        if kind == "person"
        else {"name": "Ana Gil"}
    )
    for key in list(remote.org.docs[kind])[:4]:
        remote.patch(kind, key, **same)
    found = names.directory.find(kind, "uno@example.com" if kind == "person" else "ana gil")
    text = distinct_labels(found)
    assert len(found) == len(set(text.values())) == 4
    assert all(label.startswith("Ana Gil (") and len(label) < 80 for label in text.values())


def test_empty_ids_of_a_file_are_filled_in_by_email_and_name(names: Names, remote: Remote) -> None:
    rows = [
        {"email": "usuario00001@example.com", "location_name": "Madrid"},
        {"email": "nadie@example.com", "location_name": "Madrid"},
    ]
    dataset = from_records(dict(enumerate(rows, 2)), name="usuarios")
    filled, problems, cells = fill_ids(names, dataset)
    assert filled.frame["person_id"].tolist() == [remote.person(1), ""]
    assert filled.frame["location_id"].tolist() == [remote.location(0)] * 2
    assert (cells, [problem.line for problem in problems]) == (3, [3])
    assert "person_id" not in dataset.frame  # the file as loaded is not touched


@pytest.mark.parametrize("kind", KINDS)
def test_what_webex_has_is_written_whole_as_csv_and_as_text_cells(
    api: Api, tmp_path: Path, kind: str
) -> None:
    rows = write_export(api, kind, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file, delimiter=";"))
    assert table[0] == list(COLUMNS[kind])
    assert len(table) - 1 == rows > 0
    assert write_export(api, kind, tmp_path / "a.xlsx") == rows
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [[cell.value or "" for cell in row] for row in sheet.iter_rows()] == table


def test_the_people_brought_are_a_file_of_users(api: Api, remote: Remote, tmp_path: Path) -> None:
    write_export(api, "people", tmp_path / "USUARIOS.csv")
    frame = read_any(tmp_path / "USUARIOS.csv")[0].frame
    assert frame["person_id"].iloc[5] == remote.person(5)
    assert frame["email"].iloc[5] == "usuario00005@example.com"
    assert frame["location_name"].iloc[0] == "Madrid"


def test_an_unknown_kind_or_ending_is_refused(api: Api, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="people, locations"):
        write_export(api, "workspaces", tmp_path / "a.csv")
    with pytest.raises(UsageError, match=r"\.csv o \.xlsx"):
        write_export(api, "people", tmp_path / "a.txt")


def test_only_the_names_of_the_rows_chosen_are_asked_for(names: Names, remote: Remote) -> None:
    rows = [
        {"person_id": f"usuario{n:05d}@example.com", "destination": "600111222"} for n in range(12)
    ]
    files = {"usuarios": from_records(dict(enumerate(rows, 2)), name="usuarios")}
    before = remote.counters()["requests"]
    found = prepare(FORWARD, files, resolve=names.resolve, scope=Scope(lines=((2, 4),)))
    assert remote.counters()["requests"] - before == 3
    assert found.frame["person_id"].tolist()[:4] == [
        remote.person(0),
        remote.person(1),
        remote.person(2),
        rows[3]["person_id"],
    ]


def test_what_a_run_left_open_is_found_again_by_email(names: Names, remote: Remote) -> None:
    rows = [
        {"person_id": f"usuario{n:05d}@example.com", "destination": "600111222"} for n in range(4)
    ]
    files = {"usuarios": from_records(dict(enumerate(rows, 2)), name="usuarios")}
    left = Scope(
        entities=frozenset({remote.person(2), "usuario00003@example.com", "otra"}),
        entities_of="RUN",
    )
    found = prepare(FORWARD, files, resolve=names.resolve, scope=left)
    assert (found.excluded, found.chosen and found.chosen.named) == (
        {2, 3},
        {remote.person(2), "usuario00003@example.com"},
    )


def test_a_name_is_the_same_only_letter_by_letter(names: Names, remote: Remote) -> None:
    first, second = remote.location(0), remote.location(1)
    names.directory._lists["location"] = [Entry(first, "Madrid 11"), Entry(second, "★")]
    rows = [
        {"person_id": remote.person(n), "target_location_id": name}
        for n, name in enumerate(("Madrid 1-1", "!!", "MADRID  11"))
    ]
    found = planned(names, MOVE, rows)
    assert [problem.line for problem in found.problems] == [2, 3]
    assert found.frame["target_location_id"].tolist()[2] == first
    assert Entry(first, "Madrid 11") in names.doubts["location", "Madrid 1-1"]  # offered, not taken


def test_a_choice_holds_for_its_name_and_for_what_its_id_is(
    workspace: Workspace, api: Api, remote: Remote
) -> None:
    person, place = remote.person(3), remote.location(0)
    names = names_of(
        api, workspace.context.journal, "org", [f"ana.gil@acme.es={person}", f"Madrid={place}"]
    )
    assert names.look_up("person", "Ana.Gil@acme.es") == (person, "")
    assert names.look_up("person", "anagil@acme.es")[0] == ""
    assert names.look_up("location", "Madrid") == (place, "")
    assert names.look_up("route", "Madrid")[0] != place
    for choice in (
        f"Marta={person}",
        f"Madrid={workspace.connection.org_id or remote.running.org_id}",
    ):
        with pytest.raises(UsageError):
            names_of(api, workspace.context.journal, "org", [choice])


def test_no_repair_and_no_id_filled_in_clears_a_row_that_lost_cells(
    names: Names, remote: Remote
) -> None:
    raw = f"person_id;email;legacy_phone_number\n;usuario00001@example.com;911222333;Marta\n{remote.person(2)};;911222334\n"
    session = Session()
    corrections.put_original(
        session, read_any(raw.encode(), name="usuarios", file_name="USUARIOS.CSV")[0]
    )
    assert corrections.complete_ids(session, "usuarios", names) == (1, 0)
    corrections.accept(
        session, "usuarios", repairs.propose(session.files.working["usuarios"], None, "ES")
    )
    assert [
        (problem.line, problem.rule) for problem in session.files.working["usuarios"].problems
    ] == [(2, RAGGED)]
    planned = prepare("usuarios_anadir_intercom_legacy", session.files.working)
    assert [row.state for row in planned_rows(planned)] == ["invalid", "pending"]
    corrections.accept(session, "usuarios", [Fix(2, "email", "")])  # somebody looked at it
    assert session.files.working["usuarios"].problems == ()
