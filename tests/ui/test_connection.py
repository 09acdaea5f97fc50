"""Connecting to an organisation and forgetting it; the token is nowhere to be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulk.core import stop_reasons
from bulk.core.records import Row, RunRecord
from bulk.engine import LiveRun
from bulk.files.dataset import from_records
from bulk.journal import control, runs
from bulk.planning.prepare import prepare
from bulk.runs.context import Context
from bulk.runs.launch import Launch, launch
from bulk.runs.status import find_run
from bulk.runs.stop import request_stop
from bulk.webex.client import Token
from pages.ui.shell import resources
from pages.ui.shell.connect import WRONG
from pages.ui.shell.session import KEY
from tests.ui.steps import (
    BOARD,
    DATA,
    DRY_RUN,
    FORWARDING,
    HISTORY,
    MAPPING,
    labels,
    press,
    session,
    text_of,
)
from tests.workspace import Remote


@pytest.fixture(autouse=True)
def service(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """The "real" service of these tests."""
    monkeypatch.setenv("WEBEX_BASE_URL", remote.running.base_url)


def paste(app: AppTest, token: str) -> AppTest:
    app.text_input(key="connect_token").set_value(token)
    return press(app, "Conectar")


def test_a_token_connects_to_production_and_every_page_says_so(
    app: AppTest, remote: Remote
) -> None:
    paste(app, f' "Bearer {remote.running.token}" ')
    assert "PRODUCCIÓN · Acme España" in text_of(app)
    app.switch_page(HISTORY).run()
    assert "PRODUCCIÓN · Acme España" in text_of(app)
    assert "SANDBOX · datos inventados" not in text_of(app)


def test_a_bad_token_is_reported_and_the_tab_stays_on_the_sandbox(app: AppTest) -> None:
    paste(app, "caducado")
    assert app.error[0].value == WRONG
    assert session(app).connection is None
    assert "SANDBOX · datos inventados" in text_of(app)


def test_an_empty_field_asks_for_a_token(app: AppTest) -> None:
    paste(app, "  ")
    assert app.error[0].value == "Pega un token de Webex."


def test_a_forgotten_token_leads_back_to_the_sandbox(app: AppTest, remote: Remote) -> None:
    paste(app, remote.running.token)
    press(app, "Olvidar token")
    assert session(app).connection is None
    assert "SANDBOX · datos inventados" in text_of(app)


def test_the_connection_can_be_tried_again(app: AppTest, remote: Remote) -> None:
    paste(app, remote.running.token)
    press(app, "Probar conexión")
    assert "Conectado a Acme España" in app.success[0].value


def test_the_token_of_the_environment_is_offered_and_never_taken_by_itself(
    app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", remote.running.token)
    app.run()
    assert "SANDBOX · datos inventados" in text_of(app)
    press(app, "Usar el token de WEBEX_ACCESS_TOKEN")
    assert "PRODUCCIÓN · Acme España" in text_of(app)


def test_the_token_of_the_secrets_file_is_offered_too(
    app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBEX_BASE_URL", remote.running.base_url)
    app.secrets["WEBEX_ACCESS_TOKEN"] = f' "Bearer {remote.running.token}" '
    app.run()
    assert "SANDBOX · datos inventados" in text_of(app)
    press(app, "Usar el token de WEBEX_ACCESS_TOKEN")
    assert "PRODUCCIÓN" in text_of(app)


def test_the_token_is_written_nowhere(
    app: AppTest, remote: Remote, context: Context, home: Path
) -> None:
    paste(app, remote.running.token)
    secret = remote.running.token.encode()
    kept = [
        path
        for path in home.rglob("*")
        if path.is_file() and "sandbox" not in path.parts and secret in path.read_bytes()
    ]
    assert kept == []
    assert remote.running.token not in text_of(app)
    assert remote.running.token not in repr(session(app))


def test_a_token_that_expires_is_asked_for_in_place_and_another_organisation_is_refused(
    app: AppTest, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(app, remote.running.token)
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(app, "Probar conexión")
    assert "Genera un token nuevo de Acme España" in text_of(app)
    mine = session(app).connection
    known = resources.log_in
    monkeypatch.setattr(
        resources,
        "log_in",
        lambda pasted: replace(known(pasted), org_id="otra", org_name="Beta, S. L."),
    )
    again(app, remote.running.token)
    assert app.error[0].value.startswith(
        "Ese token es de Beta, S. L. Aquí se trabaja en Acme España"
    )
    assert session(app).connection == mine
    monkeypatch.setattr(resources, "log_in", known)
    again(app, f"Bearer {remote.running.token}")
    assert "Genera un token nuevo" not in text_of(app)
    assert not session(app).rejected


def again(app: AppTest, token: str) -> AppTest:
    app.text_input(key="again_token").set_value(token)
    return press(app, "Continuar con este token")


def test_names_are_looked_for_with_the_new_token_after_the_old_one_expired(
    app: AppTest, remote: Remote
) -> None:
    paste(app, remote.running.token)
    held = session(app)
    held.connection = replace(held.connection, token=Token("caducado"))
    app.switch_page(DATA).run()
    rows = "person_id;extension\nusuario00001@example.com;2041\n"
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", rows.encode(), "text/csv").run()
    held.mapping.action_id, held.mapping.by_name = FORWARDING, True
    app.switch_page(MAPPING).run()
    assert "Genera un token nuevo de Acme España" in text_of(app)
    again(app, remote.running.token)
    assert "Genera un token nuevo" not in text_of(app)
    assert "1 fila válida" in text_of(app)
    held.mapping.by_name = False
    app.switch_page(HISTORY).run()
    press(app, "Olvidar token")
    assert "names" not in held.cache  # it calls with the token


def test_what_was_brought_of_one_organisation_is_not_offered_as_anothers(
    app: AppTest, remote: Remote
) -> None:
    held = session(app)
    app.switch_page(DATA).run()
    press(app, "Traer")
    assert "Usar como USUARIOS" in labels(app)
    paste(app, remote.running.token)
    assert "Usar como USUARIOS" not in labels(app)
    press(app, "Traer")
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(app, "Probar conexión")
    again(app, remote.running.token)
    assert "Usar como USUARIOS" in labels(app)  # of the same organisation: nothing is lost
    press(app, "Olvidar token")
    assert "Usar como USUARIOS" not in labels(app)
    assert held.files.fetched is None


def test_the_strip_says_how_long_the_token_may_last(app: AppTest, remote: Remote) -> None:
    assert "quedan unas" not in text_of(app)
    paste(app, remote.running.token)
    assert "quedan unas 12 h" in text_of(app)


def test_a_token_that_expires_during_a_launch_is_asked_for_on_that_page(
    app: AppTest, remote: Remote
) -> None:
    paste(app, remote.running.token)
    app.switch_page(DATA).run()
    rows = f"person_id;extension\n{remote.person(0)};2041\n"
    app.file_uploader(key="upload_usuarios").upload("USUARIOS.CSV", rows.encode(), "text/csv").run()
    app.switch_page(MAPPING).run()
    app.button(key="choose_usuarios_configurar_desvio_prefijo53").click().run()
    app.switch_page(DRY_RUN).run()
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(app, "Ensayar 1 fila")
    assert session(app).view.dry_run_id is None
    assert any("No se ha perdido nada." in warning.value for warning in app.warning)
    again(app, remote.running.token)
    assert "Ensayar 1 fila" in [button.label for button in app.button]


# -- runs of production ----------------------------------------------------------------------------


def slow_run(app: AppTest, remote: Remote, context: Context) -> LiveRun:
    """Forty rows of this tab's organisation, one after another."""
    remote.config(latency_ms=150)
    records = {
        line: {"person_id": remote.person(line), "extension": str(2000 + line)}
        for line in range(2, 42)
    }
    plan = prepare(FORWARDING, {"usuarios": from_records(records, name="usuarios")})
    return launch(context, plan, session(app).connection, Launch(workers=1))


