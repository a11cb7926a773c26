"""What stands before the routes: limits on bodies, and a record of each request without its content."""

from __future__ import annotations

import time
import uuid

import anyio
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from memgraph.serve.problems import problem

_log = structlog.get_logger("memgraph.serve")


class BodyLimit:
    """Refuses bodies that are too long (413) or come too slowly (408). Streams in `unlimited` may be of any length."""

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float, unlimited: frozenset[str]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._unlimited = unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = None if scope["path"] in self._unlimited else self._max_bytes
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if most is not None and declared.isdigit() and int(declared) > most:
            await problem(413, f"the body has {int(declared)} bytes; at most {most} are taken")(scope, receive, send)
            return
        seen, is_whole = 0, False

        async def limited() -> Message:
            nonlocal seen, is_whole
            if is_whole:  # what is waited for now is that the client goes away
                return await receive()
            with anyio.move_on_after(self._seconds):
                message = await receive()
                seen += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)
                if most is not None and seen > most:
                    raise HTTPException(413, f"the body is too long; at most {most} bytes are taken")
                return message
            raise HTTPException(408, f"the body did not come within {self._seconds:g} seconds")

        await self._app(scope, limited, send)


class Watch:
    """Counts and times each request, and logs it: route, status, milliseconds, never what it says."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        names = ("method", "route", "status")
        self._requests = Counter("memgraph_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("memgraph_request_seconds", "Time to answer", names[:2], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        ident = uuid.uuid4().hex[:16]

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", ident.encode()))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "other")
            self._requests.labels(scope["method"], route, str(status)).inc()
            self._seconds.labels(scope["method"], route).observe(took)
            _log.info(
                "request",
                request=ident,
                method=scope["method"],
                route=route,
                status=status,
                ms=round(took * 1000, 1),
                key=scope.get("state", {}).get("key"),
            )
