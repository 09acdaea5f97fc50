"""How an action ends when nothing goes wrong: what every accident is held against."""

from __future__ import annotations

import json
from pathlib import Path

from bulk.files.dataset import read_csv
from bulk.journal import rows
from bulk.planning.prepare import prepare
from bulk.runs.connection import connect
from bulk.runs.context import close_context, open_context
from bulk.runs.launch import Launch, launch
from tests.resilience.invariants import Reference
from tests.resilience.setup import PATIENCE, PROFILED, Remote


def undisturbed(action: str, home: Path, remote: Remote, files: Path) -> Reference:
    """Work the example file on the organisation as new, in this process."""
    remote.as_new()
    dataset = "ubicaciones" if action.startswith("ubicacion") else "usuarios"
    options = (
        {"profile": json.loads((files / "perfil_saliente_defecto.json").read_text())}
        if action == PROFILED
        else {}
    )
    prepared = prepare(
        action, {dataset: read_csv(files / f"{dataset.upper()}.CSV", name=dataset)}, options=options
    )
    context = open_context(home)
    try:
        connection = connect(
            home, token=remote.message["token"], base_url=remote.message["base_url"]
        )
        live = launch(
            context, prepared, connection, Launch(chunk_size=40, workers=8, options=options)
        )
        assert live.ended.wait(PATIENCE), "the undisturbed run did not end"
        assert live.stop.state is None, live.stop.reason
        found = list(rows.read_rows(context.journal, live.run_id))
    finally:
        close_context(context)
    counters = remote.counters()
    assert counters["effective_writes"] > 0, "the example changes nothing"
    return Reference(
        found,
        remote.state(),
        counters["by_entity"],
        counters["requests"],
        counters["effective_writes"],
    )
