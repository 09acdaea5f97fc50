"""The ASGI application: routes, authorisation, faults, counters, and the admin address."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from bulk.sandbox import licenses, locations, moves, people
from bulk.sandbox.call import Call, Reply
from bulk.sandbox.config import SandboxConfig, checked
from bulk.sandbox.faults import Faults, Planned, clock
from bulk.sandbox.problems import Refused
from bulk.sandbox.state import Store

Handler = Callable[[Call], Awaitable[Reply]]
T = "telephony/config"
L = f"{T}/locations/{{location}}"
JOBS = T + moves.PATH


async def organisations(call: Call) -> Reply:
    return Reply(200, {"items": [_organisation(call.store)]})


async def organisation(call: Call) -> Reply:
    if call.path["org"] != call.store.org.org_id:
        raise Refused(404, "Organization not found")
    return Reply(200, _organisation(call.store))


def _organisation(store: Store) -> dict[str, Any]:
    return {"id": store.org.org_id, "displayName": "Acme España, S. A. (sandbox)"}


ROUTES: list[tuple[str, dict[str, Handler]]] = [
    ("people/me", {"GET": people.me}),
    ("people", {"GET": people.list_people}),
    ("people/{person}", {"GET": people.get_person, "PUT": people.put_person}),
    (
        "people/{person}/features/callForwarding",
        {"GET": people.get_forwarding, "PUT": people.put_forwarding},
    ),
    (
        "people/{person}/features/outgoingPermission",
        {"GET": people.get_outgoing, "PUT": people.put_outgoing},
    ),
    (
        f"{T}/people/{{person}}/outgoingPermission",
        {"GET": people.get_outgoing, "PUT": people.put_outgoing},
    ),
    ("people/{person}/features/numbers", {"GET": people.get_numbers}),
    (f"{T}/people/{{person}}/numbers", {"PUT": people.put_numbers}),
    (f"{T}/people/{{person}}/secondary/availableNumbers", {"GET": people.secondary_available}),
    ("licenses", {"GET": licenses.list_licenses}),
    ("licenses/users", {"PATCH": licenses.patch_user}),
    ("locations", {"GET": locations.list_locations}),
    ("locations/{location}", {"GET": locations.get_location}),
    ("organizations", {"GET": organisations}),
    ("organizations/{org}", {"GET": organisation}),
    (f"{T}/numbers", {"GET": locations.list_numbers}),
    (f"{T}/actions/validateNumbers/invoke", {"POST": locations.validate_numbers}),
    (f"{T}/routeChoices", {"GET": locations.route_choices}),
    (f"{T}/locations", {"GET": locations.list_telephony}),
    (L, {"GET": locations.get_telephony, "PUT": locations.put_telephony}),
    (f"{L}/numbers", {"POST": locations.add_numbers, "DELETE": locations.delete_numbers}),
    (f"{L}/availableNumbers", {"GET": locations.available_numbers}),
    (
        f"{L}/internalDialing",
        {"GET": locations.get_internal_dialing, "PUT": locations.put_internal_dialing},
    ),
    (f"{L}/outgoingPermission", {"GET": locations.get_outgoing, "PUT": locations.put_outgoing}),
    (JOBS, {"GET": moves.list_jobs, "POST": moves.post_move}),
    (f"{JOBS}/{{job}}", {"GET": moves.get_job}),
    (f"{JOBS}/{{job}}/errors", {"GET": moves.job_errors}),
    (f"{JOBS}/{{job}}/actions/pause/invoke", {"POST": moves.pause_job}),
    (f"{JOBS}/{{job}}/actions/resume/invoke", {"POST": moves.resume_job}),
]


@dataclass
class Sandbox:
    """The application. One event loop, so handlers need no locks."""

    store: Store
    faults: Faults
    stop: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._routes = [(compile_path(f"/v1/{path}")[0], handlers) for path, handlers in ROUTES]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        request = Request(scope, receive)
        if request.url.path.startswith("/__admin"):
            await (await self._admin(request))(scope, receive, send)
            return
        tally = self.store.tally
        tally.in_flight += 1
        tally.max_in_flight = max(tally.max_in_flight, tally.in_flight)
        try:
            response = await self._answer(request)
        finally:
            tally.in_flight -= 1
        if response is None:
            _hang_up(send)
            return
        tally.by_status[str(response.status_code)] += 1
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """The answer, or None for a lost connection."""
        config, tally = self.faults.config, self.store.tally
        raw = await request.body()
        moves.advance(self.store)
        tracking_id = f"SANDBOX_{uuid.uuid4()}"
        tally.requests += 1
        if config.outage:
            return None
        limited = self.faults.refused_for(clock())
        if limited:
            return self._throttled(*limited, tracking_id)
        planned = self.faults.next_planned(request.method, request.url.path)
        if planned and planned.drop == "before":
            return None
        if planned and planned.status:
            return _planned_answer(planned, tracking_id)
        if self.faults.chance(config.fail_rate):
            await self.faults.delay()
            return _json(
                503, {"message": "Service unavailable", "trackingId": tracking_id}, tracking_id
            )
        response = await self._handle(request, raw, tracking_id)
        await self.faults.delay()
        good = response.status_code < 300
        lost = self.faults.chance(config.ambiguous_rate) if good else False
        if lost or (planned and planned.drop == "after"):
            return None
        cut = self.faults.chance(config.truncate_rate) if good and response.body else False
        return _cut(response, tracking_id) if cut or (planned and planned.truncate) else response

    def _throttled(self, wait: float, inside_ban: bool, tracking_id: str) -> Response:
        config, tally = self.faults.config, self.store.tally
        tally.rate_limited += 1
        tally.calls_inside_ban += int(inside_ban)
        response = _json(
            429, {"message": "Too many requests", "trackingId": tracking_id}, tracking_id
        )
        response.headers["Retry-After"] = config.retry_after_text or str(max(1, math.ceil(wait)))
        return response

    async def _handle(self, request: Request, raw: bytes, tracking_id: str) -> Response:
        try:
            handler, parts = self._find(request)
            self._authorise(request)
            if raw and not request.headers.get("content-type", "").startswith("application/json"):
                raise Refused(415, "Unsupported media type")
            base = str(request.base_url).rstrip("/")
            query = dict(request.query_params)
            reply = await handler(
                Call(self.store, request.method, request.url.path, base, query, parts, raw)
            )
        except Refused as refused:
            if (
                left_behind := self.store.take_changes()
            ):  # a refused list of numbers may add the rest of it [?]
                self.store.count_write(f"{request.method} {request.url.path}", left_behind)
            return _json(refused.status, refused.json(tracking_id), tracking_id)
        changed = [entity for entity in self.store.take_changes() if not entity.startswith("job ")]
        by_job = (
            request.url.path.endswith(moves.PATH) and not changed
        )  # a job writes when it ends, a dry run never
        if request.method != "GET" and "invoke" not in request.url.path and not by_job:
            self.store.count_write(f"{request.method} {request.url.path}", changed)
        response = _json(reply.status, reply.body, tracking_id)
        if reply.next_url:
            response.headers["Link"] = f'<{reply.next_url}>; rel="next"'
        return response

    def _find(self, request: Request) -> tuple[Handler, dict[str, str]]:
        path = request.url.path
        for pattern, handlers in self._routes:
            match = pattern.match(path)
            if match:
                if request.method not in handlers:
                    raise Refused(405, "Method not allowed")
                return handlers[request.method], match.groupdict()
        raise Refused(404, "Resource not found")

    def _authorise(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.store.config.token}":
            raise Refused(
                401,
                "The request requires a valid access token set in the Authorization request"
                " header.",
            )
        if request.query_params.get("orgId", self.store.org.org_id) != self.store.org.org_id:
            raise Refused(403, "orgId is not managed by the caller")

    # -- admin -------------------------------------------------------------------------------------

    async def _admin(self, request: Request) -> Response:
        """No token, not counted, not limited: for whoever runs the sandbox."""
        what = request.url.path.removeprefix("/__admin").strip("/")
        raw = await request.body()
        body = json.loads(raw) if raw else {}
        moves.advance(self.store)
        self.store.take_changes()
        try:
            return JSONResponse(
                self._carry_out(what, request.method, body, digest="digest" in request.query_params)
            )
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)

    def _carry_out(self, what: str, method: str, body: Any, *, digest: bool) -> Any:
        if what == "counters":
            return self.store.tally.as_json()
        if what == "state":
            return {"digest": self.store.digest()} if digest else self.store.snapshot()
        if method != "POST" and what != "config":
            raise KeyError(what)
        if what == "counters/reset":
            self.store.reset_tally()
        elif what == "config":
            self._configure(body)
            return {k: v for k, v in vars(self.store.config).items() if k != "home"}
        elif what == "reset":
            self.store.reset()
        elif what == "patch":
            self.store.merge(body["kind"], body["id"], **body["set"])
            self.store.take_changes()
        elif what == "fail_next":
            self.faults.planned = [Planned(**entry) for entry in body]
        elif what == "stop":
            self.stop()
        else:
            raise KeyError(what)
        return {"ok": True}

    def _configure(self, changes: dict[str, Any]) -> None:
        config: SandboxConfig = replace(self.store.config, **checked(changes))
        self.store.config = self.faults.config = config
        self.faults.filled_at = self.faults.banned_until = 0.0


def _json(status: int, body: Any, tracking_id: str) -> Response:
    headers = {"trackingid": tracking_id}
    return (
        Response(status_code=status, headers=headers)
        if body is None
        else JSONResponse(body, status, headers)
    )


def _planned_answer(planned: Planned, tracking_id: str) -> Response:
    headers = {"trackingid": tracking_id, **planned.headers}
    if planned.text is not None:
        return Response(planned.text, planned.status, headers)
    return (
        _json(planned.status, planned.body, tracking_id)
        if not planned.headers
        else JSONResponse(planned.body, planned.status, headers)
    )


def _cut(response: Response, tracking_id: str) -> Response:
    """The same answer with its JSON cut in the middle; an empty one gets half an object."""
    half = bytes(response.body)[: len(response.body) // 2] or b'{"id": "'
    status = 200 if response.status_code == 204 else response.status_code
    return Response(half, status, {"trackingid": tracking_id}, media_type="application/json")


def _hang_up(send: Send) -> None:
    """Close the connection without an answer: uvicorn's `send` is bound to the cycle that holds the
    transport.
    """
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
