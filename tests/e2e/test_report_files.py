"""The HTML report and the acta in a real browser without a network: they show everything and ask
for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bulk.core.records import Row, RunRecord
from bulk.journal import control, row_writes, rows, runs, samples
from bulk.report import write_acta, write_report
from bulk.runs.context import Context, close_context, open_context

ACTION = "usuarios_configurar_desvio_prefijo53"
ATTACK = "<img src=x onerror=\"document.title='roto'\"><script>document.title='roto'</script>"
STATES = ("done", "done", "done", "unchanged", "failed", "unknown", "conflict")
PLACES = ("Madrid", "Sevilla", "A Coruña", ATTACK)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = open_context(tmp_path / "home")
    yield opened
    close_context(opened)


@pytest.fixture
def run(context: Context) -> RunRecord:
    """Sixty rows of every outcome, whose names, notes, messages and values are markup."""
    file = {
        "name": "usuarios",
        "file_name": f"USUARIOS {ATTACK}.CSV",
        "sha256": "ab" * 32,
        "rows": 60,
    }
    found = RunRecord(
        "20261124-0100-abc",
        ACTION,
        "https://webexapis.com/v1",
        org_name=f"Acme {ATTACK}",
        person=ATTACK,
        note=ATTACK,
        state="completed_with_errors",
        files=(file,),
        scope={"text": ATTACK},
        mapping={"sources": {ATTACK: {"kind": "column", "ref": ATTACK}}},
    )
    runs.create_run(context.journal, found)
    lines = [
        Row(
            n,
            {"person_id": f"P{n}"},
            f"Persona {n} {ATTACK}",
            PLACES[n % 4],
            "excluded" if n % 9 == 0 else "pending",
        )
        for n in range(2, 62)
    ]
    runs.add_order(context.journal, found.run_id, lines, "person_id")
    for n, row in enumerate(rows.claim(context.journal, found.run_id, after=None, limit=60)):
        end = {
            "change": {"destination": [None, f"{ATTACK}{row.line}"], "enabled": [False, True]},
            "code": "403" if n % 2 else ATTACK,
            "message": f"Webex dice: {ATTACK}",
            "tracking_id": ATTACK,
        }
        context.journal.later(
            row_writes.outcome(found.run_id, row.line, row.seq, STATES[n % 7], **end)
        )
    for n in range(4):
        samples.add(
            context.journal, found.run_id, rows=n * 20, requests=n * 40, rate_limited=0, pace=None
        )
    control.post(context.journal, found.run_id, "pause", ATTACK, acked=True)
    context.journal.flush()
    return runs.get_run(context.journal, found.run_id)


@dataclass
class OpenedPage:
    """A page as it was opened."""

    page: Any  # of playwright
    requests: list[str] = field(default_factory=list)  # addresses that were asked for
    complaints: list[str] = field(default_factory=list)  # errors of the console


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    place = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})

    def show(path: Path) -> OpenedPage:
        opened_page = OpenedPage(place.new_page())
        opened_page.page.on("request", lambda request: opened_page.requests.append(request.url))
        opened_page.page.on(
            "console",
            lambda message: (
                opened_page.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        opened_page.page.on("pageerror", lambda error: opened_page.complaints.append(str(error)))
        opened_page.page.goto(path.as_uri())
        return opened_page

    yield show
    place.close()


def quiet_and_whole(opened_page: OpenedPage, path: Path) -> None:
    assert opened_page.requests == [path.as_uri()]
    assert opened_page.complaints == []
    assert opened_page.page.locator("img, script, iframe, link, object").count() == 0
    assert "roto" not in (opened_page.page.title(), "")
    assert opened_page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_report_opens_offline_with_its_charts_and_every_attack_as_text(
    context: Context, run: RunRecord, opened: Any, tmp_path: Path
) -> None:
    path = tmp_path / "informe.html"
    write_report(context, run, path)
    opened_page = opened(path)
    quiet_and_whole(opened_page, path)
    body = opened_page.page.locator("body")
    assert ATTACK in body.inner_text()
    assert f"Persona 10 {ATTACK}" in body.inner_text()
    assert opened_page.page.locator("svg").count() >= 3
    assert opened_page.page.locator("svg rect").first.bounding_box()["width"] > 20
    assert (
        opened_page.page.locator("h1").evaluate("e => getComputedStyle(e).fontSize") == "26px"
    )  # its own style is allowed
    assert opened_page.page.locator("tbody tr td:nth-child(4)", has_text="con error").count() >= 5


def test_script_that_gets_into_the_page_is_not_run(
    context: Context, run: RunRecord, opened: Any, tmp_path: Path
) -> None:
    path = tmp_path / "informe.html"
    write_report(context, run, path)
    path.write_text(
        path.read_text("utf-8").replace("</main>", "<script>document.title='roto'</script></main>"),
        "utf-8",
    )
    opened_page = opened(path)
    assert opened_page.page.title() != "roto"
    assert any("Content Security Policy" in shown for shown in opened_page.complaints)


def test_acta_prints_on_a4_with_boxes_to_sign(
    context: Context, run: RunRecord, opened: Any, tmp_path: Path
) -> None:
    path = tmp_path / "acta.html"
    write_acta(context, [run, run], path)
    opened_page = opened(path)
    quiet_and_whole(opened_page, path)
    assert opened_page.page.locator(".box").count() == 2
    assert "Acta de operaciones en Webex Calling" in opened_page.page.locator("h1").inner_text()
    printed = opened_page.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert (
        b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595 842]" in printed
    )


def test_report_and_acta_say_that_a_run_had_no_dry_run(
    context: Context, run: RunRecord, tmp_path: Path
) -> None:
    mark, dry_run_scope = "SIN ENSAYO", replace(run, scope={"plan": "20261124-0000-abc"})
    for run_record, marked in ((run, True), (dry_run_scope, False)):
        write_report(context, run_record, tmp_path / "informe.html")
        write_acta(context, [run_record], tmp_path / "acta.html")
        texts = [(tmp_path / name).read_text("utf-8") for name in ("informe.html", "acta.html")]
        assert [mark in text for text in texts] == [marked, marked]
