"""The journal's tables (docs/diseno.md 4 and 6). JSON is kept as text; times are UTC, ISO 8601 with
milliseconds.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, false

from bulk.core.states import ALL_STATES

SCHEMA_VERSION = 6
metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("action_id", String(80), nullable=False),
    # preparing running paused stopped cancelled completed completed_with_errors
    Column("state", String(32), nullable=False),
    Column("reason", Text),  # Spanish: why it stopped by itself
    Column("dry_run", Boolean, nullable=False, default=False),
    Column("created_at", String(32), nullable=False),
    Column("started_at", String(32)),  # first request
    Column("ended_at", String(32)),  # commit of the last outcome
    # "sandbox" or the base URL; never a port of the sandbox
    Column("target", Text, nullable=False),
    Column("org_id", Text),
    Column("org_name", Text),
    Column("person", Text),  # who the token belongs to
    Column("bulk", Boolean, nullable=False, default=True),
    Column("chunk_size", Integer, nullable=False),
    Column("workers", Integer, nullable=False),
    # profile, force_pstn, allow_calling_removal …
    Column("options", Text, nullable=False, default="{}"),
    Column("settings", Text, nullable=False, default="{}"),
    Column("mapping", Text, nullable=False, default="{}"),
    Column("scope", Text, nullable=False, default="{}"),
    Column("files", Text, nullable=False, default="[]"),  # [{name, file_name, sha256, rows}]
    Column("note", Text, nullable=False, default=""),
    Column("parent", String(32)),  # the run that this one undoes, or whose plan it runs
    Column("requests", Integer, nullable=False, default=0),
    Column("retries", Integer, nullable=False, default=0),
    Column("rate_limited", Integer, nullable=False, default=0),
    Column("owner", Text),  # "host · proceso 123", the last process that worked it
    Column("kind", String(8), nullable=False, server_default="apply"),  # apply undo verify
    # {at, not_after, canary, lines, descending}
    Column("schedule", Text, nullable=False, server_default="{}"),
)

orders = Table(
    "orders",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),  # first line
    Column("order_id", String(48), nullable=False, unique=True),
    Column("total", Integer, nullable=False),
    # asked to wait: its rows are not claimed
    Column("held", Boolean, nullable=False, default=False, server_default=false()),
    *(Column(f"n_{state}", Integer, nullable=False, default=0) for state in ALL_STATES),
)
_held = orders.c.held.is_(True)
# asked at each claim
orders_held = Index("orders_held", orders.c.run_id, sqlite_where=_held, postgresql_where=_held)

rows = Table(
    "rows",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),  # its order
    Column("state", String(12), nullable=False),
    Column("entity", Text),
    Column("label", Text, nullable=False, default=""),
    Column("group_name", Text, nullable=False, default=""),
    Column("params", Text, nullable=False),
    Column("before", Text),  # the first one read, never overwritten
    Column("change", Text),  # member -> [old, new]
    # member -> last value that was sent, over all attempts: what an undo may take for ours
    Column("touched", Text),
    Column("after", Text),
    # a write may be out there without outcome
    Column("intent_open", Boolean, nullable=False, default=False),
    Column("attempt", Integer, nullable=False, default=0),  # intents of this row
    Column("sent_at", String(32)),
    Column("mark", Text),  # kept with the intent, to find a lost remote job
    Column("ticket", Text),  # remote job that holds the row
    Column("settled", Boolean, nullable=False, default=False),  # decided by reading
    Column("code", Text),
    Column("status", Integer),  # HTTP status of the answer that refused the row
    Column("message", Text),
    Column("notes", Text),  # Spanish: what was left out
    Column("tracking_id", Text),
    Column("started_at", String(32)),
    Column("ended_at", String(32)),
    Column("seconds", Float),  # from the row's start to its outcome
    # what the row is held against: the change of a plan, or what an undo gives back
    Column("reference", Text),
)
Index("rows_entity", rows.c.run_id, rows.c.entity)
_ended = rows.c.ended_at.is_not(None)
# the latest rows
rows_ended = Index(
    "rows_ended", rows.c.run_id, rows.c.ended_at, sqlite_where=_ended, postgresql_where=_ended
)

control = Table(
    "control",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), nullable=False, index=True),
    Column("command", String(16), nullable=False),
    Column("who", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("acked_at", String(32)),
    Column("detail", Text),  # Spanish: why, or with what
)

samples = Table(  # how fast a run went: one line each few seconds while it is worked
    "samples",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("at", String(32), primary_key=True),  # UTC
    Column("rows", Integer, nullable=False),  # outcomes so far in the process that worked it
    Column("requests", Integer, nullable=False),  # calls so far, of the whole run
    Column("rate_limited", Integer, nullable=False),  # answers 429 so far, of the whole run
    Column("pace", Float),  # calls per second let through now; None = no limit met
)

learned = Table(
    "learned",
    metadata,
    Column("key", String(200), primary_key=True),  # organisation
    Column("value", Text, nullable=False),
    Column("at", String(32), nullable=False),
)
