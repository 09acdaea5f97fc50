"""The token is nowhere but in memory: not on the screen, not in a file, whatever goes wrong and
however much is logged.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bulk.core.logs import log
from tests.paths import ROOT
from tests.security.canary import CANARY, every_file, found_in, shows
from tests.security.conftest import Bulk
from tests.workspace import Remote, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"
ECHO = {
    "message": f"Bad credentials: Authorization: Bearer {CANARY}",
    "errors": [{"description": f"token {CANARY} not allowed"}],
}

FORWARDED_TO_THE_TOKEN = {
    "callForwarding": {
        "always": {
            "enabled": True,
            "destination": CANARY,
            "ringReminderEnabled": False,
            "destinationVoicemailEnabled": False,
        }
    }
}


def run_id_of(text: str) -> str:
    found = re.search(r'"run_id": "([^"]+)"', text)
    assert found, text[-2000:]
    return found[1]


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "a.txt").write_text(f"x{CANARY}y")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet1.xml", f"<c>{CANARY}</c>")
    (tmp_path / "c.txt").write_text("nothing")
    assert [Path(name).name for name in found_in(tmp_path)] == ["a.txt", "b.xlsx"]


def test_a_whole_life_of_a_run_leaves_the_token_nowhere(
    bulk: Bulk, files: Path, tmp_path: Path, remote: Remote
) -> None:
    users = ["--usuarios", files / "USUARIOS.CSV", "--global", files / "GLOBAL.CSV", "--json"]
    said = [bulk("validate", ACTION, *users), bulk("plan", ACTION, *users)]
    remote.fail_next(
        {"method": "PUT", "status": 403, "body": ECHO, "times": 2},
        {"method": "PUT", "status": 500, "text": str(ECHO), "times": 2},
        {"method": "PUT", "drop": "after", "times": 1},
        {"method": "PUT", "truncate": True, "times": 1},
        {
            "method": "PUT",
            "status": 429,
            "headers": {"Retry-After": f"Bearer {CANARY}"},
            "times": 1,
        },
        {"method": "PUT", "status": 400, "body": ECHO, "times": 2},
        {"method": "PUT", "status": 400, "headers": {"trackingid": f"Bearer {CANARY}"}, "times": 1},
        {"method": "PUT", "status": 400, "headers": {"trackingid": CANARY}, "times": 1},
        {
            "method": "GET",
            "path_regex": "callForwarding$",
            "status": 200,
            "body": FORWARDED_TO_THE_TOKEN,
            "times": 2,
        },
        {"method": "PUT", "status": 401, "body": ECHO, "times": 1},
    )
    ran = bulk("run", ACTION, *users, "--bulk", "--workers", "1")
    assert ran.returncode == 3, ran.stdout[-2000:]  # the 401 stopped it
    run_id = run_id_of(ran.stdout)
    said += [ran, bulk("status", run_id), bulk("resume", run_id, "--json"), bulk("runs", "--json")]
    assert json.loads(said[-1].stdout)[0]["state"] in ("completed", "completed_with_errors")
    for name in ("r.csv", "r.json", "r.xlsx", "r.html"):
        said.append(bulk("report", run_id, "--out", tmp_path / name))
    said += [bulk("journal", "export", "--out", tmp_path / "all.zip"), bulk("journal", "check")]

    assert (
        "send_request_headers.started request=<Request [b'PUT']>" in ran.stderr
    )  # debugging was on indeed
    assert [done.args[3] for done in said if shows(done.stdout) or shows(done.stderr)] == []
    assert len(list(every_file(tmp_path))) > 8
    assert found_in(tmp_path) == []


def test_a_refused_token_is_not_repeated_to_the_operator(
    bulk: Bulk, files: Path, tmp_path: Path, remote: Remote
) -> None:
    remote.fail_next({"status": 401, "body": ECHO, "times": 9})
    for body in (
        ("run", ACTION, "--usuarios", files / "USUARIOS.CSV"),
        ("run", ACTION, "--usuarios", files / "USUARIOS.CSV", "--json"),
    ):
        done = bulk(*body)
        assert done.returncode == 3
        assert not shows(done.stdout)
        assert not shows(done.stderr)
    assert found_in(tmp_path) == []


def test_a_token_as_an_option_warns_and_points_to_the_better_ways(
    bulk: Bulk, files: Path, tmp_path: Path
) -> None:
    done = bulk(
        "plan",
        ACTION,
        "--usuarios",
        files / "USUARIOS.CSV",
        "--token",
        CANARY,
        "--json",
        WEBEX_ACCESS_TOKEN="",
    )
    assert json.loads(done.stdout)["dry_run"] is True
    assert "WEBEX_ACCESS_TOKEN" in done.stderr
    assert "--token-file" in done.stderr
    assert not shows(done.stdout)
    assert not shows(done.stderr)
    assert found_in(tmp_path) == []


def test_a_token_from_a_file_stays_in_that_file(bulk: Bulk, files: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secreto.txt"
    secret.write_text(f"Bearer {CANARY}\n")
    done = bulk(
        "run",
        ACTION,
        "--usuarios",
        files / "USUARIOS.CSV",
        "--token-file",
        secret,
        "--bulk",
        "--json",
        WEBEX_ACCESS_TOKEN="",
    )
    assert json.loads(done.stdout)["state"].startswith("completed")
    assert not shows(done.stdout)
    assert not shows(done.stderr)
    assert found_in(tmp_path) == [str(secret)]


@pytest.mark.parametrize("piece", ["read", "decide", "write"])
def test_an_exception_inside_an_adapter_that_quotes_the_token_leaves_it_nowhere(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    piece: str,
) -> None:
    from dataclasses import replace

    from bulk import adapters

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(
            f"unexpected headers {{'Authorization': 'Bearer {CANARY}'}} at"
            f" https://x/?access_token={CANARY}"
        )

    action = adapters.get_action(ACTION)
    monkeypatch.setattr(
        "bulk.runs.start.get_action", lambda action_id: replace(action, **{piece: broken})
    )
    person = {"person_id": workspace.remote.person(0), "extension": "1000"}
    result = workspace.run(ACTION, [person])
    assert result.row.state in ("failed", "unknown"), result.row
    assert not shows(json.dumps([vars(row) for row in result.rows], default=str))
    assert "RuntimeError" in caplog.text
    assert not shows(caplog.text)
    log.handlers[0].flush()
    assert "RuntimeError" in (tmp_path / "home" / "logs" / "bulk.log").read_text(encoding="utf-8")
    assert found_in(tmp_path) == []


def test_an_unforeseen_crash_of_the_command_writes_its_traceback_without_the_token(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    remote: Remote,
) -> None:
    from bulk.cli import main
    from bulk.runs import status
    from bulk.runs.connection import connect

    monkeypatch.setenv("BULK_HOME", str(tmp_path / "home"))
    connect(
        tmp_path, token=CANARY, base_url=remote.running.base_url
    )  # from here on the process knows what to hide

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"curl -H 'Authorization: Bearer {CANARY}' {CANARY}")

    monkeypatch.setattr(status, "find_run", broken)
    with pytest.raises(SystemExit) as end:
        main(["status", "última"])
    said = capsys.readouterr()
    assert end.value.code == 1
    assert "logs/bulk.log" in said.err
    written = (tmp_path / "home" / "logs" / "bulk.log").read_text(encoding="utf-8")
    assert "Traceback" in written
    assert not shows(said.out + said.err)
    assert found_in(tmp_path) == []


@pytest.mark.parametrize(
    "where", ["broken()", "thread = threading.Thread(target=broken); thread.start(); thread.join()"]
)
def test_what_nobody_caught_is_reported_without_the_token(
    environment: dict[str, str], tmp_path: Path, where: str
) -> None:
    script = f"""
import threading
from bulk.runs.connection import connect
from bulk.runs.context import open_context

def broken():
    raise RuntimeError("cannot send {CANARY[:9]}" + "{CANARY[9:]}")

context = open_context()
connect(context.home)  # from here on the process knows what to hide
{where}
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=60,
    )
    assert "RuntimeError: cannot send …" in done.stderr
    assert "RuntimeError: cannot send …" in (tmp_path / "home" / "logs" / "bulk.log").read_text(
        encoding="utf-8"
    )
    assert not shows(done.stdout + done.stderr)
    assert found_in(tmp_path) == []
