"""What happens to a call outside its handler: counters, rate limit, and the faults asked for."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulk.sandbox import moves
from bulk.sandbox.answers import cut_answer, json_answer, planned_answer
from bulk.sandbox.faults import Faults, clock
from bulk.sandbox.state import Store


@dataclass
class Captured:
    """What the application sent, kept until it is known whether the client gets it."""

    messages: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for message in self.messages:
            await send(message)


@dataclass
class Trouble:
    """ASGI middleware over the calls of `/v1`; the admin address goes through untouched."""

    app: ASGIApp
    store: Store
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/__admin"):
            await self.app(scope, receive, send)
            return
        tally = self.store.tally
        tally.in_flight += 1
        tally.max_in_flight = max(tally.max_in_flight, tally.in_flight)
        try:
            answer = await self._answer(scope, receive)
        finally:
            tally.in_flight -= 1
        if answer is None:
            _hang_up(scope["server_send"])
            return
        status = answer.status if isinstance(answer, Captured) else answer.status_code
        tally.by_status[str(status)] += 1
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | Captured | None:
        """The answer, or None for a lost connection."""
        config, tally = self.faults.config, self.store.tally
        tracking_id = f"SANDBOX_{uuid.uuid4()}"
        raw = await Request(scope, receive).body()
        scope["raw_body"], scope["tracking_id"] = raw, tracking_id
        moves.advance(self.store)
        tally.requests += 1
        if config.outage:
            return None
        limited = self.faults.refused_for(clock())
        if limited:
            return self._throttled(*limited, tracking_id)
        planned = self.faults.next_planned(scope["method"], scope["path"])
        if planned and planned.drop == "before":
            return None
        if planned and planned.status:
            return planned_answer(planned, tracking_id)
        if self.faults.chance(config.fail_rate):
            await self.faults.delay()
            return _refusal(503, "Service unavailable", tracking_id)
        captured = Captured()
        await self.app(scope, receive, captured.send)
        await self.faults.delay()
        good = captured.status < 300
        lost = self.faults.chance(config.ambiguous_rate) if good else False
        if lost or (planned and planned.drop == "after"):
            return None
        cut = self.faults.chance(config.truncate_rate) if good and captured.body else False
        if cut or (planned and planned.truncate):
            return cut_answer(captured.status, captured.body, tracking_id)
        return captured

    def _throttled(self, wait: float, inside_ban: bool, tracking_id: str) -> Response:
        config, tally = self.faults.config, self.store.tally
        tally.rate_limited += 1
        tally.calls_inside_ban += int(inside_ban)
        response = _refusal(429, "Too many requests", tracking_id)
        response.headers["Retry-After"] = config.retry_after_text or str(max(1, math.ceil(wait)))
        return response


def _refusal(status: int, message: str, tracking_id: str) -> Response:
    body: Any = {"message": message, "trackingId": tracking_id}
    return json_answer(status, body, tracking_id)


def _hang_up(send: Send) -> None:
    """Close the connection without an answer: uvicorn's `send` is bound to the cycle that holds the
    transport.
    """
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()
