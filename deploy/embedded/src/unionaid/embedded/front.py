"""One address for all services: `/registry/…`, `/relief/…`, `/reporting/…`, `/issuer/…` go to each, unchanged.

It decides nothing and keeps nothing; each service checks what it is sent.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import uvicorn

HOME = "/relief/pages/lists"
"""Where somebody goes who came from nowhere."""
CONNECT_S = 2.0
"""Seconds a service has to take a connection."""
READ_S = 60.0
"""Seconds a service may be silent."""
KEPT_S = 2
"""Seconds that an idle connection to a service is kept: shorter than services keep theirs (5), so that no request is
sent into one that is being closed.
"""
CONNECTIONS_MAX = 200
RETRY_AFTER_S = b"1"
"""Seconds after which somebody may try again to whom a service did not answer."""
_PATH = re.compile(rb"/([a-z]+)(/.*)", re.DOTALL)
# RFC 9110 section 7.6.1: what is said to the next hop only. `host` stays: services and issuer see what was asked for.
_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade", b"expect",
    }
)  # fmt: skip

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


class Front:
    """The ASGI application over `services`: first part of the path -> base URL."""

    def __init__(self, services: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self._services = dict(services)
        self._client = client
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # else one's session would be the next's
        self._drawn: Application | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path: bytes = scope["raw_path"]
        if path == b"/readyz":
            await _answer(send, 200, json.dumps({"service": "front", "ready": True}).encode(), "application/json")
            return
        if path == b"/":
            await _answer(send, 303, b"", "text/plain", [(b"location", HOME.encode())])
            return
        named = _PATH.fullmatch(path)
        name = named[1].decode() if named else ""
        if name == "pages":
            await self._pages()(scope, receive, send)
            return
        if named is None or name not in self._services:
            await self._told(scope, receive, send, 404, "no-such-service")
            return
        target = named[2] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        request = self._client.build_request(
            scope["method"],
            httpx.URL(self._services[name]).copy_with(raw_path=target),
            headers=list(_passed_on(scope["headers"])),
            content=_body(receive) if _has_body(scope["headers"]) else None,
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            status = 504 if isinstance(error, httpx.TimeoutException) else 502
            await self._told(scope, receive, send, status, "service-away", service=name)
            return
        try:
            headers = [self._located(name, header) for header in _passed_on(response.headers.raw)]
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await response.aclose()

    async def _told(self, scope: Message, receive: Receive, send: Send, status: int, code: str, **params: str) -> None:
        """Say what the front itself has to say: a page to a browser, a line of text to others."""
        if any(key == b"accept" and b"text/html" in value for key, value in scope["headers"]):
            scope["unionaid.told"] = status, code, params
            await self._pages()(scope, receive, send)
            return
        told = {"no-such-service": "no such service", "service-away": "{service} does not answer"}[code]
        away = [(b"retry-after", RETRY_AFTER_S)] if params else []
        await _answer(send, status, told.format(**params).encode() + b"\n", "text/plain", away)

    def _pages(self) -> Application:
        """Return the pages of the front's own; made when first needed, for what draws them is slow to import."""
        if self._drawn is None:
            from unionaid.embedded.front_pages import pages  # noqa: PLC0415

            self._drawn = pages()
        return self._drawn

    def _located(self, name: str, header: Header) -> Header:
        """Put the service's name before a Location that the service gave as its own path."""
        key, value = header
        if key.lower() != b"location" or not value.startswith(b"/"):
            return key.lower(), value
        first = value.split(b"/", 2)[1].decode("latin-1")
        return b"location", value if first in self._services or value == b"/" else f"/{name}".encode() + value


def _passed_on(headers: Iterable[Header]) -> Iterable[Header]:
    given = list(headers)
    named = {
        token.strip().lower() for key, value in given if key.lower() == b"connection" for token in value.split(b",")
    }
    return ((key, value) for key, value in given if key.lower() not in _HOP | named)


def _has_body(headers: Iterable[Header]) -> bool:
    return any(key in (b"content-length", b"transfer-encoding") for key, _ in headers)


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise httpx.ReadError("the caller went away")
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


async def _answer(send: Send, status: int, body: bytes, media: str, more: Iterable[Header] = ()) -> None:
    headers = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def client_of_front() -> AsyncIterator[httpx.AsyncClient]:
    """Open the client of a front: it follows nothing, adds nothing and waits as named here."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=KEPT_S)
    async with httpx.AsyncClient(
        timeout=httpx.Timeout(READ_S, connect=CONNECT_S), limits=limits, follow_redirects=False, trust_env=False
    ) as client:
        client.headers.clear()
        yield client


async def serve(port: int, services: Mapping[str, str]) -> None:
    """Serve the front on a loopback port until a signal comes."""
    async with client_of_front() as client:
        config = uvicorn.Config(
            Front(services, client),
            host="127.0.0.1",
            port=port,
            lifespan="off",
            log_level="warning",
            server_header=False,
            date_header=False,
            proxy_headers=False,
        )
        await uvicorn.Server(config).serve()


def main(port: str, services: str) -> None:
    """Serve; `services` is JSON, name -> base URL."""
    asyncio.run(serve(int(port), json.loads(services)))


if __name__ == "__main__":
    main(*sys.argv[1:])
