"""The admin address of the sandbox: no token, not counted, not limited."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bulk.sandbox import moves
from bulk.sandbox.config import SandboxConfig, checked
from bulk.sandbox.faults import Faults, Planned
from bulk.sandbox.state import Store


@dataclass
class Admin:
    """What whoever runs the sandbox may ask of it."""

    store: Store
    faults: Faults
    stop: Callable[[], None] = lambda: None

    async def answer(self, request: Request) -> Response:
        """Carry out what the path names; 400 with the reason for what cannot be done."""
        what = request.path_params["what"].strip("/")
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
