"""Files on disk: for their owner only, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def private(path: str, flags: int) -> int:
    """Opener for files with personal data: 0600."""
    return os.open(path, flags, 0o600)


@contextmanager
def atomic_file(path: Path, mode: str = "wb", **options: Any) -> Iterator[Any]:
    """A file (0600) that takes its place, on the disk, when the block ends; an older one stays as
    it was until then, and after an error. Gives the open file; `options` as of `open`. Raises
    OSError.
    """
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(handle, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
