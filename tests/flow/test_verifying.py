"""What a verification found is told alike by every report, and stays told when the run goes on."""

from __future__ import annotations

import re

from bulk.launch import wait
from bulk.records import RunRecord
from bulk.report import acta_chunks, three_files, write_report
from bulk.status import document, exit_code, find_run, phone_line
from bulk.verifying import verify
from tests.flow.report_case import sheets
from tests.house import House, Remote, Result

FORWARD = "usuarios_configurar_desvio_prefijo53"


def forwarded(house: House, remote: Remote, *indexes: int) -> Result:
    return house.run(FORWARD, [{"person_id": remote.person(index), "destination": "600111222"} for index in indexes])


def forward_by_hand(remote: Remote, index: int) -> None:
    forwarding = remote.doc("person", remote.person(index))["forwarding"]
    calls = forwarding["callForwarding"]
    changed = {**calls, "always": {**calls["always"], "destination": "699999999"}}
    remote.patch("person", remote.person(index), forwarding={**forwarding, "callForwarding": changed})


def verified(house: House, run_id: str) -> RunRecord:
    live = verify(house.context, run_id, house.connection)
    wait(live)
    return find_run(house.context, live.run_id)


def test_what_is_different_is_to_review_in_every_report(house: House, remote: Remote) -> None:
    first = forwarded(house, remote, 1, 2, 3, 4, 5)
    assert first.counts == {"done": 5}
    forward_by_hand(remote, 1)
    forward_by_hand(remote, 2)
    check = verified(house, first.document["run_id"])
    assert exit_code(document(house.context, check)) == 1
    assert "5 de 5 usuarios (100 %), 2 por revisar." in phone_line(house.context, check)
    acta = b"".join(acta_chunks(house.context, [check])).decode()
    (totals,) = re.findall(rf"<tr[^>]*><td[^>]*>{check.run_id}</td><td.*?</tr>", acta)
    assert re.findall(r"<td[^>]*>(\d+)</td>", totals) == ["5", "3", "2", "0", "0"]
    parts = {name: b"".join(chunks).decode().count("\n") - 1 for name, chunks in three_files(house.context, check).items()}
    assert parts == {"success": 3, "failed": 2, "unprocessed": 0}
    path = house.context.home.parent / "verificada.xlsx"
    write_report(house.context, check, path)
    assert [row[2:] for row in sheets(path)["Lotes"][1:]] == [[5, 3, 2, 0, 0]]
