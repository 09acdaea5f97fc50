"""Failures grouped by their cause, and the catalogue of remedies: every entry can be met."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk.adapters import get_action
from bulk.core.records import Row, RowResult, RunRecord
from bulk.errors import ApiError
from bulk.journal import row_writes, rows, runs
from bulk.runs.context import Context, close_context, open_context
from bulk.runs.error_groups import MAX_LINES, belongs, error_groups, normalised
from bulk.wording import problems
from bulk.wording.fingerprints import Failure, main_cause
from bulk.wording.problems import BLOCKED
from bulk.wording.remedies import catalogue, entries, explain, remedy_for
from bulk.wording.states import cause_word
from tests.paths import ROOT

RUN = "20261124-0100-abc"
ACTION = get_action("usuarios_configurar_desvio_prefijo53")
LOCATION_ACTION = get_action("ubicacion_actualizar_cabecera")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = open_context(tmp_path / "home")
    yield opened
    close_context(opened)


def failing(context: Context, outcomes: list[tuple[str, str | None, str | None]]) -> RunRecord:
    """A run whose rows ended as given: (state, code, message)."""
    runs.create_run(context.journal, RunRecord(RUN, ACTION.id, "sandbox"))
    chunk = [
        Row(line, {"person_id": f"P{line}"}, f"Persona {line} · {1000 + line}", "Madrid")
        for line in range(2, 2 + len(outcomes))
    ]
    runs.add_order(context.journal, RUN, chunk, "person_id")
    claimed = rows.claim(context.journal, RUN, after=None, limit=len(chunk))
    for row, (state, code, message) in zip(claimed, outcomes, strict=True):
        end = row_writes.outcome(
            RUN, row.line, row.seq, state, code=code, message=message, tracking_id=f"T{row.line}"
        )
        context.journal.later(end)
    context.journal.flush()
    return runs.get_run(context.journal, RUN)


def text(message: str, label: str = "Ana Díaz · 1234", group: str = "Madrid") -> RowResult:
    return RowResult(
        7, "failed", label, group, "400", message, None, None, None, None, 0, None, None
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("El número +34911222333 es de luis@acme.es.", "El número … es de …."),
        ("Lo tiene Ana Díaz en Madrid.", "Lo tiene … en …."),
        ("USUARIOS.CSV · Fila 7 · telefono «34911»: mal.", "telefono «…»: mal."),
        (
            "Falta Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x y 123e4567-e89b-42d3-a456-426614174000.",
            "Falta … y ….",
        ),
        ("Números 911222333, 911222334, 911222335 en uso.", "Números … en uso."),
        ("Madrileños sin tocar", "Madrileños sin tocar"),
    ],
)
def test_what_is_particular_to_a_row_leaves_a_gap(message: str, expected: str) -> None:
    assert normalised(text(message)) == expected


def test_rows_with_the_same_cause_are_one_cluster_biggest_first(context: Context) -> None:
    outcomes = [
        ("failed", "4201", f"El número ya está en uso: lo tiene +3491122{n:04d}.")
        for n in range(30)
    ]
    outcomes += [("unknown", "sin_confirmar", "No se sabe.")] * 3 + [("done", None, None)] * 5
    found = error_groups(context, failing(context, outcomes))
    assert [(cluster.code, cluster.count) for cluster in found] == [
        ("4201", 30),
        ("sin_confirmar", 3),
    ]
    first = found[0]
    assert (first.title, first.remedy) == (
        "El número ya está en uso",
        "Elige otro o libéralo, corrige la fila y reintenta.",
    )
    assert first.lines == tuple(range(2, 2 + MAX_LINES))
    assert (first.tracking_id, first.state, first.action_id) == ("T2", "failed", ACTION.id)


def test_same_text_with_another_state_or_code_is_another_cluster(context: Context) -> None:
    outcomes = [
        ("failed", "400", "Mal."),
        ("blocked", "400", "Mal."),
        ("failed", "409", "Mal."),
        ("failed", "400", "Peor."),
    ]
    assert len(error_groups(context, failing(context, outcomes))) == 4


def test_one_code_under_two_http_statuses_is_two_clusters(context: Context) -> None:
    run = failing(context, [("failed", "987654", "Raro.")] * 4)
    for line, status in ((2, 400), (3, 400), (4, 409)):
        context.journal.later(
            row_writes.outcome(
                RUN, line, 2, "failed", code="987654", status=status, message="Raro."
            )
        )
    context.journal.flush()
    found = {cluster.title: cluster for cluster in error_groups(context, run)}
    assert {title: cluster.count for title, cluster in found.items()} == {
        "Webex ha dado un error desconocido (400, 987654)": 2,
        "Webex ha dado un error desconocido (409, 987654)": 1,
        "Webex ha dado un error desconocido (987654)": 1,
    }
    mine = found["Webex ha dado un error desconocido (400, 987654)"]
    assert [row.line for row in rows.read_rows(context.journal, RUN) if belongs(mine, row)] == [
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("messages", "cause"),
    [
        (
            [f"Uno: +3491122233{n}. Mira." for n in range(5)] + ["Otro. Mira."] * 4,
            "Uno: +34911222330",
        ),
        (["Uno. Mira."] * 2 + ["Otro. Mira."] * 3, "Otro"),
        ([], None),
    ],
)
def test_the_main_cause_is_reported_without_its_remedy_and_counted_without_particulars(
    messages: list[str], cause: str | None
) -> None:
    assert main_cause(Failure("400", 400, message, "Ana Díaz") for message in messages) == cause


# -- the catalogue ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", entries()["code"])
def test_every_code_of_webex_is_explained_by_its_entry(code: str) -> None:
    error = ApiError("lo tiene Luis", status=400, error_code=code, write=True)
    found, message = explain(error, ACTION)
    assert found == code
    assert message.startswith(entries()["code"][code]["title"])
    assert message.endswith(entries()["code"][code]["remedy"])
    assert ("lo tiene Luis" in message) == bool(entries()["code"][code].get("quotes_webex"))
    assert remedy_for(code, message, ACTION).title == entries()["code"][code]["title"]


@pytest.mark.parametrize("status", entries()["status"])
def test_every_status_is_explained_by_its_entry(status: str) -> None:
    code, message = explain(ApiError("algo", status=int(status), write=True), ACTION)
    assert code == status
    assert message.startswith(entries()["status"][status]["title"])
    assert "{" not in message + remedy_for(status, message, ACTION).remedy


@pytest.mark.parametrize("code", entries()["own"])
def test_every_code_of_ours_is_given_somewhere(code: str) -> None:
    sources = [path for path in (ROOT / "bulk").rglob("*.py") if path.name != "error_groups.py"]
    given = any(
        f'"{code}"' in path.read_text("utf-8")
        for path in [*sources, *(ROOT / "schemas").rglob("*.py")]
    )
    assert given, f"{code} is not given by any module"
    assert remedy_for(code, "Lo que sea.", ACTION).title == entries()["own"][code]["title"]


def test_codes_of_the_contracts_are_all_there() -> None:
    named = (
        "1026013 1026016 1026018 1026019 1026020 1026022 1026023 25378 2150012 4003 4152 5620 4201"
        " 4202 27966 19604 27969 27970 27971 19606 27972 27976 10050010 400000 400112 400404 400406"
        " 400407 400408 400410 400411 400413 700003 700004 700005 700006"
    )
    assert set(named.split()) <= set(entries()["code"])


def test_people_without_calling_get_that_remedy_and_locations_do_not() -> None:
    refused = ApiError("no encontrado", status=404)
    code, message = explain(refused, ACTION)
    assert message == catalogue()["no_calling"]
    assert remedy_for(code, message, ACTION).title == "El usuario no tiene Webex Calling"
    assert (
        remedy_for(*explain(refused, LOCATION_ACTION), LOCATION_ACTION).title
        == "Webex no conoce ese identificador"
    )


def test_an_unknown_code_falls_into_a_default_that_names_it() -> None:
    code, message = explain(ApiError("raro", status=422, error_code="987654"), ACTION)
    assert (code, "(422, 987654): raro" in message) == ("987654", True)
    found = remedy_for(code, message, ACTION, 422)
    assert found.title == "Webex ha dado un error desconocido (422, 987654)"
    assert (
        remedy_for("422", message, ACTION, 422).title == "Webex ha dado un error desconocido (422)"
    )
    assert (
        remedy_for(code, message, ACTION).title == "Webex ha dado un error desconocido (987654)"
    )  # of an older journal
    assert "Copia el trackingId" in found.remedy


@pytest.mark.parametrize("rule", sorted(set(problems.MESSAGES) - set(entries()["own"])))
def test_a_validation_rule_gives_its_own_title_and_remedy(rule: str) -> None:
    message = f"USUARIOS.CSV · Fila 7 · telefono «x» · {problems.MESSAGES[rule]}"
    found = remedy_for(rule, message, ACTION)
    assert found.title
    assert problems.MESSAGES[rule].startswith(found.title[:50])


def test_titles_are_short_and_remedies_are_sentences() -> None:
    known = entries()
    every = [
        known["default"],
        known["no_calling"],
        *(e for part in ("code", "status", "own") for e in known[part].values()),
    ]
    assert [e["title"] for e in every if len(e["title"]) > 60 or e["title"].endswith(".")] == []
    assert [e["remedy"] for e in every if not e["remedy"].endswith(".")] == []
    assert json.dumps(known, ensure_ascii=False).count("TODO") == 0


def test_a_row_that_was_set_apart_is_not_reported_to_be_retried(context: Context) -> None:
    text = str(catalogue()["no_calling"])
    run = failing(
        context, [("failed", "404", text), ("invalid", "404", f"Bloqueada en el ensayo: {text}")]
    )
    remedies = {cluster.state: cluster.remedy for cluster in error_groups(context, run)}
    assert remedies["failed"].endswith("y después reintenta solo estas.")
    assert (
        remedies["invalid"]
        == "Asigna antes la licencia con «Modificar licencias». Después, ensaya y lanza de nuevo"
        " esas filas."
    )


def test_a_cause_says_that_the_dry_run_blocked_its_rows(context: Context) -> None:
    text = [
        ("invalid", "404", BLOCKED.format("No existe.")),
        ("invalid", "falta_dato", "Falta el dato."),
    ]
    run = failing(context, text)
    words = {cluster.code: cause_word(run, cluster) for cluster in error_groups(context, run)}
    assert words == {"404": "no válida (bloqueada en el ensayo)", "falta_dato": "no válida"}
