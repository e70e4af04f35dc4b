"""The OpenID provider whose tokens are taken: what it says of itself, and how a code becomes tokens.

OpenID Connect Core 1.0, section 3.1; Discovery 1.0; RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from unionaid.service.calling import trusted
from unionaid.service.limits import JWKS_TIMEOUT_S, PROVIDER_AGE_MAX_S, PROVIDER_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from unionaid.service.settings import Settings

WELL_KNOWN = "/.well-known/openid-configuration"


class ProviderAway(Exception):
    """The provider does not answer, or not with what it must say; the message says what, for the log."""


class CodeRefused(Exception):
    """The provider gives nothing for the code; the message is its error code, for the log."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider says of itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code is exchanged for."""

    access_token: str
    id_token: str


class Provider:
    """One provider, and this office as its client `client_id`; `transport` is a test's."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer, self.client_id = issuer, client_id
        self._secret, self._transport, self._monotonic = client_secret, transport, monotonic
        self._said: Said | None = None
        self._said_at = float("-inf")

    @classmethod
    def of(cls, settings: Settings, client_secret: str | None) -> Provider:
        """Return the provider that the settings name."""
        return cls(settings.issuer, settings.client_id, client_secret)

    async def says(self) -> Said:
        """Return what the provider says of itself; asked again after `PROVIDER_AGE_MAX_S`.

        Raises:
            ProviderAway: it does not answer, speaks for another issuer, or leaves out what is needed.
        """
        if self._said is None or self._monotonic() - self._said_at > PROVIDER_AGE_MAX_S:
            self._said = _said(self.issuer, await self._fetched(self.issuer + WELL_KNOWN))
            self._said_at = self._monotonic()
        return self._said

    def sites(self) -> list[str]:
        """Return the addresses to which a sign-out may lead, as far as they are known by now."""
        end = self._said.end_session_endpoint if self._said else None
        return [self.issuer, *([end] if end else [])]

    async def keys(self) -> bytes:
        """Return its key set. Raises ProviderAway."""
        return await self._fetched((await self.says()).jwks_uri)

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Exchange a code for tokens, once.

        Raises:
            CodeRefused: the provider knows no such code, or not with this verifier and address.
            ProviderAway: it does not answer, or not with tokens.
        """
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.client_id,
            "code_verifier": verifier,
        }
        auth = httpx.BasicAuth(self.client_id, self._secret) if self._secret else httpx.USE_CLIENT_DEFAULT
        endpoint = (await self.says()).token_endpoint
        try:
            async with self._client() as client:
                answer = await client.post(endpoint, data=sent, auth=auth, headers={"Accept": "application/json"})
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(f"token endpoint: {type(error).__name__}") from None
        if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
            raise CodeRefused(_plain(told.get("error") if isinstance(told, dict) else None))
        match told:
            case {"access_token": str(access), "id_token": str(identity)} if answer.status_code == HTTPStatus.OK:
                return Tokens(access, identity)
            case _:
                raise ProviderAway(f"token endpoint: {answer.status_code} without tokens")

    async def _fetched(self, url: str) -> bytes:
        try:
            async with self._client() as client, client.stream("GET", url) as response:
                response.raise_for_status()
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > PROVIDER_BYTES_MAX:
                        raise ProviderAway("an answer that is too large")
                return body
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(type(error).__name__) from None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            timeout=JWKS_TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            verify=trusted(),
            transport=self._transport,
        )


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def _said(issuer: str, body: bytes) -> Said:
    try:
        told = json.loads(body)
    except ValueError:
        raise ProviderAway("no discovery document") from None
    if not isinstance(told, dict) or str(told.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderAway("a discovery document of another issuer")
    needed: Mapping[str, Any] = {
        name: told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    if missing := [name for name, value in needed.items() if not isinstance(value, str)]:
        raise ProviderAway(f"a discovery document without {', '.join(missing)}")
    end = told.get("end_session_endpoint")
    return Said(**needed, end_session_endpoint=end if isinstance(end, str) else None)


def _plain(error: object) -> str:
    return error if isinstance(error, str) and error.replace("_", "").isalpha() and len(error) < _ERROR_CHARS else "?"


_ERROR_CHARS = 64
