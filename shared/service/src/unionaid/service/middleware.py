"""Around every request, as plain ASGI: trace, figures, a log line, the body's limit, the last resort."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from starlette.requests import Request

from unionaid.service.languages import choose
from unionaid.service.limits import JSON_BODY_BYTES_MAX, UPLOAD_BYTES_MAX
from unionaid.service.logs import places
from unionaid.service.problems import Problem
from unionaid.service.telling import told
from unionaid.service.trace import join

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from unionaid.service.languages import Catalogue
    from unionaid.service.metrics import HttpMetrics

log = structlog.stdlib.get_logger("unionaid.service.http")
UNMATCHED = "unmatched"
"""Stands for the route of a request that fits none: addresses are not written down."""


class Observe:
    """Gives each request an id and a trace, counts and logs it; a fault nobody caught becomes a 500."""

    def __init__(self, app: ASGIApp, *, metrics: HttpMetrics, catalogue: Catalogue) -> None:
        self._app, self._metrics, self._catalogue = app, metrics, catalogue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = join(_header(scope, b"traceparent"))
        request_id = str(uuid4())
        scope["unionaid.trace"], scope["unionaid.request_id"] = trace, request_id
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  the last resort: its text must reach no log
            log.error("fault", error=type(error).__name__, at=places(error), request_id=request_id)
            if status:
                raise Severed from None  # the answer has begun: all that is left is to break it off
            await self._fault(scope)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", UNMATCHED)
            self._metrics.answered(scope["method"], route, status, seconds)
            log.info(
                "request",
                method=scope["method"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=request_id,
                trace_id=trace.trace_id,
            )

    def _fault(self, scope: Scope) -> Response:
        problem = Problem(500, "internal-error")
        try:
            return told(Request(scope), problem)
        except Exception:  # noqa: BLE001  the page that tells it may be what is broken
            language = choose(_header(scope, b"accept-language"))
            return problem.response(self._catalogue, language, scope["unionaid.request_id"])


class Severed(Exception):
    """An answer broke off after it had begun; why stands in the log."""


class LimitBody:
    """Refuses a body over its limit, by Content-Length or while it is read, whatever its framing."""

    def __init__(self, app: ASGIApp, *, upload_prefixes: Sequence[str]) -> None:
        self._app, self._uploads = app, tuple(upload_prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = UPLOAD_BYTES_MAX if scope["path"].startswith(self._uploads) else JSON_BODY_BYTES_MAX
        left = limit
        declared = _header(scope, b"content-length")

        async def counting() -> Message:
            nonlocal left
            if declared is not None and declared.isdecimal() and int(declared[:20]) > limit:
                raise too_large(limit)
            message = await receive()
            if message["type"] == "http.request":
                left -= len(message.get("body", b""))
                if left < 0:
                    raise too_large(limit)
            return message

        await self._app(scope, counting, send)


def too_large(limit: int) -> Problem:
    """Return the 413; the connection is closed, for the rest of the body is not read."""
    return Problem(413, "body-too-large", params={"limit": limit}, headers={"Connection": "close"})


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
