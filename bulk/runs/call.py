"""`run(token=..., **params)` of an action: one row from its parameters, or a file, one by one or in
bulk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bulk.adapters import get_action
from bulk.errors import InputError, UsageError
from bulk.files.dataset import Dataset, as_text, from_records, read_any
from bulk.journal import rows
from bulk.planning.prepare import prepare
from bulk.runs.connection import connect
from bulk.runs.context import Context, open_context
from bulk.runs.launch import Launch, launch, wait
from bulk.runs.status import document, find_run


def call_action(
    action_id: str,
    *,
    token: str | None,
    bulk: bool,
    chunk_size: int,
    csv: str | None,
    global_csv: str | None,
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """What `run` of an adapter promises (`bulk.script.runner`)."""
    action, context = get_action(action_id), open_context()
    options = {name: params[name] for name in action.options if params.get(name) is not None}
    values = {
        name: value
        for name, value in params.items()
        if name not in action.options and value is not None
    }
    unknown = sorted(set(values) - {param.name for param in action.parameters})
    if unknown:
        raise UsageError(f"«{action_id}» no tiene el parámetro {', '.join(unknown)}.")
    if csv is None:
        files = {
            action.dataset: from_records({1: values}, name=action.dataset, file_name="parámetros")
        }
    else:
        files = {action.dataset: _read(csv, action.dataset)}
    if global_csv:
        files["global"] = _read(global_csv, "global")
    explicit = {name: f"={as_text(value)}" for name, value in values.items()} if csv else None
    prepared = prepare(action_id, files, explicit=explicit, options=options)
    if csv is None and prepared.invalid:
        raise InputError("; ".join(problem.text() for problem in prepared.problems))
    connection = connect(context.home, token=token)
    live = launch(
        context, prepared, connection, Launch(bulk=bulk, chunk_size=chunk_size, options=options)
    )
    wait(live)
    return result(context, live.run_id, one_row=csv is None)


def result(context: Context, run_id: str, *, one_row: bool) -> dict[str, Any]:
    """The run's document; for one row, the row's own outcome with the run it belongs to."""
    found = document(context, find_run(context, run_id))
    if not one_row:
        return found
    row = next(rows.read_rows(context.journal, run_id))
    return {"run_id": run_id, **asdict(row), "run_state": found["state"], "reason": found["reason"]}


def _read(path: str, name: str) -> Dataset:
    return read_any(Path(path), name=name)[0]
