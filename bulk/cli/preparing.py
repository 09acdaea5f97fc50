"""From the options of a command to rows ready to hand over: files, repairs, mapping, names, scope."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulk.cli.options import explicit_map

if TYPE_CHECKING:
    from bulk.connection import Connection
    from bulk.context import Context
    from bulk.dataset import Dataset
    from bulk.plan import Prepared, Resolve
    from bulk.repairs import Repair
    from bulk.scope import Scope

MOST_SHOWN = 20  # repairs, suggestions


@dataclass(frozen=True)
class Asked:
    """What the options say about data."""

    files: Mapping[str, Path | None]  # dataset name -> file given
    maps: list[str] | None = None  # --map
    mapping: Path | None = None  # --mapping
    where: list[str] | None = None  # --where
    lines: str | None = None  # --lines
    only_open_of: str | None = None  # --only-open-of
    accept_repairs: bool = False
    accept_suggestions: bool = False
    country: str | None = None  # --country, for the repairs of phones
    options: Mapping[str, Any] = field(default_factory=dict)  # of the run
    only_open: bool = False  # --only-open: what a round-trip file says is left


def tell(text: str) -> None:
    """For people, out of the way of the result."""
    sys.stderr.write(f"{text}\n")


def read_files(files: Mapping[str, Path | None]) -> dict[str, Dataset]:
    """Dataset name -> Dataset of the files given; one workbook may bring several. Raises InputError."""
    from bulk.dataset import read_any

    found: dict[str, Dataset] = {}
    for name, path in files.items():
        if path:
            for dataset in read_any(path, name=name):
                found[dataset.name] = dataset
    return found


def prepare_asked(action_id: str, asked: Asked, context: Context | None = None, resolve: Resolve | None = None) -> Prepared:
    """Raises InputError, UnknownAction, InDevelopment."""
    from bulk.plan import prepare
    from bulk.report import original

    found = read_files(asked.files)
    scope = scope_of(asked, context)
    if asked.only_open:
        scope = replace(scope, lines=_left(action_id, found))
    files = _repaired(action_id, {name: original(dataset) for name, dataset in found.items()}, asked)
    prepared = prepare(
        action_id,
        files,
        explicit=_explicit(action_id, files, asked),
        options=asked.options,
        scope=scope,
        resolve=resolve,
    )
    if prepared.chosen is not None and (prepared.excluded or prepared.chosen.selected is not None):
        tell(f"Alcance: {prepared.chosen.description}: {prepared.chosen.count} de {prepared.total} filas.")
    if prepared.chosen is not None and prepared.chosen.not_found:
        tell(f"Sin fila en el fichero: {', '.join(prepared.chosen.not_found[:MOST_SHOWN])}.")
    return prepared


def _left(action_id: str, files: Mapping[str, Dataset]) -> tuple[tuple[int, int], ...]:
    """Lines that a round-trip file says are pending or went wrong. Raises InputError when it is none, or nothing is left."""
    from bulk.actions import get_action
    from bulk.errors import InputError
    from bulk.report import is_roundtrip, open_lines

    dataset = files.get(get_action(action_id).dataset)
    if dataset is None or not is_roundtrip(dataset):
        raise InputError("--only-open necesita un fichero de ida y vuelta (bulk report RUN --roundtrip --out F).")
    lines = sorted(open_lines(dataset))
    if not lines:
        raise InputError(f"{dataset.file_name}: no queda ninguna fila pendiente ni fallida.")
    return tuple((line, line) for line in lines)


def resolving(
    context: Context, connection: Connection, choices: list[str] | None, *, wanted: bool
) -> tuple[Connection, Resolve | None]:
    """How names become ids with --resolve-names, and the connection that they are of. Raises WebexError, UsageError."""
    if not (wanted or choices):
        return connection, None
    from bulk.connection import api_for, known
    from bulk.names import names_of

    connection = known(connection, context.settings, context.journal)
    api = api_for(connection, context.settings, context.journal)
    return connection, names_of(api, context.journal, connection.org_id, choices or ()).resolve


def scope_of(asked: Asked, context: Context | None) -> Scope:
    """Raises InputError, RunNotFound."""
    from bulk.errors import InputError
    from bulk.scope import Scope, parse_lines, parse_where

    lines = () if asked.lines is None else parse_lines(asked.lines)  # an empty --lines is refused: it never means all
    scope = Scope(where=tuple(map(parse_where, asked.where or ())), lines=lines)
    if asked.only_open_of is None:
        return scope
    if not asked.only_open_of.strip():
        raise InputError("Falta decir de qué ejecución: --only-open-of RUN.")
    from bulk.context import open_context
    from bulk.journal.rows import open_entities
    from bulk.status import find_run

    context = context or open_context()
    run = find_run(context, asked.only_open_of)
    entities = open_entities(context.journal, run.run_id)
    if not entities:
        raise InputError(f"La ejecución {run.run_id} no tiene filas pendientes ni fallidas.")
    return replace(scope, entities=entities, entities_of=run.run_id)


def _explicit(action_id: str, files: dict[str, Dataset], asked: Asked) -> dict[str, str]:
    """Sources chosen by --mapping, then --map; then suggestions where they are accepted. Raises InputError, UsageError."""
    from bulk.actions import get_action
    from bulk.mapping import map_columns, missing_sources
    from bulk.sources import Files
    from bulk.suggestions import accepted, suggest

    action = get_action(action_id)
    dataset = files.get(action.dataset)
    chosen: dict[str, str] = {}
    if asked.mapping and dataset is not None:
        chosen |= _from_file(action_id, asked.mapping, Files(dataset, files.get("global"), files))
    chosen |= explicit_map(asked.maps)
    if dataset is None:
        return chosen
    mapping = map_columns(action, dataset, files.get("global"), explicit=chosen, others=files)
    offers = suggest(action, dataset, files.get("global"), mapping, others=files)
    if asked.accept_suggestions:
        found = accepted(offers)
        for name, source in found.items():
            tell(f"Sugerencia aceptada: {name} ← {source}.")
        return {**found, **chosen}
    for offer in offers[:MOST_SHOWN] if missing_sources(action, mapping) else ():
        tell(f"Sugerencia (no aplicada): {offer.param} ← {offer.source} ({offer.score} %, {offer.why}). --accept-suggestions")
    return chosen


def _from_file(action_id: str, path: Path, files: Any) -> dict[str, str]:
    from bulk.errors import InputError
    from bulk.saved_mappings import read, to_explicit

    saved = read(path)
    if saved.mapping.action_id != action_id:
        raise InputError(f"El mapeo «{path.name}» es de «{saved.mapping.action_id}», no de «{action_id}».")
    return to_explicit(saved.mapping, files)


def _repaired(action_id: str, files: dict[str, Dataset], asked: Asked) -> dict[str, Dataset]:
    """The files with the repairs accepted; when they are not, they are listed. Raises InputError."""
    from bulk.actions import get_action
    from bulk.mapping import map_columns
    from bulk.repairs import apply, checked_country, default_country, propose

    action = get_action(action_id)
    dataset = files.get(action.dataset)
    if dataset is None:
        return files
    country = checked_country(asked.country) or default_country(files.get("global"))
    mapping = map_columns(action, dataset, files.get("global"), explicit=explicit_map(asked.maps), others=files)
    found = propose(dataset, action, country, mapping=mapping)
    if not found:
        return files
    _tell_repairs(dataset, found)
    if not asked.accept_repairs:
        tell(f"{len(found)} reparaciones propuestas, ninguna aplicada. Para aceptarlas todas: --accept-repairs")
        return files
    tell(f"{len(found)} reparaciones aceptadas. El fichero no se ha tocado.")
    return {**files, action.dataset: apply(dataset, found)}


def _tell_repairs(dataset: Dataset, found: list[Repair]) -> None:
    """By kind, biggest first, each with its first rows before -> after."""
    from bulk.repairs import grouped

    for group in grouped(found):
        tell(f"{group['title']} · {group['column']}: {group['count']} celdas")
        members = [each for each in found if (each.rule, each.column) == (group["rule"], group["column"])]
        for each in members[:MOST_SHOWN]:
            tell(f"  {dataset.file_name} · Fila {each.line} · «{each.before}» → «{each.after}»")
        if len(members) > MOST_SHOWN:
            tell(f"  … y {len(members) - MOST_SHOWN} más")
