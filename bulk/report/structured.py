"""The report as JSON: for programs, with everything that the journal knows. Times are UTC."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from bulk.clusters import clusters
from bulk.context import Context
from bulk.journal import rows
from bulk.records import RunRecord
from bulk.report.audit import audit
from bulk.report.words import state_word
from bulk.status import document
from bulk.verifying import findings


def json_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """The run's document, the audit (its members also at the top), verification, clusters, and every row."""
    found = audit(context, run)
    verified = findings(context, run.run_id)
    head = document(context, run) | {
        "mapping": run.mapping,
        "scope": run.scope,
        "settings": run.settings,
        "files": list(run.files),
        "control": found["control"],
        "audit": found,
        "verification": asdict(verified) if verified else None,
        "clusters": [asdict(cluster) for cluster in clusters(context, run)],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode("utf-8", "replace") + b', "rows": [\n'
    for number, row in enumerate(rows.read_rows(context.journal, run.run_id)):
        line = asdict(row) | {"state_word": state_word(run, row.state, row.code)}
        yield (b",\n" if number else b"") + json.dumps(line, ensure_ascii=False).encode("utf-8", "replace")
    yield b"\n]}\n"
