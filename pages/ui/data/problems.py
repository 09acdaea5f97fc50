"""What is wrong in the loaded files: one source for counters, groups, grids and downloads of all
pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bulk.core.records import Problem
from bulk.core.text import pluralize, thousands
from bulk.errors import BulkError
from bulk.planning.prepare import PreparedFile
from pages.ui.mapping import selection
from pages.ui.shell.session import Session

ERROR, NOTICE = "error", "aviso"
Found = dict[str, list[Problem]]  # dataset name -> problems


def by_file(session: Session) -> Found:
    """Problems as the chosen action sees its file, and of the other files by themselves and
    together.
    """
    prepared = _prepared(session)
    found: Found = {}
    for name, dataset in session.files.working.items():
        own = (
            list(prepared.problems)
            if prepared and prepared.action.dataset == name
            else list(session.files.problems.get(name, ()))
        )
        own += [
            problem
            for problem in session.files.cross_file_problems
            if problem.file == dataset.file_name
        ]
        if own:
            found[name] = own
    return found


def _prepared(session: Session) -> PreparedFile | None:
    """None also when the mapping does not fit this file: that is shown where it is chosen."""
    action = selection.chosen_action(session)
    if action is None or action.dataset not in session.files.working:
        return None
    try:
        return selection.prepared_file(session)
    except BulkError:
        return None


def of(found: Mapping[str, Sequence[Problem]], severity: str) -> Found:
    """Those of one severity; files without any are left out."""
    split = {
        name: [problem for problem in problems if problem.severity == severity]
        for name, problems in found.items()
    }
    return {name: problems for name, problems in split.items() if problems}


def rows_of(found: Mapping[str, Sequence[Problem]]) -> int:
    """Rows concerned; what is wrong with a whole file counts as one."""
    return sum(len({problem.line for problem in problems}) for problems in found.values())


def apart(bad: int) -> str:
    """` · 37 con errores (se apartan)`."""
    return (
        f" · {thousands(bad)} con errores ({'se aparta' if bad == 1 else 'se apartan'})"
        if bad
        else ""
    )


def totals_line(session: Session, found: Mapping[str, Sequence[Problem]]) -> str:
    """`USUARIOS: 4.263 válidas · 37 con errores (se apartan)`, of each file that has rows to
    work.
    """
    parts = []
    for name, dataset in session.files.working.items():
        if name == "global":
            continue
        bad = {problem.line for problem in found.get(name, ()) if problem.severity == ERROR} - {
            None
        }
        part = f"{name.upper()}: {pluralize(len(dataset.frame) - len(bad), 'válida', 'válidas')}"
        parts.append(part + apart(len(bad)))
    return " · ".join(parts)
