"""Schemas and rules over several rows; every finding says file, line, column, value, what was
expected and the remedy.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa

from bulk.core import settings
from bulk.core.action import Action, Param
from bulk.core.records import Problem
from bulk.files.dataset import Dataset, canonical
from bulk.planning.cross_file import Organisation, expected_org, first_org, rows_of_other_org
from bulk.planning.duplicates import repeated
from bulk.planning.mapping import ColumnMapping, clean
from bulk.planning.sources import Files, header_of, join_problems
from bulk.wording.problems import message_for
from schemas.fields import id_rule
from schemas.limits import Limits, limited
from schemas.phones import phone_rule

MASTER_SCHEMAS = {
    "global": "schemas.global_",
    "ubicaciones": "schemas.ubicaciones",
    "usuarios": "schemas.usuarios",
}
NO_PROFILE_RULES = frozenset({"sin_perfil"})
HARD_FILE_RULES = frozenset({"id_de_otro_tipo"})  # of a file by itself only these are errors
_NAMES_OF_PANDERA = {"not_nullable": "falta_dato"}


@dataclass(frozen=True)
class Failures:
    """The rows that break one rule of one column (or of the row, `column` None)."""

    column: str | None  # schema column
    rule: str  # rule id
    kinds: tuple[str, ...]  # what the column's ids may name
    lines: list[int]  # lines of the file
    values: list[str | None]  # cells in canonical text, None = empty or the whole row


@dataclass(frozen=True)
class FileBlock:
    """The rows are a block of a bigger file."""

    organization: Organisation | None = None  # as an earlier block or another file says it


def validate_rows(
    action: Action,
    dataset: Dataset,
    mapping: ColumnMapping,
    frame: pd.DataFrame,
    *,
    options: Mapping[str, Any] | None = None,
    known: Iterable[Problem] = (),
    others: Mapping[str, Dataset] | None = None,
    block: FileBlock | None = None,
) -> list[Problem]:
    """Problems of the rows of `frame` (rows of what param_frame gives), in file order.

    `known`: what was found before; a row that is not valid says nothing against the valid ones.
    `others` (dataset name -> file): the files that joins look into, and that may say the
    organization. `block`: the frame is part of a bigger file, whose rows are compared with one
    another later.
    """
    found = row_problems(action, dataset, mapping, frame, options=options, others=others)
    known_org = block.organization if block else None
    found += organisation_problems(
        dataset, mapping, frame, known_org or expected_org(others or {}, dataset.name)
    )
    if block is None:
        wrong = invalid_lines([*known, *found])
        found += repeated(action, dataset, mapping, frame[~frame.index.isin(list(wrong))])
    return sorted(found, key=lambda problem: (problem.line or 0, problem.column or ""))


def row_problems(
    action: Action,
    dataset: Dataset,
    mapping: ColumnMapping,
    frame: pd.DataFrame,
    *,
    options: Mapping[str, Any] | None = None,
    others: Mapping[str, Dataset] | None = None,
) -> list[Problem]:
    """What is wrong with each row by itself; arguments as in validate_rows."""
    schema: pa.DataFrameSchema = importlib.import_module(f"schemas.{action.id}").SCHEMA
    forgiven = NO_PROFILE_RULES if (options or {}).get("profile") else frozenset()
    joins = list(join_problems(mapping.sources, Files(dataset, others=others or {}), frame.index))
    unmatched = {(problem.line, problem.column) for problem in joins}
    found = [
        problem
        for failed in failures(schema, frame)
        if failed.rule not in forgiven
        for problem in _described(
            failed,
            dataset,
            *_written(failed, dataset, mapping),
            names=action.one_of,
        )
        if not (
            failed.rule == "falta_dato"
            and (problem.line, _joined_on(mapping, failed.column)) in unmatched
        )
    ]
    return [*found, *joins]


def _joined_on(mapping: ColumnMapping, name: str | None) -> str | None:
    """The own column that a parameter is looked up by."""
    source = mapping.sources.get(name or "")
    return source.on if source is not None and source.kind == "join" else None


def organisation_problems(
    dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame, said: Organisation | None
) -> Iterator[Problem]:
    """Rows of another organisation than the one said, or else than that of the first row."""
    source, cells = mapping.sources["org_id"], frame["org_id"]
    return rows_of_other_org(
        dataset, header_of("org_id", source), cells, said or first_org(dataset, cells)
    )


def validate_file(dataset: Dataset) -> list[Problem]:
    """The file by itself, no action chosen: avisos, but an id of another kind is an error."""
    schema: pa.DataFrameSchema = importlib.import_module(MASTER_SCHEMAS[dataset.name]).SCHEMA
    headers = {canonical(header): header for header in dataset.frame.columns}
    known = {
        name: headers[canonical(name)] for name in schema.columns if canonical(name) in headers
    }
    params = _parameters()
    cells = {
        name: clean(dataset.frame[header], params.get(name, Param(name)))
        for name, header in known.items()
    }
    found: list[Problem] = []
    for failed in failures(schema, pd.DataFrame(cells, index=dataset.frame.index)):
        severity = "error" if failed.rule in HARD_FILE_RULES else "aviso"
        found += _described(
            failed, dataset, known.get(failed.column or ""), failed.values, severity
        )
    return sorted(found, key=lambda problem: problem.line or 0)


def _parameters() -> dict[str, Param]:
    """Every parameter that some action takes: what a column of a master file holds."""
    # the registry loads the adapters: only when a file is looked at by itself
    from bulk.adapters import all_actions

    return {param.name: param for action in all_actions() for param in action.parameters}


# -- schemas ---------------------------------------------------------------------------------------


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> Iterator[Failures]:
    """What does not pass, rule by rule; a rule over a row counts once a row, not once a column."""
    table = frame.reset_index(drop=True)
    try:
        with limited(_limits()):
            schema.validate(table.mask(table == ""), lazy=True)
    except pa.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            yield from _distinct_labels(_failed(error, frame.index))


def _failed(error: pa.errors.SchemaError, lines: pd.Index[Any]) -> Failures:
    check, cases = error.check, error.failure_cases
    rule = check if isinstance(check, str) else str(check.error)
    # a fault of the schema, never of the file
    if not isinstance(cases, pd.DataFrame) or cases["index"].isna().any():
        raise RuntimeError(f"check of {error.schema.name or 'schema'} failed: {rule}")
    name = error.schema.name if isinstance(error.schema, pa.Column) else None
    cases = cases if name else cases.drop_duplicates("index")
    empty = name is None or rule == "not_nullable"
    values = [None if empty else str(value) for value in cases["failure_case"]]
    at = lines.to_numpy()[cases["index"].to_numpy(dtype="int64")].tolist()
    kinds = (error.schema.metadata or {}).get("kinds", ()) if name else ()
    return Failures(name, _NAMES_OF_PANDERA.get(rule, rule), kinds, at, values)


def _limits() -> Limits:
    """What the settings say of cells (docs/webex.md 5)."""
    found = settings.load()
    return Limits(found.extension_min_length, found.extension_max_length, found.bare_uuids)


def _distinct_labels(failed: Failures) -> Iterator[Failures]:
    """Wrong ids and wrong phones are of several sorts, each with its own remedy."""
    rules: list[str | None] = [failed.rule] * len(failed.lines)
    if failed.kinds and failed.rule == "id_no_valido":
        with limited(_limits()):
            rules = [id_rule(value or "", failed.kinds) for value in failed.values]
    elif failed.rule == "telefono_no_valido":
        rules = [phone_rule(value or "") for value in failed.values]
    for rule in sorted({rule for rule in rules if rule}):
        at = [position for position, each in enumerate(rules) if each == rule]
        lines, values = [failed.lines[i] for i in at], [failed.values[i] for i in at]
        yield Failures(failed.column, rule, failed.kinds, lines, values)


def _written(
    failed: Failures, dataset: Dataset, mapping: ColumnMapping
) -> tuple[str | None, list[str | None]]:
    """Header and cells as the file has them; what they come from and the parameter's value when it
    is elsewhere.
    """
    source = mapping.sources.get(failed.column or "")
    if source is None or source.kind != "column":
        return (
            header_of(failed.column, source) if failed.column and source else failed.column
        ), failed.values
    return source.ref, [str(cell) or None for cell in dataset.frame.loc[failed.lines, source.ref]]


def _described(
    failed: Failures,
    dataset: Dataset,
    column: str | None,
    shown: list[str | None],
    severity: str = "error",
    *,
    names: tuple[str, ...] = (),
) -> Iterator[Problem]:
    limits = _limits()
    for line, value, cell in zip(failed.lines, failed.values, shown, strict=True):
        message = message_for(failed.rule, value, failed.kinds, names, limits)
        at = dataset.lines.get(column or "")
        yield Problem(dataset.file_name, line, column, cell, failed.rule, message, severity, at)


# -- findings --------------------------------------------------------------------------------------


def invalid_lines(problems: Iterable[Problem]) -> dict[int, Problem]:
    """Line -> its first error."""
    found: dict[int, Problem] = {}
    for problem in problems:
        if problem.severity == "error" and problem.line is not None:
            found.setdefault(problem.line, problem)
    return found


def totals(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """[{rule, severity, column, count, message, first_line, value}], biggest first."""
    groups: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for problem in problems:
        key = (problem.rule, problem.severity, problem.column)
        group = groups.setdefault(
            key,
            {
                "rule": problem.rule,
                "severity": problem.severity,
                "column": problem.column,
                "count": 0,
                "message": problem.message,
                "first_line": problem.display_line,
                "value": problem.value,
            },
        )
        group["count"] += 1
    return sorted(groups.values(), key=lambda group: -group["count"])
