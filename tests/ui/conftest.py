"""Pages under AppTest: a data directory and a small sandbox of their own; the engine, the journal
and HTTP are the real ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.core.records import RunRecord
from bulk.files.dataset import Dataset, read_csv
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection
from bulk.runs.context import Context, open_context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.status import find_run
from bulk.sandbox.examples import write_examples
from tests.paths import ROOT

PEOPLE, LOCATIONS, ROWS = 12, 3, 3
FORWARDING = "usuarios_configurar_desvio_prefijo53"
HEADER = "ubicacion_actualizar_cabecera"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a file's tests: what those of another file applied is not found applied here."""
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
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30).run()


def finished_run(
    context: Context,
    connection: Connection,
    files: dict[str, Dataset],
    *,
    dry_run: bool = False,
    chunk_size: int = 200,
    action: str = FORWARDING,
) -> RunRecord:
    """A run of the three rows, to its end."""
    live = launch(
        context, prepare(action, files), connection, Launch(dry_run=dry_run, chunk_size=chunk_size)
    )
    wait(live, every=0.05)
    return find_run(context, live.run_id)


def said(app: AppTest) -> str:
    """Everything that the page says, in one text."""
    groups = (
        app.markdown,
        app.caption,
        app.subheader,
        app.info,
        app.success,
        app.warning,
        app.error,
    )
    heard = [element.value for group in groups for element in group]
    heard += [element.label for element in (*app.button, *app.tabs, *app.expander)]
    return "\n".join([*heard, *(element.proto.body for element in app.get("html"))])


def view(app: AppTest, name: str) -> AppTest:
    """Choose one of the views of a report."""
    choice = next(
        group for group in app.get("button_group") if str(group.key).startswith("report_view")
    )
    return choice.set_value(name).run()


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label."""
    found = [button for button in app.button if button.label == label]
    assert found, f"no button «{label}» among {[button.label for button in app.button]}"
    return found[0].click().run()
