"""Pages under AppTest: a data directory and a small sandbox of their own; the engine, the journal
and HTTP are the real ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.files.dataset import Dataset, read_csv
from bulk.runs.connection import Connection, connect
from bulk.runs.context import Context, open_context
from bulk.sandbox.examples import write_examples
from tests.paths import ROOT
from tests.ui.steps import LOCATIONS, PEOPLE, ROWS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One per test file: what another file's tests applied is not found applied here."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def surroundings(quick_settings: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data directory and the size of the embedded sandbox, after the developer's own settings
    were taken away.
    """
    monkeypatch.setenv("BULK_HOME", str(home))
    monkeypatch.setenv("BULK_SANDBOX_PEOPLE", str(PEOPLE))
    monkeypatch.setenv("BULK_SANDBOX_LOCATIONS", str(LOCATIONS))
    monkeypatch.setenv("BULK_SANDBOX_LATENCY_MS", "0")


@pytest.fixture
def context(surroundings: None, home: Path) -> Context:
    """The one that the pages use."""
    return open_context(home)


@pytest.fixture
def sandbox(context: Context) -> Connection:
    return connect(context.home, sandbox=True)


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example files of the small organisation, users cut to three rows."""
    folder = tmp_path_factory.mktemp("examples")
    write_examples(folder, people=PEOPLE, locations=LOCATIONS)
    users = folder / "USUARIOS.CSV"
    users.write_bytes(b"".join(users.read_bytes().splitlines(keepends=True)[: ROWS + 1]))
    return folder


@pytest.fixture
def files(examples: Path) -> dict[str, Dataset]:
    return {
        name: read_csv(examples / f"{name.upper()}.CSV")
        for name in ("global", "ubicaciones", "usuarios")
    }


@pytest.fixture
def app(context: Context) -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
