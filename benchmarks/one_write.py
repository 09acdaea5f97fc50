"""A benchmark-only action, one write a row and plain values, and a run of it: journal with intents,
pace, entity locks.

It is in no registry: the engine takes an Action object, so the run is put together here as
`bulk.runs.start` does it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bulk import engine
from bulk.bulk_runner import CHUNK_SIZE, build_chunks
from bulk.core.action import Action, Change, Outcome, Param, State, differences
from bulk.core.action_log import ActionLog
from bulk.core.records import Row, RunRecord
from bulk.core.settings import Settings
from bulk.engine import RunSpec
from bulk.journal import Journal, open_journal, runs
from bulk.runs import locks
from bulk.webex.client import Api, Token
from bulk.webex.ratelimit import Learned, Pace

ACTION_ID = "benchmark_one_write"
SHOWN_AS = (  # what the pages take such a run for: they know registered actions only
    "usuarios_configurar_desvio_prefijo53"
)


def _read(api: Api, *, person_id: str, value: str) -> State:
    return {"value": "as it was"}


def _decide(before: State, *, value: str) -> Change:
    wanted = {"value": value}
    return Change(differences(before, wanted), body=wanted)


def _send(api: Api, change: Change, *, person_id: str, value: str) -> Outcome:
    api.send("PUT", f"people/{person_id}/features/callForwarding", change.body)
    return Outcome()


def _answer_here(api: Api, change: Change, *, person_id: str, value: str) -> Outcome:
    return Outcome(tracking_id=f"BENCH_{person_id}")


def action(*, http: bool) -> Action:
    """One PUT a row, or (without HTTP) an answer from this process."""
    return Action(
        id=ACTION_ID,
        title="Benchmark",
        summary="",
        dataset="usuarios",
        entity="person_id",
        params=(Param("person_id", required=True), Param("value", required=True)),
        read=_read,
        decide=_decide,
        write=_send if http else _answer_here,
        undo=lambda before, after: Change(),
    )


def rows(count: int) -> Iterator[Row]:
    for n in range(count):
        yield Row(
            n + 2,
            {"person_id": f"P{n:07d}", "value": f"+34{600_000_000 + n}"},
            f"Marta Gil {n}",
            f"Sede {n % 40}",
        )


@dataclass(frozen=True)
class Took:
    """Seconds of one run."""

    hand_over: float  # rows into the journal as orders
    work: float  # from the start of the engine to the last outcome on the disk
    cpu: float  # of this process while it worked


def work_all(
    home: Path, count: int, base_url: str = "", *, workers: int = 64, chunk_size: int = CHUNK_SIZE
) -> Took:
    """Hand over `count` rows and work them; without a base URL the action answers in process.
    Raises RuntimeError.
    """
    journal = open_journal(home)
    run = RunRecord(
        run_id=runs.new_run_id(journal),
        action_id=ACTION_ID,
        target=base_url or "here",
        workers=workers,
    )
    began = time.perf_counter()
    runs.create_run(journal, run)
    for chunk in build_chunks(rows(count), chunk_size):
        runs.add_order(journal, run.run_id, chunk, "person_id")
    spec = _spec(home, journal, run, base_url)
    handed_over, cpu = time.perf_counter(), time.process_time()
    live = engine.start(spec)
    live.ended.wait()
    ended, used = time.perf_counter(), time.process_time() - cpu
    counts: dict[str, Any] = runs.run_counts(journal, run.run_id)
    journal.close()
    if counts["done"] != count:
        raise RuntimeError(f"{counts} {live.stop.reason}")
    return Took(handed_over - began, ended - handed_over, used)


def shown_run(
    home: Path, orders: int, rows_each: int, delay: float, message: Callable[[str], None]
) -> None:
    """Work orders that answer in process after `delay` seconds, owned as a real run is: pages show
    it. `reported` gets its id.
    """
    journal = open_journal(home)
    named = replace(action(http=False), id=SHOWN_AS, write=_answer_late(delay))
    run = RunRecord(
        run_id=runs.new_run_id(journal),
        action_id=named.id,
        target="sandbox",
        org_name="Benchmark",
        settings={},
    )
    runs.create_run(journal, run)
    for chunk in build_chunks(rows(orders * rows_each), rows_each):
        runs.add_order(journal, run.run_id, chunk, "person_id")
    owned = locks.take(home, "benchmark", run.run_id)
    live = engine.start(replace(_spec(home, journal, run, "", named), on_end=owned.release))
    message(run.run_id)
    live.ended.wait()
    journal.close()


def _answer_late(delay: float) -> Callable[..., Outcome]:
    def answer(api: Api, change: Change, *, person_id: str, value: str) -> Outcome:
        time.sleep(delay)
        return Outcome(tracking_id=f"BENCH_{person_id}")

    return answer


def _spec(
    home: Path, journal: Journal, run: RunRecord, base_url: str, worked: Action | None = None
) -> RunSpec:
    settings = Settings()
    pace = Pace(start=Learned(no_429_up_to=100_000.0))
    api = Api(
        base_url or "http://127.0.0.1:9",
        Token("bench"),
        settings=settings,
        pace=pace,
        interrupt=threading.Event(),
    )
    return RunSpec(
        run_id=run.run_id,
        action=worked or action(http=bool(base_url)),
        api=api,
        journal=journal,
        settings=settings,
        options={},
        workers=run.workers,
        dry_run=False,
        bulk=True,
        org_key="benchmark",
        log=ActionLog(home, ACTION_ID),
    )
