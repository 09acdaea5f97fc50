"""Every Spanish text of the pages that is not a sentence of one page alone (docs/interfaz.md 1,
2 and 4).
"""

from __future__ import annotations

from bulk.core.records import ORDER_WORDS

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
KINDS = {
    "person": "id de usuario",
    "location": "id de ubicación",
    "organization": "id de organización",
    "license": "id de licencia",
    "phone": "teléfono +34…",
    "extension": "extensión, solo cifras",
    "flag": "sí o no",
    "call_type": "tipo de llamada",
    "number_type": "DID, TOLLFREE o MOBILE",
    "route_type": "TRUNK o ROUTE_GROUP",
    "route": "id de enlace troncal o grupo de rutas",
}


def order_pill(state: str) -> str:
    """`◐ parcial`."""
    return f"{ORDER_GLYPHS[state]} {ORDER_WORDS[state]}"


def sentence(text: str) -> str:
    """The first letter large, the others as they are."""
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
