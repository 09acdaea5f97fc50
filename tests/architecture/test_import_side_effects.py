"""Importing a piece of the product leaves the host process as it was."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.paths import ROOT

CHECK = """
import atexit, gc, logging, sys, threading
before = (logging.getLogRecordFactory(), sys.excepthook, threading.excepthook,
          atexit._ncallbacks(), gc.get_freeze_count(), list(logging.root.handlers))
import concurrent.futures.thread, logging.handlers  # register callbacks of their own
before = (*before[:3], atexit._ncallbacks(), *before[4:])
import {module}
after = (logging.getLogRecordFactory(), sys.excepthook, threading.excepthook,
         atexit._ncallbacks(), gc.get_freeze_count(), list(logging.root.handlers))
for name, old, new in zip("factory excepthook thread_hook atexit frozen handlers".split(),
                          before, after):
    if old != new:
        print(name, old, new)
"""


@pytest.mark.parametrize(
    "module",
    ["bulk.errors", "bulk.core.logs", "bulk.adapters.usuarios_configurar_desvio_prefijo53"],
)
def test_an_import_changes_nothing_in_the_process(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK.format(module=module)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("", "")
