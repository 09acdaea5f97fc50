"""From files to rows ready to hand over: mapping, validation, scope. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from bulk.actions import get_action
from bulk.contract import Action
from bulk.dataset import Dataset
from bulk.errors import InputError
from bulk.labels import labels
from bulk.mapping import Mapping as ColumnMapping
from bulk.mapping import iter_params, map_columns, missing_sources, param_frame
from bulk.records import FILE_NAMES, Problem, Row
from bulk.validation import invalid_lines, validate_rows

SELECTED = "selected"
SELECTED_WORDS = frozenset({"true", "1", "yes", "si", "sí", "x", "verdadero"})


@dataclass(frozen=True)
class Prepared:
    """A file seen through an action: what would be handed over, row by row."""

    action: Action  # what would be done
    dataset: Dataset  # the action's file
    global_dataset: Dataset | None  # GLOBAL, when given
    mapping: ColumnMapping  # parameter -> source
    missing: tuple[str, ...]  # required parameters without a source: the run is blocked
    frame: pd.DataFrame  # canonical text of each parameter; index = line
    problems: list[Problem]  # of the file and of the rows
    invalid: Mapping[int, Problem]  # line -> its first error
    excluded: frozenset[int]  # lines outside the scope
    scope: Mapping[str, Any] = field(default_factory=dict)  # how the rows were chosen, for the journal

    @property
    def total(self) -> int:
        return len(self.frame)


def prepare(
    action_id: str,
    files: Mapping[str, Dataset],
    *,
    explicit: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
    options: Mapping[str, Any] | None = None,
) -> Prepared:
    """Map and validate `files` (dataset name -> Dataset) for one action.

    Raises InDevelopment, UnknownAction, InputError (the action's file is missing; a mapping names what does not exist).
    """
    action = get_action(action_id)
    dataset = files.get(action.dataset)
    if dataset is None:
        raise InputError(f"«{action.title}» necesita {FILE_NAMES[action.dataset]} (--{action.dataset} FICHERO).")
    world = files.get("global")
    mapping = mapping or map_columns(action, dataset, world, explicit=explicit)
    missing = missing_sources(action, mapping)
    frame = param_frame(action, dataset, world, mapping)
    found = [] if missing else validate_rows(action, dataset, mapping, frame, options=options or {})
    problems = [*dataset.problems, *found]
    excluded = _not_selected(frame, mapping)
    return Prepared(
        action=action,
        dataset=dataset,
        global_dataset=world,
        mapping=mapping,
        missing=missing,
        frame=frame,
        problems=problems,
        invalid=invalid_lines(problems),
        excluded=excluded,
        scope={"selected": len(frame) - len(excluded)} if excluded else {},
    )


def require_sources(prepared: Prepared) -> None:
    """Raises InputError when a required parameter has no source."""
    if prepared.missing:
        names = ", ".join(prepared.missing)
        raise InputError(
            f"{prepared.dataset.file_name}: faltan columnas para «{prepared.action.title}»: {names}. "
            "Añádelas al fichero, o di de qué columna salen (--map parámetro=columna)."
        )


def planned_rows(prepared: Prepared) -> Iterator[Row]:
    """Every row of the file, in file order: pending, invalid (with why) or excluded."""
    names = labels(prepared.dataset)
    shown = zip(names.index, names["label"], names["group"], strict=True)
    for (line, params), (_, label, group) in zip(iter_params(prepared.action, prepared.frame), shown, strict=True):
        problem = prepared.invalid.get(line)
        if line in prepared.excluded:
            yield Row(line, params, label, group, state="excluded")
        elif problem:
            yield Row(line, params, label, group, state="invalid", code=problem.rule, message=problem.text())
        else:
            yield Row(line, params, label, group)


def first_rows(prepared: Prepared, most: int = 1_000) -> list[Row]:
    """Rows spread over the file, enough to try a few of their ids."""
    step = max(1, prepared.total // most)
    lines = frozenset(prepared.frame.index[::step])
    chosen = prepared.frame.loc[sorted(lines)]
    state = dict.fromkeys(lines - prepared.excluded - set(prepared.invalid), "pending")
    return [Row(line, params, state=state.get(line, "invalid")) for line, params in iter_params(prepared.action, chosen)]


def _not_selected(frame: pd.DataFrame, mapping: ColumnMapping) -> frozenset[int]:
    """Lines that a `selected` column leaves out."""
    source = mapping.sources.get(SELECTED)
    if source is None or source.kind == "none":
        return frozenset()
    return frozenset(frame.index[~frame[SELECTED].str.lower().isin(SELECTED_WORDS)])
