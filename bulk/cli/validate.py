"""validate: files of any size, block by block; what is found is reported, and written to the files
asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulk.cli import options as o
from bulk.cli.files import open_files, refuse_input, refuse_twice, write_out
from bulk.cli.output import counted, in_rows, say, say_json, tell
from bulk.cli.preparing import DataOptions, only_open, resolving, tell_choices, way
from bulk.cli.repairs import (
    cell_repairer,
    country_of,
    tell_country,
    tell_repairs,
    write_corrected,
    write_repairs,
)

if TYPE_CHECKING:
    from bulk.core.records import Problem
    from bulk.files.blocks import Blocks
    from bulk.files.dataset import Dataset
    from bulk.planning.name_lookup import Names
    from bulk.planning.repairs import Repair
    from bulk.planning.streaming import BlockReport, Tell
    from bulk.runs.context import Context

# These say how an action's rows are made, so they need the action.
NEEDS_ACTION = (
    "maps",
    "mapping",
    "accept_suggestions",
    "where",
    "lines",
    "only_open_of",
    "only_open",
    "resolve_names",
    "choose",
)


@dataclass(frozen=True)
class Written:
    """The files asked for."""

    problems: Tell | None  # what each problem is reported to
    corrected: Path | None  # the file as it is after the repairs
    repairs: Path | None  # what is proposed


@o.command()
@o.optional_action(help="Acción; sin ella se revisan los ficheros por sí solos.")
@o.data
@o.adapter
@o.file_option(
    "--out",
    help="Todos los problemas en un .csv; o el fichero en un .xlsx, con sus celdas malas marcadas.",
)
@o.file_option("--corrected", help="CSV con el fichero como queda tras --accept-repairs.")
@o.file_option("--repairs", help="Todas las reparaciones propuestas, antes y después, en un .csv.")
@o.connection
@o.as_json
def validate(
    action: str | None,
    out: Path | None,
    corrected: Path | None,
    repairs: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Revisa los ficheros sin enviar nada. Sale con 0 sin filas no válidas, 1 con alguna, 2 si no
    se pueden leer.
    """
    asked = DataOptions.of(given)
    inputs = [path for path in asked.files.values() if path]
    if not inputs:
        raise click.UsageError("Indica al menos un fichero: --global, --ubicaciones o --usuarios.")
    targets = {"--out": out, "--corrected": corrected, "--repairs": repairs}
    for at, (option, target) in enumerate(targets.items()):
        refuse_input(target, [*inputs, asked.mapping], option)
        refuse_twice(target, list(targets.values())[:at], option)
    if not action:
        _fits_files(click.get_current_context(), corrected, inputs)
    context, names = _names(given)
    found: list[Problem] = []
    with _problems_to(out, found) as write:
        written = Written(write, corrected, repairs)
        if action:
            files, report = _of_action(action, asked, written, context, names)
        else:
            files, report = _of_files(asked, written)
    if out and _is_workbook(out):
        write_out(out, _marked(files, found))
    return _tell_report(action, report, as_json=as_json)


def _names(given: o.Given) -> tuple[Context | None, Names | None]:
    """What is needed of the data directory and of Webex. Raises WebexError, UsageError."""
    from bulk.runs.connection import connect
    from bulk.runs.context import open_context

    by_name = given["resolve_names"] or given["choose"]
    if not by_name and not given["only_open_of"]:
        return None, None
    context = open_context(given["home"])
    if not by_name:
        return context, None
    reached = connect(
        context.home,
        token=o.read_token(given),
        base_url=given["base_url"],
        sandbox=given["sandbox"],
    )
    _, names = resolving(context, reached, given["choose"], wanted=True)
    return context, names


def _is_workbook(out: Path) -> bool:
    return out.suffix.lower() == ".xlsx"


def _problems_to(out: Path | None, found: list[Problem]) -> AbstractContextManager[Tell | None]:
    """Where each problem goes as it is found: a CSV, `found` (a workbook is marked at the end), or
    nowhere.
    """
    from bulk.files.problem_report import problem_file

    if out is None:
        return nullcontext(None)
    return nullcontext(found.append) if _is_workbook(out) else problem_file(out)


def _fits_files(ctx: click.Context, corrected: Path | None, files: Sequence[Path]) -> None:
    """Without an action no option is silently ignored. Raises UsageError."""
    from bulk.errors import UsageError

    flags = {param.name: param.opts[0] for param in ctx.command.params}
    command_line = click.core.ParameterSource.COMMANDLINE
    odd = [flags[name] for name in NEEDS_ACTION if ctx.get_parameter_source(name) is command_line]
    if odd:
        raise UsageError(
            f"Sin acción no se admite {', '.join(odd)}: di cuál (bulk validate ACCIÓN …), o quita"
            " lo que sobra."
        )
    if corrected and len(files) != 1:
        raise UsageError(
            "--corrected escribe un solo fichero: revísalos de uno en uno, o di una acción."
        )


