"""Schemas and rules over several rows; every finding says file, line, column, value, what was expected and the remedy."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa

from bulk.contract import Action
from bulk.dataset import Dataset, canonical
from bulk.mapping import Mapping as ColumnMapping
from bulk.mapping import clean
from bulk.messages import message_for
from bulk.records import Problem

MASTER_SCHEMAS = {"global": "schemas.global_", "ubicaciones": "schemas.ubicaciones", "usuarios": "schemas.usuarios"}
NO_PROFILE_RULES = frozenset({"sin_perfil"})


def validate_rows(
    action: Action,
    dataset: Dataset,
    mapping: ColumnMapping,
    frame: pd.DataFrame,
    *,
    options: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """Problems of the rows of `frame` (as param_frame gives it), in file order."""
    schema: pa.DataFrameSchema = importlib.import_module(f"schemas.{action.id}").SCHEMA
    forgiven = NO_PROFILE_RULES if (options or {}).get("profile") else frozenset()
    found = [
        _problem(dataset, mapping, line, column, value, rule)
        for line, column, value, rule in failures(schema, frame)
        if rule not in forgiven
    ]
    found += _same_entity(action, dataset, mapping, frame)
    found += _same_number(action, dataset, mapping, frame)
    return sorted(found, key=lambda problem: (problem.line or 0, problem.column or ""))


def validate_file(dataset: Dataset) -> list[Problem]:
    """The file by itself, no action chosen: avisos, but an id of another kind is an error."""
    from bulk.contract import Param

    schema: pa.DataFrameSchema = importlib.import_module(MASTER_SCHEMAS[dataset.name]).SCHEMA
    headers = {canonical(header): header for header in dataset.frame.columns}
    known = {name: headers[canonical(name)] for name in schema.columns if canonical(name) in headers}
    kinds = {"selected": "flag", "enable_unknown_extension_route_policy": "flag"}
    many = {"phone_numbers", "add_license_ids", "remove_license_ids", "allow_call_types", "block_call_types"}
    frame = pd.DataFrame(
        {
            name: clean(dataset.frame[header], Param(name, _kind(name, kinds), many=name in many))
            for name, header in known.items()
        },
        index=dataset.frame.index,
    )
    found = []
    for line, column, value, rule in failures(schema, frame):
        severity = "error" if rule == "id_de_otro_tipo" else "aviso"
        header = known.get(str(column), column)
        found.append(Problem(dataset.file_name, line, header, value, rule, message_for(rule, value), severity))
    return found


def _kind(name: str, kinds: Mapping[str, str]) -> str:
    if "phone" in name:
        return "phone"
    return "call_type" if name.endswith("call_types") else kinds.get(name, "text")


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> Iterable[tuple[int, str | None, str | None, str]]:
    """(line, column, value, rule) of every cell or row that does not pass; one per row and rule for rules over a row."""
    lines = frame.index
    table = frame.reset_index(drop=True).astype(object)
    table = table.where(table != "", None)
    try:
        schema.validate(table, lazy=True)
        return
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    wide: set[tuple[int, str]] = set()
    columns = (cases["schema_context"], cases["column"], cases["check"], cases["failure_case"], cases["index"])
    for context, column, check, value, position in zip(*columns, strict=True):
        rule, line = str(check), int(lines[int(position)])
        if context == "Column":
            yield line, str(column), None if rule == "not_nullable" else str(value), rule
        elif (line, rule) not in wide:
            wide.add((line, rule))
            yield line, None, None, rule


def _problem(dataset: Dataset, mapping: ColumnMapping, line: int, column: str | None, value: str | None, rule: str) -> Problem:
    """The finding with the header and the cell as the file has them."""
    source = mapping.sources.get(column or "")
    if source is None or source.kind != "column":
        return Problem(dataset.file_name, line, column, value, rule, message_for(rule, value))
    written = str(dataset.frame.at[line, source.ref])
    return Problem(dataset.file_name, line, source.ref, written or None, rule, message_for(rule, value))


# -- several rows -----------------------------------------------------------------------------------------------------


def _same_entity(action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame) -> Iterable[Problem]:
    """Rows of one entity (DESIGN 6.7): identical ones are an aviso, different ones an error unless the action adds up."""
    repeated = frame[frame.duplicated(action.entity, keep=False) & (frame[action.entity] != "")]
    for _, rows in repeated.groupby(action.entity, sort=False):
        others = ", ".join(map(str, rows.index))
        if len(rows.drop_duplicates()) == 1:
            for line in rows.index[1:]:
                told = f"Repite la fila {rows.index[0]}: quedará sin cambios."
                yield Problem(dataset.file_name, int(line), None, None, "fila_repetida", told, "aviso")
        elif not action.additive:
            for line in rows.index:
                told = f"Las filas {others} piden cosas distintas para lo mismo. Deja una sola."
                yield Problem(dataset.file_name, int(line), None, None, "filas_contradictorias", told)


UNIQUE_NUMBERS = ("legacy_phone_number", "target_phone_number", "phone_numbers")


def _same_number(action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame) -> Iterable[Problem]:
    """The same number asked for two people or locations."""
    for name in UNIQUE_NUMBERS:
        if name not in frame.columns:
            continue
        listed = frame[frame[name] != ""]
        pairs = pd.DataFrame({"number": listed[name].str.split(";"), "entity": listed[action.entity]}).explode("number")
        shared = pairs.groupby("number")["entity"].nunique()
        for number, rows in pairs[pairs["number"].isin(shared[shared > 1].index)].groupby("number", sort=False):
            others = ", ".join(map(str, rows.index))
            for line in rows.index:
                told = f"El número se pide para varios en las filas {others}. Deja uno solo."
                column = mapping.sources[name].ref or name
                yield Problem(dataset.file_name, int(line), column, str(number), "numero_repetido", told)


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
                "first_line": problem.line,
                "value": problem.value,
            },
        )
        group["count"] += 1
    return sorted(groups.values(), key=lambda group: -group["count"])
