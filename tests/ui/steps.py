"""What the tests of the pages do with an AppTest, and what they read from it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pandas as pd
from streamlit.testing.v1 import AppTest

from bulk.core.records import RunRecord
from bulk.files.dataset import Dataset
from bulk.planning.prepare import prepare
from bulk.runs.connection import Connection
from bulk.runs.context import Context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.status import find_run
from pages.ui.shell.session import KEY, Session

PEOPLE, LOCATIONS, ROWS = 12, 3, 3
FORWARDING = "usuarios_configurar_desvio_prefijo53"
HEADER = "ubicacion_actualizar_cabecera"
DATA, MAPPING, DRY_RUN, BOARD, REPORT, HISTORY = (
    "pages/1_Datos.py",
    "pages/2_Mapeo.py",
    "pages/3_Ensayo.py",
    "pages/4_Lanzamiento.py",
    "pages/5_Informe.py",
    "pages/6_Historial.py",
)


def session(app: AppTest) -> Session:
    current: Session = app.session_state[KEY]
    return current


def upload(app: AppTest, name: str, raw: bytes, file_name: str = "") -> AppTest:
    """Put a file into its drop zone of Datos, the page that is open."""
    zone = app.file_uploader(key=f"upload_{name}")
    zone.upload(file_name or f"{name.upper()}.CSV", raw, "text/csv").run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label."""
    found = [button for button in app.button if button.label == label]
    assert found, f"no button «{label}» among {labels(app)}"
    return found[0].click().run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def view(app: AppTest, name: str) -> AppTest:
    """Choose one of the views of a page."""
    group = next(
        group for group in app.get("button_group") if any(name in str(o) for o in group.options)
    )
    group.set_value(name).run()
    assert not app.exception
    return app


def report_view(app: AppTest, name: str) -> AppTest:
    """Choose one of the views of a report."""
    choice = next(
        group for group in app.get("button_group") if str(group.key).startswith("report_view")
    )
    return choice.set_value(name).run()


def text_of(app: AppTest) -> str:
    """Everything that the page says."""
    groups = (
        app.markdown,
        app.caption,
        app.subheader,
        app.info,
        app.success,
        app.warning,
        app.error,
    )
    texts = [element.value for group in groups for element in group]
    texts += [element.label for element in (*app.button, *app.tabs, *app.expander)]
    return "\n".join([*texts, *(element.proto.body for element in app.get("html"))])


def grid(app: AppTest) -> pd.DataFrame:
    """The grid of the rows to correct."""
    shown: pd.DataFrame = next(
        each.value for each in app.dataframe if "Qué se espera y qué hacer" in each.value.columns
    )
    return shown


def type_into(app: AppTest, line: int, column: str, text: str) -> AppTest:
    """What the browser does when a cell of the grid is changed."""
    session(app).files.pending.setdefault("usuarios", {})[(line, column)] = text
    return app.run()


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


def wait_until(holds: Callable[[], bool], what: str, *, timeout_s: float = 120) -> None:
    until = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.02)
