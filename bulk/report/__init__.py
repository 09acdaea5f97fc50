"""Reports out of the journal: CSV, JSON, Excel, HTML, acta, and the file that came with the outcome
beside each row.

Everything is written row by row as the journal is read: a million rows never stand in memory.
"""

from __future__ import annotations

from bulk.report.acta import acta_chunks
from bulk.report.audit import audit
from bulk.report.excel import xlsx_chunks, xlsx_file
from bulk.report.page import html_chunks
from bulk.report.parts import parts, three_files, write_parts
from bulk.report.round_trip import has_file, roundtrip_chunks, roundtrip_file
from bulk.report.rows import COLUMNS, change_text, csv_chunks, json_chunks
from bulk.report.writing import write_acta, write_report
from bulk.wording.changes import ChangeText

__all__ = [
    "COLUMNS",
    "ChangeText",
    "acta_chunks",
    "audit",
    "change_text",
    "csv_chunks",
    "has_file",
    "html_chunks",
    "json_chunks",
    "parts",
    "roundtrip_chunks",
    "roundtrip_file",
    "three_files",
    "write_acta",
    "write_parts",
    "write_report",
    "xlsx_chunks",
    "xlsx_file",
]
