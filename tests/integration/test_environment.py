"""Other machines: no UTF-8 locale, an odd time zone, blanks and accents in every path, a working
directory that is read-only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bulk.sandbox.examples import write_examples
from tests.paths import ROOT
from tests.workspace import Remote

ACTION = "usuarios_configurar_desvio_prefijo53"
PEOPLE, LOCATIONS = 120, 6
Bulk = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where everything is: a path that careless code trips over."""
    found = tmp_path / "Migración José & Cía (2026) #1 100%"
    found.mkdir()
    write_examples(found / "ficheros ñ", people=PEOPLE, locations=LOCATIONS)
    users = found / "ficheros ñ" / "USUARIOS.CSV"
    users.write_bytes(b"".join(users.read_bytes().splitlines(keepends=True)[:9]))
    return found


@pytest.fixture
def bulk(place: Path, remote: Remote) -> Bulk:
    """`python -m bulk …` with an environment of our own; `cwd` and variables can be changed."""

    def call(
        *arguments: object, cwd: Path = ROOT, **changes: str
    ) -> subprocess.CompletedProcess[bytes]:
        base = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "BULK_HOME": str(place / "datos ñ"),
            "BULK_SETTLE_DELAY": "0.1",
        }
        service = {
            "WEBEX_ACCESS_TOKEN": remote.running.token,
            "WEBEX_BASE_URL": remote.running.base_url,
        }
        command = [sys.executable, "-m", "bulk", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, env=base | service | changes, cwd=cwd, timeout=120
        )

    return call


def run(bulk: Bulk, place: Path, **how: Any) -> dict[str, Any]:
    users = place / "ficheros ñ" / "USUARIOS.CSV"
    done = bulk(
        "run",
        ACTION,
        "--usuarios",
        users,
        "--bulk",
        "--note",
        "petición nº 5 · fase ñ",
        "--json",
        **how,
    )
    assert done.returncode in (0, 1), done.stderr.decode("utf-8", "replace")
    found: dict[str, Any] = json.loads(done.stdout.decode("utf-8"))
    assert sum(found["counts"].values()) == 8
    return found


def test_an_action_as_a_command_tells_its_help_to_a_terminal_without_our_letters() -> None:
    how = {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", f"bulk.adapters.{ACTION}", "--help"]
    done = subprocess.run(
        command, capture_output=True, env={"PATH": os.environ["PATH"]} | how, cwd=ROOT, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"--person_id" in done.stdout


@pytest.mark.parametrize(
    ("locale", "terminal"), [("C", ""), ("POSIX", "ascii"), ("no_such", "latin-1"), ("C", "cp850")]
)
def test_accents_come_through_whatever_the_locale(
    bulk: Bulk, place: Path, locale: str, terminal: str
) -> None:
    how = {"LANG": locale, "LC_ALL": locale, "PYTHONIOENCODING": terminal}
    document = run(bulk, place, **how)
    out = place / "informe ñ.csv"
    assert bulk("report", document["run_id"], "--out", out, **how).returncode == 0
    text = out.read_bytes().decode("utf-8-sig")
    assert "ubicación" in text.splitlines()[0]
    said = bulk("status", document["run_id"], **how)
    assert said.returncode == 0, said.stderr
    assert b"Traceback" not in said.stderr
    as_json = json.loads(bulk("status", document["run_id"], "--json", **how).stdout.decode("utf-8"))
    assert as_json["note"] == "petición nº 5 · fase ñ"
    refused = bulk("run", "usuarios_volar", **how)
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "zone", ["Pacific/Chatham", "Asia/Kathmandu", "America/St_Johns", "Etc/GMT+12", "No/Where", ""]
)
def test_times_are_kept_in_utc_whatever_the_time_zone(bulk: Bulk, place: Path, zone: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    document = run(bulk, place, TZ=zone)
    out = place / "r.json"
    assert bulk("report", document["run_id"], "--out", out, TZ=zone).returncode == 0
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    times = [document["created_at"], *(row["ended_at"] for row in rows if row["ended_at"])]
    for text in times:
        moment = datetime.fromisoformat(text)
        assert moment.utcoffset() == timedelta(0)
        assert before <= moment <= datetime.now(UTC) + timedelta(seconds=1)
    assert document["elapsed_s"] >= 0


def test_a_run_begun_in_one_zone_is_read_and_resumed_in_another(bulk: Bulk, place: Path) -> None:
    document = run(bulk, place, TZ="Pacific/Kiritimati")
    same = json.loads(bulk("resume", document["run_id"], "--json", TZ="Pacific/Pago_Pago").stdout)
    assert same["run_id"] == document["run_id"]
    assert same["elapsed_s"] == document["elapsed_s"]
    assert [
        found["run_id"]
        for found in json.loads(bulk("runs", "--json", TZ="Pacific/Pago_Pago").stdout)
    ] == [document["run_id"]]


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A directory where nothing can be made; for root too, who may write anywhere: there it is
    /proc.
    """
    folder = tmp_path / "solo lectura"
    folder.mkdir()
    folder.chmod(0o555)
    yield Path("/proc/self") if os.access(folder, os.W_OK) else folder
    folder.chmod(0o755)


def test_a_read_only_working_directory_is_none_of_our_business(
    bulk: Bulk, place: Path, read_only: Path
) -> None:
    document = run(bulk, place, cwd=read_only)
    assert document["counts"]["done"] > 0


def test_a_data_directory_that_cannot_be_written_is_reported_and_sends_nothing(
    bulk: Bulk, place: Path, remote: Remote
) -> None:
    users = place / "ficheros ñ" / "USUARIOS.CSV"
    requests = remote.counters()["requests"]
    for home in ("/proc/self/nada", str(users)):
        done = bulk("run", ACTION, "--usuarios", users, "--bulk", BULK_HOME=home)
        assert done.returncode in (2, 3)
        message = done.stderr.decode("utf-8")
        assert "Traceback" not in message
        assert "directorio" in message
    assert remote.counters()["requests"] == requests


def test_a_home_given_as_an_option_wins_and_a_tilde_is_the_users(bulk: Bulk, place: Path) -> None:
    home = place / "casa"
    home.mkdir()
    assert bulk("runs", "--home", "~/otro", HOME=str(home)).returncode == 0
    assert (home / "otro" / "journal.db").exists()


def test_the_first_minute_after_the_clock_went_back_does_not_stop_a_run(
    place: Path, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waits and speeds use the clock that only goes forward; the other one may jump an hour
    back.
    """
    import time

    from bulk.runs.context import close_context, open_context
    from tests.workspace import Workspace

    real, jump = time.time, 3600.0
    context = open_context(place / "salto")
    workspace = Workspace(context, remote)
    people = [
        {"person_id": remote.person(index), "extension": str(1000 + index)} for index in range(6)
    ]
    live = workspace.start(ACTION, people)
    monkeypatch.setattr(time, "time", lambda: real() - jump)
    assert live.ended.wait(30)
    result = workspace.result(live.run_id)
    assert result.document["state"].startswith("completed")
    assert result.document["elapsed_s"] >= 0
    close_context(context)
