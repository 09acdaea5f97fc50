"""Reports are written as the journal is read: five times the rows take no more memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bulk import report
from bulk.core.records import Row, RunRecord
from bulk.files.dataset import from_records
from bulk.journal import runs
from bulk.runs import input_files
from bulk.runs.context import Context, close_context, open_context
from bulk.runs.error_groups import error_groups

ACTION = "usuarios_configurar_desvio_prefijo53"
FEW, MANY = (
    4_000,
    20_000,
)  # the fewer ones are two full pages of the journal: both stand in memory at the turn
ROOM = 1 << 20  # bytes: what the interpreter may take besides
MESSAGE = (
    "USUARIOS.CSV · Fila {0} · extension «{0}» · No es una extensión. Se esperan entre 2 y 10"
    " cifras. Corrige la celda."
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    opened = open_context(tmp_path_factory.mktemp("memory") / "home")
    yield opened
    close_context(opened)


@pytest.fixture(scope="module")
def few(context: Context) -> RunRecord:
    return written(context, "20261124-0000-few", FEW)


@pytest.fixture(scope="module")
def many(context: Context) -> RunRecord:
    return written(context, "20261124-0000-all", MANY)


def written(context: Context, run_id: str, count: int) -> RunRecord:
    """Rows that all failed for one cause: every format has to tell them one by one."""
    lines = range(2, 2 + count)
    dataset = from_records(
        {
            line: {"person_id": f"P{line}", "extension": str(line), "nota": "x" * 40}
            for line in lines
        },
        name="usuarios",
    )
    run = RunRecord(
        run_id,
        ACTION,
        "sandbox",
        files=({"name": "usuarios", "kept": input_files.keep(context, dataset)},),
    )
    runs.create_run(context.journal, run)
    for start in range(2, 2 + count, 500):
        chunk = [
            Row(
                line,
                {"person_id": f"P{line}"},
                f"Persona {line}",
                "Madrid",
                "invalid",
                "extension_no_valida",
                MESSAGE.format(line),
            )
            for line in range(start, start + 500)
        ]
        runs.add_order(context.journal, run_id, chunk, "person_id")
    return run


def through(chunks: Iterator[bytes]) -> int:
    return sum(map(len, chunks))


def to_disk(maker: Callable[..., object], folder: Path) -> Callable[[Context, RunRecord], int]:
    def make(context: Context, run: RunRecord) -> int:
        path = folder / "x.xlsx"
        with path.open("w+b") as file:
            maker(context, run, file)
        return path.stat().st_size

    return make


def peak(make: Callable[[Context, RunRecord], object], context: Context, run: RunRecord) -> int:
    """Bytes at most in use while `make` works."""
    tracemalloc.start()
    try:
        assert make(context, run)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name",
    ["csv", "json", "html", "acta", "roundtrip", "xlsx", "roundtrip_xlsx", "parts", "clusters"],
)
def test_memory_stays_flat(
    name: str, context: Context, few: RunRecord, many: RunRecord, tmp_path: Path
) -> None:
    makers: dict[str, Callable[[Context, RunRecord], object]] = {
        "csv": lambda context, run: through(report.csv_chunks(context, run)),
        "json": lambda context, run: through(report.json_chunks(context, run)),
        "html": lambda context, run: through(report.html_chunks(context, run)),
        "acta": lambda context, run: through(report.acta_chunks(context, [run])),
        "roundtrip": lambda context, run: through(report.roundtrip_chunks(context, run)),
        "xlsx": to_disk(report.xlsx_file, tmp_path),
        "roundtrip_xlsx": to_disk(report.roundtrip_file, tmp_path),
        "parts": lambda context, run: sum(
            through(chunks) for chunks in report.three_files(context, run).values()
        ),
        "clusters": error_groups,
    }
    make = makers[name]
    make(context, few)  # modules and caches are loaded
    small, big = peak(make, context, few), peak(make, context, many)
    assert big < small * 1.25 + ROOM, f"{small} -> {big} bytes"


def test_html_holds_every_exception_and_the_first_five_thousand_of_the_others(
    context: Context, many: RunRecord
) -> None:
    page = b"".join(report.html_chunks(context, many)).decode()
    assert page.count('<tr><td class="n">') >= MANY
    good = replace(many, run_id="20261124-0000-yes")
    runs.create_run(context.journal, good)
    runs.add_order(
        context.journal,
        good.run_id,
        [Row(n, {"person_id": "P"}, state="excluded") for n in range(2, 6_002)],
        "person_id",
    )
    page = b"".join(report.html_chunks(context, good)).decode()
    assert page.count("fuera de alcance</td>") == 5_000
    assert "Se muestran las 5.000 primeras de 6.000." in page
