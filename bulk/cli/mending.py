"""Repairs on the command line: all of them or none, each kind listed with its first rows before -> after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bulk.cli.output import tell

if TYPE_CHECKING:
    from bulk.contract import Action
    from bulk.dataset import Dataset
    from bulk.mapping import Mapping
    from bulk.repairs import Mend, RepairGroups


def country_of(given: str | None, world: Dataset | None) -> str | None:
    """The country of phones without prefix: --country, else GLOBAL's, else the setting. Raises InputError, UsageError."""
    from bulk import settings
    from bulk.repairs import checked_country, default_country

    return checked_country(given) or default_country(world) or checked_country(settings.load().default_country)


def mender(action: Action | None, mapping: Mapping | None, country: str | None, *, accept: bool) -> Mend:
    """Proposes repairs for a file, or a block of it, and makes them when they are accepted. Without action: by its headers."""
    from bulk.repairs import Repair, apply, propose

    def mend(dataset: Dataset) -> tuple[Dataset, list[Repair]]:
        found = propose(dataset, action, country, mapping=mapping)
        return (apply(dataset, found) if accept and found else dataset), found

    return mend


def tell_country(country: str | None, problems: Iterable[str]) -> None:
    """Where phones lack their prefix and nobody said of which country they are: how to say it. `problems`: their rules."""
    from schemas.phones import NO_PREFIX

    if country is None and NO_PREFIX in problems:
        tell(
            "Hay teléfonos sin prefijo internacional: di de qué país son (--country ES, default_country en GLOBAL o "
            "BULK_DEFAULT_COUNTRY) y se propone su reparación."
        )


def tell_repairs(groups: RepairGroups, *, accepted: bool) -> None:
    """By kind, biggest first."""
    from bulk.repairs import RULES

    if not groups.count:
        return
    for (file, rule, column), (count, first) in sorted(groups.groups.items(), key=lambda group: -group[1][0]):
        tell(f"{RULES[rule]} · {column}: {count} celdas")
        for each in first:
            tell(f"  {file} · Fila {each.line} · «{each.before}» → «{each.after}»")
        if count > len(first):
            tell(f"  … y {count - len(first)} más")
    if accepted:
        tell(f"{groups.count} reparaciones aceptadas. El fichero no se ha tocado.")
    else:
        tell(f"{groups.count} reparaciones propuestas, ninguna aplicada. Para aceptarlas todas: --accept-repairs")
