"""From the options of a command to rows ready to hand over: files, mapping, repairs, names,
scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulk.cli.files import AS_DETECTED, Reading, read_files, reading
from bulk.cli.options import Given, adapter_options, explicit_map
from bulk.cli.output import in_rows, tell
from bulk.cli.repairs import cell_repairer, country_of, tell_country, tell_repairs

if TYPE_CHECKING:
    from bulk.core.action import Action
    from bulk.files.dataset import Dataset
    from bulk.planning.mapping import ColumnMapping
    from bulk.planning.name_lookup import Names
    from bulk.planning.prepare import PreparedFile
    from bulk.planning.repairs import RepairCell, RepairGroups
    from bulk.planning.scope import Chosen, Scope
    from bulk.planning.suggestions import Suggestion
    from bulk.runs.connection import Connection
    from bulk.runs.context import Context

MAX_SHOWN = 20  # suggestions, rows not found


@dataclass(frozen=True)
class DataOptions:
    """What the options say about data."""

    files: Mapping[str, Path | None]  # dataset name -> file given
    maps: tuple[str, ...] = ()  # --map
    mapping: Path | None = None  # --mapping
    where: tuple[str, ...] = ()  # --where
    lines: str | None = None  # --lines
    only_open_of: str | None = None  # --only-open-of
    accept_repairs: bool = False
    accept_suggestions: bool = False
    country: str | None = None  # --country, for the repairs of phones
    only_open: bool = False  # --only-open: what a round-trip file says is left
    options: Mapping[str, Any] = field(default_factory=dict)  # of the run
    reading: Reading = AS_DETECTED  # --encoding, --delimiter, --sheet

    @classmethod
    def of(cls, given: Given) -> DataOptions:
        """From the options of a command (`options.data`, `options.adapter`). Raises InputError."""
        own = set(cls.__dataclass_fields__) - {"files", "options", "reading"}
        return cls(
            files={"global": given["global_"]}
            | {name: given[name] for name in ("ubicaciones", "usuarios")},
            options=adapter_options(given),
            reading=reading(given),
            **{name: given[name] for name in own},
        )


@dataclass(frozen=True)
class InputPlan:
    """How the action's file is seen, whole or block by block."""

    files: dict[str, Dataset]  # the other files, repaired
    mapping: ColumnMapping
    repair_cell: RepairCell  # what is done to the action's file, or to a block of it
    scope: Scope
    repairs: RepairGroups  # proposed for the other files
    country: str | None  # of the phones without prefix; None = not given


def way(
    action: Action,
    head: Dataset,
    others: Mapping[str, Dataset],
    asked: DataOptions,
    context: Context | None = None,
    *,
    resolving: bool = False,
) -> InputPlan:
    """`head`: the action's file or its first block. `resolving`: names are looked up.

    Raises InputError, UsageError, RunNotFound.
    """
    from bulk.files.roundtrip import original
    from bulk.planning.mapping import map_columns
    from bulk.planning.repairs import RepairGroups

    own = original(head)
    found = {**{name: original(dataset) for name, dataset in others.items()}, action.dataset: own}
    explicit = _explicit(action, found, asked, resolving=resolving)
    mapping = map_columns(action, own, found.get("global"), explicit=explicit, others=found)
    country = country_of(asked.country, found.get("global"))
    repair_cell = cell_repairer(action, mapping, country, accept=asked.accept_repairs)
    groups, files = RepairGroups(), {}
    for name in others:
        files[name], repairs = repair_cell(found[name])
        groups.add(repairs, files[name].file_name)
    return InputPlan(
        files,
        mapping,
        lambda dataset: repair_cell(original(dataset)),
        scope_of(asked, context),
        groups,
        country,
    )


