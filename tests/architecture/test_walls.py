"""The rules of the product that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.paths import ROOT

SOURCES = sorted(
    [
        *ROOT.glob("bulk/**/*.py"),
        *ROOT.glob("schemas/**/*.py"),
        *ROOT.glob("pages/**/*.py"),
        ROOT / "streamlit_app.py",
    ]
)


def imports(path: Path) -> set[str]:
    """Modules that a file imports anywhere, whole names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def outside(package: str, *rooms: str) -> list[str]:
    allowed = tuple(str(ROOT / room) for room in rooms)
    return [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if not str(path).startswith(allowed)
        and any(name.split(".")[0] == package for name in imports(path))
    ]


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("streamlit", ("pages/", "streamlit_app.py")),
        ("httpx", ("bulk/webex/",)),
        ("tenacity", ("bulk/webex/",)),
        ("sqlalchemy", ("bulk/journal/",)),
        ("sqlite3", ("bulk/journal/",)),
    ],
)
def test_each_library_stays_behind_its_wall(package: str, rooms: tuple[str, ...]) -> None:
    assert outside(package, *rooms) == []


def importing(room: str, *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} -> {name}"
        for path in SOURCES
        if str(path.relative_to(ROOT)).startswith(room)
        for name in imports(path)
        if name.startswith(forbidden)
    ]


def test_adapters_import_neither_each_other_nor_journal_nor_engine() -> None:
    adapters = tuple(f"bulk.adapters.{path.stem}" for path in ROOT.glob("bulk/adapters/u*.py"))
    assert (
        importing(
            "bulk/adapters/",
            "bulk.journal",
            "bulk.engine",
            "bulk.runs.launch",
            "bulk.bulk_runner",
            *adapters,
        )
        == []
    )


def test_the_engine_points_neither_up_nor_at_the_pages() -> None:
    above = (
        "bulk.bulk_runner",
        "bulk.runs.launch",
        "bulk.cli",
        "bulk.planning.prepare",
        "bulk.report",
        "bulk.files.dataset",
        "bulk.planning.mapping",
        "pages",
    )
    assert importing("bulk/engine/", *above) == []


def test_schemas_import_nothing_of_the_product() -> None:
    assert importing("schemas/", "bulk", "pages") == []


def test_pages_speak_neither_http_nor_sql_nor_adapters() -> None:
    assert (
        importing(
            "pages/", "bulk.adapters", "bulk.webex", "bulk.sandbox.server", "bulk.journal.tables"
        )
        == []
    )


def test_no_file_is_longer_than_300_lines() -> None:
    everything = [*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]
    long = {
        str(p.relative_to(ROOT)): n
        for p in everything
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_pages_show_messages_letter_by_letter() -> None:
    """A message quotes cells, and Streamlit takes it for Markdown: a picture in it would be
    fetched.
    """
    bare = re.compile(
        r"\.(?:error|warning|info|success|caption|markdown|write)\([^\n]*(?<!plain\()\b(?:error\.message|\.text\(\)|reason\b)"
    )
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (*ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if bare.search(line) and "plain(" not in line and "log." not in line
    ]
    assert found == []
