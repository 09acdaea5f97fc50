"""What a verification found is reported alike by every report, and stays reported when the run
goes on.
"""

from __future__ import annotations

import re

from bulk.core.records import RunRecord
from bulk.journal import runs
from bulk.report import acta_chunks, three_files, write_report
from bulk.report.verified import verification_line
from bulk.runs.connection import known
from bulk.runs.launch import wait
from bulk.runs.resume import retry
from bulk.runs.status import document, exit_code, find_run, phone_line
from bulk.runs.undo import undo
from bulk.runs.verify import findings, verification_of, verify
from tests.integration.report_case import sheets
from tests.workspace import Remote, Result, Workspace

NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
MOVES = "usuarios_asignar_location_desde_csv"
FORWARD = "usuarios_configurar_desvio_prefijo53"


def forwarded(workspace: Workspace, remote: Remote, *indexes: int) -> Result:
    return workspace.run(
        FORWARD,
        [{"person_id": remote.person(index), "destination": "600111222"} for index in indexes],
    )


def forward_by_hand(remote: Remote, index: int) -> None:
    forwarding = remote.doc("person", remote.person(index))["forwarding"]
    calls = forwarding["callForwarding"]
    changed = {**calls, "always": {**calls["always"], "destination": "699999999"}}
    remote.patch(
        "person", remote.person(index), forwarding={**forwarding, "callForwarding": changed}
    )


def verified(workspace: Workspace, run_id: str) -> RunRecord:
    live = verify(workspace.context, run_id, workspace.connection)
    wait(live)
    return find_run(workspace.context, live.run_id)


def test_what_is_different_is_to_review_in_every_report(
    workspace: Workspace, remote: Remote
) -> None:
    first = forwarded(workspace, remote, 1, 2, 3, 4, 5)
    assert first.counts == {"done": 5}
    forward_by_hand(remote, 1)
    forward_by_hand(remote, 2)
    check = verified(workspace, first.document["run_id"])
    assert exit_code(document(workspace.context, check)) == 1
    assert "5 de 5 usuarios (100 %), 2 por revisar." in phone_line(workspace.context, check)
    acta = b"".join(acta_chunks(workspace.context, [check])).decode()
    (totals,) = re.findall(rf"<tr[^>]*><td[^>]*>{check.run_id}</td><td.*?</tr>", acta)
    assert re.findall(r"<td[^>]*>(\d+)</td>", totals) == ["5", "3", "2", "0", "0"]
    parts = {
        name: b"".join(chunks).decode().count("\n") - 1
        for name, chunks in three_files(workspace.context, check).items()
    }
    assert parts == {"success": 3, "failed": 2, "unprocessed": 0}
    path = workspace.context.home.parent / "verificada.xlsx"
    write_report(workspace.context, check, path)
    assert [row[2:] for row in sheets(path)["Lotes"][1:]] == [[5, 3, 2, 0, 0]]


def found_of(workspace: Workspace, run_id: str) -> str:
    found = findings(workspace.context, run_id)
    assert found is not None
    return verification_line(found).partition(": ")[2]


def test_rows_that_a_retry_did_after_the_verification_are_reported_as_not_verified(
    workspace: Workspace, remote: Remote
) -> None:
    remote.fail_next({"method": "PUT", "path_regex": "callForwarding", "status": 400})
    first = forwarded(workspace, remote, 1, 2, 3)
    assert first.counts == {"done": 2, "failed": 1}
    run_id = first.document["run_id"]
    verified(workspace, run_id)
    inspected = "2 como se pidió, 0 distintas, 0 no legibles"
    assert found_of(workspace, run_id) == f"{inspected}, 1 no verificada (con error: 1)."
    live = retry(workspace.context, run_id, workspace.connection)
    assert live is not None
    wait(live)
    assert found_of(workspace, run_id) == f"{inspected}, 1 no verificada (hecha: 1)."


def test_a_verification_that_never_began_does_not_hide_the_one_before(
    workspace: Workspace, remote: Remote
) -> None:
    run_id = forwarded(workspace, remote, 1, 2).document["run_id"]
    verified(workspace, run_id)
    connection = known(workspace.connection, workspace.context.settings, workspace.context.journal)
    runs.create_run(
        workspace.context.journal,
        verification_of(workspace.context, find_run(workspace.context, run_id), connection),
    )
    assert found_of(workspace, run_id) == "2 como se pidió, 0 distintas, 0 no legibles."


def test_a_number_that_came_back_after_its_undo_and_is_in_use_is_different(
    workspace: Workspace, remote: Remote
) -> None:
    place, value = remote.location(1), "+34910000005"
    first = workspace.run(
        NUMBERS, [{"location_id": place, "phone_numbers": value}], force_pstn=True
    )
    back = undo(workspace.context, first.document["run_id"], workspace.connection)
    wait(back)
    assert workspace.result(back.run_id).counts == {"done": 1}
    workspace.run(NUMBERS, [{"location_id": place, "phone_numbers": value}], force_pstn=True)
    remote.patch("number", value, owner=remote.person(0), state="ACTIVE")
    check = verified(workspace, back.run_id)
    assert found_of(workspace, back.run_id) == "0 como se pidió, 1 distinta, 0 no legibles."
    assert workspace.result(check.run_id).row.change == {value: ["ACTIVE", None]}


def test_an_extension_that_a_move_brought_along_and_is_another_by_now_is_different(
    workspace: Workspace, remote: Remote
) -> None:
    rows = [
        {
            "person_id": remote.person(n),
            "target_location_id": remote.location(n + 1),
            "target_extension": f"922{n}",
        }
        for n in (1, 2)
    ]
    first = workspace.run(MOVES, rows)
    assert first.counts == {"done": 2}
    remote.patch("person", remote.person(2), extension="9333")
    check = verified(workspace, first.document["run_id"])
    assert (
        found_of(workspace, first.document["run_id"])
        == "1 como se pidió, 1 distinta, 0 no legibles."
    )
    assert workspace.result(check.run_id).rows[1].change == {"extension": ["9333", "9222"]}


def test_a_number_of_two_rows_that_is_gone_is_different_in_both(
    workspace: Workspace, remote: Remote
) -> None:
    place, value = remote.location(1), "+34910000001"
    first = workspace.run(
        NUMBERS, [{"location_id": place, "phone_numbers": value}] * 2, force_pstn=True
    )
    assert [row.state for row in first.rows] == ["done", "unchanged"]
    wait(undo(workspace.context, first.document["run_id"], workspace.connection))
    assert value not in remote.admin("state")["number"]
    verified(workspace, first.document["run_id"])
    assert (
        found_of(workspace, first.document["run_id"])
        == "0 como se pidió, 2 distintas, 0 no legibles."
    )
