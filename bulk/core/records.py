"""What passes between the packages: frozen dataclasses, one comment per field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bulk.core.references import Reference

DATASETS = ("global", "ubicaciones", "usuarios")
UNITS = {
    "global": ("fila", "filas"),
    "ubicaciones": ("ubicación", "ubicaciones"),
    "usuarios": ("usuario", "usuarios"),
}
FILE_NAMES = {"global": "GLOBAL.CSV", "ubicaciones": "UBICACIONES.CSV", "usuarios": "USUARIOS.CSV"}

Params = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one cell (or row, or file). Where, what was found, what is expected,
    what to do.
    """

    file: str  # file name as the operator knows it
    line: int | None  # line of the file as Excel numbers it; None = the whole file
    column: str | None  # header, as written in the file
    value: str | None  # the cell as read
    rule: str  # stable id of the rule, for grouping
    message: str  # Spanish, with the remedy
    severity: str = "error"  # "error" sets the row aside, "aviso" does not
    # line of the cell, where it is not the row's: GLOBAL as pairs is one row of several lines
    written_at: int | None = None

    @property
    def display_line(self) -> int | None:
        """The line to look at in the file."""
        return self.written_at or self.line

    def to_json(self) -> dict[str, Any]:
        found = {name: value for name, value in vars(self).items() if name != "written_at"}
        return {**found, "line": self.display_line}

    def text(self) -> str:
        """`USUARIOS.CSV · Fila 218 · telefono «34911222333» · …`, the form of docs/interfaz.md
        1.
        """
        where = [self.file] if self.line is None else [self.file, f"Fila {self.display_line}"]
        if self.column:
            where.append(f"{self.column} «{self.value}»" if self.value else self.column)
        return " · ".join([*where, self.message])


@dataclass(frozen=True)
class Row:
    """One line of the dataset, ready to be worked."""

    line: int  # line number in the file
    params: Params  # parameter -> value (text, bool or list of text); absent = not given
    label: str = ""  # what people read: name · extension
    group: str = ""  # location
    # pending, invalid or excluded when it is handed over; of a plan, as its dry run left it
    state: str = "pending"
    code: str | None = None  # why it is invalid
    message: str | None = None  # the same, in Spanish
    reference: Reference | None = None  # what it is held against


@dataclass(frozen=True)
class OrderStatus:
    """What `poll_bulk_order` answers, at once."""

    order_id: str  # <run>-r<first line>
    run_id: str  # the run it belongs to
    state: str  # queued running success partial error paused cancelled
    total: int  # rows
    counts: Mapping[str, int]  # row state -> rows

    @property
    def finished(self) -> bool:
        return self.state in {"success", "partial", "error", "cancelled"}

    @property
    def seq(self) -> int:
        """Its first line: what names the order within its run."""
        return int(self.order_id.rpartition("-r")[2])


@dataclass(frozen=True)
class RowResult:
    """One row as the journal has it."""

    line: int  # line of the file
    state: str  # one of ROW_STATES (of a dry run: PLAN_STATES)
    label: str  # what people read
    group: str  # location
    code: str | None  # Webex's errorCode or status, or the rule that was broken
    message: str | None  # Spanish
    before: Any  # member -> value, as first read
    after: Any  # member -> value, as left
    change: Any  # member -> [old, new]
    tracking_id: str | None  # of the last answer
    attempt: int  # times a write was sent
    started_at: str | None  # UTC, ISO 8601
    ended_at: str | None  # UTC, ISO 8601
    order_id: str = ""  # the order it belongs to
    params: Params = field(default_factory=dict)  # as sent
    # member -> last value that was sent, over all attempts; None = nothing, or an older journal
    touched: Any = None
    status: int | None = None  # HTTP status of the answer that refused it


@dataclass(frozen=True)
class Summary:
    """What `merge_bulk_results` answers: totals, and the rows in file order."""

    counts: Mapping[str, int]  # row state -> rows
    orders: tuple[OrderStatus, ...]  # as asked
    rows: tuple[RowResult, ...]  # in file order

    def __iter__(self) -> Iterator[RowResult]:
        return iter(self.rows)


@dataclass(frozen=True)
class RunRecord:
    """A run as the journal has it."""

    run_id: str  # 20261123-0712-a3f
    action_id: str  # what it does
    target: str  # "sandbox" or the base URL
    dry_run: bool = False  # True: reads and decides only
    state: str = (
        "preparing"  # preparing running paused stopped cancelled completed completed_with_errors
    )
    reason: str | None = None  # Spanish: why it stopped by itself
    created_at: str = ""  # UTC
    started_at: str | None = None  # first request
    ended_at: str | None = None  # commit of the last outcome
    org_id: str | None = None  # organisation of the token
    org_name: str | None = None  # its name
    person: str | None = None  # who the token belongs to
    bulk: bool = True  # False: row by row, in file order
    chunk_size: int = 200  # rows per order
    workers: int = 32  # requests in flight at most
    options: Params = field(default_factory=dict)  # profile, force_pstn, allow_calling_removal …
    settings: Params = field(default_factory=dict)  # bulk.settings.Settings in force
    mapping: Params = field(default_factory=dict)  # parameter -> source
    scope: Params = field(default_factory=dict)  # rows chosen
    files: tuple[Params, ...] = ()  # {name, file_name, sha256, rows}
    note: str = ""  # ticket, phase
    parent: str | None = None  # the run that this one undoes, or whose plan it runs
    requests: int = 0  # calls sent
    retries: int = 0  # of these, repeated
    rate_limited: int = 0  # answers 429
    owner: str | None = None  # the last process that worked it
    # apply, undo (gives back what `parent` changed) or verify (looks at what `parent` left)
    kind: str = "apply"
    # {at, not_after: UTC; after: runs; canary: rows; lines; descending}
    schedule: Params = field(default_factory=dict)

    @property
    def plan_hash(self) -> str | None:
        """Of a dry run that has ended: digest of what it shows."""
        found: str | None = self.schedule.get("plan_hash")
        return found


@dataclass
class StoredRow:
    """A row as the engine takes it up again; what an intent says of it is brought up to date
    here.
    """

    line: int  # line of the file
    seq: int  # its order: first line of it
    params: Params  # as handed over
    state: str = "pending"  # "running" when it is resumed after an interruption
    entity: str | None = None  # value of the action's entity parameter
    before: Params | None = None  # the first one read
    change: Params | None = None  # member -> [old, new] of all intents, the last one of each member
    touched: Params | None = None  # member -> last value that was sent, over all attempts
    attempt: int = 0  # intents so far
    intent_open: bool = False  # a write may be out there
    mark: Any = None  # kept with the intent, to find a lost remote job
    ticket: str | None = None  # remote job that holds it
    label: str = ""  # what people read
    reference: Reference | None = None  # what it is held against


@dataclass(frozen=True)
class Sample:
    """How far a run had come at one moment."""

    at: str  # UTC
    rows: int  # outcomes so far in the process that worked it
    requests: int  # calls so far
    rate_limited: int  # answers 429 so far
    pace: float | None  # calls per second let through; None = no limit met


@dataclass(frozen=True)
class Command:
    """One line of the control table."""

    seq: int  # order of arrival
    run_id: str  # run
    # launch undo verify · pause cancel resume retry archive restore · auto_pause canary (by itself)
    command: str
    who: str  # who asked; of a run that stopped by itself, the program
    at: str  # UTC
    acked_at: str | None  # when the owner took it up
    detail: str | None = (
        None  # Spanish: why it stopped, what it runs, settings that are not those of the launch
    )
