"""The gate with real threads and the real clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from bulk.errors import Interrupted
from bulk.webex.ratelimit import Learned, Pace, pace_for

NEVER = threading.Event()


def _in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_64_threads_share_one_rate() -> None:
    pace, moments = Pace(ceiling=100.0, start=Learned(limit=100.0)), []

    def work() -> None:
        for _ in range(3):
            moments.append(pace.enter(NEVER))

    _in_threads(64, work)
    moments.sort()
    took = moments[-1] - moments[0]
    assert took >= 191 / 100 - 0.03
    assert took <= 191 / 100 * 1.3
    assert max(sum(m <= other < m + 0.1 for other in moments) for m in moments) <= 14


def test_refusal_closes_the_gate_for_all() -> None:
    pace, moments = Pace(), []
    entered = pace.enter(NEVER)
    pace.refused(entered, 0.6)
    _in_threads(8, lambda: moments.append(pace.enter(NEVER)))
    assert min(moments) >= entered + 0.6


def test_thread_that_already_sleeps_for_its_slot_sees_the_gate_close() -> None:
    pace, moments = Pace(ceiling=5.0), []
    entered = pace.enter(NEVER)
    sleeper = threading.Thread(target=lambda: moments.append(pace.enter(NEVER)), daemon=True)
    sleeper.start()
    time.sleep(0.05)
    pace.refused(entered, 0.7)
    sleeper.join(5)
    assert moments[0] >= entered + 0.7


@pytest.mark.parametrize("waiting", [1, 20])
def test_interrupt_ends_every_wait_within_300_ms(waiting: int) -> None:
    pace, stop, ended = Pace(), threading.Event(), []
    pace.refused(pace.enter(NEVER), 60.0)

    def work() -> None:
        with pytest.raises(Interrupted):
            pace.enter(stop)
        ended.append(time.monotonic())

    threads = [threading.Thread(target=work, daemon=True) for _ in range(waiting)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    stopped = time.monotonic()
    stop.set()
    for thread in threads:
        thread.join(5)
    assert len(ended) == waiting
    assert max(ended) - stopped <= 0.3


def test_interrupt_of_one_run_leaves_the_other_run_waiting() -> None:
    pace, mine, entered = Pace(), threading.Event(), []
    pace.refused(pace.enter(NEVER), 0.8)
    other = threading.Thread(target=lambda: entered.append(pace.enter(NEVER)), daemon=True)
    other.start()
    mine.set()
    time.sleep(0.05)
    with pytest.raises(Interrupted):
        pace.enter(mine)
    other.join(5)
    assert len(entered) == 1


def test_ceiling_lifted_while_a_thread_waits_counts_at_once() -> None:
    pace = Pace()
    pace.cap("run", 0.2)
    pace.enter(NEVER)
    waiter = threading.Thread(target=pace.enter, args=(NEVER,), daemon=True)
    waiter.start()
    time.sleep(0.05)
    assert waiter.is_alive()
    pace.uncap("run")
    waiter.join(1.0)
    assert not waiter.is_alive()


def test_least_ceiling_of_the_runs_at_work_holds_and_the_usual_one_when_none_is() -> None:
    pace = Pace(ceiling=9.0)
    seen = [pace.snapshot().ceiling]
    for change in (
        lambda: pace.cap("a", 5.0),
        lambda: pace.cap("b", 0.0),
        lambda: pace.cap("c", 3.0),
        lambda: pace.uncap("c"),
        lambda: pace.uncap("a"),
        lambda: pace.uncap("b"),
    ):
        change()
        seen.append(pace.snapshot().ceiling)
    assert seen == [9.0, 5.0, 5.0, 3.0, 5.0, 0.0, 9.0]


def test_429_without_retry_after_closes_for_the_default() -> None:
    pace = Pace(default_retry_after=3.0)
    pace.refused(pace.enter(NEVER), None)
    assert pace.snapshot().waiting_until_s == pytest.approx(3.0, abs=0.2)


def test_snapshot_tells_what_happened() -> None:
    pace = Pace(ceiling=500.0)
    for _ in range(3):
        pace.admitted(pace.enter(NEVER))
    fresh = pace.snapshot()
    assert (fresh.admitted, fresh.refused, fresh.limit, fresh.ceiling) == (3, 0, None, 500.0)
    assert fresh.waiting_until_s == 0
    pace.refused(pace.enter(NEVER), 2.0)
    after = pace.snapshot()
    assert after.refused == 1
    assert after.limit is not None
    assert 1.5 < after.waiting_until_s <= 2.0


def test_one_pace_per_key_in_a_process() -> None:
    first = pace_for("https://one.example/v1 org-1", ceiling=7.0)
    assert pace_for("https://one.example/v1 org-1") is first
    assert pace_for("https://one.example/v1 org-2") is not first
    assert first.snapshot().ceiling == 7.0


def test_free_call_costs_little_cpu() -> None:
    pace, calls = Pace(start=Learned(no_429_up_to=900_000.0)), 5000
    before = time.thread_time()
    for _ in range(calls):
        pace.admitted(pace.enter(NEVER))
    assert (time.thread_time() - before) / calls <= 30e-6  # 5 us on a quiet machine