def board(app: AppTest, run_id: str) -> AppTest:
    app.query_params["run"] = run_id
    return app.switch_page(BOARD).run()


def test_forgetting_the_token_pauses_the_runs_that_work_with_it_and_their_board_still_says_production(
    app: AppTest, remote: Remote, context: Context
) -> None:
    paste(app, remote.running.token)
    live = slow_run(app, remote, context)
    press(app, "Olvidar token")
    assert live.ended.wait(120)
    assert find_run(context, live.run_id).state == "paused"
    assert [
        (message.command, message.who) for message in control.history(context.journal, live.run_id)
    ] == [
        ("launch", "Ana Ruiz"),
        ("pause", "Ana Ruiz"),
    ]
    board(app, live.run_id)
    assert '<div class="strip production" role="status">PRODUCCIÓN · Acme España' in text_of(app)
    assert "Continuar con este token" in labels(app)  # this tab has none any more


def test_only_a_stop_for_the_token_asks_for_another_one_of_that_organisation(
    app: AppTest, remote: Remote, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(app, remote.running.token)
    live = slow_run(app, remote, context)
    request_stop(context, live.run_id, "pause", "prueba")
    assert live.ended.wait(120)
    runs.update_run(
        context.journal,
        live.run_id,
        state="stopped",
        reason=stop_reasons.BREAKER.format(26, 50, "No existe"),
    )
    board(app, live.run_id)
    assert "Continuar con este token" not in labels(app)
    assert (
        "**Detenida: 26 de las últimas 50 filas con error.** Causa principal: «No existe»."
        in text_of(app)
    )
    assert "Detenida: muchos errores" in "\n".join(
        str(bar.proto.text) for bar in app.get("progress")
    )
    runs.update_run(
        context.journal,
        live.run_id,
        reason=stop_reasons.REJECTED,
        ended_at="2199-01-01T00:00:00.000+00:00",
    )
    app.run()
    assert sum("No se ha perdido nada" in warning.value for warning in app.warning) == 1
    known = resources.log_in
    monkeypatch.setattr(
        resources,
        "log_in",
        lambda pasted: replace(known(pasted), org_id="otra", org_name="Beta, S. L."),
    )
    app.text_input(key="continue_token").set_value(remote.running.token)
    press(app, "Continuar con este token")
    assert app.error[0].value.startswith("Ese token es de Beta, S. L.")
    assert find_run(context, live.run_id).state == "stopped"
    monkeypatch.setattr(resources, "log_in", known)
    app.text_input(key="continue_token").set_value(remote.running.token)
    press(app, "Continuar con este token")
    assert find_run(context, live.run_id).state in ("running", "completed")
    request_stop(context, live.run_id, "cancel", "prueba")


def test_a_dry_run_is_not_held_against_another_organisation(
    app: AppTest, remote: Remote, context: Context
) -> None:
    paste(app, remote.running.token)
    held = session(app)
    record = RunRecord(
        run_id=runs.new_run_id(context.journal),
        action_id=FORWARDING,
        target=held.connection.target,
        org_id="otra",
        org_name="Beta",
        state="completed",
        dry_run=True,
    )
    runs.create_run(context.journal, record)
    runs.add_order(
        context.journal,
        record.run_id,
        [Row(2, {"person_id": "p"}, "P", "Madrid", "invalid")],
        "person_id",
    )
    app.query_params["run"] = record.run_id
    app.switch_page(DRY_RUN).run()
    assert "El token es de otra organización. La ejecución es de Beta" in text_of(app)
    assert "whole_file" not in held.cache


def test_a_token_that_has_expired_when_a_launch_is_confirmed_is_asked_for_again(
    app: AppTest, remote: Remote
) -> None:
    paste(app, remote.running.token)
    held = session(app)
    users = from_records({2: {"person_id": remote.person(0), "extension": "2041"}}, name="usuarios")
    held.files.working, held.mapping.action_id = {"usuarios": users}, FORWARDING

    def confirming() -> None:
        from pages.ui.mapping import selection
        from pages.ui.run import launch
        from pages.ui.shell import resources
        from pages.ui.shell.session import current

        mine = current()
        if not mine.rejected:
            prepared = selection.prepared_file(mine)
            request = launch.LaunchRequest(prepared, None, resources.connection(mine))
            launch._confirm(mine, request)

    page = AppTest.from_function(confirming, default_timeout=120)
    page.session_state[KEY] = held
    page.run()
    remote.fail_next({"status": 401, "body": {"message": "expired"}, "times": 1})
    press(page, "Lanzar")
    assert held.rejected == held.connection.org_id
