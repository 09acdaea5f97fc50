"""The journal: what is committed stays, counters equal rows, the first `before` wins."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bulk.core.records import Row, RunRecord
from bulk.core.states import order_state
from bulk.errors import JournalError, RunNotFound
from bulk.journal import Journal, control, open_journal, orders, row_writes, rows, runs

RUN = "20261123-0712-a3f"
OUTCOMES = ("done", "unchanged", "failed", "unknown")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(tmp_path)
    yield opened
    opened.close()


def with_rows(journal: Journal, count: int = 4, run_id: str = RUN) -> None:
    runs.create_run(journal, RunRecord(run_id, "usuarios_x", "sandbox"))
    chunk = [
        Row(line, {"person_id": f"P{line}"}, f"Persona {line}", "Madrid")
        for line in range(2, 2 + count)
    ]
    runs.add_order(journal, run_id, chunk, "person_id")


def test_orders_are_named_after_their_run_and_first_line(journal: Journal) -> None:
    with_rows(journal)
    assert [order.order_id for order in runs.order_statuses(journal, RUN, "running")] == [
        f"{RUN}-r2"
    ]


def test_a_run_reads_back_as_it_was_written(journal: Journal) -> None:
    written = RunRecord(
        RUN,
        "usuarios_x",
        "sandbox",
        options={"profile": {"a": 1}},
        files=({"name": "usuarios"},),
        note="CHG1",
    )
    runs.create_run(journal, written)
    read = runs.get_run(journal, RUN)
    assert (read.options, read.files, read.note) == (written.options, written.files, written.note)
    with pytest.raises(RunNotFound):
        runs.get_run(journal, "otra")


def test_claims_come_in_file_order_and_never_twice(journal: Journal) -> None:
    with_rows(journal, 5)
    first = rows.claim(journal, RUN, after=0, limit=3)
    second = rows.claim(journal, RUN, after=first[-1].line, limit=3)
    assert [row.line for row in [*first, *second]] == [2, 3, 4, 5, 6]
    assert rows.claim(journal, RUN, after=0, limit=3) == []


def test_rows_that_another_process_cancels_meanwhile_are_not_claimed(
    journal: Journal, tmp_path: Path
) -> None:
    with_rows(journal, 2)
    runs.add_order(
        journal, RUN, [Row(line, {"person_id": f"P{line}"}) for line in (4, 5)], "person_id"
    )
    other, cancelled = open_journal(tmp_path), []

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE rows") and not cancelled:
            cancelled.append(2)
            orders.cancel(other, RUN, cancelled)

    event.listen(journal._engine, "before_cursor_execute", meanwhile)
    assert [row.line for row in rows.claim(journal, RUN, after=None, limit=3)] == [4, 5]
    assert cancelled == [2]
    counts = runs.run_counts(journal, RUN)
    assert (counts["pending"], counts["running"], counts["cancelled"]) == (0, 2, 2)
    other.close()


def test_first_rows_and_waiting_orders_may_be_more_than_a_statement_binds(journal: Journal) -> None:
    runs.create_run(journal, RunRecord(RUN, "usuarios_x", "sandbox"))
    for line in range(2, 102):
        runs.add_order(journal, RUN, [Row(line, {"person_id": f"P{line}"})], "person_id")
    orders.hold(journal, RUN, range(2, 50))

    def few(connection: sqlite3.Connection, *_: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 40)

    event.listen(journal._engine, "checkout", few)
    claimed = rows.claim(journal, RUN, after=None, limit=60, only=range(45, 100), descending=True)
    assert [row.line for row in claimed] == list(range(99, 49, -1))


def test_a_claim_without_intent_is_pending_again_after_an_interruption(journal: Journal) -> None:
    with_rows(journal)
    rows.claim(journal, RUN, after=0, limit=2)
    assert rows.recover_running_rows(journal, RUN) == []
    assert runs.run_counts(journal, RUN)["pending"] == 4


def test_an_open_intent_is_given_back_to_be_settled(journal: Journal) -> None:
    with_rows(journal)
    rows.claim(journal, RUN, after=0, limit=2)
    journal.commit(row_writes.intent(RUN, 2, before={"a": 1}, change={"a": [1, 2]}))
    left = rows.recover_running_rows(journal, RUN)
    assert [(row.line, row.before, row.change, row.attempt, row.intent_open) for row in left] == [
        (2, {"a": 1}, {"a": [1, 2]}, 1, True)
    ]
    assert runs.run_counts(journal, RUN)["running"] == 1


def test_the_first_before_wins(journal: Journal) -> None:
    with_rows(journal, 1)
    rows.claim(journal, RUN, after=0, limit=1)
    journal.commit(row_writes.intent(RUN, 2, before={"a": 1}, change={"a": [1, 2]}))
    journal.commit(row_writes.intent(RUN, 2, before={"a": 9}, change={"a": [9, 2]}))
    journal.commit(row_writes.outcome(RUN, 2, 2, "done", before={"a": 7}, after={"a": 2}))
    row = next(rows.read_rows(journal, RUN))
    assert (row.before, row.after, row.attempt) == ({"a": 1}, {"a": 2}, 2)


def test_a_ticket_is_kept_while_the_row_is_unknown_and_forgotten_when_it_is_done(
    journal: Journal,
) -> None:
    with_rows(journal, 2)
    rows.claim(journal, RUN, after=0, limit=2)
    for line, state, keep in ((2, "unknown", True), (3, "done", False)):
        journal.commit(row_writes.intent(RUN, line, before={}, change={}))
        journal.commit(row_writes.ticket(RUN, line, "JOB", "track"))
        journal.commit(row_writes.outcome(RUN, line, 2, state, keep_intent=keep))
    assert rows.reopen(journal, RUN) == 1
    assert [(row.line, row.ticket) for row in rows.recover_running_rows(journal, RUN)] == [
        (2, "JOB")
    ]


def test_cancel_tells_apart_what_was_sent_and_what_was_not(journal: Journal) -> None:
    with_rows(journal, 3)
    rows.claim(journal, RUN, after=0, limit=2)
    journal.commit(row_writes.intent(RUN, 2, before={}, change={}))
    rows.cancel_open(journal, RUN)
    assert [row.state for row in rows.read_rows(journal, RUN)] == [
        "unknown",
        "cancelled",
        "cancelled",
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(states=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=12), again=st.booleans())
def test_counters_always_equal_the_rows(journal: Journal, states: list[str], again: bool) -> None:
    run_id = runs.new_run_id(journal) + str(len(runs.list_runs(journal)))
    with_rows(journal, len(states), run_id)
    for row, state in zip(rows.claim(journal, run_id, after=0, limit=99), states, strict=True):
        journal.later(row_writes.outcome(run_id, row.line, row.seq, state))
    journal.flush()
    if again:
        rows.reopen(journal, run_id)
    counted = {state: n for state, n in runs.run_counts(journal, run_id).items() if n}
    assert counted == dict(Counter(row.state for row in rows.read_rows(journal, run_id)))


def test_commands_are_read_once_and_stay_as_an_audit_trail(journal: Journal) -> None:
    with_rows(journal)
    control.post(journal, RUN, "pause", "Ana")
    control.post(journal, RUN, "resume", "Luis", acked=True)
    waiting = control.unread(journal, [RUN])
    assert [command.command for command in waiting] == ["pause"]
    control.acknowledge(journal, [command.seq for command in waiting])
    assert control.unread(journal, [RUN]) == []
    assert [(command.command, command.who) for command in control.history(journal, RUN)] == [
        ("pause", "Ana"),
        ("resume", "Luis"),
    ]


def test_a_corrupted_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"esto no es un diario" * 100)
    with pytest.raises(JournalError, match="no es un diario"):
        open_journal(tmp_path)
    assert path.read_bytes() == b"esto no es un diario" * 100


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    from bulk.journal.tables import schema_version

    journal = open_journal(tmp_path)
    journal.write(lambda connection: connection.execute(schema_version.update().values(version=99)))
    journal.close()
    with pytest.raises(JournalError, match="versión más nueva"):
        open_journal(tmp_path)


def test_a_bad_write_does_not_take_the_others_of_its_commit_along(journal: Journal) -> None:
    with_rows(journal)
    with pytest.raises(JournalError):
        journal.write(lambda connection: connection.exec_driver_sql("INSERT INTO nada VALUES (1)"))
    journal.commit(row_writes.outcome(RUN, 2, 2, "done"))
    assert next(rows.read_rows(journal, RUN)).state == "done"


@pytest.mark.parametrize(
    ("counts", "run_state", "state"),
    [
        ({"pending": 3}, "running", "queued"),
        ({"pending": 2, "invalid": 1}, "running", "queued"),
        ({"pending": 2, "done": 1}, "running", "running"),
        ({"running": 1, "done": 1}, "running", "running"),
        ({"pending": 2, "done": 1}, "paused", "paused"),
        ({"done": 2, "unchanged": 1, "excluded": 1}, "completed", "success"),
        ({"done": 2, "failed": 1}, "completed_with_errors", "partial"),
        ({"failed": 2}, "completed_with_errors", "error"),
        ({"done": 1, "cancelled": 1}, "cancelled", "cancelled"),
        ({"change": 1, "blocked": 1}, "completed_with_errors", "partial"),
    ],
)
def test_state_of_an_order_follows_from_its_counters(
    counts: dict[str, int], run_state: str, state: str
) -> None:
    assert order_state(counts, run_state) == state
