"""A launch in production: its name is on the button and in the question, and the number of many
changes is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk.sandbox import RunningSandbox, SandboxConfig
from bulk.sandbox.examples import write_examples
from tests.e2e.app_server import Server, serving_app
from tests.e2e.operator import Operator
from tests.e2e.steps import (
    FORWARDING,
    PAGES,
    report_states,
    run_in_url,
    start_dry_run,
)
from tests.workspace import serving

PEOPLE, LOCATIONS = 560, 4


@pytest.fixture
def service() -> Iterator[RunningSandbox]:
    """The "real" Webex of these tests, more than 500 people large."""
    with serving(SandboxConfig(people=PEOPLE, locations=LOCATIONS)) as running:
        yield running


@pytest.fixture
def server(chromium: str, service: RunningSandbox, tmp_path: Path) -> Iterator[Server]:
    environment = {"WEBEX_BASE_URL": service.base_url}
    with serving_app(tmp_path / "home", environment=environment) as running:
        yield running


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    write_examples(folder, people=PEOPLE, locations=LOCATIONS)
    return folder


def connect(tab: Operator, token: str) -> None:
    tab.page.get_by_role("button", name=re.compile("Conectar")).first.click()
    tab.page.get_by_label("Token de Webex").fill(token)
    tab.page.locator("[data-testid=stFormSubmitButton] button").last.click()
    tab.page.locator(".strip.production").wait_for()
    tab.idle()


def prepare(tab: Operator, files: Path, token: str) -> None:
    tab.go("/Datos")
    connect(tab, token)
    tab.upload(files)
    tab.press("Continuar a Mapeo")
    tab.choose(FORWARDING)


def dry_run(tab: Operator) -> None:
    tab.press("Continuar a Ensayo")
    start_dry_run(tab)
    tab.press("Ir a Lanzamiento")


def test_many_changes_are_launched_by_typing_their_number(
    operator: Operator, service: RunningSandbox, many: Path
) -> None:
    prepare(operator, many, service.token)
    operator.open("Lanzamiento")
    operator.offers("Lanzar sin ensayo en PRODUCCIÓN")
    operator.open("Mapeo")
    operator.offers("Continuar a Ensayo")
    dry_run(operator)
    operator.press("Lanzar en PRODUCCIÓN")
    dialog = operator.page.get_by_role("dialog")
    dialog.get_by_text("Lanzar en Acme España").wait_for()
    operator.page.wait_for_function(
        "document.activeElement.innerText === 'Volver'"
    )  # the safe one has the focus
    changes = re.sub(
        r"\D", "", dialog.get_by_text(re.compile(r"Se cambiarán [\d.]+ usuarios")).inner_text()
    )
    assert int(changes) > 500
    dialog.get_by_role("button", name="Lanzar", exact=True).click()
    operator.sees(f"Has escrito «» y se espera {changes}.")
    dialog.get_by_label(f"Escribe {changes} para confirmar.").fill(changes)
    dialog.get_by_role("button", name="Lanzar", exact=True).click()
    run_in_url(operator)
    operator.offers("Ver el informe")
    assert report_states(operator).count("hecha") == int(changes)
    operator.page.keyboard.press("Escape")
    for page in PAGES:
        operator.open(page)
        assert (
            operator.page.locator(".strip.production")
            .inner_text()
            .startswith("PRODUCCIÓN · Acme España")
        )
        assert operator.page.locator(".strip.sandbox").count() == 0
    assert operator.outside == []


def test_few_changes_are_asked_for_without_a_number(
    operator: Operator, service: RunningSandbox, examples: Path
) -> None:
    prepare(operator, examples, service.token)
    dry_run(operator)
    operator.press("Lanzar en PRODUCCIÓN")
    dialog = operator.page.get_by_role("dialog")
    dialog.get_by_text(re.compile(r"Se cambiarán \d+ usuarios")).wait_for()
    assert dialog.get_by_role("textbox").count() == 0
    dialog.get_by_role("button", name="Volver").click()
    dialog.wait_for(state="detached")
    assert "run=" not in operator.page.url  # nothing was launched
    operator.press("Lanzar en PRODUCCIÓN")
    dialog.get_by_role("button", name="Lanzar", exact=True).click()
    run_in_url(operator)
    operator.offers("Ver el informe")
