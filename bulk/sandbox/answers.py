"""Responses in Webex's form: JSON, a tracking id, and what a fault makes of them."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from bulk.sandbox.faults import Planned


def json_answer(status: int, body: Any, tracking_id: str) -> Response:
    headers = {"trackingid": tracking_id}
    return (
        Response(status_code=status, headers=headers)
        if body is None
        else JSONResponse(body, status, headers)
    )


def planned_answer(planned: Planned, tracking_id: str) -> Response:
    headers = {"trackingid": tracking_id, **planned.headers}
    if planned.text is not None:
        return Response(planned.text, planned.status, headers)
    return (
        json_answer(planned.status, planned.body, tracking_id)
        if not planned.headers
        else JSONResponse(planned.body, planned.status, headers)
    )


def cut_answer(status: int, body: bytes, tracking_id: str) -> Response:
    """The same answer with its JSON cut in the middle; an empty one gets half an object."""
    half = body[: len(body) // 2] or b'{"id": "'
    status = 200 if status == 204 else status
    return Response(half, status, {"trackingid": tracking_id}, media_type="application/json")
