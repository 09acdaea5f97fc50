"""Write expected/ with the tree that stands first on PYTHONPATH.

`PYTHONPATH=/path/of/the/tree:. python -m tests.integration.golden.record`. A difference is
committed only when it is meant: the commit says why.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.integration.golden.recording import EXPECTED, record


def main() -> None:
    EXPECTED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for command, text in record(Path(folder)):
            (EXPECTED / f"{command.name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