def _marked(files: Sequence[Blocks], problems: Sequence[Problem]) -> bytes:
    """The one file that was looked at, as a workbook. Raises UsageError when there are several."""
    import pandas as pd

    from bulk.errors import UsageError
    from bulk.files.problem_report import to_xlsx

    if len(files) != 1:
        raise UsageError(
            "Un .xlsx marca un solo fichero: revísalos de uno en uno, o di una acción."
        )
    blocks = list(files[0].blocks())
    found = tuple(problem for block in blocks for problem in block.problems)
    whole = replace(blocks[0], frame=pd.concat([block.frame for block in blocks]), problems=found)
    return to_xlsx(whole, [problem for problem in problems if problem.file == whole.file_name])


def _of_action(
    action_id: str,
    asked: DataOptions,
    written: Written,
    context: Context | None,
    names: Names | None,
) -> tuple[Sequence[Blocks], BlockReport]:
    """Raises InputError, UnknownAction, InDevelopment, RunNotFound, WebexError (`names`)."""
    from bulk.adapters import get_action
    from bulk.errors import UsageError
    from bulk.files.blocks import WholeFile
    from bulk.planning.prepare import prepare
    from bulk.planning.scope import empty_text
    from bulk.planning.streaming import BlockWork, validate_blocks

    action = get_action(action_id)
    own, others = open_files(asked.files, asked.reading, action.dataset)
    if own is None:
        prepare(action_id, others)  # says what is missing
        raise AssertionError(action_id)
    chosen = way(action, next(own.blocks()), others, asked, context, resolving=names is not None)
    report = validate_blocks(
        action,
        own,
        chosen.files,
        mapping=chosen.mapping,
        options=asked.options,
        scope=only_open(chosen.scope, own.blocks()) if asked.only_open else chosen.scope,
        resolve=names.resolve if names else None,
        work=BlockWork(chosen.repair_cell, chosen.repairs, written.problems),
    )
    tell_choices(names)
    tell_repairs(report.repairs, accepted=asked.accept_repairs)
    tell_country(chosen.country, {group["rule"] for group in report.totals})
    if report.scope:
        tell(f"Alcance: {report.scope}: {report.rows - report.excluded} de {in_rows(report.rows)}.")
    if report.unmatched:
        tell(report.unmatched)
    if report.rows and report.excluded == report.rows:
        raise UsageError(empty_text(report.scope))
    if written.corrected:
        write_corrected(written.corrected, own, chosen.repair_cell)
    if written.repairs:
        write_repairs(written.repairs, [*map(WholeFile, others.values()), own], chosen.repair_cell)
    return [own], report


def _of_files(asked: DataOptions, written: Written) -> tuple[Sequence[Blocks], BlockReport]:
    """Each file by itself, the biggest of them in blocks, and what they say of each other. Raises
    InputError.
    """
    from bulk.files.blocks import WholeFile
    from bulk.files.roundtrip import original
    from bulk.planning.readiness import readiness
    from bulk.planning.streaming import look_over

    own, others = open_files(asked.files, asked.reading, "usuarios")
    country = country_of(asked.country, others.get("global"))
    propose = cell_repairer(None, None, country, accept=asked.accept_repairs)

    def repair_cell(dataset: Dataset) -> tuple[Dataset, list[Repair]]:
        return propose(original(dataset))

    report = look_over(own, others, repair_cell=repair_cell, tell=written.problems)
    tell_repairs(report.repairs, accepted=asked.accept_repairs)
    tell_country(country, {group["rule"] for group in report.totals})
    heads = {**others, **({"usuarios": next(own.blocks())} if own else {})}
    for each in readiness(heads, options=asked.options):
        tell(f"{'✓' if each.ready else '!'} {each.action_id}: {each.text}")
    files = {
        **{name: WholeFile(dataset) for name, dataset in others.items()},
        **({"usuarios": own} if own else {}),
    }
    if written.repairs:
        write_repairs(written.repairs, files.values(), repair_cell)
    if written.corrected:
        # a workbook brings others along
        given = next(name for name, path in asked.files.items() if path)
        write_corrected(written.corrected, files[given], repair_cell)
    return list(files.values()), report


def _tell_report(action: str | None, report: BlockReport, *, as_json: bool) -> int:
    valid = report.rows - report.excluded - report.invalid
    if as_json:
        say_json(
            {
                "action_id": action,
                "total": report.rows,
                "valid": valid,
                "invalid": report.invalid,
                "excluded": report.excluded,
                "totals": report.totals,
                "repairs": report.repairs.to_json(),
                "problems": [problem.to_json() for problem in report.problems],
            }
        )
        return 1 if report.invalid else 0
    for problem in report.problems:
        say(f"{problem.severity}: {problem.text()}")
    found = sum(group["count"] for group in report.totals)
    if found > len(report.problems):
        say(f"… y {found - len(report.problems)} más (--out F.csv los escribe todos).")
    beyond = f", {report.excluded} fuera de alcance" if report.excluded else ""
    bad = counted(report.invalid, "no válida", "no válidas")
    say(f"{counted(valid, 'fila válida', 'filas válidas')}, {bad}{beyond}.")
    return 1 if report.invalid else 0
