"""The state survives kill -9, a torn last line and a restart; another organisation starts again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.paths import ROOT

PROGRAM = """
import json, sys
from pathlib import Path
from bulk.sandbox import SandboxConfig, embedded, serve
home = Path(sys.argv[2])
if sys.argv[1] == "embedded":
    running = embedded(home)
    print(json.dumps({"base_url": running.base_url, "token": running.token}), flush=True)
    sys.stdin.read()
else:
    config = SandboxConfig(home=home, people=200, locations=10, job_seconds=float(sys.argv[3]))
    serve(config, 0, lambda url, token: print(json.dumps({"base_url": url, "token": token}), flush=True))
"""
SMALL_EMBEDDED = {
    "BULK_SANDBOX_PEOPLE": "200",
    "BULK_SANDBOX_LOCATIONS": "10",
    "BULK_SANDBOX_LATENCY_MS": "0",
}
MOVE = "telephony/config/jobs/person/moveLocation"


@contextmanager
def process(
    how: str, home: Path, job_seconds: float = 1.0
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client, str]]:
    """A sandbox in a process of its own: the process, a client of its API, its admin address."""
    command = [sys.executable, "-c", PROGRAM, how, str(home), str(job_seconds)]
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **SMALL_EMBEDDED},
    )
    try:
        message = json.loads(child.stdout.readline())
        headers = {"Authorization": f"Bearer {message['token']}"}
        with httpx.Client(base_url=message["base_url"], headers=headers, timeout=10) as http:
            yield child, http, message["base_url"].removesuffix("/v1") + "/__admin"
    finally:
        child.kill()
        child.wait()


def forward(http: httpx.Client, person_id: str, destination: str) -> None:
    always = {
        "enabled": True,
        "destination": destination,
        "ringReminderEnabled": False,
        "destinationVoicemailEnabled": False,
    }
    path = f"people/{person_id}/features/callForwarding"
    assert http.put(path, json={"callForwarding": {"always": always}}).status_code == 204


def callers(state: Any) -> list[str]:
    return [
        key
        for key, doc in state["person"].items()
        if doc["extension"] and not doc["phoneNumber"] and not doc["device"]
    ]


def test_answered_writes_and_their_count_survive_kill_9(tmp_path: Path, start: Any) -> None:
    with process("serve", tmp_path) as (child, http, admin):
        for number, person_id in enumerate(callers(httpx.get(f"{admin}/state").json())[:20]):
            forward(http, person_id, f"53{number}")
        before = httpx.get(f"{admin}/state?digest=1").json()
        child.send_signal(signal.SIGKILL)
        child.wait()
    with start(home=tmp_path) as box:
        assert box.admin("state?digest=1") == before
        assert box.admin("counters")["effective_writes"] == 20


def test_a_job_that_was_running_at_the_kill_ends_after_the_restart(
    tmp_path: Path, start: Any
) -> None:
    with process("serve", tmp_path, job_seconds=0.5) as (child, http, admin):
        state = httpx.get(f"{admin}/state").json()
        person_id = callers(state)[0]
        target = next(
            place
            for place in state["location"]
            if place != state["person"][person_id]["locationId"]
        )
        body = {
            "usersList": [
                {
                    "locationId": target,
                    "validate": False,
                    "users": [{"userId": person_id, "extension": "9876"}],
                }
            ]
        }
        job_id = http.post(MOVE, json=body).json()["response"]["id"]
        child.send_signal(signal.SIGKILL)
        child.wait()
    with start(home=tmp_path, job_seconds=0.5) as box:
        time.sleep(0.5)
        assert box.get(f"{MOVE}/{job_id}")["latestExecutionStatus"] == "COMPLETED"
        assert box.docs("person")[person_id]["locationId"] == target


def test_a_torn_last_line_is_ignored_and_the_next_write_is_kept(tmp_path: Path, start: Any) -> None:
    with start(home=tmp_path) as box:
        first, second = callers(box.admin("state"))[:2]
        forward(box.http, first, "531")
        kept = box.admin("state?digest=1")
    with (tmp_path / "sandbox" / "state.jsonl").open("ab") as file:
        file.write(b'["person", "' + second.encode() + b'", {"exten')
    with start(home=tmp_path) as box:
        assert box.admin("state?digest=1") == kept
        forward(box.http, second, "532")
        after = box.admin("state?digest=1")
    with start(home=tmp_path) as box:
        assert box.admin("state?digest=1") == after


def test_another_organisation_or_a_reset_starts_again(tmp_path: Path, start: Any) -> None:
    with start(home=tmp_path) as box:
        fresh = box.admin("state?digest=1")
        forward(box.http, callers(box.admin("state"))[0], "531")
    with start(home=tmp_path, reset=True) as box:
        assert box.admin("state?digest=1") == fresh
        forward(box.http, callers(box.admin("state"))[0], "531")
    with start(home=tmp_path, people=100) as box:
        assert len(box.docs("person")) == 100
        assert box.admin("counters")["effective_writes"] == 0


def test_the_organisation_depends_on_its_seed_alone(start: Any) -> None:
    with start() as one, start() as two:
        assert one.admin("state?digest=1") == two.admin("state?digest=1")
        assert one.running.token == two.running.token
    with start(seed=7) as other:
        assert other.running.token != one.running.token
        assert other.running.org_id != one.running.org_id


def test_sigterm_ends_a_served_sandbox_within_a_second_even_with_an_open_connection(
    tmp_path: Path,
) -> None:
    with process("serve", tmp_path) as (child, http, _):
        assert http.get("people/me").status_code == 200
        began = time.monotonic()
        child.terminate()
        child.wait(timeout=5)
        assert time.monotonic() - began < 1.5
        assert child.returncode in (0, -signal.SIGTERM)


def test_a_second_process_uses_the_embedded_sandbox_of_the_first(tmp_path: Path) -> None:
    with (
        process("embedded", tmp_path) as (_, one, admin),
        process("embedded", tmp_path) as (_, two, _),
    ):
        assert one.base_url == two.base_url
        forward(two, callers(httpx.get(f"{admin}/state").json())[0], "531")
        assert httpx.get(f"{admin}/counters").json()["effective_writes"] == 1


def test_after_the_owner_of_an_embedded_sandbox_was_killed_the_next_process_serves_its_state(
    tmp_path: Path,
) -> None:
    with process("embedded", tmp_path) as (child, http, admin):
        forward(http, callers(httpx.get(f"{admin}/state").json())[0], "531")
        before = httpx.get(f"{admin}/state?digest=1").json()
        child.send_signal(signal.SIGKILL)
        child.wait()
    with process("embedded", tmp_path) as (_, _, admin):
        assert httpx.get(f"{admin}/state?digest=1").json() == before


@pytest.mark.parametrize("module", ["pandas", "streamlit"])
def test_importing_the_sandbox_does_not_import(module: str) -> None:
    program = f"import sys, bulk.sandbox; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
