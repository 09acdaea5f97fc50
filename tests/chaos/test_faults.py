"""What Webex and the network do to a run that nobody kills: lost answers, 5xx, cut JSON, 429 storms, a server that is gone."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.invariants import Reference, all_violations
from tests.chaos.kills import MOVES, NOISE
from tests.chaos.world import Ended, Remote, Runner, start_remote

FORWARDING = "usuarios_configurar_desvio_prefijo53"
GONE_FOR = 10.0  # seconds
STORM = {"rate_limit": 40.0, "burst": 5, "ban": True}


def assert_as_without_accidents(runner: Runner, reference: Reference, ended: Ended) -> None:
    assert ended.code in (0, 1), ended
    assert "Traceback" not in ended.err
    found = all_violations(reference, runner.rows(), runner.remote.state(), runner.remote.counters())
    assert not found, found


@pytest.mark.parametrize(
    "action", [FORWARDING, MOVES, "usuarios_anadir_intercom_legacy", "ubicacion_alta_numeraciones_desactivadas"]
)
def test_lost_and_cut_answers_and_refusals_leave_no_trace(
    action: str, remote: Remote, runner: Runner, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(action)
    remote.as_new(**NOISE)
    assert_as_without_accidents(runner, reference, runner.do(*runner.run_arguments(action)))


def test_429_storms_with_bans_and_junk_in_retry_after_leave_no_trace(
    remote: Remote, runner: Runner, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    remote.as_new(**STORM, retry_after_text="rand(30),add(30)")
    runner.extra["BULK_DEFAULT_RETRY_AFTER"] = "1.2"  # what stands in for junk; the sandbox bans for 1 s
    assert_as_without_accidents(runner, reference, runner.do(*runner.run_arguments(FORWARDING, workers=32)))
    counters = remote.counters()
    assert counters["rate_limited"] > 0
    assert counters["rate_limited"] < len(reference.rows) / 2


def when(remote: Remote, process: subprocess.Popen[str], writes: int) -> None:
    while remote.counters()["effective_writes"] < writes:
        assert process.poll() is None
        time.sleep(0.005)


def test_a_network_that_swallows_everything_for_a_while_is_waited_out(
    remote: Remote, runner: Runner, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    remote.as_new(latency_ms=40.0)
    process = runner.start(*runner.run_arguments(FORWARDING))
    when(remote, process, reference.effective_writes // 3)
    remote.config(outage=True)
    time.sleep(4)
    remote.config(outage=False)
    assert_as_without_accidents(runner, reference, finish(runner, process))


@pytest.mark.parametrize("action", [FORWARDING, MOVES])
def test_a_server_that_dies_and_is_back_after_ten_seconds_costs_nothing(
    action: str, tmp_path: Path, files: Path, remote: Remote, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(action)
    mortal = start_remote(tmp_path / "mortal")
    mortal.config(latency_ms=40.0, job_seconds=3.0)
    runner = Runner(tmp_path / "home", mortal, files)
    process = runner.start(*runner.run_arguments(action))
    if action == MOVES:
        while not mortal.counters()["move_jobs"]:
            assert process.poll() is None
            time.sleep(0.005)
    else:
        when(mortal, process, reference.effective_writes // 3)
    mortal.process.send_signal(signal.SIGKILL)
    mortal.process.wait()
    time.sleep(GONE_FOR)
    port = int(mortal.told["base_url"].rsplit(":", 1)[1].split("/")[0])
    runner.remote = start_remote(tmp_path / "mortal", port=port)
    try:
        assert_as_without_accidents(runner, reference, finish(runner, process))
    finally:
        runner.remote.process.terminate()
        runner.remote.process.wait(timeout=10)


def finish(runner: Runner, process: subprocess.Popen[str]) -> Ended:
    """The run's end; one that has stopped by itself is resumed, as its message says."""
    ended = runner.wait(process)
    for _ in range(3):
        if ended.code != 3:
            return ended
        document: dict[str, Any] = ended.document
        assert document["reason"]
        ended = runner.do("resume", document["run_id"])
    return ended
