"""What the pace makes of a limit it does not know: real threads, real HTTP, a local server with a
limit.

    python benchmarks/pace.py                        # every scenario, once; 20 minutes
    python benchmarks/pace.py --scenario ban-1s --repeat 3
    python benchmarks/pace.py --list

Prints a markdown table. "goodput" = admitted calls / (limit x seconds), so a bucket that was full
at the start can give more than 1. "in a ban" counts calls let go after this side had read the 429
of the ban, which must be 0; calls that were already on their way are given apart.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bulk.webex.ratelimit import Learned, Pace, retry_after_seconds

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scenario:
    name: str
    rules: dict[str, float | bool]  # of rate_server.py
    threads: int = 64
    seconds: float = 60.0
    changes: tuple[tuple[float, float, float], ...] = ()  # (second, new limit, new burst)
    learn_first: bool = False  # a first run teaches, the second is measured
    tuned: bool = True  # False: the constants were frozen before it was first run


def _rules(
    limit: float, burst: float, ban: float = 0, latency_ms: float = 100, reject_ms: float = 5
) -> dict[str, Any]:
    rules = {"limit": limit, "burst": burst, "latency_ms": latency_ms, "reject_ms": reject_ms}
    return rules | ({"ban": True, "retry_after": int(ban)} if ban else {})


SCENARIOS = [
    Scenario("steady", _rules(50, 50), seconds=90),
    Scenario("ban-1s", _rules(50, 10, ban=1)),
    Scenario("ban-5s", _rules(50, 50, ban=5)),
    Scenario("steady-remembered", _rules(50, 50), learn_first=True),
    Scenario("ban-1s-remembered", _rules(50, 10, ban=1), learn_first=True),
    Scenario("ban-5s-remembered", _rules(50, 50, ban=5), learn_first=True),
    Scenario("falls-rises", _rules(50, 50), seconds=90, changes=((30, 20, 20), (60, 100, 100))),
    Scenario("rises", _rules(20, 20), seconds=60, changes=((30, 100, 100),)),
    Scenario("fresh-30", _rules(30, 5), tuned=False),
    Scenario("fresh-120", _rules(120, 20, ban=1), tuned=False),
    Scenario("fresh-12", _rules(12, 5, ban=2), tuned=False),
    Scenario("fresh-80-slow", _rules(80, 50, latency_ms=200, reject_ms=60), tuned=False),
    Scenario(
        "fresh-falls-rises",
        _rules(70, 20),
        seconds=90,
        changes=((30, 25, 20), (60, 75, 20)),
        tuned=False,
    ),
]


@dataclass
class Seen:
    """What the client side saw in one run."""

    closed_until: float = 0.0
    let_go_in_ban: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    options = _options()
    chosen = [s for s in SCENARIOS if not options.scenario or s.name in options.scenario]
    if options.list:
        print(
            "\n".join(f"{s.name}: {s.rules} {s.changes or ''}" for s in SCENARIOS),
            "overhead",
            sep="\n",
        )
        return
    if chosen:
        print(
            f"{'scenario':<20}| goodput (after 30 s) | 429s (per 1,000, after 30 s) | in a ban (on"
            " their way) | phases"
        )
        print("---|---|---|---|---")
    for scenario in chosen:
        runs = [
            _measure(scenario, options.seconds or scenario.seconds) for _ in range(options.repeat)
        ]
        print(_line(scenario, runs), flush=True)
    if not options.scenario or "overhead" in options.scenario:
        _overhead(options.seconds or 15.0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--scenario", action="append", default=[], help="may be given more than once"
    )
    parser.add_argument("--seconds", type=float, default=0.0, help="instead of each scenario's own")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; medians are shown")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


class Server:
    """rate_server.py in its own process, stopped on exit."""

    def __init__(self, rules: dict[str, Any]) -> None:
        options: list[str] = []
        for name, value in rules.items():
            options += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
        command = [sys.executable, str(HERE / "rate_server.py"), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def ask(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.get(self.url + path, trust_env=False).json()
        return answer

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(5)


def _measure(scenario: Scenario, seconds: float) -> dict[str, Any]:
    with Server(scenario.rules) as server:
        start = None
        if scenario.learn_first:
            teacher = Pace()
            _drive(server, teacher, scenario.threads, 60.0)
            start = teacher.learned()
            time.sleep(6)
        server.ask("/__reset")
        for at, limit, burst in scenario.changes:
            threading.Timer(at, server.ask, (f"/__set?limit={limit}&burst={burst}",)).start()
        seen = _drive(server, Pace(start=start), scenario.threads, seconds)
        return server.ask("/__stats") | {"seconds": seconds, "let_go_in_ban": seen.let_go_in_ban}


def _drive(server: Server, pace: Pace, threads: int, seconds: float) -> Seen:
    """`threads` callers, each with its own client, repeat calls through `pace` for `seconds`."""
    stop, seen = threading.Event(), Seen()
    workers = [
        threading.Thread(target=_caller, args=(server.url, pace, stop, seen), daemon=True)
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    time.sleep(seconds)
    stop.set()
    for worker in workers:
        worker.join(10)
    return seen


def _caller(url: str, pace: Pace, stop: threading.Event, seen: Seen) -> None:
    with httpx.Client(
        trust_env=False, timeout=30.0, limits=httpx.Limits(max_connections=1)
    ) as client:
        while not stop.is_set():
            try:
                entered = pace.enter(stop)
            except Exception:
                return
            _one_call(client, url, pace, entered, seen)


def _one_call(client: httpx.Client, url: str, pace: Pace, entered: float, seen: Seen) -> None:
    answer = client.put(f"{url}/row", content=b"{}")
    if answer.status_code != 429:
        pace.admitted(entered)
        return
    read_at = time.monotonic()
    wait = retry_after_seconds(answer.headers.get("Retry-After"), default=5.0, most=300.0)
    pace.refused(entered, wait)
    with seen.lock:
        seen.let_go_in_ban += entered < seen.closed_until and entered > seen.closed_until - (
            wait or 0
        )
        seen.closed_until = max(seen.closed_until, read_at + (wait or 0))


def _line(scenario: Scenario, runs: list[dict[str, Any]]) -> str:
    limit, seconds = float(scenario.rules["limit"]), runs[0]["seconds"]
    bounds = [0.0, *(at for at, _, _ in scenario.changes), seconds]
    limits = [limit, *(new for _, new, _ in scenario.changes)]
    ideal = sum(
        rate * (end - begin) for rate, begin, end in zip(limits, bounds, bounds[1:], strict=False)
    )
    goodput = _median(_count(run, "admitted", 0, seconds) / ideal for run in runs)
    refused = _median(run["refused"] for run in runs)
    late = "-"
    late_refused = _median(_per_1000(run, 0, seconds) for run in runs)
    text = f"{refused:.0f} ({late_refused:.1f})"
    if not scenario.changes:
        admitted = (_count(run, "admitted", 30, seconds) for run in runs)
        late = f"{_median(each / (limit * (seconds - 30)) for each in admitted):.3f}"
        text = f"{refused:.0f} ({_median(_per_1000(run, 30, seconds) for run in runs):.1f})"
    ban = (
        f"{max(r['let_go_in_ban'] for r in runs)}"
        f" ({_median(r['in_ban'] - r['let_go_in_ban'] for r in runs):.0f})"
    )
    phases = "; ".join(
        _phase(runs, rate, begin, end)
        for rate, begin, end in zip(limits, bounds, bounds[1:], strict=False)
    )
    name = scenario.name + ("" if scenario.tuned else " *")
    return (
        f"{name:<20}| {goodput:.3f} ({late}) | {text} | {ban} |"
        f" {phases if scenario.changes else ''}"
    )


def _phase(runs: list[dict[str, Any]], rate: float, begin: float, end: float) -> str:
    share = _median(_count(run, "admitted", begin, end) / (rate * (end - begin)) for run in runs)
    refused = _median(_count(run, "refused", begin, end) for run in runs)
    reached = _median(_time_to(run, 0.9 * rate, begin, end) for run in runs)
    return f"{rate:.0f}/s: {share:.2f}, {refused:.0f} 429s, 90 % in {reached:.0f} s"


def _count(run: dict[str, Any], what: str, begin: float, end: float) -> int:
    return sum(count for second, count in run[f"{what}_by_second"] if begin <= second < end)


def _per_1000(run: dict[str, Any], begin: float, end: float) -> float:
    return 1000 * _count(run, "refused", begin, end) / max(1, _count(run, "admitted", begin, end))


def _time_to(run: dict[str, Any], rate: float, begin: float, end: float) -> float:
    """Seconds from `begin` to the end of the first 5 s whose mean is `rate`; inf when none is."""
    for second in range(int(begin), int(end) - 4):
        if _count(run, "admitted", second, second + 5) >= 5 * rate:
            return second + 5 - begin
    return float("inf")


def _median(values: Any) -> float:
    return float(statistics.median(values))


def _overhead(seconds: float) -> None:
    """Calls per second and CPU with a pace that has learned there is no limit, against none at all;
    interleaved.
    """
    print(f"\noverhead: 64 threads, 100 ms, no limit, {seconds:.0f} s each, twice in turn")
    print("calls | calls/s | CPU ms a call\n---|---|---")
    with Server({"limit": 0, "latency_ms": 100, "jitter": 0}) as server:
        for name in ("bare", "paced", "bare", "paced"):
            pace: Any = Pace(start=Learned(no_429_up_to=640.0)) if name == "paced" else NoPace()
            server.ask("/__reset")
            before = time.process_time()
            _drive(server, pace, 64, seconds)
            count, cpu = server.ask("/__stats")["admitted"], time.process_time() - before
            print(f"{name} | {count / seconds:.0f} | {1000 * cpu / count:.3f}", flush=True)


class NoPace:
    """Everything at once."""

    def enter(self, _: threading.Event) -> float:
        return 0.0

    def admitted(self, _: float) -> None:
        pass


if __name__ == "__main__":
    main()
