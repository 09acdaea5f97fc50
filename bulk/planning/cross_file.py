"""What the three files say about each other. A file need not list what Webex already has: avisos,
but for the organisation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from bulk.core.records import Problem
from bulk.core.text import normalize_cells
from bulk.files.dataset import Dataset, canonical
from schemas.hydra import id_tail

ORDER = ("global", "ubicaciones", "usuarios")  # the first that says the organisation decides
# column of USUARIOS -> column of UBICACIONES, and the word for it
REFERENCES = (
    (
        "location_id",
        "location_id",
        "La ubicación no está en {file}. Comprueba que existe en Webex.",
    ),
    (
        "target_location_id",
        "location_id",
        "La ubicación de destino no está en {file}. Comprueba que existe en Webex.",
    ),
    ("location_name", "location_name", "La ubicación no está en {file}. Comprueba el nombre."),
)


Organisation = tuple[str, str]  # last segment of its id, file that says it


def validate_across(
    files: Mapping[str, Dataset], said: Organisation | None = None
) -> list[Problem]:
    """`files`: dataset name -> Dataset. An organisation other than the first one said is an error,
    the rest are avisos.

    `said`: the first one, when it is not to be looked for in `files`.
    """
    return [*_organisations(files, said or organisation(files)), *_locations(files)]


def organisation(files: Mapping[str, Dataset]) -> Organisation | None:
    """The first one said, in the order of the files."""
    for dataset in (files[name] for name in ORDER if name in files):
        found = _column(dataset, "org_id")
        if found is not None and not found[1].empty:
            return _tail(str(found[1].iloc[0])), dataset.file_name
    return None


def _tail(cell: str) -> str:
    return id_tail(cell).casefold()


def _column(dataset: Dataset | None, name: str) -> tuple[str, pd.Series[str]] | None:
    """(header as written, filled cells) of the column with that name."""
    if dataset is None:
        return None
    for header, cells in dataset.frame.items():
        if canonical(str(header)) == canonical(name):
            return str(header), cells[cells != ""]
    return None


def _organisations(files: Mapping[str, Dataset], said: Organisation | None) -> Iterator[Problem]:
    for dataset in (files[name] for name in ORDER if name in files):
        found = _column(dataset, "org_id")
        if found is not None:
            yield from rows_of_other_org(dataset, *found, said)


def expected_org(files: Mapping[str, Dataset], name: str) -> Organisation | None:
    """What the files that go before `name` say of the organisation."""
    return organisation({each: files[each] for each in ORDER[: ORDER.index(name)] if each in files})


def first_org(dataset: Dataset, cells: pd.Series[str]) -> Organisation | None:
    """The first organisation of `cells`."""
    filled = cells[cells != ""]
    return None if filled.empty else (_tail(str(filled.iloc[0])), dataset.file_name)


def rows_of_other_org(
    dataset: Dataset, header: str, cells: pd.Series[str], said: Organisation | None
) -> Iterator[Problem]:
    """The rows whose organisation is not the one said; an empty cell says none."""
    cells = cells[cells != ""]
    if said is None or cells.empty:
        return
    tails = cells.map({each: _tail(each) for each in cells.unique()})
    text = (
        f"Es otra organización que la de {said[1]}. Todas las filas han de ser de la misma: corrige"
        " una de las dos."
    )
    for line, cell in cells[tails != said[0]].items():
        yield Problem(
            dataset.file_name, int(str(line)), header, str(cell), "otra_organizacion", text
        )


def _locations(files: Mapping[str, Dataset]) -> Iterator[Problem]:
    users, places = files.get("usuarios"), files.get("ubicaciones")
    for own, there, message in REFERENCES:
        mine, known = _column(users, own), _column(places, there)
        if users is None or places is None or mine is None or known is None or known[1].empty:
            continue
        header, cells = mine
        missing = cells[~normalize_cells(cells).isin(list(normalize_cells(known[1]).unique()))]
        text = message.format(file=places.file_name)
        for line, cell in missing.items():
            yield Problem(
                users.file_name,
                int(str(line)),
                header,
                str(cell),
                "ubicacion_sin_listar",
                text,
                "aviso",
            )
