"""The sandbox as a Starlette application: routes, authorization, refusals in Webex's form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from bulk.sandbox import licenses, locations, moves, people
from bulk.sandbox.admin import Admin
from bulk.sandbox.answers import json_answer
from bulk.sandbox.call import Call, Reply
from bulk.sandbox.faults import Faults
from bulk.sandbox.middleware import Trouble
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
    """The application over one organization. One event loop, so handlers need no locks."""

    store: Store
    faults: Faults
    stop: Callable[[], None] = lambda: None
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        admin = Admin(self.store, self.faults, lambda: self.stop())
        v1 = [
            Route(f"/{path}", self._endpoint(handlers), methods=list(handlers))
            for path, handlers in ROUTES
        ]
        self.app = Starlette(
            routes=[
                Mount("/v1", routes=v1),
                Route("/__admin/{what:path}", admin.answer, methods=["GET", "POST"]),
            ],
            exception_handlers={Refused: self._refused, 404: _not_found, 405: _not_allowed},
            middleware=[Middleware(Trouble, store=self.store, faults=self.faults)],
        )
        self.app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["server_send"] = send  # to hang up on the connection (middleware)
        await self.app(scope, receive, send)

    def _endpoint(self, handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            handler = handlers.get(request.method)
            if handler is None:  # HEAD, which Starlette adds to GET
                raise Refused(405, "Method not allowed")
            return await self._handle(handler, request)

        return endpoint

    async def _handle(self, handler: Handler, request: Request) -> Response:
        self._authorise(request)
        raw, path = request.scope["raw_body"], request.scope["path"]
        if raw and not request.headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, "Unsupported media type")
        base = f"{request.url.scheme}://{request.url.netloc}"
        query = dict(request.query_params)
        call = Call(self.store, request.method, path, base, query, request.path_params, raw)
        reply = await handler(call)
        changed = [entity for entity in self.store.take_changes() if not entity.startswith("job ")]
        # a job writes when it ends, a dry run never
        by_job = path.endswith(moves.PATH) and not changed
        if request.method != "GET" and "invoke" not in path and not by_job:
            self.store.count_write(f"{request.method} {path}", changed)
        response = json_answer(reply.status, reply.body, request.scope["tracking_id"])
        if reply.next_url:
            response.headers["Link"] = f'<{reply.next_url}>; rel="next"'
        return response

    def _authorise(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.store.config.token}":
            raise Refused(
                401,
                "The request requires a valid access token set in the Authorization request"
                " header.",
            )
        if request.query_params.get("orgId", self.store.org.org_id) != self.store.org.org_id:
            raise Refused(403, "orgId is not managed by the caller")

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101 - registered for it alone
        # a refused list of numbers may add the rest of it [?]
        if left_behind := self.store.take_changes():
            self.store.count_write(f"{request.method} {request.scope['path']}", left_behind)
        return _in_form(request, error)


def _in_form(request: Request, refused: Refused) -> Response:
    tracking_id = request.scope.get("tracking_id", "")
    return json_answer(refused.status, refused.json(tracking_id), tracking_id)


async def _not_found(request: Request, error: Exception) -> Response:
    return _in_form(request, Refused(404, "Resource not found"))


async def _not_allowed(request: Request, error: Exception) -> Response:
    return _in_form(request, Refused(405, "Method not allowed"))
