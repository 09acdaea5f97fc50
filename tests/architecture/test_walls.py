"""Rules that import-linter (pyproject.toml) and ruff do not check."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from functools import cache

import grimp
import pytest

from tests.paths import ROOT

PAGES = sorted([*ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py"])
MAX_LINES = 500

# Elements of Streamlit that take their text for Markdown.
MARKDOWN = frozenset({"error", "warning", "info", "success", "caption", "markdown", "write"})
# Texts that quote cells of a file, answers of Webex or what the operator typed.
QUOTING = frozenset({"message", "remedy", "reason", "note", "person", "org_name", "file_name"})


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("bulk", "schemas", "pages", cache_dir=None)


def test_imports_have_no_cycle() -> None:
    """Type-checking imports included."""
    imports = {
        module: graph().find_modules_directly_imported_by(module) for module in graph().modules
    }
    graphlib.TopologicalSorter(imports).prepare()  # Raises CycleError, which names the modules.


@pytest.mark.parametrize("library", ["httpx", "tenacity", "sqlalchemy", "sqlite3"])
def test_the_first_page_imports_no_library_of_a_lower_layer(library: str) -> None:
    """`streamlit_app.py` belongs to no package, and import-linter does not see it."""
    tree = ast.parse((ROOT / "streamlit_app.py").read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [n.name for n in node.names]
        )
    }
    assert library not in imported


def test_no_file_is_too_long() -> None:
    folders = ("bulk", "schemas", "pages", "tests", "benchmarks")
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in ROOT.glob(f"{folder}/**/*.py")
    }
    assert {name: lines for name, lines in sizes.items() if lines > MAX_LINES} == {}


# -- pages show text letter by letter --------------------------------------------------------------


def unescaped(source: str) -> Iterator[int]:
    """Lines where an element that reads Markdown is given a quoting text without `escape_markdown()`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in MARKDOWN or _is_log(node.func.value):
                continue
            for argument in node.args[:1]:
                yield from (quoting.lineno for quoting in _quoting(argument))


def _is_log(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id == "log"


def _quoting(node: ast.AST) -> Iterator[ast.expr]:
    """The quoting expressions in `node` that are shown as they are: not through a function, not in
    a condition.
    """
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "text" and not node.args:
            yield node
        # A method of a text (`join`, `format`) passes its arguments on; `escape_markdown` and others do not.
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format"):
            for argument in node.args:
                yield from _quoting(argument)
        return
    if isinstance(node, ast.Attribute) and node.attr in QUOTING:
        yield node
    parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node)
    for part in parts:
        yield from _quoting(part)


def test_pages_show_quoted_text_letter_by_letter() -> None:
    """A cell `![](https://…)` in a message would make the browser fetch a picture."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in PAGES
        for line in unescaped(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "st.error(error.message)",
        'place.caption(f"Nota: {run.note}")',
        "st.warning(problem.text())",
        'st.info(" · ".join([run.person, "x"]))',
        'st.write(run.reason if run.reason else "")',
    ],
)
def test_text_that_is_not_escaped_is_found(source: str) -> None:
    assert list(unescaped(source)) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "st.error(escape_markdown(error.message))",
        'st.caption(f"Nota: {escape_markdown(run.note)}" if run.note else "")',
        'log.warning("%s", error.message)',
        "st.markdown(title(run))",
    ],
)
def test_escaped_text_passes(source: str) -> None:
    assert list(unescaped(source)) == []
