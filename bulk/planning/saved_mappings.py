"""Mappings kept in the data directory: by name, and the last one used for each action and set of
headers. JSON files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulk.adapters import get_action
from bulk.core.files import atomic_file
from bulk.errors import BulkError, InputError, os_error_text
from bulk.files.dataset import canonical
from bulk.planning.mapping import ColumnMapping
from bulk.planning.sources import Files, parse_source, source_text

FORMAT = 1


@dataclass(frozen=True)
class SavedMapping:
    """A mapping with the name that the operator gave it."""

    name: str  # as given; "" for the one remembered for a set of headers
    mapping: ColumnMapping  # parameter -> source


def to_bytes(mapping: ColumnMapping, name: str = "") -> bytes:
    """The mapping as a JSON file."""
    document = {"format": FORMAT, "name": name, **mapping.to_json()}
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def from_bytes(raw: bytes, file_name: str) -> SavedMapping:
    """Raises InputError when it is no mapping of an action that we have."""
    try:
        document: Any = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError(f"«{file_name}» no es un mapeo: no es JSON.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"«{file_name}» no es un mapeo de esta versión. Vuelve a exportarlo.")
    mapping = ColumnMapping.from_json(document)
    names = {param.name for param in get_action(mapping.action_id).parameters}
    if unknown := sorted(set(mapping.sources) - names):
        raise InputError(
            f"«{file_name}» usa parámetros que «{mapping.action_id}» no tiene:"
            f" {', '.join(unknown)}."
        )
    return SavedMapping(str(document.get("name", "")), mapping)


def read(path: Path) -> SavedMapping:
    """Raises InputError."""
    try:
        return from_bytes(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(f"No se puede leer el mapeo «{path}»: {os_error_text(error)}.") from None


def to_explicit(mapping: ColumnMapping, files: Files) -> dict[str, str]:
    """parameter -> text, as map_columns takes it, for these files. Raises InputError naming the
    column that is not there.
    """
    texts = {
        name: source_text(source)
        for name, source in mapping.sources.items()
        if source.kind != "none"
    }
    for text in texts.values():
        parse_source(text, files)
    return texts


# -- in the data directory -------------------------------------------------------------------------


def save(home: Path, name: str, mapping: ColumnMapping) -> Path:
    """Keep under a name; the same name of the same action is replaced. Raises InputError."""
    if not name.strip():
        raise InputError("El mapeo necesita un nombre.")
    return _write(
        home / "mappings" / f"{mapping.action_id}-{_digest(name.strip())}.json",
        to_bytes(mapping, name.strip()),
    )


def saved(home: Path, action_id: str | None = None) -> list[SavedMapping]:
    """Named mappings, by name; files that are invalid are left out."""
    found = []
    for path in sorted((home / "mappings").glob("*.json")):
        with contextlib.suppress(BulkError):
            found.append(read(path))
    named = (each for each in found if each.name and action_id in (None, each.mapping.action_id))
    return sorted(named, key=lambda each: each.name.casefold())


def delete(home: Path, name: str, action_id: str) -> None:
    (home / "mappings" / f"{action_id}-{_digest(name.strip())}.json").unlink(missing_ok=True)


def remember(home: Path, mapping: ColumnMapping, headers: Iterable[str]) -> Path:
    """Keep as the last one used with these headers, in whatever order they stand."""
    return _write(_place(home, mapping.action_id, headers), to_bytes(mapping))


def forget(home: Path, action_id: str, headers: Iterable[str]) -> None:
    """Nothing was chosen by hand this time: there is nothing to offer the next one."""
    _place(home, action_id, headers).unlink(missing_ok=True)


def recall(home: Path, action_id: str, headers: Iterable[str]) -> ColumnMapping | None:
    """The one last used with these headers, or None."""
    try:
        return read(_place(home, action_id, headers)).mapping
    except BulkError:
        return None


def _place(home: Path, action_id: str, headers: Iterable[str]) -> Path:
    return (
        home
        / "mappings"
        / f"{action_id}-last-{_digest(' '.join(sorted(map(canonical, headers))))}.json"
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:16]


def _write(path: Path, content: bytes) -> Path:
    """All or nothing: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic_file(path) as file:
        file.write(content)
    return path
