"""Spanish texts of the pages of runs: dry run, launch, report, history."""

from __future__ import annotations

from datetime import datetime

from bulk.core.figures import count
from bulk.core.records import RunRecord
from bulk.runs.error_groups import ErrorGroup
from bulk.wording.states import set_aside, state_word
from pages.ui.texts import GLYPHS

NO_WRITES = "Cero escrituras: un ensayo solo lee Webex."
CHUNK_REASON = (
    "Entre 100 y 300 filas por lote: bastantes para que el trabajo en paralelo no espere, y pocas"
    " para revisar o repetir un lote entero si algo va mal."
)
PACE_REASON = "El ritmo se adapta solo al límite de Webex; más hilos no lo superan."
BREAKER = "Se detiene sola si fallan más de {} de las últimas {} filas."
NO_BREAKER = "No se detiene sola por errores (BULK_BREAKER_SHARE = 1)."
UNDO_TITLE = "Deshacer esta ejecución"
UNDO_NOTHING = "No hay nada que restaurar."
UNDO_HELP = (
    "Primero se lee Webex y se dice qué se restauraría; no se escribe nada hasta que lo confirmes."
)
UNDONE = "Se deshizo el {} ({}): {}, {}, {}."
PREVIEWING = "Ensayando la restauración (solo lee):"
VERIFY_HELP = (
    "Lee de nuevo en Webex lo que hizo la ejecución y lo compara con lo que se pidió. No escribe"
    " nada."
)
VERIFYING = "Verificando (solo lee):"
REMOVAL = "Quitar Webex Calling borra la configuración de llamadas de {} y no se puede recuperar."
NO_CAUSES = "Ninguna fila por revisar."
ARCHIVED = "archivada"


def rows_text(number: int) -> str:
    """`1 fila`, `4.300 filas`."""
    return count(number, "fila", "filas")


def without_dry_run(rows: int) -> str:
    unknown = "si la fila cambiará" if rows == 1 else f"cuántas de las {rows_text(rows)} cambiarán"
    return f"Sin ensayo: no se sabe {unknown}. Un ensayo solo lee."


def undo_ask(number: int, kept: int, irreversible: int) -> str:
    """`Se restaurarán **3 filas**; 1 cambió después y se conserva; 0 no se pueden restaurar.`"""
    back = f"Se {'restaurará' if number == 1 else 'restaurarán'} **{rows_text(number)}**"
    left = count(kept, "cambió después y se conserva", "cambiaron después y se conservan")
    return (
        f"{back}; {left}; {count(irreversible, 'no se puede restaurar', 'no se pueden restaurar')}."
    )


def undo_calling(people: int) -> str:
    """What somebody must tick before Webex Calling is taken away."""
    rest = "esa fila se queda como está" if people == 1 else "esas filas se quedan como están"
    return f"{REMOVAL.format(count(people, 'usuario', 'usuarios'))} Sin marcarlo, {rest}."


def plural(word: str) -> str:
    """`hecha` -> `hechas`, `no válida` -> `no válidas`; what is no adjective stays: `con error`,
    `en curso`.
    """
    stays = (
        word.startswith(("con ", "sin ", "en ", "por ", "fuera ", "como ")) or word[-1] not in "aeo"
    )
    return word if stays else f"{word}s"


def pill_of(run: RunRecord, state: str, code: str | None = None) -> str:
    """`✓ hecha`; for an undo `↶ revertida`, for a verification `= como se pidió`."""
    word = state_word(run, state, _code(run, state, code))
    return f"{'↶' if run.kind == 'undo' and state == 'done' else GLYPHS[state]} {word}"


def cause_pill(run: RunRecord, cause: ErrorGroup) -> str:
    """`⊘ no válida (bloqueada en el ensayo)`."""
    return pill_of(run, cause.state, cause.code) + set_aside(cause)


def word_of(run: RunRecord, state: str) -> str:
    """What the rows of `run` in `state` are called, whatever their code."""
    return state_word(run, state, _code(run, state, None))


def _code(run: RunRecord, state: str, code: str | None) -> str | None:
    return "irreversible" if run.kind == "undo" and state == "invalid" else code


def hour(stamp: str | None) -> str:
    """A UTC stamp as `22:00`, with the day in front when it is not today."""
    if not stamp:
        return ""
    moment = datetime.fromisoformat(stamp).astimezone()
    return f"{moment:%H:%M}" if moment.date() == datetime.now().date() else f"{moment:%d/%m %H:%M}"
