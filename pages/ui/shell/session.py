"""What one browser tab holds. The run itself is in the journal: here is only its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import streamlit as st

from bulk.core.records import Problem
from bulk.files.dataset import Dataset
from bulk.planning.prepare import PreparedFile
from bulk.planning.scope import Scope
from bulk.runs.connection import Connection

KEY = "bulk_session"
T = TypeVar("T")
Cell = tuple[int, str]  # line, header as written


@dataclass(frozen=True)
class Upload:
    """The bytes that a file was read from, to read them again in another way."""

    raw: bytes  # as uploaded
    file_name: str  # as the operator knows it


@dataclass
class LoadedFiles:
    """The three files and what was corrected in them. Keys are dataset names."""

    # With the corrections accepted so far.
    working: dict[str, Dataset] = field(default_factory=dict)
    # As read; never changed.
    originals: dict[str, Dataset] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    # Cells corrected and applied.
    corrections: dict[str, dict[Cell, str]] = field(default_factory=dict)
    # Lines with a correction that was typed, not proposed.
    corrected_by_hand: dict[str, set[int]] = field(default_factory=dict)
    # Cells typed and not applied yet.
    pending: dict[str, dict[Cell, str]] = field(default_factory=dict)
    # What a round-trip file says is left to do.
    open_lines: dict[str, frozenset[int]] = field(default_factory=dict)
    # Of each file by itself.
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    # What the files say about each other.
    cross_file_problems: list[Problem] = field(default_factory=list)
    # Why the last upload was refused; of "profile" and "mapping" too.
    upload_errors: dict[str, str] = field(default_factory=dict)
    # Names whose file is still that of examples/, and the profile that came with them.
    from_examples: set[str] = field(default_factory=set)
    example_profile: dict[str, Any] | None = None
    # Times that «Quitar» emptied a drop zone.
    emptied: dict[str, int] = field(default_factory=dict)
    # Of phones without prefix, when GLOBAL does not say it.
    country: str | None = None
    # File name, content and rows of what was brought from Webex.
    fetched: tuple[str, bytes, int] | None = None


@dataclass
class MappingChoices:
    """The action, its rows and where its parameters come from."""

    action_id: str | None = None
    # Action -> parameter -> text of `parse_source`.
    explicit: dict[str, dict[str, str]] = field(default_factory=dict)
    # Dataset name -> rows chosen; absent = all of them.
    scopes: dict[str, Scope] = field(default_factory=dict)
    # E-mails and names stand where ids go: they are looked up in Webex.
    by_name: bool = False
    # profile, force_pstn, allow_calling_removal
    options: dict[str, Any] = field(default_factory=dict)
    # The file as the action sees it, and what it was made from.
    prepared: PreparedFile | None = None
    prepared_key: object = None


@dataclass
class LaunchChoices:
    """How the next run goes."""

    bulk: bool = True  # False: row by row
    chunk_size: int = 200  # rows per order
    workers: int = 32  # requests in flight at most
    note: str = ""  # ticket, phase
    at: str = ""  # hour to begin, as written
    not_after: str = ""  # hour to pause by itself, as written
    canary: int = 0  # rows to begin with, then stop for review; 0 = all
    rate_ceiling: float = 0.0  # calls per second never exceeded; 0 = learned only


@dataclass
class View:
    """What this tab shows."""

    dry_run_id: str | None = None  # the last dry run of this tab
    run_id: str | None = None  # the run on the board
    # Run -> the preview of its undo that waits for an answer.
    undo_previews: dict[str, str] = field(default_factory=dict)
    # Warnings of the last launch that did not stop it.
    advice: list[str] = field(default_factory=list)
    choosing_rows: bool = False  # the panel that chooses rows is open
    # Part of the keys of editors: a new number makes them forget their edits.
    revision: int = 0


@dataclass
class Session:
    """State of one tab. Nothing of it is stored anywhere; the token is in memory alone."""

    files: LoadedFiles = field(default_factory=LoadedFiles)
    mapping: MappingChoices = field(default_factory=MappingChoices)
    launch: LaunchChoices = field(default_factory=LaunchChoices)
    view: View = field(default_factory=View)
    connection: Connection | None = None  # None = the sandbox
    pasted_at: datetime | None = None  # when the token was given
    # Id of the organization whose token Webex no longer accepts: pages ask for another one.
    rejected: str = ""
    # Name -> (made from, result): see `once`.
    cache: dict[str, tuple[object, Any]] = field(default_factory=dict)

    def once(self, name: str, made_from: object, make: Callable[[], T]) -> T:
        """`make()`, called again only when `made_from` differs from the last time."""
        cached = self.cache.get(name)
        if cached is None or cached[0] != made_from:
            cached = self.cache[name] = (made_from, make())
        result: T = cached[1]
        return result


def current() -> Session:
    """The session of this tab, made on first use."""
    session: Session = st.session_state.setdefault(KEY, Session())
    return session


def run_in_url() -> str | None:
    """`?run=` of the address."""
    return st.query_params.get("run") or None


def put_in_url(run_id: str) -> None:
    if st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id
