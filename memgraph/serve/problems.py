"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from memgraph.errors import BadInput, MemgraphError, ModelMismatch, SchemaMismatch, StoreUnavailable, WriteConflict
from memgraph.serve.access import NotAllowed, TooMany
from memgraph.serve.bodies import Problem

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
    for status, text in (
        (400, "Something in the request is wrong; nothing was written"),
        (401, "No key, or one that is not valid"),
        (403, "The key does not reach so far"),
        (404, "There is no such thing, or not within the key's reach"),
        (409, "Something else was written first, or the same Idempotency-Key is in use"),
        (413, "The body is too long"),
        (422, "The request can't be read"),
        (429, "Too many requests"),
        (503, "The store can't be reached"),
    )
}
_log = structlog.get_logger("memgraph.serve")


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """An answer that says what went wrong."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Turn every error of an app into a problem."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, NotAllowed):
            challenge = None if error.is_known else {"WWW-Authenticate": "Bearer"}
            return problem(403 if error.is_known else 401, str(error), headers=challenge)
        if isinstance(error, TooMany):
            return problem(429, str(error), headers={"Retry-After": str(error.retry_after)})
        if isinstance(error, BadInput):
            return problem(400, str(error))
        if isinstance(error, WriteConflict):
            return problem(409, str(error))
        if isinstance(error, (StoreUnavailable, SchemaMismatch, ModelMismatch)):
            return problem(503, str(error), headers={"Retry-After": "5"})
        return problem(500, str(error))

    async def unreadable(_: Request, error: Exception) -> JSONResponse:
        invalid = cast("RequestValidationError", error)
        found = [{"at": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in invalid.errors()]
        said = "; ".join(f"{e['at']}: {e['problem']}" for e in found[:3])
        return problem(422, f"the request can't be read: {said}", errors=found)

    async def http(request: Request, error: Exception) -> JSONResponse:
        raised = cast("HTTPException", error)
        headers = dict(raised.headers or {})
        if raised.status_code == 405:  # the framework names the methods of one route only
            headers["Allow"] = ", ".join(sorted(_methods_at(request)))
        return problem(raised.status_code, str(raised.detail), headers=headers)

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", route=request.url.path, error=type(error).__name__, exc_info=error)
        return problem(500, "something went wrong here; the log of the service says what")

    app.add_exception_handler(MemgraphError, refused)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


def _methods_at(request: Request) -> set[str]:
    routes = (r for r in request.app.routes if isinstance(r, Route) and r.matches(request.scope)[0] is not Match.NONE)
    return {method for route in routes for method in route.methods or ()}
