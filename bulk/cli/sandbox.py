"""sandbox and examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bulk.cli import options as o
from bulk.cli.output import say


def sandbox(
    port: Annotated[int, typer.Option("--port", metavar="N", help="0 = uno libre.")] = 0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Semilla de la organización.")
    ] = 2026,
    locations: Annotated[
        int, typer.Option("--locations", metavar="N", help="Ubicaciones de la organización.")
    ] = 40,
    people: Annotated[
        int, typer.Option("--people", metavar="N", help="Personas de la organización.")
    ] = 4500,
    latency_ms: Annotated[
        float, typer.Option("--latency-ms", metavar="N", help="Tiempo de cada respuesta.")
    ] = 0.0,
    jitter: Annotated[
        float, typer.Option("--jitter", metavar="N", help="0.3 = la latencia varía un ±30 %.")
    ] = 0.0,
    rate_limit: Annotated[
        float,
        typer.Option("--rate-limit", metavar="N", help="Peticiones por segundo; 0 = sin límite."),
    ] = 0.0,
    burst: Annotated[
        int, typer.Option("--burst", metavar="N", help="Capacidad del cubo de fichas.")
    ] = 50,
    ban: Annotated[
        bool, typer.Option("--ban", help="Tras un 429 se rechaza todo hasta Retry-After.")
    ] = False,
    fail_rate: Annotated[
        float, typer.Option("--fail-rate", metavar="N", help="Parte de 503 antes de aplicar.")
    ] = 0.0,
    ambiguous_rate: Annotated[
        float,
        typer.Option(
            "--ambiguous-rate", metavar="N", help="Parte de respuestas perdidas después de aplicar."
        ),
    ] = 0.0,
    truncate_rate: Annotated[
        float, typer.Option("--truncate-rate", metavar="N", help="Parte de JSON cortado.")
    ] = 0.0,
    job_seconds: Annotated[
        float, typer.Option("--job-seconds", metavar="N", help="Lo que dura un trabajo de cambio.")
    ] = 1.0,
    reset: Annotated[
        bool, typer.Option("--reset", help="Empieza con la organización de la semilla.")
    ] = False,
    home: o.Home = None,
) -> int:
    """Sandbox de Webex en 127.0.0.1, con estado. Escribe una línea JSON con base_url y token."""
    from bulk.core.settings import home_directory
    from bulk.sandbox import SandboxConfig, serve

    config = SandboxConfig(
        home=home_directory(home),
        seed=seed,
        locations=locations,
        people=people,
        latency_ms=latency_ms,
        jitter=jitter,
        rate_limit=rate_limit,
        burst=burst,
        ban=ban,
        fail_rate=fail_rate,
        ambiguous_rate=ambiguous_rate,
        truncate_rate=truncate_rate,
        job_seconds=job_seconds,
        reset=reset,
    )
    serve(config, port, on_ready=_ready)
    return 0


def _ready(base_url: str, token: str) -> None:
    typer.echo(json.dumps({"base_url": base_url, "token": token}))


def examples(
    directory: Annotated[
        Path, typer.Argument(metavar="DIRECTORIO", help="Directorio donde escribirlos.")
    ],
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Semilla de la organización.")
    ] = 2026,
    people: Annotated[
        int, typer.Option("--people", metavar="N", help="Personas de la organización.")
    ] = 4500,
    locations: Annotated[
        int, typer.Option("--locations", metavar="N", help="Ubicaciones de la organización.")
    ] = 40,
) -> int:
    """Escribe GLOBAL, UBICACIONES y USUARIOS de ejemplo, que encajan con el sandbox de la misma
    semilla.
    """
    from bulk.sandbox.examples import write_examples

    write_examples(directory, seed=seed, people=people, locations=locations)
    say(f"{directory}: GLOBAL.CSV, UBICACIONES.CSV, USUARIOS.CSV y perfil_saliente_defecto.json.")
    return 0
