"""Which column could feed a parameter that has none: by synonym, by likeness, by joining files.
Offered, never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd
from rapidfuzz import fuzz

from bulk.core.action import Action, Param
from bulk.core.headers import SYNONYMS
from bulk.core.id_kinds import ID_KINDS
from bulk.files.dataset import Dataset, canonical
from bulk.planning.mapping import ColumnMapping, clean
from bulk.planning.sources import NONE, Files, Source, headers_of, source_text
from schemas.fields import CALL_TYPES, NUMBER_TYPES, ROUTE_KINDS
from schemas.hydra import kind_of

SYNONYM_SCORE, JOIN_SCORE, MIN_SCORE = 95, 90, 80
LOOKUP_COST = 10  # a column of names needs one more step than one of ids
UNSEEN_COST = 5  # an empty column shows nothing of what it is for
MIN_FIT = 0.6  # share of the cells that must look like what the parameter holds
_SAMPLE = 200
_HEAD = 10_000  # lines looked at: as many as the first block of a file that is read in blocks has

# id -> the column that names the same
_NAMED_BY = {"person_id": "email", "location_id": "location_name"}
_FORMS = {
    "phone": re.compile(r"\+?[0-9]{7,15}(\.0)?|[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+"),
    "extension": re.compile(r"[0-9]{2,10}(\.0)?"),
    "flag": re.compile("true|false"),
    "call_type": re.compile("|".join(CALL_TYPES)),
    "number_type": re.compile("|".join(NUMBER_TYPES)),
    "route_type": re.compile("|".join(ROUTE_KINDS)),
}


@dataclass(frozen=True)
class Suggestion:
    """A source that an operator may accept for a parameter."""

    param: str  # parameter without source
    source: str  # text as `--map` takes it
    score: int  # 0-100
    reason: str  # Spanish: sinónimo, parecido, unión
    # the column holds names or e-mails: they must be turned into ids before it can be used
    lookup: bool = False


def suggest(
    action: Action,
    dataset: Dataset,
    global_dataset: Dataset | None,
    mapping: ColumnMapping,
    *,
    others: Mapping[str, Dataset] | None = None,
) -> list[Suggestion]:
    """The best suggestion for each parameter without source, best first; no column is offered
    twice.
    """
    files = Files(
        replace(dataset, frame=dataset.frame[dataset.frame.index <= _HEAD]),
        global_dataset,
        others or {},
    )
    used = {source_text(source) for source in mapping.sources.values()}
    open_params = [param for param in action.parameters if mapping.sources[param.name] == NONE]
    offers = [
        offer
        for param in open_params
        for offer in _offers(param, files)
        if offer.source not in used
    ]
    taken: set[str] = set()
    best: dict[str, Suggestion] = {}
    for offer in sorted(offers, key=lambda offer: -offer.score):
        if offer.param not in best and offer.source not in taken:
            best[offer.param] = offer
            taken.add(offer.source)
    return list(best.values())


def accepted(suggestions: Iterable[Suggestion], *, resolving: bool = False) -> dict[str, str]:
    """parameter -> text, as map_columns takes it in `explicit`; those that need a lookup only when
    names are looked up.
    """
    return {offer.param: offer.source for offer in suggestions if resolving or not offer.lookup}


def _offers(param: Param, files: Files) -> Iterator[Suggestion]:
    for header, cells in files.own.frame.items():
        yield from _offer(param, str(header), str(header), cells)
    if files.global_ is not None:
        for header, cells in files.global_.frame.items():
            yield from _offer(param, str(header), f"GLOBAL.{header}", cells)
    yield from _joins(param, files)


def _offer(param: Param, header: str, source: str, cells: pd.Series[str]) -> Iterator[Suggestion]:
    score, reason = likeness(param.name, header)
    if score < MIN_SCORE:
        yield from _by_name(param, header, source, cells)
        return
    fit = fitness(param, cells)
    if fit is None:
        yield Suggestion(param.name, source, score - UNSEEN_COST, reason)
    elif fit >= MIN_FIT:
        yield Suggestion(param.name, source, score, reason)
    elif param.kind in ID_KINDS:
        yield Suggestion(param.name, source, score - LOOKUP_COST, reason, lookup=True)


def _by_name(param: Param, header: str, source: str, cells: pd.Series[str]) -> Iterator[Suggestion]:
    """Who or what an id names is in the file by e-mail or by name."""
    word = _NAMED_BY.get(param.name)
    score, reason = likeness(word, header) if word else (0, "")
    filled = cells[cells != ""].head(_SAMPLE)
    if score < MIN_SCORE or filled.empty:
        return
    if word != "email" or filled.str.contains("@", regex=False).mean() >= MIN_FIT:
        yield Suggestion(param.name, source, score - LOOKUP_COST, reason, lookup=True)


def likeness(name: str, header: str) -> tuple[int, str]:
    """(0-100, Spanish reason) of a header for a parameter."""
    words = (name, *SYNONYMS.get(name, ()))
    if canonical(header) in {canonical(word) for word in words}:
        return SYNONYM_SCORE, "sinónimo"
    spoken = _spoken(header)
    score = max(fuzz.token_sort_ratio(spoken, _spoken(word)) for word in words)
    return min(round(score), SYNONYM_SCORE - 1), "parecido"


def _spoken(header: str) -> str:
    return " ".join(
        canonical(word) for word in re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", header) if word
    )


def fitness(param: Param, cells: pd.Series[str]) -> float | None:
    """Share of the first filled cells that look like what the parameter holds; None when there are
    none to look at.
    """
    filled = cells[cells != ""].head(_SAMPLE)
    if filled.empty:
        return None
    items = [item for cell in clean(filled, param) for item in cell.split(";")]
    if param.kind in ID_KINDS:
        return sum(kind_of(item) in ID_KINDS[param.kind].types for item in items) / len(items)
    form = _FORMS.get(param.kind)
    return 1.0 if form is None else sum(bool(form.fullmatch(item)) for item in items) / len(items)


def _joins(param: Param, files: Files) -> Iterator[Suggestion]:
    """A location id through the name of the location, when UBICACIONES knows (nearly) all of the
    names.
    """
    place = files.named("ubicaciones")
    if param.kind != "location" or place is None or place is files.own:
        return
    there = headers_of(place)
    wanted, key = there.get(canonical("location_id")), there.get(canonical("location_name"))
    if wanted is None or key is None:
        return
    known = set(place.frame[key].str.casefold()) - {""}
    for header, cells in files.own.frame.items():
        names = cells[cells != ""].head(_SAMPLE).str.casefold()
        if (
            not names.empty
            and names.isin(list(known)).mean() >= MIN_FIT
            and _is_about(param.name, str(header))
        ):
            text = source_text(Source("join", wanted, "ubicaciones", str(header), key))
            yield Suggestion(param.name, text, JOIN_SCORE, "unión")


def _is_about(name: str, header: str) -> bool:
    """A column of names of the place where the person is, not of the target, and the other way
    round.
    """
    target = max(likeness(word, header)[0] for word in ("target_location_id",))
    own = max(likeness(word, header)[0] for word in ("location_name", "location_id"))
    return target >= MIN_SCORE if name.startswith("target_") else own >= MIN_SCORE > target
