"""The engine, whole, against bare httpx with as many threads and against the usual shape (4
workers, rows one by one).

    python benchmarks/engine.py                       # 100 ms latency, 64 workers, 6,000 rows,
      three times each
    python benchmarks/engine.py --rows 2000 --repeat 1
    python benchmarks/engine.py --only engine --profile /tmp/profile.txt
    python benchmarks/engine.py --chunks 1 25 100 200 300 1000    # what the size of the orders
      changes

Each measurement is a fresh process against benchmarks/rate_server.py without a limit; the
contenders take turns. One row = one PUT. "engine" is all of it: rows claimed from the journal,
entity locks, intents on the disk before the request leaves, pace, outcomes and counters in the
journal, the log. The usual shape works 800 rows: it needs no more to show its speed. Prints a
markdown table of medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
BODY = json.dumps({"value": "+34600000000"}).encode()
HEADERS = {
    "Authorization": "Bearer bench",
    "Accept": "application/json",
    "Content-Type": "application/json",
}
USUAL_ROWS, USUAL_WORKERS, USUAL_CHUNK = 800, 4, 200


def _client() -> httpx.Client:
    return httpx.Client(
        timeout=60.0,
        limits=httpx.Limits(max_connections=2, max_keepalive_connections=2),
        verify=False,
    )


def _put(client: httpx.Client, url: str, number: int) -> None:
    client.put(
        f"{url}/v1/people/P{number:07d}/features/callForwarding", content=BODY, headers=HEADERS
    ).raise_for_status()


def _threads(count: int, work: Callable[[], None]) -> tuple[float, float]:
    """(seconds, CPU seconds) of `work` in `count` threads."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, time.process_time() - cpu


def bare(url: str, rows: int, workers: int, chunk: int) -> tuple[float, float]:
    """One httpx.Client a thread, nothing else: what the library can do."""
    numbers, turn = iter(range(rows)), threading.Lock()

    def work() -> None:
        with _client() as client:
            while True:
                with turn:
                    number = next(numbers, None)
                if number is None:
                    return
                _put(client, url, number)

    return _threads(workers, work)


def usual(url: str, rows: int, workers: int, chunk: int) -> tuple[float, float]:
    """Chunks of 200 over 4 workers, the rows of a chunk one after another."""

    def work(first: int) -> None:
        with _client() as client:
            for number in range(first, min(first + USUAL_CHUNK, rows)):
                _put(client, url, number)

    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(USUAL_WORKERS) as pool:
        list(pool.map(work, range(0, rows, USUAL_CHUNK)))
    return time.perf_counter() - began, time.process_time() - cpu


def whole(url: str, rows: int, workers: int, chunk: int) -> tuple[float, float]:
    from one_write import work_all

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        took = work_all(Path(home), rows, f"{url}/v1", workers=workers, chunk_size=chunk)
    return took.work, took.cpu


CONTENDERS = {"bare": bare, "engine": whole, "usual": usual}


def alone(asked: argparse.Namespace) -> None:
    """One contender in this process; prints what it took as JSON."""
    contender = CONTENDERS[asked.alone]
    if asked.profile:  # the pool's threads live on: they have to start inside the profile
        from thread_profile import profiled

        seconds, cpu = profiled(
            lambda: contender(asked.url, asked.rows, asked.workers, asked.chunk), asked.profile
        )
    else:
        contender(
            asked.url, 64, asked.workers, asked.chunk
        )  # imports and the pool's threads stay out
        seconds, cpu = contender(asked.url, asked.rows, asked.workers, asked.chunk)
    print(json.dumps({"per_second": asked.rows / seconds, "cpu_ms": 1000 * cpu / asked.rows}))


