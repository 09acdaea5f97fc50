"""Reports of real runs against the sandbox: every format opened and read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulk.cli import main
from bulk.core.records import RunRecord
from bulk.errors import UsageError
from bulk.journal import control
from bulk.report import (
    acta_chunks,
    csv_chunks,
    html_chunks,
    json_chunks,
    write_acta,
    write_report,
)
from bulk.runs.error_groups import error_groups
from bulk.runs.launch import Launch, wait
from bulk.runs.resume import retry
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from bulk.runs.undo import undo
from bulk.runs.verify import verify
from tests.integration.report_case import ACTION, EVIL, IMAGE, Ended, launched, sheets, table
from tests.workspace import Workspace

# -- formats ---------------------------------------------------------------------------------------


def test_csv_tells_state_cause_before_and_after_of_each_row(ended: Ended) -> None:
    header, *lines = table(csv_chunks(ended.workspace.context, ended.run))
    assert len(lines) == 9
    first, bad = (dict(zip(header, lines[at], strict=True)) for at in (0, 8))
    assert (first["fila"], first["estado"], first["etiqueta"]) == ("2", "hecha", "Persona 0 · 1000")
    assert (first["antes"], first["después"]) == ("desvío: desactivado", "desvío: 531000")
    assert lines[4][header.index("etiqueta")] == f"'{EVIL} · 1004"
    assert (bad["estado"], bad["causa"]) == ("no válida", "id_no_valido")


def test_workbook_has_its_four_sheets_and_only_text_and_numbers(ended: Ended) -> None:
    found = sheets(ended.saved("informe.xlsx"))
    assert list(found) == ["Resumen", "Lotes", "Filas", "Errores"]
    facts = {row[0]: row[1] for row in found["Resumen"]}
    assert facts["Nota"] == "CHG-77 & <b>fase</b>"
    assert ended.run.files[0]["sha256"] in str(facts["Fichero USUARIOS"])
    assert [row[2] for row in found["Lotes"][1:]] == [4, 4, 1]
    assert [row[0] for row in found["Filas"][1:]] == list(range(2, 11))
    assert any(row[2] == "id_no_valido" for row in found["Errores"][1:])
    assert found["Filas"][5][2] == f"{EVIL} · 1004"


def test_json_carries_the_audit_the_clusters_and_every_row(ended: Ended) -> None:
    control.post(ended.workspace.context.journal, ended.run.run_id, "pause", "Ana", acked=True)
    found = json.loads(b"".join(json_chunks(ended.workspace.context, ended.run)))
    assert [row["line"] for row in found["rows"]] == list(range(2, 11))
    audit = found["audit"]
    assert audit["person"]
    assert audit["org_name"] == ended.run.org_name
    assert audit["files"][0]["sha256"] == ended.run.files[0]["sha256"]
    assert audit["mapping"]["sources"]["extension"]["ref"] == "extension"
    assert [(command["command"], command["who"]) for command in audit["control"]] == [
        ("launch", str(ended.run.person)),
        ("pause", "Ana"),
    ]
    assert found["clusters"][0]["title"]


def test_html_holds_all_rows_and_what_looks_like_markup_as_text(ended: Ended) -> None:
    page = b"".join(html_chunks(ended.workspace.context, ended.run)).decode()
    assert IMAGE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "CHG-77 &amp; &lt;b&gt;fase&lt;/b&gt;" in page
    assert "<script" not in page
    assert page.count("<svg") >= 2


def test_dry_run_speaks_of_what_would_change(workspace: Workspace, raw: bytes) -> None:
    plan = launched(workspace, raw, Launch(dry_run=True, chunk_size=4, workers=4))
    header, *lines = table(csv_chunks(workspace.context, plan.run))
    assert lines[0][header.index("estado")] == "cambiar"
    page = b"".join(html_chunks(workspace.context, plan.run)).decode()
    assert "ENSAYO: no se escribió nada" in page


def test_verification_goes_into_the_report_and_the_acta(ended: Ended) -> None:
    workspace, person = ended.workspace, ended.workspace.remote.person(3)
    forwarding = workspace.remote.doc("person", person)["forwarding"]["callForwarding"]
    always = {**forwarding["always"], "destination": "699999999"}
    workspace.remote.patch(
        "person", person, forwarding={"callForwarding": {**forwarding, "always": always}}
    )
    live = verify(workspace.context, ended.run.run_id, workspace.connection)
    wait(live)
    for chunks in (
        html_chunks(workspace.context, ended.run),
        acta_chunks(workspace.context, [ended.run]),
    ):
        page = b"".join(chunks).decode()
        assert "1 distinta," in page
        assert f"verificación {live.run_id}" in page
        assert "699999999" in page


def test_acta_over_two_runs_has_their_totals_exceptions_and_boxes_to_sign(
    workspace: Workspace, ended: Ended, raw: bytes
) -> None:
    again = launched(workspace, raw, Launch(chunk_size=4, workers=4, note="segunda vuelta"))
    path = workspace.context.home.parent / "acta.html"
    assert write_acta(workspace.context, [again.run, ended.run], path) == 18
    page = path.read_text("utf-8")
    assert page.index(ended.run.run_id) < page.index(again.run.run_id)
    assert page.count("Nombre, fecha y firma") == 2
    assert page.count("Excepciones, fila a fila") == 2
    assert ended.run.org_name
    assert ended.run.org_name in page
    assert str(ended.run.person) in page
    assert "segunda vuelta" in page


def test_rows_of_a_dry_run_that_were_not_in_the_dry_run_are_counted_too(
    workspace: Workspace, raw: bytes
) -> None:
    plan = launched(
        workspace, raw, Launch(dry_run=True, chunk_size=4, workers=1, bulk=False, canary=2)
    )
    request_stop(workspace.context, plan.run.run_id, "cancel", "Ana")
    path = plan.saved("ensayo.csv")
    in_the_file = len(path.read_text("utf-8-sig").splitlines()) - 1
    assert in_the_file == 9
    assert write_report(workspace.context, plan.run, path) == in_the_file
    assert write_acta(workspace.context, [plan.run], path.with_suffix(".html")) == in_the_file


def test_report_is_for_its_owner_only_and_never_half_written(ended: Ended) -> None:
    path = ended.saved("informe.csv")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="formato"):
        ended.saved("informe.pdf")
    with pytest.raises(UsageError, match="No se puede escribir"):
        write_report(ended.workspace.context, ended.run, path / "dentro.csv")
    assert [each.name for each in path.parent.glob(".*.csv")] == []


def test_report_of_an_undo_tells_what_was_reverted_and_what_was_kept(ended: Ended) -> None:
    workspace, person = ended.workspace, ended.workspace.remote.person(3)
    forwarding = workspace.remote.doc("person", person)["forwarding"]["callForwarding"]
    always = {**forwarding["always"], "destination": "699999999"}
    workspace.remote.patch(
        "person", person, forwarding={"callForwarding": {**forwarding, "always": always}}
    )
    live = undo(workspace.context, ended.run.run_id, workspace.connection)
    wait(live)
    run = find_run(workspace.context, live.run_id)
    header, *lines = table(csv_chunks(workspace.context, run))
    words = {line[header.index("fila")]: line[header.index("estado")] for line in lines}
    assert words["5"] == "conservada"
    assert set(words.values()) == {"conservada", "revertida"}
    found = sheets(_book(workspace, run))
    assert {row[0]: row[1] for row in found["Resumen"]}["Parte de"] == ended.run.run_id
    facts = {row[0]: row[1] for row in sheets(ended.saved("informe.xlsx"))["Resumen"]}
    assert facts["Deshecha en"] == run.run_id


def _book(workspace: Workspace, run: RunRecord) -> Path:
    path = workspace.context.home.parent / "deshecha.xlsx"
    write_report(workspace.context, run, path)
    return path


def test_a_row_given_by_a_script_leaves_no_file_behind(workspace: Workspace) -> None:
    workspace.run(ACTION, [{"person_id": workspace.remote.person(0), "extension": "1000"}])
    assert not (workspace.context.home / "files").exists()


# -- clusters and the command line -----------------------------------------------------------------


def test_failures_of_many_rows_become_one_cluster_with_a_remedy(
    workspace: Workspace, raw: bytes
) -> None:
    workspace.remote.fail_next(*[{"status": 403, "times": 1, "method": "PUT"}] * 3)
    some = launched(workspace, raw, Launch(bulk=False, workers=1))
    found = {cluster.code: cluster for cluster in error_groups(workspace.context, some.run)}
    assert found["403"].count == 3
    assert found["403"].title == "Falta permiso para esta operación"
    assert "spark-admin:" in found["403"].remedy
    assert len(found["403"].lines) == 3
    assert found["403"].tracking_id
    live = retry(workspace.context, some.run.run_id, workspace.connection, lines=found["403"].lines)
    assert live is not None
    wait(live)
    assert "403" not in {cluster.code for cluster in error_groups(workspace.context, some.run)}


def test_command_writes_each_format_the_acta_and_the_parts(
    ended: Ended, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, home = ended.run.run_id, str(ended.workspace.context.home)

    def bulk(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(["report", *arguments, "--home", home])
        return int(end.value.code or 0)

    for suffix in ("csv", "xlsx", "json", "html"):
        assert bulk(run, "--out", str(tmp_path / f"i.{suffix}")) == 0
        assert (tmp_path / f"i.{suffix}").stat().st_size > 500
    assert bulk(run, "--out", str(tmp_path / "v.xlsx"), "--roundtrip") == 0
    assert bulk(run, run, "--acta", "--out", str(tmp_path / "a.html")) == 0
    capsys.readouterr()
    assert bulk(run, "--parts", str(tmp_path / "partes"), "--json") == 0
    message = json.loads(capsys.readouterr().out)["parts"]
    assert {Path(path).name for path in message.values()} == {
        path.name for path in (tmp_path / "partes").iterdir()
    }
    assert bulk(run) == 2
    assert bulk(run, run, "--out", str(tmp_path / "x.csv")) == 2
