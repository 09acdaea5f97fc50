"""Who works what: locks that die with the process. One writing process per organisation and data
directory, one per run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bulk.core.files import private
from bulk.errors import OwnedElsewhere, UsageError, os_error_text

_guard = threading.Lock()
_idle = threading.Lock()
_held: dict[Path, tuple[FileLock, int]] = {}  # lock file -> lock and how many of our runs share it
PATIENCE = 1.0  # seconds: another process may just be asking who owns it


@dataclass(frozen=True)
class Ownership:
    """What one run of this process holds."""

    home: Path  # data directory
    org_key: str  # organisation (or the sandbox)
    run_id: str  # run

    def release(self) -> None:
        with _guard:
            _admit(_run_file(self.home, self.run_id))
            _admit(_org_file(self.home, self.org_key))


def take(home: Path, org_key: str, run_id: str) -> Ownership:
    """Own the run and, with it, the organisation. Raises OwnedElsewhere naming who does."""
    with _guard:
        run_file, org_file = _run_file(home, run_id), _org_file(home, org_key)
        if run_file in _held:
            refuse_owned(home, run_id)
        _hold(
            org_file,
            "La organización está en uso por {}, que trabaja en la ejecución {}. Espera a que acabe"
            " o usa ese proceso.",
            run_id,
        )
        try:
            _hold(
                run_file,
                "La ejecución la lleva {}. Espera a que acabe o páusala con «bulk pause {}».",
                run_id,
            )
        except BaseException:  # a file that cannot be locked too: it would never be given back
            _admit(org_file)
            raise
    return Ownership(home, org_key, run_id)


def is_owned(home: Path, run_id: str) -> bool:
    """True while a live process works the run."""
    path = _run_file(home, run_id)
    with _guard:
        if path in _held:
            return True
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True


@contextlib.contextmanager
def kept_when_idle(home: Path, run_id: str) -> Iterator[bool]:
    """True when no process works the run, nor starts to meanwhile; False when one works
    it.
    """
    if is_owned(home, run_id):
        yield False
        return
    with _idle:  # whoever else stops it here does not work it
        lock = None if is_owned(home, run_id) else _taken(_run_file(home, run_id))
        try:
            yield lock is not None
        finally:
            if lock:
                lock.release()


def _taken(path: Path) -> FileLock | None:
    """The lock, or None when another process has it. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path, timeout=PATIENCE, mode=0o600)
        lock.acquire()
    except Timeout:
        return None
    except OSError as error:
        raise UsageError(
            f"No se puede escribir en «{path.parent}»: {os_error_text(error)}."
            " Comprueba los permisos."
        ) from None
    return lock


def refuse_owned(home: Path, run_id: str) -> None:
    """Raises OwnedElsewhere, naming who works the run now."""
    who = _owner(_run_file(home, run_id))["who"]
    raise OwnedElsewhere(
        f"La ejecución {run_id} ya está en curso: la lleva {who}. Espera a que acabe o páusala."
    )


def me() -> str:
    return f"{socket.gethostname()} · proceso {os.getpid()}"


def _hold(path: Path, refusal: str, run_id: str) -> None:
    if path in _held:
        lock, shared = _held[path]
        _held[path] = (lock, shared + 1)
        return
    taken = _taken(path)
    if taken is None:
        owner = _owner(path)
        raise OwnedElsewhere(refusal.format(owner["who"], owner["run"]))
    _held[path] = (taken, 1)
    message = {"who": f"{me()} (desde las {datetime.now():%H:%M})", "run": run_id}
    # Only for the refusal of others: a full disk is reported by the journal, with what to do.
    with (
        contextlib.suppress(OSError),
        open(path.with_suffix(".json"), "w", encoding="utf-8", opener=private) as file,
    ):
        json.dump(message, file, ensure_ascii=False)


def _admit(path: Path) -> None:
    lock, shared = _held.pop(path)
    if shared > 1:
        _held[path] = (lock, shared - 1)
        return
    # a disk that nothing can be written to any more; or Windows, while it is being read
    with contextlib.suppress(OSError):
        path.with_suffix(".json").unlink(missing_ok=True)
    lock.release()


def _owner(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        return {"who": "otro proceso", "run": "?"}


def _org_file(home: Path, org_key: str) -> Path:
    return home / "locks" / f"org-{hashlib.sha256(org_key.encode()).hexdigest()[:16]}.lock"


def _run_file(home: Path, run_id: str) -> Path:
    return home / "locks" / f"run-{run_id}.lock"