def prepare_asked(
    action_id: str, asked: DataOptions, context: Context | None = None, names: Names | None = None
) -> PreparedFile:
    """Raises InputError, UnknownAction, InDevelopment."""
    from bulk.adapters import get_action
    from bulk.planning.prepare import of_the_others, prepare

    action = get_action(action_id)
    found = read_files(asked.files, asked.reading)
    own = found.pop(action.dataset, None)
    if own is None:
        return prepare(action_id, found)  # says what is missing
    chosen = way(action, own, found, asked, context, resolving=names is not None)
    scope = only_open(chosen.scope, [own]) if asked.only_open else chosen.scope
    repaired, repairs = chosen.repair_cell(own)
    chosen.repairs.add(repairs, own.file_name)
    tell_repairs(chosen.repairs, accepted=asked.accept_repairs)
    for problem in of_the_others(action, chosen.mapping, chosen.files)[:MAX_SHOWN]:
        tell(f"Aviso: {problem.text()}")
    files = {**chosen.files, action.dataset: repaired}
    resolve = names.resolve if names else None
    prepared = prepare(
        action_id,
        files,
        mapping=chosen.mapping,
        options=asked.options,
        scope=scope,
        resolve=resolve,
    )
    tell_choices(names)
    tell_country(chosen.country, {problem.rule for problem in prepared.problems})
    if prepared.chosen is not None:
        _tell_scope(prepared, scope, prepared.chosen)
    return prepared


def _tell_scope(prepared: PreparedFile, scope: Scope, chosen: Chosen) -> None:
    """How many rows are in, and what was asked for and is not. Raises UsageError when no row is."""
    from bulk.errors import UsageError
    from bulk.planning.scope import unmatched_text
    from bulk.planning.validation import totals

    if prepared.excluded or chosen.selected is not None:
        tell(f"Alcance: {chosen.description}: {chosen.count} de {in_rows(prepared.total)}.")
    if chosen.not_found:
        more = (
            f" y {len(chosen.not_found) - MAX_SHOWN} más"
            if len(chosen.not_found) > MAX_SHOWN
            else ""
        )
        tell(f"Sin fila en el fichero: {', '.join(chosen.not_found[:MAX_SHOWN])}{more}.")
    if text := unmatched_text(scope, chosen.named):
        tell(text)
    for group in totals(chosen.unclear):
        shown = (
            f" (la primera, {group['first_line']}: «{group['value']}»)"
            if group["first_line"]
            else ""
        )
        tell(
            f"Aviso: {prepared.dataset.file_name} · {group['column']} ·"
            f" {in_rows(group['count'])}{shown}. {group['message']}"
        )
    if prepared.total and chosen.empty_text:
        raise UsageError(chosen.empty_text)


def only_open(scope: Scope, blocks: Iterable[Dataset]) -> Scope:
    """Of these rows, those that a round-trip file says are pending or went wrong.

    Raises InputError when the file is no such one, or nothing is left.
    """
    from bulk.errors import InputError
    from bulk.files.roundtrip import is_roundtrip, open_lines
    from bulk.planning.scope import in_ranges, without

    lines, left, name = list[int](), set[int](), ""
    for block in blocks:
        if not is_roundtrip(block):
            raise InputError(
                "--only-open necesita un fichero de ida y vuelta (bulk report EJECUCIÓN --roundtrip"
                " --out FICHERO)."
            )
        name = block.file_name
        lines += map(int, block.frame.index)
        left |= {
            line for line in open_lines(block) if not scope.lines or in_ranges(line, scope.lines)
        }
    if not left:
        raise InputError(f"{name}: no queda ninguna fila pendiente ni fallida.")
    return replace(scope, lines=without(lines, set(lines) - left))


def resolving(
    context: Context, connection: Connection, choices: tuple[str, ...], *, wanted: bool
) -> tuple[Connection, Names | None]:
    """The names that become ids with --resolve-names, and the connection that they are of. Raises
    WebexError, UsageError.
    """
    if not (wanted or choices):
        return connection, None
    from bulk.planning.name_lookup import names_of
    from bulk.runs.connection import api_for, known

    connection = known(connection, context.settings, context.journal)
    api = api_for(connection, context.settings, context.journal)
    return connection, names_of(api, context.journal, connection.org_id, choices)


