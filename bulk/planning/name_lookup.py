"""Names where an id goes: an e-mail for a person, a name for a location, license, trunk or route
group. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from bulk.core.action import Action, Param
from bulk.core.id_kinds import ID_KINDS, KIND_OF_TYPE
from bulk.core.records import Problem
from bulk.core.text import normalize_for_match
from bulk.errors import UsageError
from bulk.files.dataset import Dataset
from bulk.journal import memory
from bulk.planning.sources import header_of
from bulk.webex.directory import SHORTEST, Directory, Entry, distinct_labels, full_labels
from schemas.hydra import UUID, decode_id, id_tail, kind_of

if TYPE_CHECKING:
    from bulk.journal.store import Journal
    from bulk.planning.mapping import ColumnMapping
    from bulk.webex.client import Api

KINDS = {name: kind.words for name, kind in ID_KINDS.items() if kind.by_name}
MAX_SHOWN_ROWS = 5  # candidates
NONE = "No hay {} que se llame así en Webex. {}Corrige la celda, o pon el identificador."
NO_EMAIL = (
    "No hay ningún usuario con ese correo en Webex. Corrige la celda, o pon su identificador."
)
NOT_AN_EMAIL = "No es un identificador de usuario ni un correo. Pon uno de los dos."
SEVERAL = (
    "Hay {} en Webex que se llaman así: {}. Elige una (en la aplicación, o con --choose"
    " 'nombre=final de su identificador'), o pon el identificador en la celda."
)
# (kind, name as written) -> candidates, the likeliest first; never empty
Ambiguities = dict[tuple[str, str], list[Entry]]


@dataclass
class Names:
    """Names of one organisation turned into ids; what was chosen for a name before is taken
    again.
    """

    directory: Directory
    # what and name (as _key writes them) -> id
    chosen: Mapping[str, str] = field(default_factory=dict)
    doubts: Ambiguities = field(default_factory=dict)  # what the operator has to choose
    # (kind, name as written) -> id: chosen before, taken again
    used: dict[tuple[str, str], str] = field(default_factory=dict)

    def resolve(
        self, action: Action, dataset: Dataset, mapping: ColumnMapping, frame: pd.DataFrame
    ) -> tuple[pd.DataFrame, list[Problem]]:
        """`frame` (canonical text; index = line) with ids where there were names, and a problem for
        each that could not be.

        A hook of plan.prepare. Raises WebexError.
        """
        problems: list[Problem] = []
        resolved = frame.copy()
        for param in action.params:
            if param.kind in KINDS and param.name in frame:
                header = header_of(param.name, mapping.sources[param.name])
                resolved[param.name] = self._column(
                    param, header, dataset, frame[param.name], problems
                )
        return resolved, sorted(
            problems, key=lambda problem: (problem.line or 0, problem.column or "")
        )

    def _column(
        self,
        param: Param,
        header: str,
        dataset: Dataset,
        cells: pd.Series[str],
        problems: list[Problem],
    ) -> pd.Series[str]:
        known: dict[str, str] = {}
        refused: dict[str, str] = {}
        names = _names(cells, many=param.many)
        self.expect(param.kind, names)
        for name in names:
            found = self.look_up(param.kind, name)
            (known if found[0] else refused)[name] = found[0] or found[1]
        for line, cell in cells.items():
            for name in _items(cell, many=param.many):
                if name in refused:
                    problems.append(
                        Problem(
                            dataset.file_name, int(str(line)), header, name, "nombre", refused[name]
                        )
                    )
        return cells.map(
            lambda cell: ";".join(known.get(name, name) for name in _items(cell, many=param.many))
        )

    def expect(self, kind: str, names: Iterable[str]) -> None:
        """Many are going to be looked up: fewer calls than one each. Raises WebexError."""
        if kind == "person":
            self.directory.expect(
                name for name in names if "@" in name and _key(kind, name) not in self.chosen
            )

    def look_up(self, kind: str, name: str) -> tuple[str, str]:
        """(id, "") of the one thing of that name, or ("", why not). Raises WebexError."""
        if decided := self.chosen.get(_key(kind, name)):
            self.used[kind, name] = decided
            return decided, ""
        if kind == "person" and "@" not in name:
            return "", NOT_AN_EMAIL
        found = self.directory.find(kind, name)
        if len(found) == 1:
            return found[0].id, ""
        if found:
            self.doubts[kind, name] = found
            return "", SEVERAL.format(len(found), _described(list(full_labels(found).values())))
        if kind == "person":
            return "", NO_EMAIL
        near = self.directory.near(kind, name)
        like = (
            f"¿Quizá {' · '.join(f'«{label}»' for label in distinct_labels(near).values())}? "
            if near
            else ""
        )
        if near:
            self.doubts[kind, name] = near
        return "", NONE.format(
            KINDS[kind].replace("un enlace", "ningún enlace").replace("una ", "ninguna "), like
        )


def meanings(names: Names) -> list[str]:
    """Of each choice that was taken, `«Sede» es Sede (prefijo 8001, …54a383b4)`; asks no one."""
    message = []
    for (kind, name), found in names.used.items():
        entries = names.directory.known(kind)
        message.append(
            f"«{name}» es {full_labels(entries).get(found) or f'…{id_tail(found)[-SHORTEST:]}'}"
        )
    return message


def _described(labels: Sequence[str]) -> str:
    more = f" y {len(labels) - MAX_SHOWN_ROWS} más" if len(labels) > MAX_SHOWN_ROWS else ""
    return " · ".join(labels[:MAX_SHOWN_ROWS]) + more


def _items(cell: str, *, many: bool) -> list[str]:
    return [each for each in (cell.split(";") if many else [cell]) if each]


def _names(cells: pd.Series[str], *, many: bool) -> list[str]:
    """Each different cell that is no id, in file order."""
    seen = dict.fromkeys(name for cell in cells.unique() for name in _items(str(cell), many=many))
    return [name for name in seen if not is_id(name)]


def is_id(text: str) -> bool:
    """An id of Webex, public or bare; nothing to look for."""
    return bool(decode_id(text) or UUID.fullmatch(text))


# -- what was chosen once --------------------------------------------------------------------------


def remembered(journal: Journal, org_id: str | None) -> dict[str, str]:
    """Kind and name -> id, as chosen before for this organisation."""
    kept = memory.recall(journal, f"names:{org_id or ''}")
    return {str(name): str(found) for name, found in kept.items()} if isinstance(kept, dict) else {}


def remember(
    journal: Journal, org_id: str | None, choices: Iterable[str], directory: Directory
) -> dict[str, str]:
    """Keep `name=id` choices with the earlier ones; all of them. Raises UsageError for what has no
    such form, WebexError.
    """
    fresh: dict[str, str] = {}
    for text in choices:
        name, equals, found = (part.strip() for part in text.rpartition("="))
        found = found.lstrip("…")
        if not (name and equals and len(found) >= SHORTEST):
            raise UsageError(
                f"--choose «{text}»: se espera nombre=identificador, o nombre=final de su"
                " identificador."
            )
        fresh[name] = found if decode_id(found) else _ending(directory, name, found)
    return keep(journal, org_id, fresh)


def _ending(directory: Directory, name: str, end: str) -> str:
    """The id, among those of this name or one like it, with this end. Raises UsageError,
    WebexError.
    """
    for kind in ["person"] if "@" in name else ["location", "license", "route"]:
        entries = directory.find(kind, name) or directory.near(kind, name)
        found = [entry.id for entry in entries if id_tail(entry.id).endswith(end)]
        if len(found) == 1:
            return found[0]
    raise UsageError(
        f"--choose «{name}={end}»: en Webex nada que se llame así tiene un identificador que acabe"
        f" en «{end}»."
    )


def keep(journal: Journal, org_id: str | None, fresh: Mapping[str, str]) -> dict[str, str]:
    """Remember these choices (name as written -> id) with the earlier ones; all of them.

    A choice holds for what its id is: that of a location says nothing of a route of the same name.
    Raises UsageError for an id of anything that no name stands for.
    """
    known = remembered(journal, org_id)
    if fresh:
        known |= {_key(_kind_of(name, found), name): found for name, found in fresh.items()}
        memory.remember(journal, f"names:{org_id or ''}", known)
    return known


def forget(names: Names, journal: Journal, org_id: str | None) -> None:
    """The choices that were taken are to be made again."""
    gone = {_key(kind, name) for kind, name in names.used}
    names.chosen = {
        key: found for key, found in remembered(journal, org_id).items() if key not in gone
    }
    memory.remember(journal, f"names:{org_id or ''}", names.chosen)
    names.used.clear()


def _key(kind: str, name: str) -> str:
    return f"{kind}|{normalize_for_match(name)}"


def _kind_of(name: str, found: str) -> str:
    """Raises UsageError."""
    kind = KIND_OF_TYPE.get(kind_of(found) or "")
    if kind not in KINDS:
        raise UsageError(
            f"El identificador elegido para «{name}» no es de {', '.join(KINDS.values())}."
        )
    if kind == "person" and "@" not in name:
        raise UsageError(f"«{name}» no es un correo, y un usuario se elige por el suyo.")
    return kind


def names_of(api: Api, journal: Journal, org_id: str | None, choices: Iterable[str] = ()) -> Names:
    """Ready to resolve for one organisation. Raises UsageError, WebexError."""
    directory = Directory(api)
    return Names(directory, remember(journal, org_id, choices, directory))
