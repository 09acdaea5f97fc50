"""validate: files of any size, block by block; what is found is reported, and written where
somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk.cli import options as o
from bulk.cli.files import open_files, reading
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
from bulk.cli.writing import refuse_input, refuse_twice, write_out

if TYPE_CHECKING:
    from bulk.core.records import Problem
    from bulk.files.blocks import Blocks
    from bulk.files.dataset import Dataset
    from bulk.planning.name_lookup import Names
    from bulk.planning.repairs import Repair
    from bulk.planning.streaming import BlockReport, Tell
    from bulk.runs.context import Context

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FICHERO",
        help=(
            "Todos los problemas en un .csv; o el fichero en un .xlsx, con sus celdas malas"
            " marcadas."
        ),
    ),
]
Corrected = Annotated[
    Path | None,
    typer.Option(
        "--corrected",
        metavar="FICHERO",
        help="CSV con el fichero como queda tras --accept-repairs.",
    ),
]

Repairs = Annotated[
    Path | None,
    typer.Option(
        "--repairs",
        metavar="FICHERO",
        help="Todas las reparaciones propuestas, antes y después, en un .csv.",
    ),
]


@dataclass(frozen=True)
class Written:
    """Files that are written when somebody asks."""

    problems: Tell | None  # what each problem is reported to
    corrected: Path | None  # the file as it is after the repairs
    repairs: Path | None  # what is proposed


def validate(
    action: Annotated[
        str | None,
        typer.Argument(
            metavar="ACCIÓN", help="Acción; sin ella se revisan los ficheros por sí solos."
        ),
    ] = None,
    global_: o.GlobalFile = None,
    ubicaciones: o.LocationsFile = None,
    usuarios: o.UsersFile = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    sheet: o.Sheet = None,
    maps: o.Maps = None,
    mapping: o.MappingFile = None,
    accept_suggestions: o.AcceptSuggestions = False,
    accept_repairs: o.AcceptRepairs = False,
    country: o.Country = None,
    where: o.Where = None,
    lines: o.Lines = None,
    only_open_of: o.OnlyOpenOf = None,
    only_open: o.OnlyOpen = False,
    resolve_names: o.ResolveNames = False,
    choose: o.Choose = None,
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    out: Out = None,
    corrected: Corrected = None,
    repairs: Repairs = None,
    base_url: o.BaseUrl = None,
    sandbox: o.Sandbox = False,
    home: o.Home = None,
    token: o.TokenText = None,
    token_file: o.TokenFile = None,
    as_json: o.Json = False,
) -> int:
    """Revisa los ficheros sin enviar nada. Sale con 0 sin filas no válidas, 1 con alguna, 2 si no
    se pueden leer.
    """
    from bulk.files.problem_report import problem_file
    from bulk.runs.connection import connect
    from bulk.runs.context import open_context

    paths = {"global": global_, "ubicaciones": ubicaciones, "usuarios": usuarios}
    if not any(paths.values()):
        raise typer.BadParameter(
            "Indica al menos un fichero: --global, --ubicaciones o --usuarios."
        )
    targets = {"--out": out, "--corrected": corrected, "--repairs": repairs}
    for at, (option, target) in enumerate(targets.items()):
        refuse_input(target, [*paths.values(), mapping], option)
        refuse_twice(target, list(targets.values())[:at], option)
    if not action:
        needs_action = (
            maps,
            mapping,
            accept_suggestions,
            where,
            lines,
            only_open_of,
            only_open,
            resolve_names,
            choose,
        )
        _fits_files(needs_action, corrected, [path for path in paths.values() if path])
    asked = DataOptions(
        paths,
        maps,
        mapping,
        where,
        lines,
        only_open_of,
        accept_repairs,
        accept_suggestions,
        country,
        o.run_options(profile, force_pstn, allow_calling_removal),
        only_open,
        reading(encoding, delimiter, sheet),
    )
    names = None
    context = open_context(home) if resolve_names or choose or only_open_of else None
    if context and (resolve_names or choose):
        reached = connect(
            context.home, token=o.read_token(token, token_file), base_url=base_url, sandbox=sandbox
        )
        _, names = resolving(context, reached, choose, wanted=True)
    found: list[Problem] = []
    marked = out is not None and out.suffix.lower() == ".xlsx"
    with (
        problem_file(out) if out and not marked else nullcontext(found.append if marked else None)
    ) as write:
        if action:
            files, report = _of_action(
                action, asked, Written(write, corrected, repairs), context, names
            )
        else:
            files, report = _of_files(asked, Written(write, corrected, repairs))
    if out and marked:
        write_out(out, _marked(files, found))
    return _tell_report(action, report, as_json=as_json)


def _fits_files(
    needs_action: Sequence[object], corrected: Path | None, files: Sequence[Path]
) -> None:
    """Nothing that would be dropped in silence comes without an action. Raises UsageError."""
    from bulk.errors import UsageError

    flags = (
        "--map",
        "--mapping",
        "--accept-suggestions",
        "--where",
        "--lines",
        "--only-open-of",
        "--only-open",
        "--resolve-names",
        "--choose",
    )
    odd = [
        flag
        for flag, given in zip(flags, needs_action, strict=True)
        if given is not None and given is not False
    ]
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
    from bulk.planning.streaming import validate_blocks

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
        repair_cell=chosen.repair_cell,
        repairs=chosen.repairs,
        tell=written.problems,
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
    from bulk.planning.readiness import readiness
    from bulk.planning.streaming import look_over
    from bulk.report import original

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
        given = next(
            name for name, path in asked.files.items() if path
        )  # a workbook brings others along
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
