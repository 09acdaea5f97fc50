"""The report as JSON: for programs, with everything that the journal knows. Times are UTC."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from bulk.core.records import RunRecord
from bulk.journal import rows
from bulk.report.audit import audit
from bulk.runs.context import Context
from bulk.runs.error_groups import error_groups
from bulk.runs.status import document
from bulk.runs.verify import findings
from bulk.wording.states import state_word


def json_chunks(context: Context, run: RunRecord) -> Iterator[bytes]:
    """The run's document, the audit (its members also at the top), verification, clusters, and
    every row.
    """
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
        "clusters": [asdict(cluster) for cluster in error_groups(context, run)],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode("utf-8", "replace") + b', "rows": [\n'
    for number, row in enumerate(rows.read_rows(context.journal, run.run_id)):
        line = asdict(row) | {"state_word": state_word(run, row.state, row.code)}
        yield (b",\n" if number else b"") + json.dumps(line, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    yield b"\n]}\n"
