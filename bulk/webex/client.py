"""The HTTP client of a run: one httpx transport per thread on a shared SSL context, a shared pace,
one retry policy.

One transport for many threads collapses (its pool is scanned for each request); one per thread does
not.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx

from bulk.core.settings import Settings
from bulk.core.stop_reasons import NO_CONNECTION
from bulk.errors import AmbiguousWrite, Interrupted, NotSent, Unreadable
from bulk.webex.answers import (
    RETRY_STATUS,
    THROTTLE_STATUS,
    Answer,
    BadBody,
    dumps,
    is_definite,
    next_page,
    read_answer,
    refusal,
    tracking_id,
)
from bulk.webex.license_kinds import CallingLicenses
from bulk.webex.ratelimit import Pace, retry_after_seconds
from bulk.webex.refusals import HEADER
from bulk.webex.retry import Allowance, TryAgain, with_retries
from bulk.webex.transport import exchange, transport_to, trouble

USER_AGENT = "webex-calling-bulk"
POLL_INTERVAL = (
    0.2  # seconds: the longest that a waiting thread goes without looking at its interrupt
)
# `people/…`: joining by hand spares two parsings a call
_RELATIVE = re.compile(r"[\w-]+(?:/|\?|$)")
# Raised before the request left this machine: nothing can have been applied. ProxyError: of a
# refused CONNECT or SOCKS handshake.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass
class Counters:
    """What a run cost; read by the board."""

    requests: int = 0  # calls sent
    retries: int = 0  # of these, repeated ones
    rate_limited: int = 0  # answers 429
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *, requests: int = 0, retries: int = 0, rate_limited: int = 0) -> None:
        with self.lock:
            self.requests += requests
            self.retries += retries
            self.rate_limited += rate_limited


class Token:
    """A bearer token that never shows itself: not in repr, not in str, not in a pickle."""

    def __init__(self, value: str) -> None:
        self._value = value.strip().strip("'\"").removeprefix("Bearer ").strip()

    def header(self) -> str:
        return f"Bearer {self._value}"

    def same(self, other: Token) -> bool:
        return self._value == other._value

    def is_plain(self) -> bool:
        """True when it can stand in a header: printable ASCII without blanks."""
        return self._value.isascii() and self._value.isprintable() and " " not in self._value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Token(…)"

    def __reduce__(self) -> Any:
        raise TypeError("a token is never stored")


class Api:
    """Calls to one organisation with one token. Paths are relative to `base_url` (contracts: the
    base URL is a setting).
    """

    def __init__(
        self,
        base_url: str,
        token: Token,
        *,
        settings: Settings,
        pace: Pace,
        interrupt: threading.Event | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self.settings = settings
        self.pace = pace
        self.interrupt = interrupt or threading.Event()
        self.counters = Counters()
        self._slots: queue.SimpleQueue[None] | None = (
            None  # one entry for each request that may be in flight now
        )
        self.calling_licenses: dict[str | None, CallingLicenses] = {}  # by orgId; listed once a run
        # lists of people leave out licenses here: people are read singly
        self.lists_people_short = False
        self._token = token
        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        self._extensions = {"timeout": timeout.as_dict()}
        self._headers = {
            with_body: _headers(token, with_body=with_body) for with_body in (False, True)
        }
        self._local = threading.local()

    def limit_in_flight(self, most: int) -> None:
        """Never more than `most` requests of this object at once, however many threads use it."""
        # a third of the cost of a semaphore, which is made of a condition
        self._slots = queue.SimpleQueue()
        for _ in range(most):
            self._slots.put(None)

    def uses(self, token: Token) -> bool:
        return self._token.same(token)

    # -- reads -------------------------------------------------------------------------------------
    def get(self, path: str, **query: Any) -> Any:
        """JSON of a read. Raises ApiError (definite refusal), Unreadable (attempts ran out),
        Interrupted.
        """
        return self._call("GET", path, query).body

    def pages(self, path: str, member: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Items of a list over all its pages: `Link` when the answer has one, else `paging.next`,
        else `start`/`max` (docs/webex.md 1.5).

        Raises Unreadable too, for an answer without the list and for pages that come round again.
        """
        url, asked, before, visited = path, dict(query), None, {path}
        while True:
            answer = self._call("GET", url, asked)
            items = answer.body.get(member) if isinstance(answer.body, dict) else None
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise Unreadable(
                    f"La respuesta de Webex no trae «{member}».", tracking_id=answer.tracking_id
                )
            if "start" in asked and items == before:  # `start` is not heeded: this is all there is
                return
            yield from items
            before = items
            following = answer.next_url or next_page(answer.body)
            if following:
                url, asked = _joined(self.base_url + path, following), {}
                if url in visited:
                    raise Unreadable(
                        "Webex repite una página de la lista: no se puede leer entera.",
                        tracking_id=answer.tracking_id,
                    )
                visited.add(url)
            elif url is path and "max" in asked and len(items) >= asked["max"]:
                asked["start"] = asked.get("start", 0) + len(items)
            else:
                return

    # -- writes ------------------------------------------------------------------------------------
    def send(self, method: str, path: str, body: Any, **query: Any) -> Answer:
        """One write. Raises ApiError (refused), NotSent (never applied), AmbiguousWrite (contracts
        1.4), Interrupted.
        """
        return self._call(method, path, query, body, write=True)

    # -- one call ----------------------------------------------------------------------------------
    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        body: Any = None,
        *,
        write: bool = False,
    ) -> Answer:
        request = self._request(method, path, query, body)
        allowance, attempts = Allowance(self.settings.row_deadline), 0

        def once() -> Answer:
            nonlocal attempts
            attempts += 1
            self.counters.add(requests=1, retries=int(attempts > 1))
            return self._attempt(request, allowance, write=write)

        return with_retries(once, allowance, settings=self.settings, interrupt=self.interrupt)

    def _request(self, method: str, path: str, query: dict[str, Any], body: Any) -> httpx.Request:
        url = self._same_host(
            self.base_url + path if _RELATIVE.match(path) else urljoin(self.base_url, path)
        )
        asked = {name: _text(value) for name, value in query.items() if value is not None} or None
        content = None if body is None else dumps(body)
        headers = self._headers[content is not None]
        return httpx.Request(
            method, url, params=asked, headers=headers, content=content, extensions=self._extensions
        )

    def _same_host(self, url: str) -> str:
        """A `Link` to another server, or without encryption, would carry the token away:
        refused.
        """
        # the usual case, and parsing costs as much as half a request
        if url.startswith(self.base_url):
            return url
        try:
            there, ours = httpx.URL(url), httpx.URL(self.base_url)
        except httpx.InvalidURL:
            raise Unreadable("Webex ha devuelto un enlace que no se puede leer.") from None
        if (there.scheme, there.host, there.port) != (ours.scheme, ours.host, ours.port):
            raise Unreadable("Webex ha devuelto un enlace a otro servidor; no se sigue.")
        return url

    def _attempt(self, request: httpx.Request, allowance: Allowance, *, write: bool) -> Answer:
        try:
            response, entered = self._sent(request, allowance)
        except NEVER_SENT as error:
            raise TryAgain(NotSent(NO_CONNECTION.format(trouble(error)), offline=True)) from None
        except httpx.HTTPError as error:
            lost = f"Webex no ha respondido ({trouble(error)})."
            if write:
                raise AmbiguousWrite(lost) from None
            raise TryAgain(Unreadable(lost)) from None
        return self._judge(response, entered, write=write)

    def _sent(self, request: httpx.Request, allowance: Allowance) -> tuple[httpx.Response, float]:
        """The answer, and the moment at which the pace let the call go. Raises httpx.HTTPError,
        Interrupted.
        """
        self._take_slot()
        try:
            entered = self.pace.enter(self.interrupt)
            return exchange(self._transport(), request, until=allowance.begin()), entered
        finally:
            if self._slots is not None:
                self._slots.put(None)

    def _take_slot(self) -> None:
        while self._slots is not None:
            try:
                self._slots.get(timeout=POLL_INTERVAL)
                return
            except queue.Empty:
                if self.interrupt.is_set():
                    raise Interrupted from None

    def _judge(self, response: httpx.Response, entered: float, *, write: bool) -> Answer:
        status = response.status_code
        if status in THROTTLE_STATUS:
            raise self._throttled(response, entered)
        self.pace.admitted(entered)
        if (status in RETRY_STATUS or status > 504) and not (write and is_definite(response)):
            trouble, tracking = _trouble_text(response), tracking_id(response)
            if write:
                raise AmbiguousWrite(trouble, tracking_id=tracking, in_flight=status == 504)
            raise TryAgain(Unreadable(trouble, tracking_id=tracking), self._asked_wait(response))
        if not response.is_success:
            raise refusal(response, write=write)
        try:
            return read_answer(response, object_due=not write)
        except BadBody:
            unread, tracking = "La respuesta de Webex no se puede leer.", tracking_id(response)
            if write:
                raise AmbiguousWrite(unread, tracking_id=tracking, in_flight=False) from None
            raise TryAgain(Unreadable(unread, tracking_id=tracking)) from None

    def _throttled(self, response: httpx.Response, entered: float) -> TryAgain:
        wait = self._asked_wait(response)
        if response.status_code == 429:
            self.counters.add(rate_limited=1)
            self.pace.refused(entered, wait)
            wait = 0.0  # the pace's gate holds every thread back, this one too
        final = NotSent("Webex pide ir más despacio y no ha dejado pasar la petición.")
        return TryAgain(final, wait, throttled=True)

    def _asked_wait(self, response: httpx.Response) -> float | None:
        s = self.settings
        return retry_after_seconds(
            response.headers.get("Retry-After"),
            default=s.default_retry_after,
            most=s.max_retry_after,
        )

    def _transport(self) -> httpx.HTTPTransport:
        found: httpx.HTTPTransport | None = getattr(self._local, "transport", None)
        if found is None:
            found = self._local.transport = transport_to(self.base_url)
        return found


def _headers(token: Token, *, with_body: bool) -> list[tuple[bytes, bytes]]:
    """As every request of one token carries them, with a JSON body or without one."""
    message = {
        "authorization": token.header(),
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
    }
    message |= {"connection": "keep-alive", "user-agent": USER_AGENT} | (
        {"content-type": "application/json"} if with_body else {}
    )
    return [(name.encode(), value.encode()) for name, value in message.items()]


def _joined(base: str, link: str) -> str:
    """Raises Unreadable for a link that is invalid."""
    try:
        return urljoin(base, link)
    except ValueError:
        raise Unreadable("Webex ha devuelto un enlace que no se puede leer.") from None


def _trouble_text(response: httpx.Response) -> str:
    codes = response.headers.get(HEADER)
    return f"Webex ha respondido {response.status_code}{f' ({codes})' if codes else ''}."


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