def measure(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One run of one contender, server and client in processes of their own."""
    rows = min(asked.rows, USUAL_ROWS) if name == "usual" else asked.rows
    server_command = [
        sys.executable,
        str(HERE / "rate_server.py"),
        "--limit",
        "0",
        "--jitter",
        "0",
        "--latency-ms",
        str(asked.latency_ms),
    ]
    server = subprocess.Popen(server_command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        command = [
            sys.executable,
            __file__,
            "--alone",
            name,
            "--url",
            url,
            "--rows",
            str(rows),
            "--workers",
            str(asked.workers),
        ]
        command += ["--chunk", str(asked.chunk)]
        command += ["--profile", asked.profile] if asked.profile else []
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        stats = httpx.get(f"{url}/__stats", trust_env=False).json()
        return {
            **json.loads(done.stdout),
            "in_flight": stats["most_in_flight"],
            "answered": stats["admitted"],
        }
    finally:
        server.terminate()
        server.wait(5)


def median(runs: Iterable[dict[str, Any]], what: str) -> float:
    return statistics.median(run[what] for run in runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--latency-ms", type=float, default=100.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--profile", default="", help="file for where the time of each thread goes")
    parser.add_argument("--alone", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--chunk", type=int, default=USUAL_CHUNK, help="rows a lot")
    parser.add_argument(
        "--chunks",
        type=int,
        nargs="*",
        help="only this engine, with lots of each of these sizes in turns",
    )
    asked = parser.parse_args()
    if asked.alone:
        alone(asked)
        return
    if asked.chunks:
        _sizes_of_lots(asked)
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in asked.only}
    for _ in range(asked.repeat):
        for name, runs in found.items():
            runs.append(measure(name, asked))
            print(f"{name}: {runs[-1]}", file=sys.stderr, flush=True)
    _print_table(found, asked)


def _sizes_of_lots(asked: argparse.Namespace) -> None:
    found: dict[int, list[dict[str, Any]]] = {chunk: [] for chunk in asked.chunks}
    for _ in range(asked.repeat):
        for chunk, runs in found.items():
            asked.chunk = chunk
            runs.append(measure("engine", asked))
    print(
        f"{asked.rows:,} rows, {asked.workers} workers, {asked.latency_ms:.0f} ms; medians of"
        f" {asked.repeat}\n"
    )
    print("| rows a lot | rows/s | CPU ms/row |\n|---|---|---|")
    for chunk, runs in found.items():
        print(f"| {chunk} | {median(runs, 'per_second'):.1f} | {median(runs, 'cpu_ms'):.2f} |")


def _print_table(found: dict[str, list[dict[str, Any]]], asked: argparse.Namespace) -> None:
    ideal = 1000 * asked.workers / asked.latency_ms if asked.latency_ms else float("inf")
    print(
        f"{asked.rows:,} rows, {asked.workers} workers, {asked.latency_ms:.0f} ms; medians of"
        f" {asked.repeat}\n"
    )
    print(
        "| who | rows/s | of the ideal | of bare | x usual | CPU ms/row | beyond bare | most in"
        " flight |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, runs in found.items():
        speed, cpu = median(runs, "per_second"), median(runs, "cpu_ms")
        # Ratios are taken round by round: what else the machine does then cancels out.
        of_bare, beyond = _ratio(runs, found.get("bare"), "per_second"), "-"
        if "bare" in found:
            pairs = zip(runs, found["bare"], strict=True)
            beyond = f"{statistics.median(a['cpu_ms'] - b['cpu_ms'] for a, b in pairs):+.2f}"
        times_usual = _ratio(runs, found.get("usual"), "per_second")
        most = max(run["in_flight"] for run in runs)
        print(
            f"| {name} | {speed:.1f} | {speed / ideal:.3f} | {of_bare} | {times_usual} | {cpu:.2f}"
            f" | {beyond} | {most} |"
        )


def _ratio(runs: list[dict[str, Any]], others: list[dict[str, Any]] | None, what: str) -> str:
    if not others:
        return "-"
    return f"{statistics.median(a[what] / b[what] for a, b in zip(runs, others, strict=True)):.3f}"


if __name__ == "__main__":
    main()
