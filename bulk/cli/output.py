"""What the CLI prints: one JSON document with --json, else text for people. Errors go to stderr, or
are the JSON document.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from typing import Any

from bulk.core.logs import keep_log, log
from bulk.core.redaction import redact
from bulk.core.settings import home_directory
from bulk.core.states import ORDER_WORDS, STATE_WORDS
from bulk.errors import BulkError


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")


def counted(number: int, one: str, many: str) -> str:
    """Without the dots of thousands: what a terminal prints is searched and summed."""
    return f"{number} {one if number == 1 else many}"


def in_rows(number: int) -> str:
    return counted(number, "fila", "filas")


def tell(text: str) -> None:
    """For people, out of the way of the result."""
    sys.stderr.write(f"{text}\n")


def say_json(document: Any) -> None:
    say(json.dumps(document, ensure_ascii=not _speaks_everything(), indent=2))


def _speaks_everything() -> bool:
    return str(getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def never_fail_on_a_letter() -> None:
    """A terminal that lacks a letter (locale C, Latin-1) shows a ? in its place; the work goes
    on.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def failed(code: str, message: str, exit_code: int, *, as_json: bool) -> int:
    message = redact(message)
    if as_json:
        say_json({"error": {"code": code, "message": message}})
    else:
        sys.stderr.write(f"Error: {message}\n")
    return exit_code


def unexpected(error: Exception, *, as_json: bool) -> int:
    with contextlib.suppress(BulkError):  # nowhere to write it: standard error gets it
        keep_log(home_directory())
    log.error("unexpected: %s", "".join(traceback.format_exception(error)))
    text = (
        f"Error inesperado ({type(error).__name__}). El detalle está en logs/bulk.log del"
        " directorio de datos."
    )
    return failed("interno", text, 1, as_json=as_json)


def say_run(document: dict[str, Any], phone_line: str) -> None:
    """A run for people: the line for the telephone, then its counters."""
    say(phone_line)
    say(f"Ejecución {document['run_id']}")
    for state, count in document["counts"].items():
        if count:
            say(f"  {STATE_WORDS[state]:<18} {count:>9}")
    if document["reason"]:
        say(document["reason"])


def say_orders(document: dict[str, Any]) -> None:
    for order in document["orders"]:
        number, word = in_rows(order["total"]).split()
        say(f"  {order['order_id']}  {ORDER_WORDS[order['state']]:<12} {number:>6} {word}")
