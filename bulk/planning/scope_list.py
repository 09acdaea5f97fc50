"""A pasted list: e-mails, extensions, telephones, names or ids, and the rows that have them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from bulk.core.headers import SYNONYMS
from bulk.core.text import normalize_cells, normalize_for_match
from bulk.files.dataset import Dataset, canonical

COLUMNS = (
    "email",
    "extension",
    "person_id",
    "location_id",
    "phone_number",
    "location_name",
    "display_name",
)


def parse_pasted(text: str, dataset: Dataset) -> tuple[str, ...]:
    """One item a line, or between `;`, tabs or `,`; each once. A comma stays where `dataset` calls
    the operator so: «Pérez, Ana».
    """
    parts = [part.strip() for part in re.split("[\n\r;\t]", text)]
    known = _known(dataset, {_plain(part) for part in parts if "," in part})
    items = (
        item.strip()
        for part in parts
        for item in ([part] if _plain(part) in known else part.split(","))
    )
    return tuple(dict.fromkeys(filter(None, items)))


def _known(dataset: Dataset, wanted: set[str]) -> set[str]:
    """Those of `wanted` that a cell of a column that names people or places says."""
    headers = _naming_columns(dataset) if wanted else ()
    return {key for header in headers for key in wanted.intersection(_plain_cells(dataset, header))}


def listed(
    dataset: Dataset, items: Iterable[str]
) -> tuple[pd.Series[bool], tuple[str, ...], tuple[str, ...]]:
    """(rows with one of `items` in a column that names people or places, items without row, items
    with several).
    """
    wanted = {_plain(item): item for item in items}
    mask = pd.Series(False, index=dataset.frame.index)
    hits: dict[str, set[int]] = {}
    for header in _naming_columns(dataset):
        plain = _plain_cells(dataset, header)
        found = plain[plain.isin(list(wanted))]
        mask.loc[found.index] = True
        for line, key in found.items():
            hits.setdefault(str(key), set()).add(int(str(line)))
    missing = tuple(item for key, item in wanted.items() if key not in hits)
    return mask, missing, tuple(item for key, item in wanted.items() if len(hits.get(key, ())) > 1)


def _plain(text: str) -> str:
    return normalize_for_match(text).replace(" ", "")


def _plain_cells(dataset: Dataset, header: str) -> pd.Series[str]:
    return normalize_cells(dataset.frame[header]).str.replace(" ", "", regex=False)


def _naming_columns(dataset: Dataset) -> list[str]:
    words = {canonical(word) for name in COLUMNS for word in (name, *SYNONYMS.get(name, ()))}
    return [str(header) for header in dataset.frame.columns if canonical(str(header)) in words]
