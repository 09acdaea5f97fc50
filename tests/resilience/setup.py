"""Real processes: the sandbox in one, the runner in another that gets killed; and what both leave
behind.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bulk.core.records import RowResult
from bulk.journal import open_journal, rows, runs
from bulk.sandbox.examples import write_examples
from tests.paths import ROOT
from tests.resilience.invariants import Reference, all_violations

PEOPLE, LOCATIONS = 120, 24
BULK = [sys.executable, "-m", "bulk"]
PROFILED = "ubicacion_configurar_permisos_salientes_defecto"  # takes its profile from a file
PATIENCE = 90.0  # seconds a process may take
QUICK = {
    "BULK_SETTLE_DELAY": "0.5",
    "BULK_JOB_POLL_FIRST": "0.2",
    "BULK_DEFAULT_RETRY_AFTER": "0.3",
    "BULK_CONNECT_TIMEOUT": "2",
    "BULK_READ_TIMEOUT": "5",
}
NO_FAULTS = {
    "latency_ms": 0.0,
    "jitter": 0.0,
    "rate_limit": 0.0,
    "burst": 50,
    "ban": False,
    "fail_rate": 0.0,
    "ambiguous_rate": 0.0,
    "truncate_rate": 0.0,
    "outage": False,
    "job_seconds": 0.3,
}


@dataclass
class Remote:
    """The sandbox in its own process."""

    process: subprocess.Popen[str]
    message: dict[str, str]  # base_url and token
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False)
    )  # one: each makes an SSL context

    def admin(self, what: str, body: Any = None) -> Any:
        url = self.message["base_url"].removesuffix("/v1") + f"/__admin/{what}"
        response = self.client.get(url) if body is None else self.client.post(url, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def as_new(self, **faults: Any) -> dict[str, Any]:
        """The seed's state, counters at zero, and these faults from now on; returns the state."""
        self.admin("config", NO_FAULTS | faults)
        self.admin("fail_next", [])
        self.admin("reset", {})
        return self.state()

    def config(self, **changes: Any) -> None:
        self.admin("config", changes)

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("counters")
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.admin("state")
        return found


def start_remote(home: Path, port: int = 0) -> Remote:
    size = ["--people", str(PEOPLE), "--locations", str(LOCATIONS)]
    command = [*BULK, "sandbox", *size, "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    return Remote(process, json.loads(process.stdout.readline()))


@dataclass(frozen=True)
class Ended:
    """What a process of the CLI left."""

    code: int  # exit code; negative = killed
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Runner:
    """The product as an operator starts it, on one data directory."""

    home: Path
    remote: Remote
    files: Path  # where the example files are
    extra: dict[str, str] = field(default_factory=dict)  # environment

    @property
    def environment(self) -> dict[str, str]:
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BULK_", "WEBEX_"))
        }
        message = self.remote.message
        own = {
            "BULK_HOME": str(self.home),
            "WEBEX_ACCESS_TOKEN": message["token"],
            "WEBEX_BASE_URL": message["base_url"],
        }
        return {**plain, **QUICK, **own, **self.extra}

    def run_arguments(self, action: str, workers: int = 8) -> list[str]:
        dataset = "ubicaciones" if action.startswith("ubicacion") else "usuarios"
        arguments = ["run", action, f"--{dataset}", str(self.files / f"{dataset.upper()}.CSV")]
        if action == PROFILED:
            arguments += ["--profile", str(self.files / "perfil_saliente_defecto.json")]
        return [*arguments, "--bulk", "--chunk-size", "40", "--workers", str(workers)]

    def start(self, *arguments: str, **how: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*BULK, *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=ROOT,
            **how,
        )

    def wait(self, process: subprocess.Popen[str]) -> Ended:
        out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err)

    def do(self, *arguments: str, **how: Any) -> Ended:
        return self.wait(self.start(*arguments, **how))

    def to_the_end(self, process: subprocess.Popen[str]) -> Ended:
        """The run's end; one that has stopped by itself is resumed, as its message says."""
        ended = self.wait(process)
        for _ in range(3):
            if ended.code != 3:
                break
            assert ended.document["reason"]
            ended = self.do("resume", ended.document["run_id"])
        return ended

    def go_on(self, action: str, workers: int = 8) -> subprocess.Popen[str]:
        """Resume the newest run; launch it when there is none that got all its rows."""
        run_id = self.run_id()
        return (
            self.start("resume", run_id)
            if run_id
            else self.start(*self.run_arguments(action, workers))
        )

    # -- what is on the disk, read without the product's processes ---------------------------------

    def run_id(self) -> str | None:
        """The newest run that has all its rows; None when the runner did not live long enough to
        write one.
        """
        if not (self.home / "journal.db").exists():
            return None
        journal = open_journal(self.home)
        try:
            newest = runs.list_runs(journal, limit=1)
            return newest[0].run_id if newest and newest[0].state != "preparing" else None
        finally:
            journal.close()

    def rows(self, run_id: str | None = None) -> list[RowResult]:
        """Of the newest run, when none is named."""
        run_id = run_id or self.run_id()
        assert run_id, "no run was written"
        journal = open_journal(self.home)
        try:
            return list(rows.read_rows(journal, run_id))
        finally:
            journal.close()


def assert_as_without_accidents(runner: Runner, reference: Reference, ended: Ended) -> None:
    assert ended.code in (0, 1), ended
    assert "Traceback" not in ended.err
    found = all_violations(
        reference, runner.rows(), runner.remote.state(), runner.remote.counters()
    )
    assert not found, found


def wait_for(remote: Remote, process: subprocess.Popen[str], counter: str, at_least: int) -> None:
    """Until the sandbox has counted so much; the process must still be at it."""
    while remote.counters()[counter] < at_least:
        assert process.poll() is None
        time.sleep(0.02)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def kill_when(process: subprocess.Popen[str], remote: Remote, moment: Moment) -> bool:
    """Kill -9 at `moment`; False when the process had ended before."""
    until = time.monotonic() + PATIENCE
    while not moment.has_come(remote.counters()):
        if process.poll() is not None:
            process.communicate()
            return False
        assert time.monotonic() < until, f"{moment} never came"
        time.sleep(0.012)
    time.sleep(moment.later)
    alive = process.poll() is None
    kill(process)
    return alive


@dataclass(frozen=True)
class Moment:
    """When to kill: so many more calls (or writes, or move jobs) than before, and a little
    later.
    """

    counter: str  # requests, effective_writes, move_jobs
    at_least: int
    later: float = 0.0  # seconds

    def has_come(self, counters: dict[str, Any]) -> bool:
        return bool(counters[self.counter] >= self.at_least)


def a_moment(dice: random.Random, already: dict[str, Any], requests: int, writes: int) -> Moment:
    """Any call, or (the answer not yet out) right after a write, out of about so many still to
    come.
    """
    later = dice.choice((0.0, 0.0, dice.uniform(0, 0.05)))
    if writes > 0 and dice.random() < 0.5:
        return Moment(
            "effective_writes", already["effective_writes"] + dice.randint(1, writes), later
        )
    return Moment("requests", already["requests"] + dice.randint(1, max(1, requests)), later)


def write_files(folder: Path) -> Path:
    write_examples(folder, people=PEOPLE, locations=LOCATIONS)
    return folder
