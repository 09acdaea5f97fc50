"""Every Spanish text that more than one module of the pages shows."""

from __future__ import annotations

from datetime import datetime

from bulk.core.id_kinds import ID_KINDS
from bulk.core.records import RunRecord
from bulk.core.states import ORDER_WORDS
from bulk.core.text import pluralize
from bulk.wording.fingerprints import ErrorGroup
from bulk.wording.states import set_aside, state_word

APP = "Operaciones masivas de Webex Calling"
SANDBOX = "SANDBOX · datos inventados"
PRODUCTION = "PRODUCCIÓN"

# page -> (file, menu, title, what the page is for)
PAGES = {
    "inicio": ("streamlit_app.py", "Inicio", "Inicio", APP),
    "datos": (
        "pages/1_Datos.py",
        "1 Datos",
        "Datos",
        "Carga los ficheros y corrige lo que no cuadre",
    ),
    "mapeo": (
        "pages/2_Mapeo.py",
        "2 Mapeo",
        "Mapeo",
        "Elige la acción, el alcance y de dónde sale cada dato",
    ),
    "ensayo": (
        "pages/3_Ensayo.py",
        "3 Ensayo",
        "Ensayo",
        "Mira qué cambiaría. **No se escribe nada en Webex**",
    ),
    "lanzamiento": (
        "pages/4_Lanzamiento.py",
        "4 Lanzamiento",
        "Lanzamiento",
        "Aplica los cambios y síguelos en directo",
    ),
    "informe": (
        "pages/5_Informe.py",
        "5 Informe",
        "Informe",
        "Qué se hizo, qué no y cómo arreglarlo",
    ),
    "historial": (
        "pages/6_Historial.py",
        "Historial",
        "Historial",
        "Ejecuciones anteriores, comparaciones y actas",
    ),
}

EMPTY_DATA = (
    "Aún no hay ficheros. Arrastra GLOBAL, UBICACIONES y USUARIOS (CSV o Excel, o un solo libro con"
    " las tres hojas), o usa los ejemplos."
)
EMPTY_MAPPING = "Carga antes un fichero de usuarios o de ubicaciones."
EMPTY_ACTION = "Elige antes una acción en Mapeo."
BY_NAME = (
    "Para ficheros con correos o nombres donde se espera un identificador. Cada uno se busca una"
    " vez; lo que no existe o tienen varios es un problema de su fila, con los candidatos."
)
ALL_CANONICAL = "Las cabeceras ya son canónicas: no hace falta mapear."
NOT_IN_DRY_RUN = "Aún no se ha ensayado. Un ensayo lee Webex y tarda unos {} con {}."
NOTHING_TO_CHANGE = "Todo está ya como se pide. No hay nada que lanzar."
NOTHING_RUNS = "No hay ninguna ejecución en curso."
CHOOSE_RUN = "Elige una ejecución en Historial."
NO_RUNS = "Todavía no se ha lanzado nada."
UNFORESEEN = (
    "Ha fallado algo que no se esperaba. No se ha enviado nada a Webex por ello. Recarga la página;"
    " si se repite, avisa."
)

FILE_HINTS = {
    "global": "opcional, valores comunes",
    "ubicaciones": "una fila por ubicación",
    "usuarios": "una fila por usuario",
}
SCOPES = {"ubicaciones": "Ubicaciones", "usuarios": "Usuarios", "workspaces": "Espacios de trabajo"}

GLYPHS = {
    "pending": "○",
    "running": "▶",
    "done": "✓",
    "unchanged": "=",
    "failed": "✗",
    "invalid": "⊘",
    "unknown": "?",
    "conflict": "≠",
    "cancelled": "–",
    "excluded": "·",
    "create": "+",
    "change": "→",
    "blocked": "⊘",
}
ORDER_GLYPHS = {
    "queued": "○",
    "running": "▶",
    "success": "✓",
    "partial": "◐",
    "error": "✗",
    "paused": "‖",
    "cancelled": "–",
}

NO_SOURCE = "(sin asignar)"
KINDS = {name: kind.short for name, kind in ID_KINDS.items()} | {
    "phone": "teléfono +34…",
    "extension": "extensión, solo cifras",
    "flag": "sí o no",
    "call_type": "tipo de llamada",
    "number_type": "DID, TOLLFREE o MOBILE",
    "route_type": "TRUNK o ROUTE_GROUP",
}

# -- runs: dry run, launch, report, history --------------------------------------------------------

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


def order_pill(state: str) -> str:
    """`◐ parcial`."""
    return f"{ORDER_GLYPHS[state]} {ORDER_WORDS[state]}"


def sentence(text: str) -> str:
    """The first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]


def decimal(number: float) -> str:
    """2.46 -> `2,5`."""
    return f"{number:.1f}".replace(".", ",")


def lasting(seconds: float) -> str:
    """`14 s`, `14 min`, `1 h 12 min`."""
    if seconds < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def rows_text(number: int) -> str:
    """`1 fila`, `4.300 filas`."""
    return pluralize(number, "fila", "filas")


def without_dry_run(rows: int) -> str:
    unknown = "si la fila cambiará" if rows == 1 else f"cuántas de las {rows_text(rows)} cambiarán"
    return f"Sin ensayo: no se sabe {unknown}. Un ensayo solo lee."


def undo_ask(number: int, kept: int, irreversible: int) -> str:
    """`Se restaurarán **3 filas**; 1 cambió después y se conserva; 0 no se pueden restaurar.`"""
    back = f"Se {'restaurará' if number == 1 else 'restaurarán'} **{rows_text(number)}**"
    left = pluralize(kept, "cambió después y se conserva", "cambiaron después y se conservan")
    lost = pluralize(irreversible, "no se puede restaurar", "no se pueden restaurar")
    return f"{back}; {left}; {lost}."


def undo_calling(people: int) -> str:
    """What has to be ticked before Webex Calling is taken away."""
    rest = "esa fila se queda como está" if people == 1 else "esas filas se quedan como están"
    return f"{REMOVAL.format(pluralize(people, 'usuario', 'usuarios'))} Sin marcarlo, {rest}."


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


def local_time(stamp: str | None, form: str = "%d/%m/%Y %H:%M") -> str:
    """A UTC stamp of the journal as the operator's clock shows it."""
    return f"{datetime.fromisoformat(stamp).astimezone():{form}}" if stamp else ""
