"""What is uploaded is text to be read: never too much of it, never a place on the disk, never
code.
"""

from __future__ import annotations

import ast
import io
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bulk.adapters import call_permissions
from bulk.cli import options
from bulk.errors import InputError
from bulk.files import dataset as dataset_module
from bulk.files.dataset import read_any, read_csv
from bulk.planning.mapping import ColumnMapping
from bulk.planning.saved_mappings import save
from tests.paths import ROOT

SOURCES = [
    *ROOT.glob("bulk/**/*.py"),
    *ROOT.glob("schemas/*.py"),
    *ROOT.glob("pages/**/*.py"),
    ROOT / "streamlit_app.py",
]
MIB = 1 << 20


def workbook(rows: int = 3) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "USUARIOS"
    for number in range(rows):
        book.active.append(
            ["person_id", "extension"] if not number else [f"p{number}", str(1000 + number)]
        )
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def repacked(raw: bytes, **parts: bytes) -> bytes:
    """The workbook with parts replaced or added (a dot in a name is written __)."""
    new = {name.replace("__", "."): content for name, content in parts.items()}
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            if name not in new:
                archive.writestr(name, old.read(name))
        for name, content in new.items():
            archive.writestr(name, content)
    return kept.getvalue()


def test_an_upload_over_the_limit_is_refused_by_the_server_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dataset_module, "MAX_UPLOADED", MIB)
    raw = b"person_id;extension\n" + b"p;1000\n" * 200_000
    for reader in (read_csv, read_any):
        with pytest.raises(InputError, match="pasa de 1 MB"):
            reader(raw, name="usuarios", file_name="USUARIOS.CSV")


def test_the_limit_is_the_one_of_the_browser() -> None:
    import tomllib

    message = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
        "server"
    ]["maxUploadSize"]
    assert message * MIB == dataset_module.MAX_UPLOADED


def test_a_workbook_of_many_equal_rows_is_no_bomb() -> None:
    assert len(read_any(workbook(20_000), file_name="USUARIOS.xlsx")[0].frame) == 19_999


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1__xml", "xl/sharedStrings__xml", "xl/media/a__bin"]
)
def test_a_workbook_that_unfolds_to_a_thousand_times_its_size_is_refused_at_once(part: str) -> None:
    bomb = repacked(workbook(), **{part: b"<t>" + b"A" * (300 * MIB)})
    assert len(bomb) < MIB
    began = time.monotonic()
    with pytest.raises(InputError, match="demasiado grande"):
        read_any(bomb, file_name="USUARIOS.xlsx")
    assert time.monotonic() - began < 0.5


def test_a_workbook_of_thousands_of_parts_is_refused() -> None:
    with pytest.raises(InputError, match="demasiado grande"):
        read_any(
            repacked(workbook(), **{f"xl/p{n}": b"" for n in range(2_500)}),
            file_name="USUARIOS.xlsx",
        )


SHEET = (
    "<worksheet"
    ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>person_id</t></is></c></row>'


def holding(rows: str) -> bytes:
    """A workbook whose sheet has `rows` under its header, as somebody may have written them by
    hand.
    """
    return repacked(
        workbook(), **{"xl/worksheets/sheet1__xml": SHEET.format(HEADER + rows).encode()}
    )


def test_a_row_beyond_the_last_one_of_excel_is_refused_and_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="demasiado grande para una hoja"):
        read_any(
            holding('<row r="999999999"><c r="A999999999"><v>1</v></c></row>'),
            file_name="USUARIOS.xlsx",
        )
    assert time.monotonic() - began < 10


