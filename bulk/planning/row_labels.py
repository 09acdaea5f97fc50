"""What people read instead of ids: a label and a location for each row."""

from __future__ import annotations

import pandas as pd

from bulk.files.dataset import Dataset, canonical
from schemas.hydra import id_tail

NAMES = (
    "display_name",
    "nombre_completo",
    "nombre_y_apellidos",
    "nombre_usuario",
    "full_name",
    "usuario",
    "name",
)
FIRST, LAST = ("first_name", "nombre"), ("last_name", "apellidos", "apellido")
EMAILS = ("email", "correo", "correo_electronico", "mail")
EXTENSIONS = ("extension", "ext", "target_extension")
LOCATIONS = ("location_name", "ubicacion", "sede", "nombre_ubicacion", "location", "name", "nombre")
LOCATION_IDS = ("location_id", "target_location_id")


def labels(dataset: Dataset) -> pd.DataFrame:
    """Columns `label` and `group`; index = line. Without any name the label is the line: «Fila
    218».

    The group is the location's name, or the last segment of its id when the file has no names.
    """
    frame = dataset.frame
    by_name = {canonical(header): header for header in frame.columns}
    lines = pd.Series("Fila " + frame.index.astype(str), index=frame.index, dtype="str")
    place = _first(frame, by_name, LOCATIONS if dataset.name == "ubicaciones" else LOCATIONS[:5])
    if dataset.name == "ubicaciones":
        label = _filled(place, lines)
        return pd.DataFrame({"label": label, "group": label})
    person = _filled(
        _first(frame, by_name, NAMES), _full_name(frame, by_name), _first(frame, by_name, EMAILS)
    )
    extension = _first(frame, by_name, EXTENSIONS)
    both = (person != "") & (extension != "")
    label = (person + " · " + extension).where(both, _filled(person, extension, lines))
    return pd.DataFrame(
        {"label": label, "group": _filled(place, _tails(_first(frame, by_name, LOCATION_IDS)))}
    )


def _tails(ids: pd.Series[str]) -> pd.Series[str]:
    """The readable end of each id; there are few locations, so each is decoded once."""
    return ids.map({each: id_tail(each) for each in ids.unique()}).astype("str")


def _first(
    frame: pd.DataFrame, by_name: dict[str, str], candidates: tuple[str, ...]
) -> pd.Series[str]:
    """The first of these columns that the file has; empty text without any."""
    for candidate in candidates:
        if canonical(candidate) in by_name:
            return frame[by_name[canonical(candidate)]]
    return pd.Series("", index=frame.index, dtype="str")


def _full_name(frame: pd.DataFrame, by_name: dict[str, str]) -> pd.Series[str]:
    return (_first(frame, by_name, FIRST) + " " + _first(frame, by_name, LAST)).str.strip()


def _filled(*columns: pd.Series[str]) -> pd.Series[str]:
    """Cell by cell the first of `columns` that is not empty."""
    result, *others = columns
    for other in others:
        result = result.where(result != "", other)
    return result
