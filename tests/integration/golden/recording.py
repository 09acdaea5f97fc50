"""Run the scenario's commands as processes and normalize what they said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.integration.golden.scenario import COMMANDS, Command, write_bad_files

EXPECTED = Path(__file__).parent / "expected"
SETTINGS = {
    "BULK_SANDBOX_PEOPLE": "60",
    "BULK_SANDBOX_LOCATIONS": "4",
    "BULK_SANDBOX_LATENCY_MS": "0",
    "BULK_JOB_POLL_FIRST": "0.1",
    "COLUMNS": "100",
    "TZ": "Europe/Madrid",
}
REPLACED = (  # what differs from one recording to the next
    (r'"(elapsed_s|rate|request_rate|eta_s|learned_limit|requests)": [^,\n]+', r'"\1": NUMBER'),
    (r"\d{4}-\d\d-\d\dT[0-9:.+]+Z?", "TIME"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", "TIME"),
    (r"\b\d\d?/\d\d?/\d{4}( \d\d:\d\d(:\d\d)?)?", "TIME"),
    (r"\b\d\d:\d\d(:\d\d)?\b", "HOUR"),
    (r"\b[0-9a-f]{64}\b", "SHA256"),
    (r"SANDBOX_[0-9a-f-]{36}", "TRACKING_ID"),
    (r'"owner": "[^"]*"', '"owner": "PROCESS"'),
    (r"[\d.,]+ (MB|KB|kB|GB|bytes)\b", "SIZE"),
    (r"\b[\d,]+ (filas/s|por segundo)", r"RATE"),
    (r"\b(unos|unas|en) [\d,]+ (s|min|segundos)\b", "DURATION"),
)
RUN_ID = re.compile(r"\b20\d{6}-\d{4}-[0-9a-f]{3}\b")


def record(folder: Path) -> Iterator[tuple[Command, str]]:
    """Run every command in `folder`; each with its exit code and output as one text.

    The tree that runs is the one that `python -m bulk` finds (PYTHONPATH first).
    """
    places = {"files": folder / "files", "bad": folder / "bad", "out": folder / "out"}
    _bulk(folder, "examples", str(places["files"]), "--people", "60", "--locations", "4")
    write_bad_files(places["bad"], places["files"] / "USUARIOS.CSV")
    places["out"].mkdir()
    seen: dict[str, str] = {}
    for command in COMMANDS:
        arguments = [part.format(**places) for part in command.arguments]
        done = _bulk(folder, *arguments)
        yield command, normalize(_text(command, done, places["out"]), folder, seen)


def normalize(text: str, folder: Path, seen: dict[str, str]) -> str:
    """Run ids as RUN-1, RUN-2 ... in order of appearance; times, rates and paths as words."""
    text = text.replace(str(folder), "DIR").replace("\r\n", "\n")
    for found in RUN_ID.findall(text):
        seen.setdefault(found, f"RUN-{len(seen) + 1}")
    for run_id, name in seen.items():
        text = text.replace(run_id, name)
    for pattern, word in REPLACED:
        text = re.sub(pattern, word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _text(command: Command, done: subprocess.CompletedProcess[str], out: Path) -> str:
    if command.usage:
        option = next(part for part in reversed(command.arguments) if part.startswith("--"))
        named = option in done.stderr and "Error" in done.stderr
        return f"exit {done.returncode}\nnames the option: {named}\n"
    parts = [f"exit {done.returncode}", "-- out", done.stdout, "-- err", done.stderr]
    if command.writes:
        written = out / command.writes
        parts += ["-- file", written.read_text(encoding="utf-8-sig") if written.exists() else "-"]
    return "\n".join(part.rstrip("\n") for part in parts)


def _bulk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULK_", "WEBEX_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "bulk", *arguments],
        capture_output=True,
        text=True,
        env=clean | SETTINGS | {"BULK_HOME": str(folder / "home"), "PYTHONIOENCODING": "utf-8"},
        timeout=240,
        check=False,
    )
