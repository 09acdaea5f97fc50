"""What comes at the wrong moment: a journal that takes nothing, a word while a run closes, an end
between two requests of a row.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bulk import engine
from bulk.bulk_runner import submit_bulk_order
from bulk.core.records import StoredRow
from bulk.errors import JournalError
from bulk.journal import control, rows, runs
from bulk.runs.launch import Launch, wait
from bulk.runs.resume import retry
from bulk.runs.stop import request_stop, stop_orders
from bulk.runs.undo import undo
from tests.integration.forwarding_case import FORWARD, forwarded
from tests.workspace import PATIENCE, Remote, Workspace

NUMBERS = "ubicacion_alta_numeraciones_desactivadas"
FULL = (
    "CREATE TRIGGER full BEFORE UPDATE OF intent_open ON rows WHEN NEW.intent_open "
    "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
)


def in_the_journal(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "journal.db")) as db:
        db.execute(statement)
        db.commit()


def numbers(remote: Remote, many: int, *places: int) -> list[dict[str, Any]]:
    return [
        {
            "location_id": remote.location(place),
            "phone_numbers": [f"+3498{place:02d}{n:05d}" for n in range(many)],
        }
        for place in places
    ]


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_set_whose_intents_are_not_on_the_disk_is_not_sent(
    workspace: Workspace, remote: Remote
) -> None:
    in_the_journal(workspace.context.home, FULL)
    first = workspace.run(NUMBERS, numbers(remote, 3, 0, 1, 2))
    assert remote.writes() == 0
    assert first.document["state"] == "stopped" and "espacio" in first.document["reason"]
    in_the_journal(workspace.context.home, "DROP TRIGGER full")
    assert workspace.resume(first.document["run_id"]).counts == {"done": 3}


def test_a_cancel_that_comes_while_the_run_is_closed_is_carried_out(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=40)
    live = workspace.start(FORWARD, forwarded(remote, 40), Launch(workers=1))
    closing_, resume_orders, on_run_finished = (
        threading.Event(),
        threading.Event(),
        live.spec.on_end,
    )

    def slowly() -> None:
        closing_.set()
        resume_orders.wait(PATIENCE)
        on_run_finished()

    live.spec = replace(live.spec, on_end=slowly)
    until(lambda: runs.run_counts(workspace.context.journal, live.run_id)["done"])
    live.halt("paused")
    assert closing_.wait(PATIENCE)  # its state is written, and it is still owned
    asking = threading.Thread(
        target=request_stop, args=(workspace.context, live.run_id, "cancel", "Ana")
    )
    asking.start()
    until(lambda: control.unread(workspace.context.journal, [live.run_id]))
    time.sleep(3 * workspace.context.settings.control_interval)
    resume_orders.set()
    asking.join(PATIENCE)
    found = workspace.result(live.run_id)
    assert found.document["state"] == "cancelled"
    assert set(found.counts) == {"done", "cancelled"}
    assert not control.unread(workspace.context.journal, [live.run_id])


def test_a_word_to_an_owner_that_died_says_nothing_to_the_next_one(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=40)
    live = workspace.start(FORWARD, forwarded(remote, 20), Launch(workers=1))
    live.halt("paused")
    wait(live)
    control.post(
        workspace.context.journal, live.run_id, "cancel", "Ana"
    )  # as it stays when the owner is killed before it looks
    remote.config(latency_ms=0)
    assert workspace.resume(live.run_id).counts == {"done": 20}


def test_rows_of_a_cancelled_order_that_had_been_claimed_do_not_come_back(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=400)
    live = workspace.start(FORWARD, forwarded(remote, 40), Launch(workers=8, chunk_size=10))
    journal = workspace.context.journal
    until(
        lambda: runs.run_counts(journal, live.run_id)["running"] > 25
    )  # some of the second order are claimed, and wait
    second = runs.order_statuses(journal, live.run_id, "running")[1].order_id
    stop_orders(workspace.context, live.run_id, "cancel", [second], "Ana")
    request_stop(workspace.context, live.run_id, "pause", "Ana")
    wait(live)
    remote.config(latency_ms=0)
    found = workspace.resume(live.run_id)
    assert found.document["state"] == "completed"
    assert found.counts["cancelled"] >= 6
    assert {row.order_id for row in found.rows if row.state == "cancelled"} == {second}


@pytest.mark.parametrize("command", ["cancel", "pause"])
def test_a_row_stopped_between_two_of_its_requests_is_not_called_untouched(
    workspace: Workspace, remote: Remote, command: str
) -> None:
    first = workspace.run(
        NUMBERS, numbers(remote, 12, 4), Launch(rate_ceiling=2.0)
    )  # half a second from one request to the next
    written = remote.counters()["effective_writes"]
    live = undo(workspace.context, first.document["run_id"], workspace.connection)
    assert live is not None
    until(lambda: remote.counters()["effective_writes"] > written)  # five of twelve are gone
    request_stop(workspace.context, live.run_id, command, "Ana")
    wait(live)
    assert remote.counters()["effective_writes"] == written + 1
    stopped = workspace.result(live.run_id)
    assert stopped.counts == {"unknown" if command == "cancel" else "running": 1}
    if command == "cancel":
        again = retry(workspace.context, live.run_id, workspace.connection)
        assert again is not None
        wait(again)
    assert workspace.resume(live.run_id).counts == {"done": 1}
    assert not any(number.startswith("+349804") for number in remote.admin("state")["number"])


def test_a_run_finishes_even_when_its_owner_cannot_be_unwritten(
    workspace: Workspace, remote: Remote
) -> None:
    remote.config(latency_ms=100)
    live = workspace.start(FORWARD, forwarded(remote, 4), Launch(workers=1))
    message = workspace.context.home / "locks" / f"run-{live.run_id}.json"
    message.unlink()
    message.mkdir()  # what cannot be unlinked, even by root
    assert live.ended.wait(PATIENCE)
    assert workspace.run(FORWARD, forwarded(remote, 4)).counts == {"unchanged": 4}


def test_rows_handed_over_while_the_last_ones_are_claimed_are_worked(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, late = (
        rows.claim,
        [(line, row) for line, row in enumerate(forwarded(remote, 6), 2) if line >= 5],
    )

    def claim_and_then_hear_more(journal: Any, run_id: str, **how: Any) -> Sequence[StoredRow]:
        found = claim(journal, run_id, **how)
        if late:
            handed, late[:] = list(late), []
            submit_bulk_order(FORWARD, handed, run_id=run_id, context=workspace.context)
            live = engine.find_live(run_id)
            assert live is not None
            engine.wake(live)
        return found

    monkeypatch.setattr("bulk.engine.feed.rows.claim", claim_and_then_hear_more)
    assert workspace.run(FORWARD, forwarded(remote, 3)).counts == {"done": 6}


def test_a_row_that_another_of_its_set_was_to_leave_as_wanted_is_looked_at_when_that_one_fails(
    workspace: Workspace, remote: Remote
) -> None:
    same = numbers(remote, 1, 3)[0]
    refused = {
        "method": "POST",
        "path_regex": "numbers$",
        "status": 400,
        "body": {"message": "no"},
        "times": 1,
    }
    remote.fail_next(refused)
    first, second = workspace.run(NUMBERS, [same, same]).rows
    assert (first.state, second.state) == ("failed", "done")
    assert same["phone_numbers"][0] in remote.admin("state")["number"]
    third, fourth = workspace.run(NUMBERS, [numbers(remote, 2, 5)[0]] * 2).rows
    assert (third.state, fourth.state) == ("done", "unchanged")


def test_a_run_that_waits_stops_when_the_journal_cannot_be_read(
    workspace: Workspace, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = workspace.start(
        FORWARD, forwarded(remote, 2), Launch(at=datetime.now(UTC) + timedelta(hours=5))
    )

    def unreadable(*_: Any) -> Any:
        raise JournalError("No se puede leer el diario.")

    monkeypatch.setattr("bulk.engine.watcher.control.unread", unreadable)
    assert live.ended.wait(PATIENCE)
