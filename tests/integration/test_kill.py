"""Kill -9 in the middle of a run, then resume: nothing lost, nothing written twice, every `before`
the true one (docs/diseno.md 6).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bulk.sandbox.examples import write_examples
from tests.paths import ROOT

PEOPLE, LOCATIONS = 300, 6
BULK = [sys.executable, "-m", "bulk"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own."""
    options = [
        "--people",
        str(PEOPLE),
        "--locations",
        str(LOCATIONS),
        "--latency-ms",
        "60",
        "--job-seconds",
        "1.5",
    ]
    command = [*BULK, "sandbox", *options, "--home", str(tmp_path / "remote")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    yield json.loads(process.stdout.readline())
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def environment(tmp_path: Path, sandbox: dict[str, str]) -> dict[str, str]:
    own = {
        "BULK_HOME": str(tmp_path / "home"),
        "BULK_SETTLE_DELAY": "0.5",
        "BULK_JOB_POLL_FIRST": "0.3",
    }
    return {
        **os.environ,
        **own,
        "WEBEX_ACCESS_TOKEN": sandbox["token"],
        "WEBEX_BASE_URL": sandbox["base_url"],
    }


def admin(sandbox: dict[str, str], what: str) -> Any:
    return httpx.get(sandbox["base_url"].removesuffix("/v1") + f"/__admin/{what}").json()


def bulk(environment: dict[str, str], *arguments: str) -> tuple[int, Any]:
    done = subprocess.run(
        [*BULK, *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=120,
    )
    return done.returncode, json.loads(done.stdout)


def kill_in_the_middle(
    environment: dict[str, str], sandbox: dict[str, str], after_writes: int, *arguments: str
) -> str:
    """Start a run, kill -9 its process once the sandbox has seen `after_writes` requests; returns
    the run's id.
    """
    process = subprocess.Popen(
        [*BULK, "run", *arguments, "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=ROOT,
    )
    until = time.monotonic() + 60
    while admin(sandbox, "counters")["requests"] < after_writes:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    code, runs = bulk(environment, "runs")
    assert (code, runs[0]["state"]) == (0, "interrupted")
    return str(runs[0]["run_id"])


def ended(environment: dict[str, str], run_id: str, report: Path) -> set[int]:
    """Rows with an outcome in the journal; the whole report is left in `report`."""
    assert bulk(environment, "report", run_id, "--out", str(report))[0] == 0
    rows = json.loads(report.read_text(encoding="utf-8"))["rows"]
    return {row["line"] for row in rows if row["state"] not in ("pending", "running")}


def logged(log: Path) -> set[int]:
    """Rows with a line in the action's log."""
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return {event["row"] for event in events if event["event"] == "row"}


@pytest.mark.parametrize(
    ("action", "file", "kill_at"),
    [
        ("usuarios_configurar_desvio_prefijo53", "--usuarios", 150),
        ("usuarios_asignar_location_desde_csv", "--usuarios", 12),
        ("usuarios_anadir_intercom_legacy", "--usuarios", 200),
        ("usuarios_modificar_licencias", "--usuarios", 60),
    ],
)
def test_killed_and_resumed_run_ends_as_one_without_a_kill(
    tmp_path: Path,
    sandbox: dict[str, str],
    environment: dict[str, str],
    action: str,
    file: str,
    kill_at: int,
) -> None:
    write_examples(tmp_path / "files", people=PEOPLE, locations=LOCATIONS)
    arguments = [
        action,
        file,
        str(tmp_path / "files" / "USUARIOS.CSV"),
        "--bulk",
        "--chunk-size",
        "50",
        "--workers",
        "16",
    ]
    original = admin(sandbox, "state")
    run_id = kill_in_the_middle(environment, sandbox, kill_at, *arguments)
    log, report = tmp_path / "home" / "logs" / f"{action}.log", tmp_path / "report.json"
    assert ended(environment, run_id, report) <= logged(
        log
    )  # no outcome is on the disk whose line is not in the log

    code, document = bulk(environment, "resume", run_id)

    counts = document["counts"]
    assert code in (0, 1), document["reason"]
    assert sum(counts.values()) == PEOPLE
    assert counts["pending"] == counts["running"] == counts["unknown"] == 0
    counters = admin(sandbox, "counters")
    assert [entity for entity, times in counters["by_entity"].items() if times > 1] == []
    assert len(ended(environment, run_id, report) & logged(log)) == PEOPLE
    rows = json.loads(report.read_text(encoding="utf-8"))["rows"]
    if action == "usuarios_configurar_desvio_prefijo53":
        for row in rows:
            if row["state"] == "done":
                before = original["person"][row["params"]["person_id"]]["forwarding"][
                    "callForwarding"
                ]["always"]
                assert row["before"]["always"] == before
    writes = counters["effective_writes"]
    again = bulk(environment, "run", *arguments)[1]
    assert again["counts"]["done"] == 0
    assert admin(sandbox, "counters")["effective_writes"] == writes


@pytest.mark.parametrize("later", [0.0, 0.8])
def test_killed_around_the_post_of_a_move_job_the_job_is_found_again(
    tmp_path: Path, sandbox: dict[str, str], environment: dict[str, str], later: float
) -> None:
    """At once: between POST and answer (the sandbox applies on arrival and answers 60 ms later).
    Later: while polling.
    """
    write_examples(tmp_path / "files", people=PEOPLE, locations=LOCATIONS)
    command = [
        "usuarios_asignar_location_desde_csv",
        "--usuarios",
        str(tmp_path / "files" / "USUARIOS.CSV"),
        "--bulk",
        "--json",
    ]
    process = subprocess.Popen(
        [*BULK, "run", *command], stdout=subprocess.DEVNULL, env=environment, cwd=ROOT
    )
    while not admin(sandbox, "counters")["move_jobs"]:
        assert process.poll() is None
        time.sleep(0.005)
    time.sleep(later)
    process.send_signal(signal.SIGKILL)
    process.wait()
    run_id = bulk(environment, "runs")[1][0]["run_id"]
    _, document = bulk(environment, "resume", run_id)
    assert (
        document["counts"]["unknown"]
        == document["counts"]["pending"]
        == document["counts"]["running"]
        == 0
    )
    assert admin(sandbox, "counters")["move_jobs"] == 1
    assert max(admin(sandbox, "counters")["by_entity"].values()) == 1


def test_a_live_run_can_be_paused_from_another_process_and_is_refused_to_a_second_owner(
    tmp_path: Path, sandbox: dict[str, str], environment: dict[str, str]
) -> None:
    write_examples(tmp_path / "files", people=PEOPLE, locations=LOCATIONS)
    users = str(tmp_path / "files" / "USUARIOS.CSV")
    command = [
        *BULK,
        "run",
        "usuarios_configurar_desvio_prefijo53",
        "--usuarios",
        users,
        "--bulk",
        "--workers",
        "2",
        "--json",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
        preexec_fn=heeds_ctrl_c,
    )
    while admin(sandbox, "counters")["requests"] < 40:
        time.sleep(0.02)
    run_id = bulk(environment, "runs")[1][0]["run_id"]
    code, refusal = bulk(environment, "resume", run_id)
    assert (code, refusal["error"]["code"]) == (2, "ocupada")
    assert "proceso" in refusal["error"]["message"]

    assert bulk(environment, "pause", run_id)[0] == 0
    out, _ = process.communicate(timeout=20)
    paused = json.loads(out)
    assert (process.returncode, paused["state"]) == (3, "paused")
    assert paused["counts"]["pending"] > 0
    assert paused["counts"]["running"] == 0

    code, ended = bulk(environment, "resume", run_id)
    assert (code, ended["state"]) == (1, "completed_with_errors")
    assert ended["counts"]["pending"] == 0
    code, same = bulk(environment, "resume", run_id)
    assert (code, same["counts"], same["requests"]) == (1, ended["counts"], ended["requests"])


def heeds_ctrl_c() -> None:
    """As at a terminal: who runs the tests in the background makes all that they start deaf to
    it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_pauses_cleanly_and_says_how_to_go_on(
    tmp_path: Path, sandbox: dict[str, str], environment: dict[str, str]
) -> None:
    write_examples(tmp_path / "files", people=PEOPLE, locations=LOCATIONS)
    users = str(tmp_path / "files" / "USUARIOS.CSV")
    command = [
        *BULK,
        "run",
        "usuarios_configurar_desvio_prefijo53",
        "--usuarios",
        users,
        "--bulk",
        "--workers",
        "4",
        "--json",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
        preexec_fn=heeds_ctrl_c,
    )
    while admin(sandbox, "counters")["requests"] < 40:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, json.loads(out)["state"]) == (3, "paused")
    assert "bulk resume" in err
    assert "Traceback" not in err
