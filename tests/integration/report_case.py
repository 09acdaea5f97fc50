"""A run out of a file whose cells attack a spreadsheet and a page, and its reports read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from bulk.core.records import RunRecord
from bulk.files.dataset import read_any
from bulk.planning.prepare import prepare
from bulk.report import write_report
from bulk.runs.connection import api_for, identify
from bulk.runs.launch import Launch, launch
from bulk.runs.status import find_run
from tests.workspace import PATIENCE, Workspace

ACTION = "usuarios_configurar_desvio_prefijo53"
HEADER = "person_id;extension;display_name;location_name;Teléfono;observaciones"
EVIL = "=cmd|'/c calc'!A0"
IMAGE = "<img src=x onerror=alert(1)>"
HOW = Launch(chunk_size=4, workers=4, note="CHG-77 & <b>fase</b>")


@dataclass
class Ended:
    """A run out of a file, idle."""

    workspace: Workspace
    run: RunRecord
    raw: bytes  # the file

    def saved(self, name: str, **how: bool) -> Path:
        path = self.workspace.context.home.parent / name
        write_report(self.workspace.context, self.run, path, **how)
        return path


def raw_file(workspace: Workspace) -> bytes:
    """Eight people, one without license, one row that is not valid, and cells that attack a
    spreadsheet or a page.
    """
    lines = [
        f"{workspace.remote.person(n)};{1000 + n};Persona {n};Madrid;+3491122233{n};nota {n}"
        for n in range(8)
    ]
    lines[1] = lines[1].replace("nota 1", EVIL)
    lines[2] = lines[2].replace("Persona 2", IMAGE)
    lines[4] = lines[4].replace("Persona 4", EVIL)
    lines.append("nada;12;Nadie;Sevilla;+34911222339;")
    return "\r\n".join([HEADER, *lines, ""]).encode("utf-8-sig")


def launched(workspace: Workspace, raw: bytes, how: Launch) -> Ended:
    dataset = read_any(raw, file_name="USUARIOS.CSV")[0]
    connection = identify(
        api_for(workspace.connection, workspace.context.settings),
        workspace.connection,
        with_name=True,
    )
    live = launch(workspace.context, prepare(ACTION, {"usuarios": dataset}), connection, how)
    assert live.ended.wait(PATIENCE)
    return Ended(workspace, find_run(workspace.context, live.run_id), raw)


def table(chunks: Iterator[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig")), delimiter=";"))


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(path)
    for sheet in book:
        assert all(
            cell.data_type != "f" and cell.hyperlink is None for row in sheet for cell in row
        )
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}