def tell_choices(names: Names | None) -> None:
    """What was chosen once and holds for these rows too."""
    from bulk.planning.name_lookup import meanings

    for message in meanings(names)[:MAX_SHOWN] if names else ():
        tell(f"Como se eligió: {message}. Para otra: --choose.")


def scope_of(asked: DataOptions, context: Context | None) -> Scope:
    """Raises InputError, RunNotFound."""
    from bulk.errors import InputError
    from bulk.planning.scope import Scope, parse_lines, parse_where

    # an empty --lines is refused: it never means all
    lines = () if asked.lines is None else parse_lines(asked.lines)
    scope = Scope(where=tuple(map(parse_where, asked.where)), lines=lines)
    if asked.only_open_of is None:
        return scope
    if not asked.only_open_of.strip():
        raise InputError("Falta decir de qué ejecución: --only-open-of EJECUCIÓN.")
    from bulk.journal.rows import open_entities, open_without_entity
    from bulk.runs.context import open_context
    from bulk.runs.status import find_run

    context = context or open_context()
    run = find_run(context, asked.only_open_of)
    entities, unnamed = (
        open_entities(context.journal, run.run_id),
        open_without_entity(context.journal, run.run_id),
    )
    if not entities and not unnamed:
        raise InputError(f"La ejecución {run.run_id} no tiene filas pendientes ni fallidas.")
    return replace(scope, entities=entities, entities_of=run.run_id, unnamed=unnamed)


def _explicit(
    action: Action, files: dict[str, Dataset], asked: DataOptions, *, resolving: bool
) -> dict[str, str]:
    """Sources chosen by --mapping, then --map; then suggestions where they are accepted. Raises
    InputError, UsageError.
    """
    from bulk.planning.mapping import lacking, map_columns
    from bulk.planning.sources import Files
    from bulk.planning.suggestions import accepted, suggest

    dataset = files[action.dataset]
    chosen: dict[str, str] = {}
    if asked.mapping:
        chosen |= _from_file(action.id, asked.mapping, Files(dataset, files.get("global"), files))
    chosen |= explicit_map(asked.maps)
    mapping = map_columns(action, dataset, files.get("global"), explicit=chosen, others=files)
    missing = lacking(action, mapping, asked.options)
    if not (missing or asked.accept_suggestions):
        return chosen
    offers = suggest(action, dataset, files.get("global"), mapping, others=files)
    found = accepted(offers, resolving=resolving) if asked.accept_suggestions else {}
    for name, source in found.items():
        tell(f"Sugerencia aceptada: {name} ← {source}.")
    if missing:
        left = [offer for offer in offers if offer.param not in found]
        _tell_offers(left[:MAX_SHOWN], asked, resolving=resolving)
    return {**found, **chosen}


def _tell_offers(offers: Iterable[Suggestion], asked: DataOptions, *, resolving: bool) -> None:
    """Columns that resemble what has no source, and the options that would take them."""
    for offer in offers:
        needed = {
            "--accept-suggestions": not asked.accept_suggestions,
            "--resolve-names": offer.lookup and not resolving,
        }
        options = " ".join(name for name, is_needed in needed.items() if is_needed)
        message = f"{offer.param} ← {offer.source} ({offer.score} %, {offer.reason})"
        tell(f"Sugerencia (no aplicada): {message}. Para usarla: {options}")


def _from_file(action_id: str, path: Path, files: Any) -> dict[str, str]:
    from bulk.errors import InputError
    from bulk.planning.saved_mappings import read, to_explicit

    saved = read(path)
    if saved.mapping.action_id != action_id:
        raise InputError(
            f"El mapeo «{path.name}» es de «{saved.mapping.action_id}», no de «{action_id}»."
        )
    return to_explicit(saved.mapping, files)
