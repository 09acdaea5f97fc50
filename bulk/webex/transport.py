"""How a request leaves this machine: httpx's transport, with the proxy that the system is set to.

httpx's Client would lay cookies, redirects and authentication of its own around each call, a fifth
of what the call costs. A call to Webex wants none of the three.

The authorities are certifi's, unless SSL_CERT_FILE or SSL_CERT_DIR name others.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from bulk.errors import NotSent, os_error_text

CONNECTIONS = httpx.Limits(max_connections=2, max_keepalive_connections=2)  # of one thread
MIN_STEP = 2.0  # seconds for the body of an answer that has come at last
BAD_PROXY = (
    "El proxy de este equipo ({}) no se puede usar: {}. Corrige {}_PROXY, o añade el servidor a"
    " NO_PROXY."
)
BAD_AUTHORITIES = (
    "El fichero de autoridades que dice SSL_CERT_FILE ({}) no se puede leer: {}. "
    "Corrige SSL_CERT_FILE, o quítala para usar las autoridades que trae el programa."
)
_TROUBLES: dict[type[Exception], str] = {
    httpx.ConnectError: "no se puede abrir la conexión",
    httpx.ConnectTimeout: "la conexión no se abre a tiempo",
    httpx.PoolTimeout: "no queda ninguna conexión libre",
    httpx.UnsupportedProtocol: "la dirección no empieza por http:// ni por https://",
    httpx.ProxyError: "el proxy no deja pasar la conexión",
    httpx.ReadTimeout: "la respuesta no llega a tiempo",
    httpx.ReadError: "la conexión se ha cortado antes de la respuesta",
    httpx.WriteTimeout: "la petición no sale a tiempo",
    httpx.WriteError: "la conexión se ha cortado durante el envío",
    httpx.CloseError: "la conexión no se ha podido cerrar",
    httpx.RemoteProtocolError: "la conexión se ha cortado, o la respuesta no es HTTP",
    httpx.LocalProtocolError: "la petición no es HTTP válido",
    httpx.DecodingError: "la respuesta no se puede descomprimir",
}

_making_context = threading.Lock()


def transport_to(base_url: str) -> httpx.HTTPTransport:
    """A transport for one thread. Raises NotSent for a proxy or a file of authorities that cannot
    be used.
    """
    proxy, authorities = proxy_of(base_url), _ssl_context()
    try:
        return httpx.HTTPTransport(verify=authorities, limits=CONNECTIONS, proxy=proxy)
    except (
        ImportError,
        ValueError,
        httpx.InvalidURL,
    ) as error:  # a SOCKS proxy without its library, an unknown scheme, junk
        address = urlsplit(base_url)
        shown = str(proxy).rpartition("@")[2]  # without the password that may stand in it
        wrong = (
            "falta su biblioteca (httpx[socks])"
            if isinstance(error, ImportError)
            else "está mal escrito"
        )
        raise NotSent(
            BAD_PROXY.format(shown, wrong, address.scheme.upper()), offline=True
        ) from None


def trouble(error: Exception) -> str:
    """What became of a request that got no answer, in the operator's language."""
    return _TROUBLES.get(type(error)) or type(error).__name__


def is_address(base_url: str) -> bool:
    """True when a request can be sent there: a server, and a port that is one."""
    try:
        return bool(httpx.URL(base_url).host) and urlsplit(base_url).port != 0
    except (ValueError, httpx.InvalidURL):
        return False


def proxy_of(base_url: str) -> str | None:
    """URL of the proxy between here and `base_url`, as environment or system say; None for none.
    This machine never needs one.
    """
    address = urlsplit(base_url)
    host = address.hostname or ""
    if _is_here(host) or proxy_bypass(host):
        return None
    known = getproxies()
    found = known.get(address.scheme) or known.get("all")
    return found if not found or "://" in found else f"http://{found}"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def exchange(
    transport: httpx.HTTPTransport, request: httpx.Request, *, until: float
) -> httpx.Response:
    """Send, and read the answer to its end; its body until that moment (monotonic), or MIN_STEP
    seconds. Raises httpx.HTTPError.
    """
    response = transport.handle_request(request)
    try:
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _InTime(response.stream, max(until, time.monotonic() + MIN_STEP))
        response.read()
    finally:
        response.close()
    return response


@dataclass
class _InTime(httpx.SyncByteStream):
    """The body of an answer; one that trickles in would never end otherwise: the read timeout
    starts again with each byte.
    """

    parts: httpx.SyncByteStream
    until: float  # monotonic

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if time.monotonic() > self.until:
                raise httpx.ReadTimeout("the answer has not ended in time")
            yield part

    def close(self) -> None:
        self.parts.close()


def _ssl_context() -> ssl.SSLContext:
    """One for the process. Loading the authorities costs 40 ms: threads that start together must
    not each do it.

    Raises NotSent.
    """
    try:
        with _making_context:
            return _made_context()
    except OSError as error:
        reason = (
            "no tiene certificados" if isinstance(error, ssl.SSLError) else os_error_text(error)
        )
        raise NotSent(
            BAD_AUTHORITIES.format(os.environ.get("SSL_CERT_FILE", ""), reason), offline=True
        ) from None


@cache
def _made_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()
