"""The only package that speaks SQL. The journal is the only channel between those who work and
those who look (docs/diseno.md 1).
"""

from bulk.journal import control, row_writes, rows, runs
from bulk.journal.open import open_journal
from bulk.journal.store import Journal

__all__ = ["Journal", "control", "open_journal", "row_writes", "rows", "runs"]
