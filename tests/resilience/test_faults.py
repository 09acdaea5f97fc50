"""What Webex and the network do to a run that nobody kills: lost answers, 5xx, cut JSON, 429
storms, silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.resilience.invariants import Reference
from tests.resilience.kills import MOVES, NOISE
from tests.resilience.setup import Remote, Runner, assert_as_without_accidents, wait_for

FORWARDING = "usuarios_configurar_desvio_prefijo53"
STORM = {"rate_limit": 40.0, "burst": 5, "ban": True}


@pytest.mark.parametrize("action", [FORWARDING, MOVES])
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
    runner.extra["BULK_DEFAULT_RETRY_AFTER"] = (
        "1.2"  # what stands in for junk; the sandbox bans for 1 s
    )
    assert_as_without_accidents(
        runner, reference, runner.do(*runner.run_arguments(FORWARDING, workers=32))
    )
    counters = remote.counters()
    assert counters["rate_limited"] > 0
    assert counters["rate_limited"] < len(reference.rows) / 2


def test_a_network_that_swallows_everything_for_a_while_is_waited_out(
    remote: Remote, runner: Runner, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    remote.as_new(latency_ms=40.0)
    process = runner.start(*runner.run_arguments(FORWARDING))
    wait_for(remote, process, "effective_writes", reference.effective_writes // 3)
    remote.config(outage=True)
    time.sleep(4)
    remote.config(outage=False)
    assert_as_without_accidents(runner, reference, runner.to_the_end(process))
