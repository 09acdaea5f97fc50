"""Every citation of a document points to a heading that exists."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.paths import ROOT

CITATION = re.compile(r"(docs/\w+\.md)((?:,?\s+(?:and\s+)?\d+(?:\.\d+)?)+)")
OUTSIDE = re.compile(r"\b(?:DESIGN|UX|TECH|STRUCTURE|[Cc]ontracts?) ?§?\d")
SOURCES = sorted(
    path
    for folder in ("bulk", "pages", "schemas", "tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".json", ".md", ".css", ".html", ".j2"}
)


@cache
def headings(document: str) -> set[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE))


def test_what_is_cited_exists() -> None:
    cited = [
        (path.relative_to(ROOT).as_posix(), document, number)
        for path in SOURCES
        for document, numbers in CITATION.findall(path.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+(?:\.\d+)?", numbers)
    ]
    assert len(cited) > 100
    assert [place for place in cited if place[2] not in headings(place[1])] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_outside_the_repository_is_cited(path: object) -> None:
    assert OUTSIDE.findall(path.read_text(encoding="utf-8")) == []  # type: ignore[attr-defined]
