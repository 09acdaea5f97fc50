"""Corrected cells: the original stays as it was read; the working file is the original with what
was accepted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from bulk.core.records import Problem
from bulk.files import corrections
from bulk.files.corrections import Fix
from bulk.files.dataset import Dataset
from bulk.files.roundtrip import open_lines, original
from bulk.planning import fill_ids
from bulk.planning.cross_file import validate_across
from bulk.planning.name_lookup import Names
from bulk.planning.repairs import Repair
from bulk.planning.validation import validate_file
from pages.ui.shell.session import Session


def put_original(session: Session, dataset: Dataset) -> None:
    """Load a file just read into its place; corrections of an earlier one are forgotten.

    Of a round-trip file the result columns are removed, and the rows that it marks as open are
    remembered.
    """
    session.files.open_lines[dataset.name] = open_lines(dataset)
    dataset = original(dataset)
    session.files.originals[dataset.name] = dataset
    session.files.corrections.pop(dataset.name, None)
    session.files.corrected_by_hand.pop(dataset.name, None)
    session.files.pending.pop(dataset.name, None)
    _no_example(session, dataset.name)
    _put(session, dataset)


def remove(session: Session, name: str) -> None:
    for kept in (
        session.files.open_lines,
        session.files.working,
        session.files.originals,
        session.files.uploads,
        session.files.corrections,
        session.files.corrected_by_hand,
        session.files.pending,
        session.files.problems,
    ):
        kept.pop(name, None)
    session.mapping.scopes.pop(name, None)
    _no_example(session, name)
    session.files.cross_file_problems = validate_across(session.files.working)


def _no_example(session: Session, name: str) -> None:
    """The profile of the examples goes with the last of their files: it was not chosen for other
    files.
    """
    session.files.from_examples.discard(name)
    if not session.files.from_examples and session.files.example_profile is not None:
        if session.mapping.options.get("profile") is session.files.example_profile:
            session.mapping.options.pop("profile")
        session.files.example_profile = None


def accept(session: Session, name: str, found: Iterable[Fix | Repair]) -> int:
    """Make corrections part of the working file, which is validated again; how many there were.
    Raises InputError.
    """
    found = list(found)
    texts = {
        (each.line, each.column): each.value if isinstance(each, Fix) else each.after
        for each in found
    }
    if not texts:
        return 0
    by_hand = {each.line for each in found if isinstance(each, Fix) and each.inspected}
    session.files.corrected_by_hand.setdefault(name, set()).update(by_hand)
    _apply(session, name, {**session.files.corrections.get(name, {}), **texts})
    waiting = session.files.pending.get(name, {})
    for cell in texts:
        waiting.pop(cell, None)
    return len(texts)


def complete_ids(session: Session, name: str, names: Names) -> tuple[int, int]:
    """Fill the ids that a file lacks, found by its e-mails and names: (cells filled, rows not
    found). Raises WebexError.
    """
    working = session.files.working[name]
    wanted = fill_ids.lacking(working)
    filled, problems, cells = fill_ids.fill_ids(names, working)
    session.files.originals[name] = fill_ids.with_columns(
        session.files.originals.get(name, working), wanted
    )
    found = corrections.edits(fill_ids.with_columns(working, wanted).frame, filled.frame)
    accept(session, name, [replace(fix, inspected=False) for fix in found])
    known = set(session.files.problems[name])  # of an earlier attempt
    session.files.problems[name] += [problem for problem in problems if problem not in known]
    return cells, len(problems)


def revert(session: Session, name: str) -> None:
    """Undo all corrections of a file."""
    session.files.pending.pop(name, None)
    session.files.corrected_by_hand.pop(name, None)
    _apply(session, name, {})


def _apply(session: Session, name: str, texts: dict[tuple[int, str], str]) -> None:
    """Raises InputError if a cell does not exist."""
    original = session.files.originals.get(name) or session.files.working[name]
    session.files.originals.setdefault(name, original)
    differing = {cell: text for cell, text in texts.items() if original.frame.at[cell] != text}
    by_hand = session.files.corrected_by_hand.get(name, set())
    chosen = [
        Fix(line, column, text, line in by_hand) for (line, column), text in differing.items()
    ]
    working = corrections.apply(original, chosen) if chosen else original
    # Other content is another file: the digest is that of the corrected file as downloaded.
    if chosen:
        working = replace(working, sha256=hashlib.sha256(corrections.to_csv(working)).hexdigest())
    session.files.corrections[name] = differing
    _put(session, working)


def _put(session: Session, dataset: Dataset) -> None:
    session.files.working[dataset.name] = dataset
    session.files.problems[dataset.name] = [*dataset.problems, *validate_file(dataset)]
    session.files.cross_file_problems = validate_across(session.files.working)
    session.view.revision += 1


def findings(session: Session) -> list[Problem]:
    """Problems of every file by itself, and of the files together."""
    return [
        *(
            problem
            for name in session.files.working
            for problem in session.files.problems.get(name, ())
        ),
        *session.files.cross_file_problems,
    ]
