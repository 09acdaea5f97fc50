"""validate: files of any size, block by block; what is found is told, and written where somebody asks."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk.cli import options as o
from bulk.cli.mending import tell_repairs
from bulk.cli.output import say, say_json, tell
from bulk.cli.preparing import Asked, way
from bulk.cli.reading import open_files, reading
from bulk.cli.writing import refuse_input

if TYPE_CHECKING:
    from bulk.block_validation import BlockReport, Tell

Out = Annotated[Path | None, typer.Option("--out", help="CSV con todos los problemas.")]


def validate(
    action: Annotated[str | None, typer.Argument(help="Acción; sin ella se revisan los ficheros por sí solos.")] = None,
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
    profile: o.Profile = None,
    force_pstn: o.ForcePstn = False,
    allow_calling_removal: o.CallingRemoval = False,
    out: Out = None,
    home: o.Home = None,
    as_json: o.Json = False,
) -> int:
    """Revisa los ficheros sin enviar nada. Sale con 0 sin filas no válidas, 1 con alguna, 2 si no se pueden leer."""
    from bulk.problem_files import problem_file

    paths = {"global": global_, "ubicaciones": ubicaciones, "usuarios": usuarios}
    if not any(paths.values()):
        raise typer.BadParameter("Indica al menos un fichero: --global, --ubicaciones o --usuarios.")
    refuse_input(out, [*paths.values(), mapping])
    asked = Asked(
        paths, maps, mapping, where, lines, None, accept_repairs, accept_suggestions, country,
        o.run_options(profile, force_pstn, allow_calling_removal), reading=reading(encoding, delimiter, sheet),
    )  # fmt: skip
    with problem_file(out) if out else nullcontext() as write:
        report = _of_action(action, asked, write) if action else _of_files(asked, write)
    return _tell_report(action, report, as_json=as_json)


def _of_action(action_id: str, asked: Asked, write: Tell | None) -> BlockReport:
    """Raises InputError, UnknownAction, InDevelopment."""
    from bulk.actions import get_action
    from bulk.block_validation import validate_blocks
    from bulk.plan import prepare

    action = get_action(action_id)
    own, others = open_files(asked.files, asked.reading, action.dataset)
    if own is None:
        prepare(action_id, others)  # says what is missing
        raise AssertionError(action_id)
    chosen = way(action, next(own.blocks()), others, asked)
    report = validate_blocks(
        action,
        own,
        chosen.files,
        mapping=chosen.mapping,
        options=asked.options,
        scope=chosen.scope,
        mend=chosen.mend,
        repairs=chosen.repairs,
        tell=write,
    )
    tell_repairs(report.repairs, accepted=asked.accept_repairs)
    if report.scope:
        tell(f"Alcance: {report.scope}: {report.rows - report.excluded} de {report.rows} filas.")
    return report


def _of_files(asked: Asked, write: Tell | None) -> BlockReport:
    """Each file by itself, the biggest of them in blocks, and what they say of each other. Raises InputError."""
    from bulk.block_validation import look_over

    return look_over(*open_files(asked.files, asked.reading, "usuarios"), tell=write)


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
                "problems": [vars(problem) for problem in report.problems],
            }
        )
        return 1 if report.invalid else 0
    for problem in report.problems:
        say(f"{problem.severity}: {problem.text()}")
    found = sum(group["count"] for group in report.totals)
    if found > len(report.problems):
        say(f"… y {found - len(report.problems)} más (--out F.csv los escribe todos).")
    beyond = f", {report.excluded} fuera de alcance" if report.excluded else ""
    say(f"{valid} filas válidas, {report.invalid} no válidas{beyond}.")
    return 1 if report.invalid else 0
