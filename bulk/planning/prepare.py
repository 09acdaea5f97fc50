"""From files to rows ready to hand over: mapping, validation, scope. Nothing is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from bulk.adapters import get_action
from bulk.core.action import Action, Param
from bulk.core.records import FILE_NAMES, Problem, Row
from bulk.errors import InputError
from bulk.files.dataset import Dataset
from bulk.planning.mapping import ColumnMapping, iter_params, lacking, map_columns, param_frame
from bulk.planning.row_labels import labels
from bulk.planning.scope import SELECTED, Chosen, Scope, choose, left_open
from bulk.planning.validation import FileBlock, invalid_lines, validate_rows

# (action, file, mapping, canonical text of the parameters) -> the text with names turned into ids,
# and what could not be.
Resolve = Callable[
    [Action, Dataset, ColumnMapping, pd.DataFrame], tuple[pd.DataFrame, list[Problem]]
]


WHOLE = Scope()


@dataclass(frozen=True)
class PreparedFile:
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
    # how the rows were chosen, for the journal
    scope: Mapping[str, Any] = field(default_factory=dict)
    chosen: Chosen | None = None  # the same, for people
    joined: tuple[Dataset, ...] = ()  # other files that values come from

    @property
    def total(self) -> int:
        return len(self.frame)

    @property
    def files(self) -> tuple[Dataset, ...]:
        """Every file that a row is made of."""
        return tuple(
            dataset for dataset in (self.global_dataset, self.dataset, *self.joined) if dataset
        )

    @cached_property
    def rows_hash(self) -> str:
        """SHA-256 of the values of every row and of which of them would be worked, wherever the
        values come from.
        """
        aside = sorted(self.invalid.keys() | self.excluded)
        digest = hashlib.sha256(repr([list(self.frame.columns), aside]).encode())
        digest.update(pd.util.hash_pandas_object(self.frame).to_numpy().tobytes())
        return digest.hexdigest()


def prepare(
    action_id: str,
    files: Mapping[str, Dataset],
    *,
    explicit: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
    options: Mapping[str, Any] | None = None,
    scope: Scope = WHOLE,
    resolve: Resolve | None = None,
    block: FileBlock | None = None,
) -> PreparedFile:
    """Map and validate `files` (dataset name -> Dataset) for one action. Rows outside the scope are
    not judged.

    `block`: the action's file is part of a bigger one, whose rows are compared with one another
    later.

    Raises InDevelopment, UnknownAction, InputError (the action's file is missing; a mapping names
    what does not exist).
    """
    action = get_action(action_id)
    dataset = files.get(action.dataset)
    if dataset is None:
        raise InputError(
            f"«{action.title}» necesita {FILE_NAMES[action.dataset]} (--{action.dataset} FICHERO)."
        )
    global_ = files.get("global")
    mapping = mapping or map_columns(action, dataset, global_, explicit=explicit, others=files)
    missing = lacking(action, mapping, options)
    frame = param_frame(action, dataset, global_, mapping, others=files)
    chosen = choose(dataset, scope)
    source = mapping.sources.get(SELECTED)
    # fed from elsewhere than a column of its name
    if source is not None and source.kind != "none" and scope.selected:
        chosen = replace(chosen, mask=chosen.mask & (frame[SELECTED] == "true"))
    written, unresolved = frame, list[Problem]()
    if resolve and not missing:
        frame, unresolved = _resolved(resolve, action, dataset, mapping, frame, chosen.mask)
    chosen = left_open(chosen, scope, action, written, frame)
    known = [
        problem
        for problem in (*dataset.problems, *unresolved)
        if problem.line is None or chosen.mask.get(problem.line)
    ]
    found = list[Problem]()
    if not missing:
        found = validate_rows(
            action,
            dataset,
            mapping,
            frame[chosen.mask],
            options=options,
            known=known,
            others=files,
            block=block,
        )
    # once is enough: not "is no id" as well
    described = {(problem.line, problem.column) for problem in unresolved}
    found = [problem for problem in found if (problem.line, problem.column) not in described]
    problems = [*chosen.unclear, *known, *found]
    excluded = frozenset(frame.index[~chosen.mask])
    chosen_so = excluded or scope or not scope.selected
    return PreparedFile(
        action=action,
        dataset=dataset,
        global_dataset=global_,
        mapping=mapping,
        missing=missing,
        frame=frame,
        problems=problems,
        invalid=invalid_lines(problems),
        excluded=excluded,
        scope=(
            {**scope.to_json(), "selected": chosen.count, "text": chosen.description}
            if chosen_so
            else {}
        ),
        chosen=chosen,
        joined=tuple(files[name] for name in _joined(mapping) - {action.dataset, "global"}),
    )


def _joined(mapping: ColumnMapping) -> set[str]:
    """Names of the files that a join looks into."""
    return {source.dataset for source in mapping.sources.values() if source.kind == "join"}


def _resolved(
    resolve: Resolve,
    action: Action,
    dataset: Dataset,
    mapping: ColumnMapping,
    frame: pd.DataFrame,
    mask: pd.Series[bool],
) -> tuple[pd.DataFrame, list[Problem]]:
    """The frame with the names of the chosen rows turned into ids; those of the others are not
    asked for.
    """
    found, problems = resolve(action, dataset, mapping, frame[mask])
    return pd.concat([found, frame[~mask]]).loc[frame.index], problems


def of_the_others(
    action: Action, mapping: ColumnMapping, files: Mapping[str, Dataset]
) -> list[Problem]:
    """Avisos: what was found in the other files that the rows take something from, when they were
    read.
    """
    joined = {source.dataset for source in mapping.sources.values() if source.kind == "join"}
    names = [
        name for name in ("global", *sorted(joined)) if name in files and name != action.dataset
    ]
    return [
        replace(problem, severity="aviso") for name in names for problem in files[name].problems
    ]


def require_sources(prepared: PreparedFile) -> None:
    """Raises InputError when a required parameter has no source, or none of those of which one is
    needed.
    """
    if prepared.missing:
        names = ", ".join(prepared.missing)
        raise InputError(
            f"{prepared.dataset.file_name}: faltan columnas para «{prepared.action.title}»:"
            f" {names}. Añádelas al fichero, o di de qué columna salen (--map parámetro=columna)."
        )


def planned_rows(prepared: PreparedFile) -> Iterator[Row]:
    """Every row of the file, in file order: pending, invalid (with why) or excluded."""
    names = labels(prepared.dataset)
    shown = zip(names.index, names["label"], names["group"], strict=True)
    for (line, params), (_, label, group) in zip(
        iter_params(prepared.action, prepared.frame), shown, strict=True
    ):
        problem = prepared.invalid.get(line)
        if line in prepared.excluded:
            yield Row(line, params, label, group, state="excluded")
        elif problem:
            yield Row(
                line,
                params,
                label,
                group,
                state="invalid",
                code=problem.rule,
                message=problem.text(),
            )
        else:
            yield Row(line, params, label, group)


def first_rows(prepared: PreparedFile, most: int = 1_000) -> list[Row]:
    """Rows spread over the file, enough to try a few of their ids."""
    step = max(1, prepared.total // most)
    lines = frozenset(prepared.frame.index[::step])
    chosen = prepared.frame.loc[sorted(lines)]
    state = dict.fromkeys(lines - prepared.excluded - set(prepared.invalid), "pending")
    return [
        Row(line, params, state=state.get(line, "invalid"))
        for line, params in iter_params(prepared.action, chosen)
    ]


def example_of(plan: PreparedFile, param: Param) -> str:
    """The first cell that is not empty: as the file has it, where a name stands for an id."""
    source = plan.mapping.sources[param.name]
    column = plan.dataset.frame.get(source.ref) if source.kind == "column" and param.is_id else None
    cells = plan.frame[param.name] if column is None else column
    filled = cells[cells != ""]
    return str(filled.iloc[0]) if len(filled) else ""


def by_default(plan: PreparedFile, param: Param) -> str:
    """What the action makes of the first row that gives it what it needs; "" without one."""
    names = [name for name in plan.frame.columns if f"{{{name}}}" in param.default]
    usable = plan.frame[(plan.frame[names] != "").all(axis=1)] if names else plan.frame
    return param.default.format(**usable.iloc[0]) if len(usable) else ""
