"""What one browser tab holds. The run itself lives in the journal: here is only its id."""

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
class Session:
    """State of one tab. Nothing here is stored anywhere; the token is in memory and nowhere
    else.
    """

    files: dict[str, Dataset] = field(
        default_factory=dict
    )  # dataset name -> file with the corrections accepted so far
    originals: dict[str, Dataset] = field(
        default_factory=dict
    )  # dataset name -> file as read; never changed
    uploads: dict[str, Upload] = field(
        default_factory=dict
    )  # dataset name -> where it was read from
    corrections: dict[str, dict[Cell, str]] = field(
        default_factory=dict
    )  # dataset name -> cells corrected and applied
    inspected: dict[str, set[int]] = field(
        default_factory=dict
    )  # dataset name -> lines corrected by hand
    open_lines: dict[str, frozenset[int]] = field(
        default_factory=dict
    )  # dataset name -> what a round-trip file says is left
    pending: dict[str, dict[Cell, str]] = field(
        default_factory=dict
    )  # dataset name -> cells typed and not applied yet
    findings: dict[str, list[Problem]] = field(
        default_factory=dict
    )  # dataset name -> problems of the file by itself
    across: list[Problem] = field(default_factory=list)  # what the files say about each other
    upload_errors: dict[str, str] = field(
        default_factory=dict
    )  # dataset name -> why its last upload was refused
    examples: set[str] = field(
        default_factory=set
    )  # dataset names whose file is still that of examples/
    example_profile: dict[str, Any] | None = None  # the profile that came with them
    emptied: dict[str, int] = field(
        default_factory=dict
    )  # dataset name -> times its zone was emptied by «Quitar»
    country: str | None = None  # of phones without prefix, when GLOBAL does not say it
    action_id: str | None = None  # the action chosen
    explicit: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # action -> parameter -> text of parse_source
    scopes: dict[str, Scope] = field(
        default_factory=dict
    )  # dataset name -> rows chosen; absent = all of them
    by_name: bool = False  # e-mails and names stand where ids go: they are looked for in Webex
    choosing: bool = False  # the panel that chooses rows is open
    revision: int = 0  # of the mapping and the grids: a new one makes an editor forget its edits
    options: dict[str, Any] = field(
        default_factory=dict
    )  # profile, force_pstn, allow_calling_removal
    dry_run_id: str | None = None  # the last dry run of this tab
    run_id: str | None = None  # the run on the board
    undo_previews: dict[str, str] = field(
        default_factory=dict
    )  # run -> the preview of its undo that is asked about
    connection: Connection | None = None  # None = the sandbox
    pasted_at: datetime | None = None  # when the token was given
    rejected: (
        str
        # the service no longer takes the token: the page asks for another one of this organisation
        # (its id)
    ) = ""
    bulk: bool = True  # False: row by row
    chunk_size: int = 200  # rows per order
    workers: int = 32  # requests in flight at most
    note: str = ""  # ticket, phase
    at: str = ""  # hour to begin, as written
    not_after: str = ""  # hour to pause by itself, as written
    canary: int = 0  # rows to begin with, then stop for a look; 0 = all
    rate_ceiling: float = 0.0  # calls per second never exceeded; 0 = learned only
    advice: list[str] = field(
        default_factory=list
    )  # what the last launch was reported, and stopped nothing
    prepared: PreparedFile | None = None  # the file seen through the action, of the key below
    prepared_key: object = None  # what `prepared` was made from
    kept: dict[str, tuple[object, Any]] = field(
        default_factory=dict
    )  # name -> (made from, result): see `once`
    fetched: tuple[str, bytes, int] | None = (
        None  # file name, content and rows of what was brought from Webex
    )

    def once(self, name: str, made_from: object, make: Callable[[], T]) -> T:
        """`make()`, made again only when `made_from` is another one than last time."""
        kept = self.kept.get(name)
        if kept is None or kept[0] != made_from:
            kept = self.kept[name] = (made_from, make())
        found: T = kept[1]
        return found


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
