"""sandbox and examples."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from bulk.cli import options as o
from bulk.cli.output import say

seed = o.number("--seed", type=int, default=2026, help="Semilla de la organización.")
locations = o.number("--locations", type=int, default=40, help="Ubicaciones de la organización.")
people = o.number("--people", type=int, default=4500, help="Personas de la organización.")
rate = partial(o.number, type=float, default=0.0)


@o.command()
@o.number("--port", type=int, default=0, help="0 = uno libre.")
@seed
@locations
@people
@rate("--latency-ms", help="Tiempo de cada respuesta.")
@rate("--jitter", help="0.3 = la latencia varía un ±30 %.")
@rate("--rate-limit", help="Peticiones por segundo; 0 = sin límite.")
@o.number("--burst", type=int, default=50, help="Capacidad del cubo de fichas.")
@o.flag("--ban", help="Tras un 429 se rechaza todo hasta Retry-After.")
@rate("--fail-rate", help="Parte de 503 antes de aplicar.")
@rate("--ambiguous-rate", help="Parte de respuestas perdidas después de aplicar.")
@rate("--truncate-rate", help="Parte de JSON cortado.")
@o.number("--job-seconds", type=float, default=1.0, help="Lo que dura un trabajo de cambio.")
@o.flag("--reset", help="Empieza con la organización de la semilla.")
@o.home
def sandbox(port: int, home: Path | None, **given: Any) -> int:
    """Sandbox de Webex en 127.0.0.1, con estado. Escribe una línea JSON con base_url y token."""
    from bulk.core.settings import home_directory
    from bulk.sandbox import SandboxConfig, serve

    serve(SandboxConfig(home=home_directory(home), **given), port, on_ready=_ready)
    return 0


def _ready(base_url: str, token: str) -> None:
    click.echo(json.dumps({"base_url": base_url, "token": token}))


@o.command()
@click.argument(
    "directory", metavar="DIRECTORIO", type=o.PATH, help="Directorio donde escribirlos."
)
@seed
@people
@locations
def examples(directory: Path, seed: int, people: int, locations: int) -> int:
    """Escribe GLOBAL, UBICACIONES y USUARIOS de ejemplo, que encajan con el sandbox de la misma
    semilla.
    """
    from bulk.sandbox.examples import write_examples

    write_examples(directory, seed=seed, people=people, locations=locations)
    say(f"{directory}: GLOBAL.CSV, UBICACIONES.CSV, USUARIOS.CSV y perfil_saliente_defecto.json.")
    return 0
