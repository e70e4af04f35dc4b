"""Bearer tokens: who acts, told by the issuer's signature. Every claim is checked each time."""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import re
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import structlog
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from unionaid.service.limits import (
    JWKS_AGE_MAX_S,
    JWKS_FETCH_PAUSE_S,
    JWKS_STALE_MAX_S,
    RSA_BITS_MIN,
    TOKEN_BYTES_MAX,
    TOKEN_LEEWAY_S,
    UNIT_NAME_CHARS_MAX,
)
from unionaid.service.provider import ProviderAway
from unionaid.service.roles import Actor, Role

OFFICERS_AUDIENCE = "unionaid"
"""Audience of persons' tokens, carried between services; agencies' and machines' name one service."""
ALGORITHMS = ("Ed25519", "EdDSA", "ES256", "RS256")
# Issuers still write "EdDSA" for Ed25519; the curve is checked where the key is read.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS))
_SUBJECT = re.compile(
    r"person-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|service:[a-z]{1,40}|agency:[a-z0-9][a-z0-9_-]{0,63}"
)
_ROLES = {role.value: role for role in Role}
log = structlog.stdlib.get_logger(__name__)

Fetch = Callable[[], Awaitable[bytes]]
"""Brings the issuer's key set; raises `ProviderAway`."""


class TokenRefused(Exception):
    """The token is not good; the message says why, for the log."""


class IssuerUnreachable(Exception):
    """No key of the issuer is known, and it does not answer."""


class IssuerKeys:
    """The issuer's public keys by key id. Fetched when needed, at most once per `JWKS_FETCH_PAUSE_S`."""

    def __init__(self, fetch: Fetch, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._monotonic = fetch, monotonic
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Key:
        """Return the key with this id.

        Raises:
            TokenRefused: the issuer has no such key.
            IssuerUnreachable: none of its keys is known, or they have been for too long.
        """
        if kid not in self._keys or self._age() > JWKS_STALE_MAX_S:
            await self._refresh()
        elif self._age() > JWKS_AGE_MAX_S and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())  # nobody waits for it
        if self._age() > JWKS_STALE_MAX_S:
            raise IssuerUnreachable
        try:
            return self._keys[kid]
        except KeyError:
            raise TokenRefused("unknown key id") from None

    def _age(self) -> float:
        return self._monotonic() - self._fetched_at

    async def _refresh(self) -> None:
        async with self._lock:
            if self._monotonic() - self._tried_at < JWKS_FETCH_PAUSE_S:
                return
            self._tried_at = self._monotonic()
            try:
                self._keys = read_key_set(await self._fetch())
                self._fetched_at = self._monotonic()
            except (ProviderAway, ValueError) as error:
                log.warning("the issuer's keys cannot be had", error=type(error).__name__)


def read_key_set(body: bytes) -> dict[str, Key]:
    """Return the signing keys of a JSON Web Key Set (RFC 7517) by key id; other keys are passed over.

    Raises:
        ValueError: this is no key set.
    """
    members = json.loads(body)
    if not isinstance(members, dict) or not isinstance(members.get("keys"), list):
        raise ValueError("no key set")
    keys: dict[str, Key] = {}
    for member in members["keys"]:
        kind = _KINDS.get((member.get("kty"), member.get("crv"))) if isinstance(member, dict) else None
        if kind is None or not isinstance(member.get("kid"), str) or member.get("use", "sig") != "sig":
            continue
        try:
            key = kind.import_key({n: member[n] for n in _PUBLIC if n in member})
            if isinstance(key, RSAKey) and key.raw_value.key_size < RSA_BITS_MIN:
                raise ValueError("too short")
            keys[member["kid"]] = key
        except (JoseError, ValueError, TypeError):
            log.warning("a key of the issuer cannot be read")
    return keys


_PUBLIC = ("kty", "crv", "x", "y", "n", "e", "kid")
_KINDS: Mapping[tuple[object, object], type[OKPKey] | type[ECKey] | type[RSAKey]] = {
    ("RSA", None): RSAKey,
    ("OKP", "Ed25519"): OKPKey,
    ("EC", "P-256"): ECKey,
}


