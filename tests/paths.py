"""Where the product stands, for tests that start it as a process."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
