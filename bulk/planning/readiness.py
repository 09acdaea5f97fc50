"""Which of the nine actions these files are enough for, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bulk.adapters import all_actions
from bulk.core.action import Action
from bulk.core.records import FILE_NAMES
from bulk.errors import InputError
from bulk.files.dataset import Dataset
from bulk.planning.mapping import ColumnMapping, is_fed, map_columns, missing_sources


@dataclass(frozen=True)
class Readiness:
    """Whether an action can be run on the loaded files."""

    action_id: str  # which
    state: str  # ready, no_file, no_columns, no_profile
    missing: tuple[str, ...]  # parameters without a source
    text: str  # Spanish

    @property
    def ready(self) -> bool:
        return self.state == "ready"


def readiness(
    files: Mapping[str, Dataset],
    *,
    explicit: Mapping[str, Mapping[str, str]] | None = None,
    options: Mapping[str, Any] | None = None,
) -> list[Readiness]:
    """The nine actions, in the recommended order. `explicit`: action id -> parameter -> text, as
    map_columns takes it.
    """
    return [
        _of(action, files, (explicit or {}).get(action.id), options or {})
        for action in all_actions()
    ]


def needs(action: Action) -> str:
    """`person_id, y extension o destination`: what a row must bring."""
    required = ", ".join(param.name for param in action.params if param.required)
    names, option = action.one_of, action.one_of_option
    others = " o ".join([*names, *(["un perfil"] if option == "profile" else [])])
    return f"{required}, y {others}" if others else required


def _of(
    action: Action,
    files: Mapping[str, Dataset],
    explicit: Mapping[str, str] | None,
    options: Mapping[str, Any],
) -> Readiness:
    dataset = files.get(action.dataset)
    if dataset is None:
        return Readiness(action.id, "no_file", (), f"Falta {FILE_NAMES[action.dataset]}")
    try:
        mapping = map_columns(action, dataset, files.get("global"), explicit=explicit, others=files)
    except InputError as error:
        return Readiness(action.id, "no_columns", (), error.message)
    if lacking := missing_sources(action, mapping):
        return Readiness(action.id, "no_columns", lacking, f"faltan columnas: {', '.join(lacking)}")
    return _either(action, mapping, options)


def _either(action: Action, mapping: ColumnMapping, options: Mapping[str, Any]) -> Readiness:
    names, option = action.one_of, action.one_of_option
    if not names or options.get(option) or any(is_fed(mapping, name) for name in names):
        return Readiness(action.id, "ready", (), "lista para ensayar")
    if option:
        return Readiness(
            action.id, "no_profile", names, f"falta un perfil, o una columna: {' o '.join(names)}"
        )
    return Readiness(action.id, "no_columns", names, f"falta una columna: {' o '.join(names)}")
