"""Calls to another service under the token of the person who waits: the only kind there is (architecture, section 1).

registry = Neighbour("registry", settings.urls)
answer = await registry.ask(request, "/matches", {"kind": "resident_id", "values": [...]})
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import structlog

from unionaid.service.limits import CALL_CONNECT_S, CALL_S

if TYPE_CHECKING:
    from starlette.requests import Request

log = structlog.stdlib.get_logger(__name__)


class NeighbourAway(Exception):
    """The other service does not answer, or not as it should; the message names it and says why, without content."""


class NeighbourRefuses(Exception):
    """The other service refuses: `status`, and the `code` of its problem document."""

    def __init__(self, name: str, status: int, code: str) -> None:
        super().__init__(f"{name}: {status} {code}")
        self.status, self.code = status, code


class Neighbour:
    """Another service. `urls` are the settings' base URLs by name; `transport` is a test's."""

    def __init__(self, name: str, urls: Mapping[str, str], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._name, self._url, self._transport = name, urls.get(name), transport

    async def ask(self, request: Request, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a question as the person of `request`, under a key of its own, and return the answer's JSON.

        Raises:
            NeighbourAway: nothing came back, or something else than an answer.
            NeighbourRefuses: a problem document came back.
        """
        if self._url is None:
            raise NeighbourAway(f"{self._name}: UNIONAID_URLS_{self._name.upper()} is not set")
        headers = {
            "Authorization": request.headers.get("authorization", ""),
            "Idempotency-Key": str(uuid4()),
            "traceparent": request.scope["unionaid.trace"].parent,
        }
        try:
            async with httpx.AsyncClient(
                base_url=self._url,
                timeout=httpx.Timeout(CALL_S, connect=CALL_CONNECT_S),
                follow_redirects=False,
                trust_env=False,
                verify=trusted(),
                transport=self._transport,
            ) as client:
                answer = await client.post(path, json=body, headers=headers)
            told = answer.json()
            if not isinstance(told, dict) or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ValueError(answer.status_code)
        except (httpx.HTTPError, ValueError) as error:
            log.warning("a neighbour is away", service=self._name, error=type(error).__name__)
            raise NeighbourAway(f"{self._name}: {type(error).__name__}") from None
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise NeighbourRefuses(self._name, answer.status_code, str(told.get("code")))
        return told


@cache
def trusted() -> ssl.SSLContext:
    """Return whom calls over TLS trust: the machine's authorities; read once, for that is slow."""
    return ssl.create_default_context()
