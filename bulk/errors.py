"""Every failure of the product, in one tree. The message is Spanish and meant for the operator.

BulkError
├── UsageError              the call or its options are wrong; nothing was sent
  (exit 2)
│   ├── UnknownAction
│   ├── InDevelopment       "... en desarrollo ..."
│   ├── MissingToken
│   └── RunNotFound
├── InputError              a file, a column or the profile cannot be used
  (exit 2)
├── OwnedElsewhere          another process is writing to this organisation
  (exit 2)
├── JournalError            the journal cannot be read or written
├── RowRefused              the row cannot be done as it stands (guards of the contracts)
│   ├── Drifted             changed since by another user: it is kept
│   └── NotReversible       nothing of it can be given back
├── WebexError              what the service answered, or that it did not
│   ├── ApiError            a definite refusal: status, code, description
│   │   ├── TokenRejected   401: stops the run
│   │   ├── Forbidden       403
│   │   └── NotFound        404
│   ├── NotSent             the request never reached the service (or was refused unread: 429, 423)
│   ├── Unreadable          a read that got no usable answer after all its attempts
│   ├── AmbiguousWrite      sent, and no usable answer (docs/webex.md 1.4)
│   └── UnusableAnswer      an answer of an unforeseen shape, found by an adapter
└── Interrupted             a wait ended because the run is pausing or cancelling
"""

from __future__ import annotations

import errno
import inspect
import json

from bulk.core.redaction import redact

_WHY = {
    errno.ENOENT: "no existe",
    errno.EACCES: "sin permiso",
    errno.EPERM: "sin permiso",
    errno.EISDIR: "es una carpeta",
    errno.ENOTDIR: "una parte de la ruta no es una carpeta",
    errno.EEXIST: "ya existe",
    errno.ENOSPC: "no queda sitio en el disco",
    errno.EDQUOT: "no queda sitio en el disco",
    errno.EROFS: "el disco es de solo lectura",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
    errno.EBUSY: "lo usa otro programa",
    errno.ETXTBSY: "lo usa otro programa",
    errno.EIO: "el disco falla",
}


def os_error_text(error: OSError) -> str:
    """What the system says, in the operator's language; an unforeseen one as the system tells
    it.
    """
    return _WHY.get(error.errno or 0) or error.strerror or str(error)


def json_error_position(error: ValueError) -> str:
    """`: se rompe en la línea 3, columna 5`, when the reader of JSON says where."""
    return (
        f": se rompe en la línea {error.lineno}, columna {error.colno}"
        if isinstance(error, json.JSONDecodeError)
        else ""
    )


def _sentence(kind: type[Exception]) -> str:
    """The docstring of an error as one line: what the operator reads unless it is given more."""
    return " ".join((inspect.getdoc(kind) or "").split())


class BulkError(Exception):
    """Ha ocurrido un error."""

    code = "error"
    exit_code = 1

    def __init__(self, message: str | None = None) -> None:
        # an answer may quote what it was sent
        super().__init__(redact(message or _sentence(type(self))))

    @property
    def message(self) -> str:
        return str(self.args[0])


class UsageError(BulkError):
    """La petición no es correcta."""

    code = "uso"
    exit_code = 2


class UnknownAction(UsageError):
    """Esa acción no existe."""

    code = "accion_desconocida"


class InDevelopment(UsageError):
    """... en desarrollo ..."""

    code = "en_desarrollo"


class MissingToken(UsageError):
    """Falta el token de Webex. Ponlo en WEBEX_ACCESS_TOKEN, usa --token-file, o prueba con
    --sandbox.
    """

    code = "falta_token"


class RunNotFound(UsageError):
    """No existe esa ejecución en este directorio de datos."""

    code = "ejecucion_desconocida"


class InputError(BulkError):
    """El fichero no se puede usar."""

    code = "entrada"
    exit_code = 2


class OwnedElsewhere(BulkError):
    """Otro proceso está trabajando en esta organización."""

    code = "ocupada"
    exit_code = 2


class JournalError(BulkError):
    """No se puede escribir en el diario."""

    code = "diario"
    exit_code = 3


class RowRefused(BulkError):
    """La fila no se puede aplicar tal como está."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Drifted(RowRefused):
    """La fila no está como se esperaba: alguien la ha cambiado."""


class NotReversible(RowRefused):
    """Lo que hizo esta fila no se puede deshacer."""


class WebexError(BulkError):
    """Webex no ha respondido como se esperaba."""

    code = "webex"
    exit_code = 3  # of a row it is that row's failure; whoever sees it otherwise had to stop

    def __init__(self, message: str | None = None, *, tracking_id: str | None = None) -> None:
        super().__init__(message)
        self.tracking_id = tracking_id


class ApiError(WebexError):
    """Webex ha rechazado la petición."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        error_code: str | None = None,
        tracking_id: str | None = None,
        named: tuple[str, ...] = (),
        write: bool = False,
    ) -> None:
        super().__init__(message, tracking_id=tracking_id)
        self.status = status
        self.error_code = error_code
        self.named = named  # ids or numbers that the answer blames; empty when it names none
        self.write = write  # True when a write was refused, False when a read was

    @property
    def code(self) -> str:  # type: ignore[override]
        return self.error_code or str(self.status)


class TokenRejected(ApiError):
    """El token ha caducado o no es válido."""


class Forbidden(ApiError):
    """Falta permiso para esta operación."""


class NotFound(ApiError):
    """Webex no conoce ese identificador."""


class NotSent(WebexError):
    """La petición no llegó a aplicarse: Webex no la aceptó o no hubo conexión."""

    code = "no_enviada"

    def __init__(self, message: str | None = None, *, offline: bool = False) -> None:
        super().__init__(message)
        self.offline = (
            offline  # there was no connection at all: the run stops, the row stays pending
        )


class Unreadable(WebexError):
    """Webex no ha dado una respuesta legible."""

    code = "sin_respuesta"


class AmbiguousWrite(WebexError):
    """No se sabe si el cambio llegó a aplicarse."""

    code = "ambigua"

    def __init__(
        self, message: str | None = None, *, tracking_id: str | None = None, in_flight: bool = True
    ) -> None:
        super().__init__(message, tracking_id=tracking_id)
        self.in_flight = in_flight  # the request may still land: wait before reading


class UnusableAnswer(WebexError):
    """Webex ha respondido algo que no se esperaba."""

    code = "respuesta_imprevista"


class Interrupted(BulkError):
    """La ejecución se está deteniendo."""

    code = "interrumpida"
    exit_code = 3
