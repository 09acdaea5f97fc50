"""Connecting to an organisation and forgetting it; the token is nowhere to be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.context import Context
from pages.ui import resources
from pages.ui.connecting import WRONG
from pages.ui.session import KEY
from tests.house import Remote
from tests.pages.conftest import press, said


@pytest.fixture(autouse=True)
def service(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """The "real" service of these tests."""
    monkeypatch.setenv("WEBEX_BASE_URL", remote.running.base_url)


def paste(app: AppTest, token: str) -> AppTest:
    app.text_input(key="connect_token").set_value(token)
    return press(app, "Conectar")


def test_a_token_connects_to_production_and_every_page_says_so(app: AppTest, remote: Remote) -> None:
    paste(app, f' "Bearer {remote.running.token}" ')
    assert "PRODUCCIÓN · Acme España" in said(app)
    app.switch_page("pages/6_Historial.py").run()
    assert "PRODUCCIÓN · Acme España" in said(app)
    assert "SANDBOX · datos inventados" not in said(app)


def test_a_bad_token_is_told_and_the_tab_stays_on_the_sandbox(app: AppTest) -> None:
    paste(app, "caducado")
    assert app.error[0].value == WRONG
    assert app.session_state[KEY].connection is None
    assert "SANDBOX · datos inventados" in said(app)


def test_an_empty_field_asks_for_a_token(app: AppTest) -> None:
    paste(app, "  ")
    assert app.error[0].value == "Pega un token de Webex."


def test_a_forgotten_token_leads_back_to_the_sandbox(app: AppTest, remote: Remote) -> None:
    paste(app, remote.running.token)
    press(app, "Olvidar token")
    assert app.session_state[KEY].connection is None
    assert "SANDBOX · datos inventados" in said(app)


def test_the_connection_can_be_tried_again(app: AppTest, remote: Remote) -> None:
    paste(app, remote.running.token)
    press(app, "Probar conexión")
    assert "Conectado a Acme España" in app.success[0].value


def test_the_token_of_the_environment_is_offered_and_never_taken_by_itself(
    app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", remote.running.token)
    app.run()
    assert "SANDBOX · datos inventados" in said(app)
    press(app, "Usar el token de WEBEX_ACCESS_TOKEN")
    assert "PRODUCCIÓN · Acme España" in said(app)


def test_the_token_of_the_secrets_file_is_offered_too(app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBEX_BASE_URL", remote.running.base_url)
    app.secrets["WEBEX_ACCESS_TOKEN"] = f' "Bearer {remote.running.token}" '
    app.run()
    assert "SANDBOX · datos inventados" in said(app)
    press(app, "Usar el token de WEBEX_ACCESS_TOKEN")
    assert "PRODUCCIÓN" in said(app)


def test_the_token_is_written_nowhere(app: AppTest, remote: Remote, context: Context, home: Path) -> None:
    paste(app, remote.running.token)
    secret = remote.running.token.encode()
    kept = [path for path in home.rglob("*") if path.is_file() and "sandbox" not in path.parts and secret in path.read_bytes()]
    assert kept == []
    assert remote.running.token not in said(app)
    assert remote.running.token not in repr(app.session_state[KEY])


def test_a_token_that_expires_is_asked_for_in_place_and_another_organisation_is_refused(
    app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(app, remote.running.token)
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(app, "Probar conexión")
    assert "Genera un token nuevo de Acme España" in said(app)
    mine = app.session_state[KEY].connection
    known = resources.log_in
    monkeypatch.setattr(resources, "log_in", lambda pasted: replace(known(pasted), org_id="otra", org_name="Beta, S. L."))
    again(app, remote.running.token)
    assert app.error[0].value.startswith("Ese token es de Beta, S. L. Aquí se trabaja en Acme España")
    assert app.session_state[KEY].connection == mine
    monkeypatch.setattr(resources, "log_in", known)
    again(app, f"Bearer {remote.running.token}")
    assert "Genera un token nuevo" not in said(app)
    assert not app.session_state[KEY].rejected


def again(app: AppTest, token: str) -> AppTest:
    app.text_input(key="again_token").set_value(token)
    return press(app, "Continuar con este token")


def test_the_strip_says_how_long_the_token_may_last(app: AppTest, remote: Remote) -> None:
    assert "quedan unas" not in said(app)
    paste(app, remote.running.token)
    assert "quedan unas 12 h" in said(app)


def test_a_token_that_expires_during_a_launch_is_asked_for_on_that_page(app: AppTest, remote: Remote) -> None:
    paste(app, remote.running.token)
    app.switch_page("pages/1_Datos.py").run()
    rows = f"person_id;extension\n{remote.person(0)};2041\n"
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", rows.encode(), "text/csv").run()
    app.switch_page("pages/2_Mapeo.py").run()
    app.button(key="choose_usuarios_configurar_desvio_prefijo53").click().run()
    app.switch_page("pages/3_Ensayo.py").run()
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(app, "Ensayar 1 fila")
    assert app.session_state[KEY].dry_run_id is None
    assert "No se ha perdido nada." in said(app)
    again(app, remote.running.token)
    assert "Ensayar 1 fila" in [button.label for button in app.button]
