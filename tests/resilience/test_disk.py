"""A data directory that has no package left or cannot be written: a clear stop, and nothing lost
once it can be again.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.resilience.invariants import Reference
from tests.resilience.setup import Ended, Remote, Runner, assert_as_without_accidents, wait_for

FORWARDING = "usuarios_configurar_desvio_prefijo53"
SIZE_MB = 6


def mount(folder: Path, *options: str) -> bool:
    return (
        subprocess.run(["mount", *options, "tmpfs", str(folder)], capture_output=True).returncode
        == 0
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few MB. Skipped where none may be mounted: the limit on file sizes stands
    in for it there.
    """
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "-t", "tmpfs", "-o", f"size={SIZE_MB}m"):
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def started(runner: Runner, reference: Reference) -> subprocess.Popen[str]:
    """A run that has written a third of what it has to write."""
    runner.remote.as_new(latency_ms=40.0)
    process = runner.start(*runner.run_arguments(FORWARDING, workers=4))
    wait_for(runner.remote, process, "effective_writes", reference.effective_writes // 3)
    return process


def assert_clear_stop(ended: Ended, *words: str) -> None:
    """Exit code 3 or 2, a Spanish reason that says what to do, and no traceback anywhere."""
    assert ended.code in (2, 3), ended
    assert "Traceback" not in ended.err + ended.out
    text = ended.document
    message = str(text["error"]["message"] if "error" in text else text["reason"])
    assert any(word in message for word in words), message


def assert_nothing_lost(runner: Runner, reference: Reference) -> None:
    assert_as_without_accidents(runner, reference, runner.do("resume", str(runner.run_id())))


def test_a_full_disk_stops_the_run_and_freed_space_lets_it_end(
    small_disk: Path, remote: Remote, files: Path, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    runner = Runner(small_disk / "home", remote, files)
    process = started(runner, reference)
    run_id = str(runner.run_id())
    fill(small_disk / "ballast")
    ended = runner.wait(process)
    writes_at_the_stop = remote.counters()["effective_writes"]
    again = runner.do("resume", run_id)
    assert_clear_stop(again, "espacio")
    assert remote.counters()["effective_writes"] == writes_at_the_stop
    (small_disk / "ballast").unlink()
    assert_clear_stop(ended, "espacio")
    assert_nothing_lost(runner, reference)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def test_a_limit_on_file_sizes_stops_the_run_and_without_it_the_run_ends(
    remote: Remote, runner: Runner, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    process = started(runner, reference)
    now = max(path.stat().st_size for path in runner.home.glob("journal.db*"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (now, now))
    assert_clear_stop(runner.wait(process), "diario")
    assert_nothing_lost(runner, reference)


def test_a_new_data_directory_that_is_read_only_is_refused_clearly(
    small_disk: Path, remote: Remote, files: Path
) -> None:
    remote.as_new()
    assert mount(small_disk, "-o", "remount,ro")
    runner = Runner(small_disk / "home", remote, files)
    assert_clear_stop(runner.do(*runner.run_arguments(FORWARDING)), "directorio de datos")
    assert remote.counters()["requests"] == 0


def test_a_data_directory_that_became_read_only_refuses_to_go_on_and_goes_on_later(
    small_disk: Path, remote: Remote, files: Path, without_accidents: Callable[[str], Reference]
) -> None:
    reference = without_accidents(FORWARDING)
    runner = Runner(small_disk / "home", remote, files)
    process = started(runner, reference)
    process.kill()
    process.communicate()
    run_id, writes = str(runner.run_id()), remote.counters()["effective_writes"]
    assert mount(small_disk, "-o", "remount,ro")
    assert_clear_stop(runner.do("resume", run_id), "solo lectura", "permisos")
    assert remote.counters()["effective_writes"] == writes
    assert mount(small_disk, "-o", "remount,rw")
    assert_nothing_lost(runner, reference)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_without_permission_to_write_is_refused_clearly(
    remote: Remote, runner: Runner
) -> None:
    remote.as_new()
    runner.home.mkdir()
    runner.home.chmod(0o500)
    assert_clear_stop(
        runner.do(*runner.run_arguments(FORWARDING)), "permisos", "directorio de datos"
    )
    assert remote.counters()["requests"] == 0
