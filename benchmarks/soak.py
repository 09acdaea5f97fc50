"""Run after run with faults on, for half an hour: memory, threads, open files and the journal's
size must stay flat.

    python benchmarks/soak.py                 # 30 minutes
    python benchmarks/soak.py --minutes 3     # a look

A sandbox in a process of its own loses answers, fails, cuts JSON and limits the rate; this process
launches, pauses, resumes, undoes and prunes. At the end: the growth between the second and the last
quarter of the samples, and the rows by state.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bulk.files.dataset import read_csv  # noqa: E402
from bulk.journal import check, prune  # noqa: E402
from bulk.planning.prepare import prepare  # noqa: E402
from bulk.runs.connection import connect  # noqa: E402  # after the path
from bulk.runs.context import Context, open_context  # noqa: E402
from bulk.runs.launch import Launch, launch, wait  # noqa: E402
from bulk.runs.resume import resume  # noqa: E402
from bulk.runs.status import document, find_run  # noqa: E402
from bulk.runs.stop import request_stop  # noqa: E402
from bulk.runs.undo import undo  # noqa: E402
from bulk.sandbox.examples import write_examples  # noqa: E402

PEOPLE, LOCATIONS, KEPT = 400, 10, 12
FAULTS = [
    "--fail-rate",
    "0.03",
    "--ambiguous-rate",
    "0.02",
    "--truncate-rate",
    "0.01",
    "--rate-limit",
    "300",
    "--latency-ms",
    "5",
]
# action -> constants of odd rounds, constants of even rounds: each round has something to write
ROUNDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "usuarios_configurar_desvio_prefijo53": (
        {"destination": "=600111222"},
        {"destination": "=600333444"},
    ),
    "usuarios_configurar_perfil_saliente_custom": (
        {"block_call_types": "=NATIONAL"},
        {"block_call_types": "=INTERNATIONAL"},
    ),
}
ALLOWED = {"rss_mib": 25.0, "threads": 2, "files": 4, "journal_mib": 12.0}  # growth that is noise


@dataclass(frozen=True)
class Sample:
    """What this process and its journal weigh after a run."""

    minute: float  # since the start
    runs: int  # so far
    rows: int  # so far
    rss_mib: float  # resident memory
    threads: int  # alive
    files: int  # open handles
    journal_mib: float  # with its WAL


@contextmanager
def sandbox(home: Path) -> Iterator[dict[str, str]]:
    command = [
        sys.executable,
        "-m",
        "bulk",
        "sandbox",
        "--people",
        str(PEOPLE),
        "--locations",
        str(LOCATIONS),
        "--home",
        str(home),
    ]
    process = subprocess.Popen([*command, *FAULTS], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


def measured(context: Context, began: float, runs: int, rows: int) -> Sample:
    gc.collect()
    status = Path("/proc/self/status").read_text()
    rss = int(status.split("VmRSS:")[1].split()[0]) / 1024
    size = sum(path.stat().st_size for path in context.home.glob("journal.db*"))
    handles = len(os.listdir("/proc/self/fd"))
    return Sample(
        (time.monotonic() - began) / 60,
        runs,
        rows,
        rss,
        threading.active_count(),
        handles,
        size / (1 << 20),
    )


def one_round(
    context: Context, message: dict[str, str], folder: Path, number: int, dice: random.Random
) -> list[str]:
    """A run of each action (one of them paused and resumed), and now and then an undo; returns the
    runs' ids.
    """
    connection = connect(context.home, token=message["token"], base_url=message["base_url"])
    done = []
    for action_id, constants in ROUNDS.items():
        files = {"usuarios": read_csv(folder / "USUARIOS.CSV")}
        prepared = prepare(action_id, files, explicit=constants[number % 2])
        live = launch(context, prepared, connection, Launch(workers=32, note=f"soak {number}"))
        if dice.random() < 0.3:
            time.sleep(dice.random())
            request_stop(context, live.run_id, "pause", "soak")
            live.ended.wait(60)
            live = resume(context, live.run_id, connection) or live
        wait(live, every=0.2)
        done.append(live.run_id)
    if number % 5 == 4:
        back = undo(context, done[0], connection)
        wait(back, every=0.2)
        done.append(back.run_id)
    return done


def soak(minutes: float, tell: Callable[[str], None]) -> tuple[list[Sample], dict[str, int]]:
    """(samples, row states over all runs)."""
    os.environ.update(BULK_SETTLE_DELAY="0.3", BULK_BREAKER_SHARE="1")
    states: dict[str, int] = {}
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory() as place, sandbox(Path(place) / "remote") as message:
        folder, began, dice, runs = Path(place) / "files", time.monotonic(), random.Random(7), 0
        write_examples(folder, people=PEOPLE, locations=LOCATIONS)
        context = open_context(Path(place) / "home")
        for number in range(1_000_000):
            for run_id in one_round(context, message, folder, number, dice):
                runs += 1
                for state, count in document(context, find_run(context, run_id))["counts"].items():
                    states[state] = states.get(state, 0) + count
            prune.prune(context.journal, context.home, prune.prunable(context.journal, keep=KEPT))
            samples.append(measured(context, began, runs, sum(states.values())))
            tell(row_of(samples[-1]))
            if time.monotonic() - began > minutes * 60:
                break
        tell("\n".join(check.check(context.journal).findings) or "journal: sound")
    return samples, states


def row_of(sample: Sample) -> str:
    return (
        "| "
        + " | ".join(
            f"{value:.1f}" if isinstance(value, float) else str(value)
            for value in asdict(sample).values()
        )
        + " |"
    )


def growth(samples: Sequence[Sample]) -> dict[str, float]:
    """Median of the last quarter less median of the second one (the first warms up)."""
    quarter = max(1, len(samples) // 4)
    early, late = samples[quarter : 2 * quarter] or samples[:1], samples[-quarter:]
    return {
        name: (
            statistics.median(getattr(s, name) for s in late)
            - statistics.median(getattr(s, name) for s in early)
        )
        for name in ALLOWED
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    given = parser.parse_args()
    print(
        "| "
        + " | ".join(Sample.__dataclass_fields__)
        + " |\n|"
        + "---|" * len(Sample.__dataclass_fields__),
        flush=True,
    )
    samples, states = soak(given.minutes, lambda text: print(text, flush=True))
    grown = growth(samples)
    print("rows by state:", {state: count for state, count in states.items() if count})
    print("growth:", {name: round(value, 1) for name, value in grown.items()}, "allowed:", ALLOWED)
    open_rows = states.get("pending", 0) + states.get("running", 0)
    flat = all(grown[name] <= ALLOWED[name] for name in ALLOWED)
    print(
        "flat" if flat else "NOT FLAT",
        "· every row has its outcome" if not open_rows else f"· {open_rows} ROWS LEFT OPEN",
    )
    return 0 if flat and not open_rows else 1


if __name__ == "__main__":
    sys.exit(main())
