"""Who works what: the locks of a run and of its organisation, over real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from bulk.errors import UsageError
from bulk.runs import locks

ORG, RUN = "sandbox|org", "20261123-0712-a3f"


def test_a_run_whose_file_cannot_be_locked_leaves_its_organisation_free(tmp_path: Path) -> None:
    in_the_way = tmp_path / "locks" / f"run-{RUN}.lock"
    in_the_way.mkdir(parents=True)
    with pytest.raises(UsageError, match="No se puede escribir"):
        locks.take(tmp_path, ORG, RUN)
    (organisation,) = (tmp_path / "locks").glob("org-*.lock")
    with FileLock(organisation, timeout=0):  # as another process
        pass
    in_the_way.rmdir()
    locks.take(tmp_path, ORG, RUN).release()
