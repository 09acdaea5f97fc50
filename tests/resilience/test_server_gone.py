"""Webex is gone for ten seconds in the middle of a run: rows are worked, and a job is followed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.resilience.invariants import Reference
from tests.resilience.kills import MOVES
from tests.resilience.setup import (
    Remote,
    Runner,
    assert_as_without_accidents,
    start_remote,
    wait_for,
)

FORWARDING = "usuarios_configurar_desvio_prefijo53"
GONE_FOR = 10.0  # seconds


@pytest.mark.parametrize("action", [FORWARDING, MOVES])
def test_a_server_that_dies_and_is_back_after_ten_seconds_costs_nothing(
    action: str,
    tmp_path: Path,
    files: Path,
    remote: Remote,
    without_accidents: Callable[[str], Reference],
) -> None:
    reference = without_accidents(action)
    mortal = start_remote(tmp_path / "mortal")
    mortal.config(latency_ms=40.0, job_seconds=3.0)
    runner = Runner(tmp_path / "home", mortal, files)
    process = runner.start(*runner.run_arguments(action))
    if action == MOVES:
        wait_for(mortal, process, "move_jobs", 1)
    else:
        wait_for(mortal, process, "effective_writes", reference.effective_writes // 3)
    mortal.process.send_signal(signal.SIGKILL)
    mortal.process.wait()
    time.sleep(GONE_FOR)
    port = int(mortal.message["base_url"].rsplit(":", 1)[1].split("/")[0])
    runner.remote = start_remote(tmp_path / "mortal", port=port)
    try:
        assert_as_without_accidents(runner, reference, runner.to_the_end(process))
    finally:
        runner.remote.process.terminate()
        runner.remote.process.wait(timeout=10)
