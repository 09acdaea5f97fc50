"""Memory and time a row of one run of 10,000, 100,000 and 1,000,000 rows; the action answers in
process, without HTTP.

    python benchmarks/million.py                       # three times each; half an hour
    python benchmarks/million.py --rows 10000 100000 --repeat 1

Each run is a fresh process on an empty data directory. Prints a markdown table of medians; peak
memory is of the whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))


def alone(rows: int, workers: int) -> None:
    """One run in this process; prints what it took as JSON."""
    from one_write import work_all

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        took = work_all(Path(home), rows, workers=workers)
        disk = sum(path.stat().st_size for path in Path(home).rglob("*") if path.is_file())
    milliseconds = {
        "hand_over": 1000 * took.hand_over / rows,
        "work": 1000 * took.work / rows,
        "cpu": 1000 * took.cpu / rows,
    }
    print(
        json.dumps(
            {
                **milliseconds,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "disk": disk / 1e6,
            }
        )
    )


def measure(rows: int, workers: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--alone", "--rows", str(rows), "--workers", str(workers)]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    )
    print(f"{rows:,}: {found}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        alone(asked.rows[0], asked.workers)
        return
    print(f"{asked.workers} workers; medians of {asked.repeat}\n")
    print(
        "| rows | work ms/row | / smallest | CPU ms/row | hand over ms/row | peak MB | disk MB"
        " |\n|---|---|---|---|---|---|---|"
    )
    first = 0.0
    for rows in asked.rows:
        runs = [measure(rows, asked.workers) for _ in range(asked.repeat)]
        took = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        first = first or took["work"]
        times = (
            f"{took['work']:.3f} | {took['work'] / first:.2f} | {took['cpu']:.3f} |"
            f" {took['hand_over']:.3f}"
        )
        print(f"| {rows:,} | {times} | {took['mb']:.0f} | {took['disk']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
