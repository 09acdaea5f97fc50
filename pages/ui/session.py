"""What one browser tab holds. The run itself lives in the journal: here is only its id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st

from bulk.connection import Connection
from bulk.dataset import Dataset
from bulk.plan import Prepared
from bulk.records import Problem

KEY = "bulk_session"


@dataclass
class Session:
    """State of one tab. Nothing here is stored anywhere; the token is in memory and nowhere else."""

    files: dict[str, Dataset] = field(default_factory=dict)  # dataset name -> file as read
    findings: dict[str, list[Problem]] = field(default_factory=dict)  # dataset name -> problems of the file by itself
    upload_errors: dict[str, str] = field(default_factory=dict)  # dataset name -> why its last upload was refused
    emptied: dict[str, int] = field(default_factory=dict)  # dataset name -> times its zone was emptied by «Quitar»
    action_id: str | None = None  # the action chosen
    explicit: dict[str, dict[str, str]] = field(default_factory=dict)  # action -> parameter -> column, =text or GLOBAL.x
    revision: int = 0  # of the mapping: a new one makes the editor forget its edits
    options: dict[str, Any] = field(default_factory=dict)  # profile, force_pstn, allow_calling_removal
    dry_run_id: str | None = None  # the last dry run of this tab
    run_id: str | None = None  # the run on the board
    connection: Connection | None = None  # None = the sandbox
    pasted_at: datetime | None = None  # when the token was given
    bulk: bool = True  # False: row by row
    chunk_size: int = 200  # rows a lot
    workers: int = 32  # requests in flight at most
    note: str = ""  # ticket, phase
    advice: list[str] = field(default_factory=list)  # what the last launch was told, and stopped nothing
    prepared: Prepared | None = None  # the file seen through the action, of the key below
    prepared_key: object = None  # what `prepared` was made from
    progress: dict[str, tuple[float, int]] = field(default_factory=dict)  # run -> (moment, rows ended) of an earlier look


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
