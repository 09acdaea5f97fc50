"""Who did what, when, where and with which settings: the same facts for every format of a
report.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bulk.core.records import Command, RunRecord
from bulk.core.text import local
from bulk.journal import control, runs
from bulk.runs.context import Context
from bulk.runs.status import run_state, run_word, title
from bulk.wording.settings import options_text, settings_text
from schemas.hydra import id_tail

_COMMANDS = {
    "launch": "lanzar",
    "undo": "deshacer",
    "verify": "verificar",
    "pause": "pausar",
    "cancel": "cancelar lo pendiente",
    "resume": "reanudar",
    "retry": "reintentar",
    "auto_pause": "parada automática",
    "canary": "parada para mirar las primeras filas",
    "archive": "archivar",
    "restore": "sacar del archivo",
}
_KINDS = {"apply": "lanzamiento", "undo": "deshacer", "verify": "verificación"}
_DATASETS = {"global": "GLOBAL", "ubicaciones": "UBICACIONES", "usuarios": "USUARIOS"}


def audit(context: Context, run: RunRecord) -> dict[str, Any]:
    """JSON: person, moments (UTC), organisation, files with their hashes, mapping, scope, settings,
    plan, commands.
    """
    return {
        "person": run.person,
        "owner": run.owner,
        "org_id": run.org_id,
        "org_name": run.org_name,
        "target": run.target,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "kind": run.kind,
        "parent": run.parent,
        "plan_hash": plan_hash(run),
        "files": list(run.files),
        "mapping": run.mapping,
        "scope": run.scope,
        "options": run.options,
        "settings": run.settings,
        "schedule": run.schedule,
        "control": [asdict(command) for command in control.history(context.journal, run.run_id)],
    }


def plan_hash(run: RunRecord) -> str | None:
    """SHA-256 of the plan that was reviewed (of a dry run: of the plan that it is); None without
    one.
    """
    found = run.scope.get("plan_hash") or run.plan_hash
    return str(found) if found else None


def where(run: RunRecord) -> str:
    """`Acme España`, `SANDBOX`, or the readable end of the organisation's id when its name is not
    known.
    """
    if run.target == "sandbox":
        return f"SANDBOX · {run.org_name}" if run.org_name else "SANDBOX"
    return run.org_name or (f"organización {id_tail(run.org_id)}" if run.org_id else run.target)


def facts(context: Context, run: RunRecord) -> list[tuple[str, str]]:
    """The audit as pairs (what, value) for people, times local; parts that do not apply are left
    out.
    """
    state = run_state(context, run)
    changed, usual = settings_text(run.settings)
    pairs = [
        ("Ejecución", run.run_id),
        ("Acción", f"{title(run)} ({run.action_id})"),
        ("Estado", run_word(run, state) + (f": {run.reason}" if run.reason else "")),
        (
            "Tipo",
            "ensayo" if run.dry_run and run.kind == "apply" else _KINDS.get(run.kind, run.kind),
        ),
        (
            "Ensayo",
            (
                "ninguno: se lanzó sin ensayo"
                if without_dry_run(run)
                else str(run.scope.get("plan") or "")
            ),
        ),
        ("Organización", where(run)),
        ("Id de la organización", run.org_id or ""),
        ("Destino", run.target),
        ("Quién", run.person or "no consta"),
        ("Creada", local(run.created_at)),
        ("Empezó", local(run.started_at)),
        ("Terminó", local(run.ended_at)),
        ("Nota", run.note),
        ("Alcance", scope_text(run)),
        *(_file(entry) for entry in run.files),
        ("Mapeo", mapping_text(run)),
        (
            "Modo",
            (
                f"lotes de {run.chunk_size} filas, hasta {run.workers} peticiones a la vez"
                if run.bulk
                else "fila a fila"
            ),
        ),
        ("Opciones", options_text(run.options)),
        ("Ajustes cambiados", changed),
        ("Ajustes de fábrica", usual),
        ("Programación", _planned_times(run)),
        ("Parte de", run.parent or ""),
        (
            "Deshecha en",
            ", ".join(child.run_id for child in runs.children(context.journal, run.run_id, "undo")),
        ),
        ("Huella del ensayo", plan_hash(run) or ""),
        (
            "Llamadas a Webex",
            f"{run.requests} ({run.retries} repetidas, {run.rate_limited} frenadas por Webex)",
        ),
        *_commands(context, run),
    ]
    return [(what, value) for what, value in pairs if value]


def without_dry_run(run: RunRecord) -> bool:
    """A launch without a dry run before it."""
    return run.kind == "apply" and not run.dry_run and not run.scope.get("plan")


def scope_text(run: RunRecord) -> str:
    """The rows that were chosen, in words."""
    if run.scope.get("text"):
        return str(run.scope["text"])
    if run.scope.get("plan"):
        return f"lo que mostró el ensayo {run.scope['plan']}"
    return "todo el fichero"


def mapping_text(run: RunRecord) -> str:
    """`person_id: person_id; destination: «532041»`, of the parameters that have a source."""
    sources = run.mapping.get("sources") or {}
    message = []
    for name, source in sources.items():
        kind, ref = str(source.get("kind", "")), str(source.get("ref", ""))
        shown = {
            "global": f"GLOBAL.{ref}",
            "constant": f"«{ref}»",
            "join": f"{source.get('dataset', '')}.{ref}",
        }.get(kind, ref)
        if kind != "none" and (ref or kind == "join"):
            message.append(f"{name}: {shown}")
    return "; ".join(message)


def _planned_times(run: RunRecord) -> str:
    """What was asked of the clock; stamps as the wall showed them."""
    words = {"at": "empezar", "not_after": "no después de"}
    found = {message: local(run.schedule.get(name)) for name, message in words.items()}
    found |= {
        "después de": ", ".join(run.schedule.get("after", ())),
        "filas de prueba": str(run.schedule.get("canary") or ""),
    }
    return "; ".join(f"{message}: {value}" for message, value in found.items() if value)


def _file(entry: dict[str, Any]) -> tuple[str, str]:
    name = str(entry.get("name", ""))
    rows = entry.get("rows", "?")
    message = f"{entry.get('file_name', '')} · {rows} {'fila' if rows == 1 else 'filas'}"
    digest = f" · SHA-256 {entry['sha256']}" if entry.get("sha256") else ""
    return f"Fichero {_DATASETS.get(name, name)}", message + digest


def _commands(context: Context, run: RunRecord) -> list[tuple[str, str]]:
    found = control.history(context.journal, run.run_id)
    return [(f"Intervención {number}", _command(each)) for number, each in enumerate(found, 1)]


def _command(each: Command) -> str:
    return " · ".join(filter(None, [_asked(each.command), each.who, local(each.at), each.detail]))


def _asked(command: str) -> str:
    """`pausar`, `pausar el lote r202`."""
    name, _, order = command.partition(" ")
    return f"{_COMMANDS.get(name, name)} el lote {order}" if order else _COMMANDS.get(name, name)
