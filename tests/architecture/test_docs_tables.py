"""What the documents list is what there is: codes, commands, settings, libraries, links."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest

from bulk.bulk_runner import (
    build_chunks,
    iter_rows,
    merge_bulk_results,
    poll_bulk_order,
    submit_bulk_order,
)
from bulk.cli.app import app
from bulk.core.settings import Settings
from bulk.wording.remedies import catalogue, entries
from tests.paths import ROOT

DOCS = ROOT / "docs"
DOCUMENTS = sorted(
    [
        *DOCS.glob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
        *(ROOT / name / "README.md" for name in ("benchmarks", "tests")),
    ]
)
REMEDY = "renew with: python docs/tablas.py"


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tablas", DOCS / "tablas.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["codigos", "ordenes", "desarrollo"])
def test_a_table_that_comes_from_the_program_is_current(tables: ModuleType, name: str) -> None:
    assert read(tables.TABLES[name][0]) == tables.renewed(name), REMEDY


def test_every_code_of_the_catalogue_has_its_row_with_a_remedy() -> None:
    text = read("problemas.md")
    for part in ("status", "code"):
        missing = [code for code in catalogue()[part] if f"| `{code}` |" not in text]
        assert missing == [], REMEDY
    rows = re.findall(r"^\| `[^`]+` \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) > 40
    assert [row for row in rows if not all(cell.strip() for cell in row.split("|"))] == []


def _told_by_the_program() -> list[str]:
    """Every text of the program; what is filled in at the moment is written {}."""
    sources = [*ROOT.glob("bulk/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py"]
    found = [
        str(entry)
        for part in entries().values()
        if isinstance(part, dict)
        for entry in part.values()
    ]
    for tree in (ast.parse(path.read_text(encoding="utf-8")) for path in sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "{}"
                        for part in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def _is_told(quoted: str, message: list[str]) -> bool:
    """With whatever figure or name stands where the document has a figure, an N or a `…`."""
    pattern = re.compile(re.sub(r"\d+|\bN\b|…", ".*", re.escape(quoted)))
    return any(map(pattern.search, message))


def test_every_symptom_that_is_quoted_is_what_the_program_says() -> None:
    table = read("problemas.md").split("## Síntoma")[1].split("\n## ")[0]
    symptoms = [row.split("|")[1] for row in table.splitlines() if row.startswith("| ")]
    quoted = [text for symptom in symptoms for text in re.findall(r"«([^»]+)»", symptom)]
    message = _told_by_the_program()
    assert len(quoted) > 12
    assert [text for text in quoted if not _is_told(text, message)] == []


def test_no_option_of_a_command_is_left_without_a_word() -> None:
    silent = re.findall(
        r"^\| `(--[\w-]+)` \|(?: Por defecto, [^|]*)? \|$", read("cli.md"), re.MULTILINE
    )
    assert silent == []


def test_every_command_has_its_heading_and_every_option_its_row() -> None:
    text = read("cli.md")

    def check(group: click.Group, path: str) -> None:
        ctx = click.Context(group)
        for name in group.list_commands(ctx):
            heading, command = f"{path} {name}", group.get_command(ctx, name)
            assert f"\n## {heading}\n" in text
            if isinstance(command, click.Group):
                check(command, heading)
                continue
            assert command
            section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
            options = [
                option
                for param in command.params
                for option in param.opts
                if option.startswith("--")
            ]
            assert [option for option in options if f"`{option}`" not in section] == []

    check(app, "bulk")


def test_every_package_stands_in_the_table_of_the_design() -> None:
    table = read("diseno.md").split("## 2. Packages")[1].split("\n## ")[0]
    packages = {path.parent.name for path in (ROOT / "bulk").glob("*/__init__.py")}
    modules = {path.name for path in (ROOT / "bulk").glob("*.py")} - {"__init__.py", "__main__.py"}
    assert len(packages) >= 12
    assert [name for name in packages if f"`bulk/{name}/`" not in table] == []
    assert [name for name in modules if f"`bulk/{name}`" not in table] == []


def test_every_setting_has_its_row_with_its_default_and_no_row_is_left_over() -> None:
    rows = dict(re.findall(r"^\| `BULK_(\w+)` \|([^|]*)\|", read("ajustes.md"), re.MULTILINE))
    outside = {"HOME", "SANDBOX_PEOPLE", "SANDBOX_LOCATIONS", "SANDBOX_LATENCY_MS"}
    assert set(rows) - outside == {name.upper() for name in Settings.__dataclass_fields__}
    for name, field in Settings.__dataclass_fields__.items():
        assert rows[name.upper()].strip(" `") == str(field.default), name


def test_defaults_of_the_sandbox_are_reported_as_they_are() -> None:
    from bulk.sandbox import SandboxConfig
    from bulk.sandbox.server import EMBEDDED_LATENCY_MS

    rows = dict(
        re.findall(r"^\| `BULK_SANDBOX_(\w+)` \| `([^`]*)` \|", read("ajustes.md"), re.MULTILINE)
    )
    message = {
        "PEOPLE": SandboxConfig.people,
        "LOCATIONS": SandboxConfig.locations,
        "LATENCY_MS": EMBEDDED_LATENCY_MS,
    }
    assert rows == {name: str(value) for name, value in message.items()}


def test_every_library_that_we_name_has_a_known_licence(tables: ModuleType) -> None:
    direct, everything = tables._needed()
    text = read("licencias.md")
    assert [
        name
        for name in direct
        if not re.search(rf"^\| {re.escape(name)} \| .+ \| sí \|$", text, re.MULTILINE)
    ] == []
    assert [name for name in everything if tables._licence(name).startswith("?")] == []
    copyleft = [name for name in everything if re.search(r"\bA?GPL", tables._licence(name))]
    assert copyleft == []


def test_the_five_functions_are_reported_with_the_arguments_that_they_have() -> None:
    import inspect

    text = read("api.md")
    for function in (
        iter_rows,
        build_chunks,
        submit_bulk_order,
        poll_bulk_order,
        merge_bulk_results,
    ):
        message = re.search(rf"`{function.__name__}\(([^`]*)\)`", text)
        assert message, function.__name__
        names = [
            part.split("=")[0].strip() for part in message[1].split(",") if part.strip() != "*"
        ]
        assert names == list(inspect.signature(function).parameters)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    pictures = {link for bang, link in links if bang}
    local = {
        link.partition("#")[0] for _, link in links if not link.startswith(("http", "#", "mailto:"))
    }
    missing = sorted(link for link in local if not (document.parent / link).exists())
    assert missing == []
    assert all(link.endswith(".png") for link in pictures)


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        link
        for document in DOCUMENTS
        for link in re.findall(r"img/([\w.-]+)\)", document.read_text(encoding="utf-8"))
    }
    assert sorted({path.name for path in (DOCS / "img").iterdir()} - shown) == []


def test_every_button_that_the_guide_names_is_in_the_app() -> None:
    steps = re.findall(
        r"^En la aplicación: (.*?)(?=\n\n)", read("guia.md"), re.MULTILINE | re.DOTALL
    )
    buttons = [" ".join(name.split()) for step in steps for name in re.findall(r"«([^»]+)»", step)]
    message = _told_by_the_program()
    assert len(buttons) > 15
    assert [name for name in buttons if not _is_told(name, message)] == []


@pytest.mark.parametrize("document", [*DOCS.glob("*.md")], ids=lambda path: path.name)
def test_a_heading_that_is_linked_to_exists(document: Path) -> None:
    for other in DOCUMENTS:
        for anchor in re.findall(
            rf"\({document.parent.name}/{document.name}#([^)]+)\)",
            other.read_text(encoding="utf-8"),
        ):
            headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = [
                re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings
            ]
            assert anchor in slugs
