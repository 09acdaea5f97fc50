"""One place hides what must not be read: tokens always, e-mails and telephone numbers unless they
are asked for.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.core.action_log import ActionLog, order_log
from bulk.core.logs import keep_log, log
from bulk.core.redaction import cleaned, hide, mask, redact
from tests.security.canary import CANARY, shows

RUN = "20261123-0712-a3f"


@pytest.fixture(autouse=True)
def as_usual(tmp_path: Path) -> Iterator[None]:
    keep_log(tmp_path)
    yield
    keep_log(tmp_path)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc.DEF-1_2", "Authorization: Bearer …"),
        ("{'authorization': 'bearer abc'}", "{'authorization': 'bearer …'}"),
        ("(b'Authorization', b'Bearer abc')", "(b'Authorization', b'Bearer …')"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: …"),
        ('{"access_token": "abc", "expires_in": 60}', '{"access_token": "…", "expires_in": 60}'),
        (
            '{"client_secret":"abc","refresh_token":"def"}',
            '{"client_secret":"…","refresh_token":"…"}',
        ),
        (r"{\"access_token\": \"abc\"}", r"{\"access_token\": \"…\"}"),
        ("https://x/y?access_token=abc&start=2", "https://x/y?access_token=…&start=2"),
        ("https://x/y?h=Bearer%20abc", "https://x/y?h=Bearer%20…"),
        ("el token ha caducado: genera otro", "el token ha caducado: genera otro"),
    ],
)
def test_a_token_is_hidden_in_headers_bodies_and_urls_even_when_nobody_named_it(
    text: str, clean: str
) -> None:
    assert redact(text) == clean
    assert redact(clean) == clean


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_a_known_token_is_hidden_wherever_it_stands(before: str, after: str) -> None:
    hide(CANARY)
    assert not shows(redact(before + CANARY + after))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ana Ruiz <ana.ruiz@acme.es> ya existe", "Ana Ruiz <…@acme.es> ya existe"),
        ("people?email=ana%40acme.es", "people?email=…@acme.es"),
        ("El número +34911222333 ya está en uso", "El número +34…333 ya está en uso"),
        ("+34 911 222 333, 911222333 y 0034911222333", "+34…333, …333 y …333"),
        ("phoneNumber=%2B34911222333", "phoneNumber=+34…333"),
        ("josé@acme.es, ana@ñandú.es, muñoz.ana@acme.es", "…@acme.es, …@ñandú.es, …@acme.es"),
        ("de jose\u0301@acme.es", "de …@acme.es"),
        ("(91) 123 45 67 y 911.222.333", "…567 y …333"),
        ("+34.911.222.333; +34 (911) 222 333; +34(911)222333", "+34…333; +34…333; +34…333"),
        (
            "911\u00a0222\u00a0333, 911\u202f222\u202f333, 911/222/333, 911-22-23-33",
            "…333, …333, …333, …333",
        ),
        ("192.168.100.200:8501 y 10.20.30.40", "192.168.100.200:8501 y 10.20.30.40"),
        (
            "el 2026-11-23 10:00:00, el 23/11/2026 10:00 y el 23.11.2026",
            "el 2026-11-23 10:00:00, el 23/11/2026 10:00 y el 23.11.2026",
        ),
        (
            "1732600000.123 s, 4.300 de 12.345.678, v1.67.0",
            "1732600000.123 s, 4.300 de 12.345.678, v1.67.0",
        ),
        (
            "código 1026018, fila 45000, extensión 20451",
            "código 1026018, fila 45000, extensión 20451",
        ),
        (
            f"{RUN}-r202 a las 2026-11-23T10:00:00.123+00:00",
            f"{RUN}-r202 a las 2026-11-23T10:00:00.123+00:00",
        ),
        (
            "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMjM0NTY3ODkw",
            "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMjM0NTY3ODkw",
        ),
        ("d2b7a4a1-1111-2222-3333-123456789012", "d2b7a4a1-1111-2222-3333-123456789012"),
        ("127.0.0.1:8501 en 0.123456789 s", "127.0.0.1:8501 en 0.123456789 s"),
    ],
)
def test_people_are_masked_and_codes_ids_and_times_are_not(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_very_long_word_is_looked_through_once() -> None:
    began = time.monotonic()
    for text in ("a" * 200_000, "1" * 200_000, "a." * 100_000, "1 " * 100_000, "(" * 200_000):
        mask(text)
    assert time.monotonic() - began < 2


def test_ids_of_runs_and_answers_are_left_and_depth_is_no_hiding_place() -> None:
    hide(CANARY)
    event = {
        "run": RUN,
        "order": f"Bearer {CANARY}",
        "tracking_id": "SANDBOX_123456789012",
        "ana@acme.es": {CANARY: 1},
        "values": [{"mail": "a@b.es", "deep": (CANARY, 3, None)}],
    }
    assert cleaned(event) == {
        "run": RUN,
        "order": "Bearer …",
        "tracking_id": "SANDBOX_123456789012",
        "…@acme.es": {"…": 1},
        "values": [{"mail": "…@b.es", "deep": ["…", 3, None]}],
    }


def test_an_action_log_is_masked_unless_all_was_asked_for(tmp_path: Path) -> None:
    hide(CANARY)
    action = ActionLog(tmp_path, "una_accion")
    action.event("row", run=RUN, row=2, message=f"{CANARY} de ana@acme.es, +34911222333")
    keep_log(tmp_path, full=True)
    action.event("row", run=RUN, row=3, message=f"{CANARY} de ana@acme.es, +34911222333")
    first, second = [
        json.loads(line)["message"] for line in action.path.read_text(encoding="utf-8").splitlines()
    ]
    assert first == "… de …@acme.es, +34…333"
    assert second == "… de ana@acme.es, +34911222333"


@pytest.mark.parametrize("name", ["bulk", "httpx", "httpcore.http11", "streamlit.web", "whatever"])
def test_every_logger_of_the_process_is_redacted_message_arguments_and_traceback(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    hide(CANARY)
    logger = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG, logger=name):
        logger.debug("Request %r with %s", {"Authorization": f"Bearer {CANARY}"}, CANARY)
        try:
            raise ValueError(f"cannot send {CANARY}")
        except ValueError:
            logger.exception("failed")
    assert "ValueError: cannot send …" in caplog.text
    assert not shows(caplog.text)


def test_a_log_line_of_another_library_that_does_not_fit_its_arguments_does_no_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("careless")
    with pytest.raises((TypeError, ValueError)):  # what pytest's own handler makes of it
        logger.warning("%d rows", "many")


def test_logs_are_for_their_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    keep_log(home)
    ActionLog(home, "una_accion").event("row", run=RUN)
    log.error("algo")
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in (home, home / "logs", *(home / "logs").iterdir())
        if path != home
    }
    assert modes == {"logs": 0o700, "una_accion.log": 0o600, "bulk.log": 0o600}


def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "logs").write_text("a file where the folder should be")
    keep_log(tmp_path / "home")
    ActionLog(tmp_path / "home", "una_accion").event("row", run=RUN)
    log.error("algo")
    assert "Traceback" not in capsys.readouterr().err


def test_events_of_many_threads_never_mix(tmp_path: Path) -> None:
    action = ActionLog(tmp_path, "una_accion")

    def write(number: int) -> None:
        for row in range(50):
            action.event("row", run=RUN, row=row, message=str(number) * 500)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [json.loads(line) for line in action.path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 400
    assert all(len(set(line["message"])) == 1 for line in lines)


def test_the_log_of_one_lote_is_its_rows_between_start_and_end_of_the_run(tmp_path: Path) -> None:
    mine, other = ActionLog(tmp_path, "una_accion"), ActionLog(tmp_path, "otra_accion")
    mine.event("run_start", run=RUN)
    for row, order in ((2, "r2"), (3, "r2"), (202, "r202"), (2, "r20")):
        mine.event("row", run=RUN, order=f"{RUN}-{order}", row=row)
    mine.event("row", run="20261123-0712-b4c", order="20261123-0712-b4c-r2", row=2)
    other.event("row", run=RUN, order=f"{RUN}-r999", row=999)
    with mine.path.open("a") as file:
        file.write(f'{{"torn": "{RUN}\n')
    mine.event("run_end", run=RUN, state="completed")
    found = [json.loads(line) for line in order_log(tmp_path, f"{RUN}-r2")]
    assert [event.get("row", event["event"]) for event in found] == ["run_start", 2, 3, "run_end"]
    assert list(order_log(tmp_path, "20200101-0000-aaa-r2")) == []
    assert list(order_log(tmp_path / "nowhere", f"{RUN}-r2")) == []


def test_the_setting_and_the_option_both_show_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from bulk.core import settings
    from bulk.errors import UsageError

    for word, meaning in (("1", True), ("sí", True), ("0", False), ("no", False), ("", False)):
        monkeypatch.setenv("BULK_LOG_FULL", word)
        assert settings.load().log_full is meaning
    monkeypatch.setenv("BULK_LOG_FULL", "quizás")
    with pytest.raises(UsageError, match="BULK_LOG_FULL"):
        settings.load()
    monkeypatch.setenv("BULK_LOG_FULL", "0")
    from bulk.cli import main

    with pytest.raises(SystemExit):
        main(["--log-full", "actions"])
    assert os.environ["BULK_LOG_FULL"] == "1"


def test_lines_kept_for_later_are_written_in_their_order_before_what_comes_after(
    tmp_path: Path,
) -> None:
    action = ActionLog(tmp_path, "una_accion")
    action.later("row", run=RUN, row=2)
    action.later("row", run=RUN, row=3)
    assert not action.path.exists()
    action.event("run_end", run=RUN)
    assert [
        json.loads(line).get("row") for line in action.path.read_text(encoding="utf-8").splitlines()
    ] == [2, 3, None]
    action.later("row", run=RUN, row=4)
    action.close()
    assert json.loads(action.path.read_text(encoding="utf-8").splitlines()[-1])["row"] == 4
