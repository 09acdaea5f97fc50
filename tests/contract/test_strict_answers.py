"""All nine actions where the service answers as real organizations were seen to answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulk.runs.undo import undo
from bulk.sandbox.organisation import has_calling, home_of, number
from bulk.wording.remedies import catalogue
from tests.contract import strict_server as habits
from tests.contract.strict_server import StrictServer, strict
from tests.workspace import Remote, Result, Workspace, opened

LICENSES = "usuarios_modificar_licencias"
MOVES = "usuarios_asignar_location_desde_csv"
FORWARD = "usuarios_configurar_desvio_prefijo53"
HEADER = "ubicacion_actualizar_cabecera"
UNCALLED = (7, 40, 73)  # people without calling license


@pytest.fixture
def server(remote: Remote) -> Iterator[tuple[StrictServer, Remote]]:
    with strict(remote) as found:
        yield found


@pytest.fixture
def proxy(server: tuple[StrictServer, Remote]) -> StrictServer:
    return server[0]


@pytest.fixture
def workspace(tmp_path: Path, server: tuple[StrictServer, Remote]) -> Iterator[Workspace]:
    with opened(tmp_path, server[1]) as workspace:
        yield workspace


def undone(workspace: Workspace, run: Result) -> Result:
    live = undo(workspace.context, run.document["run_id"], workspace.connection)
    assert live.ended.wait(60)
    return workspace.result(live.run_id)


def licence_row(remote: Remote, index: int, **lists: str) -> dict[str, Any]:
    named = {f"{name}_license_ids": remote.org.licenses[short] for name, short in lists.items()}
    return {"person_id": remote.person(index), **named}


def move_row(remote: Remote, index: int, **more: str) -> dict[str, Any]:
    target = (home_of(index, remote.locations) + 1) % remote.locations
    return {
        "person_id": remote.person(index),
        "target_location_id": remote.location(target),
        **more,
    }


def where(remote: Remote, index: int) -> str:
    return str(remote.doc("person", remote.person(index))["locationId"])


# -- lists of people that tell less ----------------------------------------------------------------


def test_a_licence_is_added_and_taken_back_only_where_it_was_not(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    for index in (1, 2, 3):
        doc = remote.doc("person", remote.person(index))
        held = sorted([*doc["licenses"], remote.org.licenses["cx"]])
        remote.patch("person", remote.person(index), licenses=held)
    before = remote.digest()
    proxy.as_new(habits.short_list_of_people)
    run = workspace.run(LICENSES, [licence_row(remote, index, add="cx") for index in range(1, 6)])
    assert [row.state for row in run.rows] == ["unchanged"] * 3 + ["done"] * 2
    assert proxy.count("GET", "people", "id") == 1  # what it leaves out is remembered
    undone(workspace, run)
    assert remote.digest() == before


def test_a_licence_is_removed(workspace: Workspace, remote: Remote, proxy: StrictServer) -> None:
    proxy.as_new(habits.short_list_of_people)
    rows = [licence_row(remote, index, remove="messaging") for index in range(3)]
    assert workspace.run(LICENSES, rows).counts == {"done": 3}
    held = [remote.doc("person", remote.person(index))["licenses"] for index in range(3)]
    assert not any(remote.org.licenses["messaging"] in each for each in held)


def test_people_are_moved_with_a_new_extension(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    proxy.as_new(habits.short_list_of_people, habits.counts_of_a_started_job)
    rows = [move_row(remote, index, target_extension=f"77{index:02d}") for index in (1, 3, 9)]
    run = workspace.run(MOVES, rows)
    assert run.counts == {"done": 3}
    assert undone(workspace, run).counts == {"done": 3}
    assert [where(remote, index) for index in (1, 3, 9)] == [
        remote.location(home_of(index, remote.locations)) for index in (1, 3, 9)
    ]


# -- people without calling ------------------------------------------------------------------------


@pytest.mark.parametrize("people", [UNCALLED[:1], UNCALLED, (*UNCALLED, 1, 3)])
def test_people_whose_location_is_never_told_are_moved_once(
    workspace: Workspace, remote: Remote, proxy: StrictServer, people: tuple[int, ...]
) -> None:
    remote.config(uncalled_location=False)
    proxy.as_new(habits.short_list_of_people, habits.counts_of_a_started_job)
    rows = [move_row(remote, index) for index in people]
    run = workspace.run(MOVES, rows)
    assert run.counts == {"done": len(people)}
    assert [where(remote, row) for row in people] == [each["target_location_id"] for each in rows]
    again = workspace.run(MOVES, rows)
    assert again.counts == {"unchanged": len(people)}
    states = {row.label: row for row in undone(workspace, run).rows}
    called = [row for row in states.values() if row.state == "done"]
    assert len(called) == sum(has_calling(index) for index in people)
    others = [row for row in states.values() if row.state != "done"]
    assert {row.state for row in others} == {"invalid"}
    assert all("no se sabe dónde estaba" in str(row.message) for row in others)


def test_a_move_whose_answer_was_lost_is_done_when_webex_says_it_is_there(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(uncalled_location=False)
    remote.fail_next({"method": "POST", "path_regex": "moveLocation$", "drop": "after"})
    run = workspace.run(MOVES, [move_row(remote, UNCALLED[0])])
    assert run.counts == {"done": 1}
    assert max(remote.counters()["by_entity"].values()) == 1


def test_a_verification_does_not_claim_what_it_cannot_read(
    workspace: Workspace, remote: Remote
) -> None:
    from bulk.runs.status import find_run
    from bulk.runs.verify import findings_of, verify

    remote.config(uncalled_location=False)
    run = workspace.run(MOVES, [move_row(remote, UNCALLED[0]), move_row(remote, 1)])
    live = verify(workspace.context, run.document["run_id"], workspace.connection)
    assert live.ended.wait(60)
    found = findings_of(workspace.context, find_run(workspace.context, live.run_id))
    assert (found.as_asked, found.different, found.unreadable) == (1, 0, 1)


def test_settings_of_people_without_calling_say_so(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    proxy.as_new(habits.settings_unauthorized)
    rows = [{"person_id": remote.person(index), "extension": "1000"} for index in (UNCALLED[0], 1)]
    run = workspace.run(FORWARD, rows)
    assert [row.state for row in run.rows] == ["failed", "done"]
    assert run.rows[0].message == catalogue()["no_calling"]


# -- answers without what is due -------------------------------------------------------------------


def test_a_lost_job_that_counts_nothing_yet_is_found_again(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    remote.config(job_seconds=1.0)
    proxy.as_new(habits.counts_of_a_started_job)
    remote.fail_next({"method": "POST", "path_regex": "moveLocation$", "drop": "after"})
    run = workspace.run(MOVES, [move_row(remote, index) for index in (1, 3, 9)])
    assert run.counts == {"done": 3}
    assert (remote.counters()["move_jobs"], proxy.count("POST", habits.MOVES)) == (1, 0)


def test_a_job_that_is_not_told_is_found_again(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    remote.config(job_seconds=1.0)

    def empty(exchange: habits.Exchange) -> None:
        if exchange.method == "POST":
            exchange.body = None

    proxy.as_new(empty, habits.counts_of_a_started_job)
    assert workspace.run(MOVES, [move_row(remote, index) for index in (1, 3)]).counts == {"done": 2}
    assert remote.counters()["move_jobs"] == 1


def test_licences_changed_without_a_body_are_confirmed_by_reading(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    proxy.as_new(habits.patch_without_body)
    run = workspace.run(LICENSES, [licence_row(remote, index, add="cx") for index in (1, 2)])
    assert run.counts == {"done": 2}
    assert proxy.count("PATCH", "licenses/users") == 2


def test_a_pending_licence_is_a_note(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    meeting = remote.org.licenses["cx"]

    def pending(exchange: habits.Exchange) -> None:
        if exchange.method == "PATCH":
            exchange.body["licenses"].remove(meeting)
            exchange.body["pendingLicenses"] = [meeting]

    proxy.as_new(pending)
    row = workspace.run(LICENSES, [licence_row(remote, 1, add="cx")]).row
    assert row.state == "done"
    assert "Pendiente en Webex" in str(row.message)


def test_an_empty_answer_to_a_read_is_asked_again(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    for path, action, row in (
        ("callForwarding", FORWARD, {"person_id": remote.person(1), "extension": "1000"}),
        (
            "telephony/config/locations",
            HEADER,
            {"location_id": remote.location(0), "phone_number": number(0, 1)},
        ),
        ("licenses", LICENSES, licence_row(remote, 1, add="cx")),
    ):
        proxy.as_new(habits.first_reads_empty(path))
        assert workspace.run(action, [row]).counts == {"done": 1}, action


def test_every_page_of_the_errors_of_a_job_is_read(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    proxy.as_new(habits.job_errors_paged_in_the_body)
    people = [index for index in range(1, 12) if has_calling(index)]
    for index in people:
        remote.patch("person", remote.person(index), device="dect")
    run = workspace.run(MOVES, [move_row(remote, index) for index in people])
    assert {(row.state, row.code) for row in run.rows} == {("failed", "27969")}


# -- forms of ids and numbers ----------------------------------------------------------------------


def test_ids_in_another_form_are_the_same_ids(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    before = remote.digest()
    proxy.as_new(habits.ids_in_another_form)
    rows = [licence_row(remote, index, add="cx") for index in (1, 2, 3)]
    run = workspace.run(LICENSES, rows)
    assert run.counts == {"done": 3}
    assert workspace.run(LICENSES, rows).counts == {"unchanged": 3}
    undone(workspace, run)
    assert remote.digest() == before
    moves = [move_row(remote, index) for index in (1, 3)]
    assert workspace.run(MOVES, moves).counts == {"done": 2}
    assert workspace.run(MOVES, moves).counts == {"unchanged": 2}


def test_a_header_keeps_its_name_and_is_the_same_number_with_blanks_in_it(
    workspace: Workspace, remote: Remote, proxy: StrictServer
) -> None:
    def with_signs(exchange: habits.Exchange) -> None:
        line = exchange.body.get("callingLineId") if isinstance(exchange.body, dict) else None
        if line:
            line["phoneNumber"] = f"+34-{line['phoneNumber'][3:6]} {line['phoneNumber'][6:]}"

    proxy.as_new(with_signs)
    rows = [{"location_id": remote.location(0), "phone_number": number(0, 1)}]
    before = remote.doc("location", remote.location(0))["callingLineId"]
    run = workspace.run(HEADER, rows)
    assert run.counts == {"done": 1}
    assert workspace.run(HEADER, rows).counts == {"unchanged": 1}
    assert undone(workspace, run).counts == {"done": 1}
    assert remote.doc("location", remote.location(0))["callingLineId"] == before


@pytest.mark.parametrize(
    "name",
    ["Webex Calling", "Webex Calling SP - Standard Enterprise", "Webex Suite", "BC sin nombre"],
)
def test_a_calling_licence_of_any_name_is_removed_only_when_the_run_says_so(
    workspace: Workspace, remote: Remote, name: str
) -> None:
    remote.patch("license", remote.org.licenses["professional"], name=name)
    rows = [licence_row(remote, 1, remove="professional")]
    row = workspace.run(LICENSES, rows).row
    assert (row.state, row.code, remote.writes()) == ("failed", "quita_calling", 0)
    assert workspace.run(LICENSES, rows, allow_calling_removal=True).counts == {"done": 1}