def test_more_cells_than_a_table_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bulk.files.workbook._MAX_CELLS", 100_000)
    wide = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 12))
    with pytest.raises(InputError, match="demasiado grande para una hoja"):
        read_any(holding(wide), file_name="USUARIOS.xlsx")


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A3" t="d"><v>99999-99-99</v></c>',
        '<c r="A3"><v>abc</v></c>',
        '<c r="A3" t="s"><v>99</v></c>',
        '<c r="??"><v>1</v></c>',
        f'<c r="A3"><v>{"9" * 100_000}</v></c>',
    ],
    ids=["date", "number", "shared string", "place", "digits"],
)
def test_a_cell_that_is_none_is_reported_with_its_sheet_and_row(cell: str) -> None:
    good = '<row r="2"><c r="A2" t="inlineStr"><is><t>p2</t></is></c></row>'
    with pytest.raises(
        InputError,
        match=(
            r"USUARIOS.xlsx · hoja USUARIOS: no se puede leer a partir de la fila \d+.*\.xlsx o"
            r" como CSV"
        ),
    ):
        read_any(holding(f'{good}<row r="3">{cell}</row>'), file_name="USUARIOS.xlsx")


def test_thousands_of_columns_are_refused_at_once() -> None:
    raw = ";".join(f"c{n}" for n in range(200_000)).encode() + b"\n" + b";" * 199_999 + b"\n"
    began = time.monotonic()
    with pytest.raises(InputError, match="200000 columnas, y no se leen más de 2000"):
        read_csv(raw, name="usuarios", file_name="USUARIOS.CSV")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("before", [b"", b"person_id;extension\np1;1000\n"])
def test_a_file_of_nothing_but_line_ends_is_refused_where_nothing_more_comes(before: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="más de un millón de líneas vacías seguidas"):
        read_csv(before + b"\n" * 20_000_000, name="usuarios", file_name="USUARIOS.CSV")
    assert time.monotonic() - began < 8


def test_a_part_that_is_bigger_than_it_declares_is_not_believed() -> None:
    honest = repacked(workbook(), **{"xl/worksheets/sheet1__xml": b"<t>" + b"A" * (100 * MIB)})
    lying = honest.replace((100 * MIB + 3).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(InputError):
        read_any(lying, file_name="USUARIOS.xlsx")


def test_entities_that_multiply_are_refused_with_little_memory(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cell = '<c r="A1" t="inlineStr"><is><t>&a11;</t></is></c>'
    sheet = f'<worksheet xmlns="{main}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    xml = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a0 "lol">{entities}]>{sheet}'
    path = tmp_path / "USUARIOS.xlsx"
    path.write_bytes(repacked(workbook(), **{"xl/worksheets/sheet1__xml": xml.encode()}))
    script = (
        "import sys; from bulk.files.dataset import read_any; from bulk.errors import InputError\n"
        "try: print(len(read_any(sys.argv[1])[0].frame))\n"
        "except InputError as error: print(error.message)"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        preexec_fn=limit,
    )
    assert "no se puede abrir" in done.stdout, done.stderr[-500:]


@pytest.mark.parametrize(
    "name",
    ["../../fuera.csv", "/etc/passwd", "C:\\x\\USUARIOS.CSV", "a\x00b.csv", "..", "x" * 5000],
)
def test_a_file_name_is_a_name_and_never_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    found = read_csv(b"person_id;extension\np;1000\n", name="usuarios", file_name=name)
    assert found.frame.iloc[0].to_list() == ["p", "1000"]
    kept = save(inside / "home", name, ColumnMapping("usuarios_configurar_desvio_prefijo53", {}))
    assert kept.parent == inside / "home" / "mappings"
    outside = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and inside / "home" not in path.parents
    ]
    assert outside == []


def test_nothing_that_runs_what_it_reads_is_imported() -> None:
    forbidden = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path}: {name}" for name in names if name.split(".")[0] in forbidden]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"eval", "exec"}
            ):
                found.append(f"{path}: {node.func.id}")
    assert found == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"[" * 100_000, "demasiados niveles"),
        (b"{", "no es JSON"),
        (b"\xff\xfe", "no es JSON"),
        (b"[]", "callingPermissions"),
    ],
)
def test_a_profile_that_is_none_is_refused_by_name_on_the_page_and_in_the_command(
    tmp_path: Path, raw: bytes, message: str
) -> None:
    (tmp_path / "p.json").write_bytes(raw)
    for reader in (
        lambda: call_permissions.read_profile(raw, "p.json"),
        lambda: options.read_profile(tmp_path / "p.json"),
    ):
        with pytest.raises(InputError, match=f"«p.json».*{message}"):
            reader()
