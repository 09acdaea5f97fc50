"""What the command line says by itself, usage errors and help, is Spanish alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulk.adapters import get_action
from bulk.script import main as single
from tests.integration.conftest import Bulk

ACTION = "usuarios_configurar_desvio_prefijo53"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["validate", "--usuario"], "No existe la opción --usuario."),
        (["template"], "Falta 'ACCIÓN'."),
        (["template", ACTION, "--out"], "A la opción --out le falta su valor."),
        (["template", ACTION, "otra", "--out", "x.xlsx"], "Sobra «otra»."),
        (["volar"], "No existe la orden «volar»."),
        (["run", ACTION, "--workers", "muchos"], "'--workers': "),
        (["run", ACTION, "--canary", "-4"], "'--canary': "),
        (["validate", "--usuarios", "no_esta.csv"], "No se puede leer «no_esta.csv»: no existe."),
        (["validate", "--usuarios", "."], "es una carpeta."),
        (
            ["validate", ACTION, "--profile", "PROFILE", "--usuarios", "x.csv"],
            "no es JSON: se rompe en la línea 2, columna 1.",
        ),
    ],
)
def test_usage_errors_speak_spanish_alone(
    bulk: Bulk, tmp_path: Path, arguments: list[str], message: str
) -> None:
    profile = tmp_path / "perfil.json"
    profile.write_text("{\n", encoding="utf-8")
    code, _ = bulk(*[str(profile) if each == "PROFILE" else each for each in arguments])
    said: str = bulk.err  # type: ignore[attr-defined]
    assert code == 2
    assert message in said
    english = (
        "Input",
        "should",
        "valid ",
        "No such",
        "Missing",
        "Option ",
        "directory",
        "range",
        "Expecting",
    )
    assert [word for word in english if word in said] == []


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["validate"],
        ["plan"],
        ["report"],
        ["export"],
        ["sandbox"],
        ["journal"],
        ["journal", "check"],
    ],
)
def test_help_is_spanish_down_to_its_frame(bulk: Bulk, command: list[str]) -> None:
    _, text = bulk(*command, "--help")
    assert "Uso: " in text
    assert "Muestra esta ayuda." in text
    english = (
        "Usage",
        "Options",
        "Show this",
        "Commands",
        "Arguments",
        "[default",
        "[required",
        "run_id",
        "None",
        " <",
        "{",
    )
    assert [word for word in english if word in text] == []


def test_help_names_arguments_and_values_in_spanish(bulk: Bulk) -> None:
    assert "[OPCIONES] EJECUCIÓN...\n" in bulk("report", "--help")[1]
    assert "[OPCIONES] [ACCIÓN]\n" in bulk("run", "--help")[1]
    assert "  --home DIRECTORIO " in bulk("status", "--help")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--volar"], "No existe la opción --volar."),
        (["--csv"], "A la opción --csv le falta su valor."),
        (["--bulk=3"], "La opción --bulk no lleva valor."),
        (["--chunk-size", "x"], "'--chunk-size': «x» no es un número válido."),
        (["--t", "x"], "No existe la opción --t."),
    ],
)
def test_an_action_as_a_command_tells_usage_errors_in_spanish(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as end:
        single(get_action(ACTION), arguments)
    assert end.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"]["message"].startswith(message)


def test_help_of_an_action_as_a_command_is_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        single(get_action(ACTION), ["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert text.startswith("Uso: ")
    assert "\nOpciones:\n" in text
    assert [
        word
        for word in ("usage", "options", "show this", "CHUNK_SIZE", "TOKEN_FILE")
        if word in text
    ] == []
