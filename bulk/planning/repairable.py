"""Which columns of a file hold what Excel spoils: phones, extensions, ids, e-mails, and digits that
a template takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from bulk.core.action import Action
from bulk.core.headers import SYNONYMS
from bulk.files.dataset import Dataset, canonical
from bulk.planning.mapping import Mapping
from bulk.planning.sources import Source, fields_of

PHONES = ("phone_number", "phone_numbers", "legacy_phone_number", "target_phone_number")
EXTENSIONS = ("extension", "target_extension")
IDS = (
    "person_id",
    "location_id",
    "target_location_id",
    "premise_route_id",
    "add_license_ids",
    "remove_license_ids",
    "org_id",
)
DIALLED = (
    *PHONES,
    *EXTENSIONS,
    "destination",
)  # made of digits: what a template puts into them is digits too


def columns(dataset: Dataset, action: Action | None, mapping: Mapping | None) -> dict[str, str]:
    """Header -> phone, extension, id, email or digits. `mapping` says which columns of this file
    the action takes.
    """
    if action is not None and mapping is not None:
        return _mapped(dataset, action, mapping)
    names = {param.name for param in action.parameters} if action else None
    found = {}
    for header in map(str, dataset.frame.columns):
        name = _parameter(header)
        kind = _kind(name) if name and (names is None or name in names) else None
        if kind:
            found[header] = kind
    return found


def _mapped(dataset: Dataset, action: Action, mapping: Mapping) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, source in mapping.sources.items():
        template = source.kind == "template"
        kind = ("digits" if name in DIALLED else None) if template else _kind(name)
        for place, header in _columns_of(source, action.dataset):
            if kind and place == dataset.name and header in dataset.frame:
                found[header] = found.get(header, kind) if template else kind
    return found


def _columns_of(source: Source, own: str) -> Iterator[tuple[str, str]]:
    """(dataset name, header) of what a source reads."""
    if source.kind == "template":
        yield from ((place or own, header) for place, header in fields_of(source))
    elif source.kind in ("column", "global", "join"):
        yield {"column": own, "global": "global"}.get(source.kind, source.dataset), source.ref


def _parameter(header: str) -> str | None:
    """The parameter that a header names, in its own words or by a synonym."""
    key = canonical(header)
    return next(
        (name for name, words in SYNONYMS.items() if key in map(canonical, (name, *words))), None
    )


def _kind(name: str) -> str | None:
    kinds: AnyMapping[str, tuple[str, ...]] = {
        "phone": PHONES,
        "extension": EXTENSIONS,
        "id": IDS,
        "email": ("email",),
    }
    return next((kind for kind, names in kinds.items() if name in names), None)
