"""The decisions of the pace, against simulated servers (virtual clock, no threads)."""

from __future__ import annotations

import pytest

from bulk.webex.ratelimit.controller import Search
from bulk.webex.ratelimit.curves import Rising, Settled
from bulk.webex.ratelimit.memory import Learned
from tests.unit.webex.rate_simulator import Server, simulate

# limit, burst, ban, Retry-After, latency, share of the limit that must get through in 60 s from a
# first start
SERVERS = [
    (Server(50, 50), 0.96),
    (Server(50, 10, ban=True, retry_after=1), 0.87),
    (Server(50, 50, ban=True, retry_after=5), 0.80),
    (Server(30, 5), 0.85),
    (Server(120, 20, ban=True, retry_after=1), 0.80),
    (Server(12, 5, latency=0.2, ban=True, retry_after=1), 0.80),
    (Server(80, 50, latency=0.2), 0.90),
]


@pytest.mark.parametrize(("server", "share"), SERVERS)
def test_unknown_limit_is_found_and_used(server: Server, share: float) -> None:
    assert simulate(server).goodput(server.limit) >= share


@pytest.mark.parametrize("server", [server for server, _ in SERVERS])
def test_no_call_is_let_go_while_a_ban_is_known(server: Server) -> None:
    assert simulate(server).early_known == 0


def test_lenient_limit_of_50_costs_at_most_3_refusals_per_1000_once_found() -> None:
    trace = simulate(Server(50, 50), 120)
    assert trace.goodput(50, since=30) >= 0.96
    assert trace.refused_per_1000(since=30) <= 3


@pytest.mark.parametrize("at", [30, 34, 41])
def test_fallen_limit_is_found_with_at_most_6_refusals(at: float) -> None:
    trace = simulate(Server(50, 50, changes=((at, 20, 20),)), at + 30)
    assert trace.goodput(20, since=at) >= 0.97
    assert trace.refusals(since=at) <= 6


@pytest.mark.parametrize("at", [30, 36, 60])
def test_risen_limit_is_found_within_20_seconds_and_6_refusals(at: float) -> None:
    trace = simulate(Server(20, 20, changes=((at, 100, 100),)), at + 30)
    assert trace.first_window_at(90, since=at) <= 20
    assert trace.refusals(since=at) <= 6


@pytest.mark.parametrize("window", [1, 10, 60])
def test_allowance_per_fixed_window_is_used(window: float) -> None:
    assert simulate(Server(20, window=window), 300).goodput(20) >= 0.88


@pytest.mark.parametrize(("stray", "share"), [(0.002, 0.7), (0.005, 0.4), (0.02, 0.1)])
def test_refusals_that_have_nothing_to_do_with_rate_do_not_stop_everything(
    stray: float, share: float
) -> None:
    assert simulate(Server(50, 50, stray=stray), 400).goodput(50, since=60) >= share


def test_large_bucket_does_not_make_the_learned_limit_too_high() -> None:
    search = Search(0.0)
    simulate(Server(40, 60), 120, search=search)
    assert search.limit == pytest.approx(40, rel=0.15)


def test_remembered_limit_is_used_from_the_first_second() -> None:
    trace = simulate(
        Server(50, 5, ban=True, retry_after=5), 15, start=Learned(limit=48.0, retry_after=5.0)
    )
    assert trace.goodput(50) >= 0.93
    assert not trace.refused


def test_what_one_run_learned_makes_the_next_one_better() -> None:
    server, search = Server(50, 10, ban=True, retry_after=1), Search(0.0)
    first = simulate(server, 60, search=search)
    second = simulate(server, 60, start=search.learned(), seed=2)
    assert second.goodput(50) > first.goodput(50)


def test_without_a_limit_the_rate_doubles_each_second_and_stops_hindering() -> None:
    trace = simulate(Server(0, latency=0.1, jitter=0.0), 12)
    assert sum(t < 1 for t in trace.sent) <= 30
    assert sum(8 <= t < 12 for t in trace.sent) / 4 >= 0.98 * 64 / 0.102