class Verifier:
    """Says who bears a token.

    `service` is the audience of tokens made for this service alone. Expiry uses the machine's clock.
    """

    def __init__(self, issuer: str, service: str, keys: IssuerKeys, seconds: Callable[[], float] = time.time) -> None:
        self._issuer, self._service, self._keys, self._seconds = issuer, service, keys, seconds

    async def actor(self, token: str) -> Actor:
        """Return who acts.

        Raises:
            TokenRefused: form, signature or a claim is wrong.
            IssuerUnreachable: see `IssuerKeys.key`.
        """
        return self._read(await self.signed(token))

    async def identity(self, id_token: str, client_id: str, nonce: str) -> str:
        """Return the subject of an ID token made for this client and this sign-in (Core 1.0, section 3.1.3.7).

        Raises:
            TokenRefused: form, signature or a claim is wrong.
            IssuerUnreachable: see `IssuerKeys.key`.
        """
        claims = await self.signed(id_token)
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer:
            raise TokenRefused("iss")
        if client_id not in named or claims.get("azp", client_id) != client_id:
            raise TokenRefused("aud")
        if _number(claims, "exp") + TOKEN_LEEWAY_S <= self._seconds():
            raise TokenRefused("exp")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise TokenRefused("nonce")
        return str(claims.get("sub"))

    async def signed(self, token: str) -> dict[str, Any]:
        """Return the claims that the issuer has signed.

        Raises:
            TokenRefused: there is no such signature.
            IssuerUnreachable: see `IssuerKeys.key`.
        """
        if len(token) > TOKEN_BYTES_MAX or not token.isascii():
            raise TokenRefused("too long or not ASCII")
        try:
            signed = jws.extract_compact(token.encode())
            header = signed.headers()
            kid = header.get("kid")
            if header.get("alg") not in ALGORITHMS or not isinstance(kid, str):
                raise TokenRefused("algorithm or key id")
            key = await self._keys.key(kid)
            if not jws.validate_compact(signed, key, registry=_REGISTRY):
                raise TokenRefused("signature")
            claims = json.loads(signed.payload)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(type(error).__name__) from None
        if not isinstance(claims, dict):
            raise TokenRefused("claims")
        return claims

    def _read(self, claims: Mapping[str, Any]) -> Actor:
        now = self._seconds()
        subject = claims.get("sub")
        if claims.get("iss") != self._issuer:
            raise TokenRefused("iss")
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise TokenRefused("sub")
        if not self._audience_fits(subject, claims.get("aud")):
            raise TokenRefused("aud")
        if _number(claims, "exp") + TOKEN_LEEWAY_S <= now:
            raise TokenRefused("exp")
        if "nbf" in claims and _number(claims, "nbf") - TOKEN_LEEWAY_S > now:
            raise TokenRefused("nbf")
        return Actor(
            subject, _roles(claims.get("roles", [])), _unit(claims.get("unit")), _name(claims.get("unit_name"))
        )

    def _audience_fits(self, subject: str, audience: object) -> bool:
        named = audience if isinstance(audience, list) else [audience]
        return self._service in named or (subject.startswith("person-") and OFFICERS_AUDIENCE in named)


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused(name)
    return value


def _roles(claim: object) -> frozenset[Role]:
    if not isinstance(claim, list):
        raise TokenRefused("roles")
    return frozenset(_ROLES[name] for name in claim if isinstance(name, str) and name in _ROLES)


def _name(claim: object) -> str | None:
    if claim is None:
        return None
    if not isinstance(claim, str) or len(claim) > UNIT_NAME_CHARS_MAX:
        raise TokenRefused("unit_name")
    return claim.strip() or None


def _unit(claim: object) -> UUID | None:
    if claim is None:
        return None
    try:
        return UUID(str(claim))
    except ValueError:
        raise TokenRefused("unit") from None
