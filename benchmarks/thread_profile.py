"""Where the CPU time of all threads goes: cProfile in each thread, on the thread's own clock,
merged.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def profiled(work: Callable[[], T], report: str, lines: int = 70) -> T:
    """Run `work`; the functions that cost most of all threads started meanwhile go to the file
    `report`.
    """
    profiles: list[cProfile.Profile] = []
    plain = threading.Thread.run

    def run(thread: threading.Thread) -> None:
        profile = cProfile.Profile(time.thread_time)
        profiles.append(profile)
        profile.runcall(plain, thread)

    threading.Thread.run = run  # type: ignore[method-assign]
    try:
        result = work()
    finally:
        threading.Thread.run = plain  # type: ignore[method-assign]
    for profile in profiles:
        profile.disable()
    text = io.StringIO()
    stats = pstats.Stats(profiles[0], stream=text)
    for profile in profiles[1:]:
        stats.add(profile)
    stats.sort_stats("tottime").print_stats(lines)
    stats.sort_stats("cumulative").print_stats(lines)
    Path(report).write_text(text.getvalue(), encoding="utf-8")
    return result