def test_rate_does_not_grow_far_beyond_what_callers_use() -> None:
    search = Search(0.0)
    simulate(Server(0, latency=0.1), 60, threads=8, search=search)
    assert search.rate <= 2 * 80
    assert search.learned().no_429_up_to == pytest.approx(80, rel=0.1)


def test_remembered_speed_without_429_is_the_start() -> None:
    assert Search(0.0, Learned(no_429_up_to=300.0)).rate == 300


def test_slow_run_does_not_forget_a_faster_one() -> None:
    search = Search(0.0, Learned(no_429_up_to=300.0))
    simulate(Server(0, latency=0.5), 20, threads=1, search=search)
    assert search.learned().no_429_up_to == 300
    assert Search(0.0, Learned(no_429_up_to=2.0)).rate == 20


def test_one_round_of_refusals_cuts_once() -> None:
    search = Search(0.0, Learned(limit=50.0))
    admit = [_admit(search) for _ in range(20)]
    search.refused(1.0, admit[-3], 1.0)
    after_first = search.rate
    search.refused(1.01, admit[-2], 1.0)
    search.refused(1.02, admit[-1], 1.0)
    assert search.rate == after_first
    assert search.closed_until == pytest.approx(2.02)


def test_refusal_of_a_call_sent_after_the_cut_cuts_again() -> None:
    search = Search(0.0, Learned(limit=50.0))
    admit = [_admit(search) for _ in range(20)]
    search.refused(1.0, admit[-1], 1.0)
    after_first = search.rate
    again = [_admit(search) for _ in range(20)]
    search.refused(again[-1] + 0.1, again[-1], 1.0)
    assert search.rate < after_first


def test_gate_stays_closed_until_the_longest_retry_after_is_over() -> None:
    search = Search(0.0)
    first, second = _admit(search), _admit(search)
    search.refused(0.5, first, 5.0)
    search.refused(0.6, second, 1.0)
    assert search.next_slot() == 5.5


def test_idle_time_is_not_taken_for_quiet_time() -> None:
    search = Search(0.0, Learned(limit=50.0))
    for _ in range(100):
        _admit(search)
    busy = search.rate
    for hour in range(1, 6):
        search.admit(3600.0 * hour)
    assert search.rate == busy


def test_after_a_pause_calls_do_not_come_in_a_burst() -> None:
    search = Search(0.0, Learned(limit=50.0))
    search.admit(100.0)
    early = [_admit(search) for _ in range(50)]
    assert early[-1] - 100.0 >= 0.9


def test_ceiling_is_never_passed() -> None:
    trace = simulate(Server(0), 10, ceiling=15.0)
    assert max(sum(t <= other < t + 1 for other in trace.sent) for t in trace.sent) <= 16


@pytest.mark.parametrize("retry_after", [0.0, 0.3, 7.0, 300.0])
def test_settled_curve_creeps_up_to_high_and_then_beyond(retry_after: float) -> None:
    curve = Settled(floor=40.0, high=60.0, retry_after=retry_after)
    rates = [curve.at(quiet * curve.hold / 50) for quiet in range(400)]
    assert rates == sorted(rates)
    assert 40 < rates[0] < rates[50] < 60 < rates[-1]


def test_curves_stay_finite_after_a_day() -> None:
    assert Rising(20).at(86400) <= 1e6
    assert Settled(40, 60, 1).at(86400) <= 1e6


def test_what_was_learned_survives_the_journal() -> None:
    learned = Learned(limit=48.5, retry_after=2.0)
    assert Learned.from_json(learned.to_json()) == learned


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"limit": "50"}', '{"limit": -1}', '{"limit": true}']
)
def test_damaged_memory_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Learned.from_json(text)


def test_members_of_a_later_version_are_ignored() -> None:
    assert Learned.from_json('{"limit": 50, "burst": 7}') == Learned(limit=50.0)


def _admit(search: Search) -> float:
    moment = search.next_slot()
    search.admit(moment)
    return moment
