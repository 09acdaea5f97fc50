"""What the board reads each second of a run: states of orders as one text, rows by location as a
base and what ended since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk.core.records import Row, RunRecord
from bulk.core.states import OPEN_STATES
from bulk.journal import Journal, locations, open_journal, orders, row_writes, rows, runs
from bulk.journal.tables import rows as table

RUN = "20261123-0712-a3f"
EACH = 3  # rows of a order
LONG_AGO = "2026-11-23T06:00:00.000+00:00"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Twelve orders, the last two shut out and not valid."""
    opened = open_journal(tmp_path)
    runs.create_run(opened, RunRecord(RUN, "usuarios_x", "sandbox"))
    for order_ in range(12):
        state = {10: "excluded", 11: "invalid"}.get(order_, "pending")
        lines = range(2 + order_ * EACH, 2 + (order_ + 1) * EACH)
        runs.add_order(
            opened,
            RUN,
            [Row(n, {"person_id": f"P{n}"}, f"P{n}", f"Sede {n % 4}", state) for n in lines],
            "person_id",
        )
    yield opened
    opened.close()


def work(journal: Journal, *states: str) -> None:
    """The next rows end so."""
    for row, state in zip(
        rows.claim(journal, RUN, after=None, limit=len(states)), states, strict=True
    ):
        journal.later(row_writes.outcome(RUN, row.line, row.seq, state))
    journal.flush()


def test_states_of_orders_are_those_of_the_orders_themselves(journal: Journal) -> None:
    work(
        journal,
        *["done"] * 4,
        "failed",
        *["unchanged"] * 4,
        *["failed"] * 3,
        "cancelled",
        "done",
        "unknown",
    )
    rows.claim(journal, RUN, after=None, limit=1)
    orders.hold(journal, RUN, [8 * EACH + 2])
    for run_state in ("running", "paused", "interrupted", "completed"):
        message = [order.state for order in runs.order_statuses(journal, RUN, run_state)]
        assert runs.order_states(journal, RUN, run_state) == message
    message = runs.order_states(journal, RUN, "running")
    assert message[:6] == ["success", "partial", "success", "error", "cancelled", "running"]
    assert (message[7], message[8], message[11]) == ("queued", "paused", "error")
    assert [
        order.state
        for order in runs.order_statuses(journal, RUN, "running", states=("paused", "partial"))
    ] == [
        "partial",
        "paused",
    ]
    assert runs.order_states(journal, "otra", "running") == []


def seen_by_the_board(counted: locations.Counted) -> dict[str, Counter[str]]:
    """Rows of each location, and those in a state that is an end."""
    table: dict[str, Counter[str]] = {}
    for group, state, n in counted:
        table.setdefault(group, Counter())["open" if state in OPEN_STATES else state] += n
    return {group: +counts for group, counts in table.items()}


def test_a_base_and_what_ended_since_are_the_rows_by_location(journal: Journal) -> None:
    work(journal, "done", "done", "failed", "unchanged")
    ended = table.update().where(table.c.ended_at.is_not(None)).values(ended_at=LONG_AGO)
    journal.write(lambda connection: connection.execute(ended))
    work(journal, "failed", "done")  # just now: the base leaves it to the rest
    moment, base = locations.base_counts(journal, RUN)
    assert moment > LONG_AGO
    assert seen_by_the_board(base)["Sede 2"] == {"done": 1, "open": 7, "excluded": 1}
    rows.claim(journal, RUN, after=None, limit=3)
    work(journal, "done", "cancelled", "unknown")
    since = locations.ended_since(journal, RUN, moment)
    assert sum(n for _, state, n in since if state != "running") == 5
    assert seen_by_the_board([*base, *since]) == seen_by_the_board(
        locations.group_counts(journal, RUN)
    )
    assert locations.groups(journal, RUN) == ["Sede 0", "Sede 1", "Sede 2", "Sede 3"]
