"""An issuer of OIDC tokens for one machine: signs with a key of its own, publishes its public half.

It asks nobody who they are: whoever can read the stack's directory can mint any token.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey

from unionaid.embedded.postgres import write_secret

if TYPE_CHECKING:
    from unionaid.embedded.codes import Grant

AUDIENCE = "unionaid"
LIFETIME = timedelta(hours=8)
_ALGORITHM, _CURVE = "ES256", "P-256"
"""Each request's token is verified anew: OpenSSL does it for P-256 in three fifths of the time it needs for Ed25519."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Screens = Callable[[Message, Receive, Send], Awaitable[None]]


class Issuer:
    """The issuer with its key in `directory` (made at first use, mode 600) and the address `url`.

    Browsers reach its pages below `pages_url`; without one it has none, and only mints.
    """

    def __init__(self, directory: Path, url: str, pages_url: str | None = None) -> None:
        self.url, self.pages_url = url, pages_url
        self.screens: Screens | None = None
        self._key = _kept_key(directory)

    def mint(
        self,
        sub: str,
        roles: Sequence[str],
        unit: uuid.UUID | str | None = None,
        *,
        unit_name: str | None = None,
        audience: str = AUDIENCE,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """A signed token. `sub`: `person-<uuid>`; `unit`: the union whose subtree the roles hold for, and its name."""
        now = int(time.time())  # the machine's clock: a token's life is no business date
        claims = {
            "iss": self.url,
            "aud": audience,
            "sub": sub,
            "roles": list(roles),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        if unit is not None:
            claims["unit"] = str(unit)
        if unit_name is not None:
            claims["unit_name"] = unit_name
        return self._signed(claims)

    def tokens(self, grant: Grant, client_id: str) -> dict[str, Any]:
        """Return the answer of the token endpoint: an access token for the services, an ID token for the client."""
        now = int(time.time())
        lifetime = int(LIFETIME.total_seconds())
        identity = {"iss": self.url, "aud": client_id, "sub": grant.sub, "iat": now, "exp": now + lifetime}
        return {
            "access_token": self.mint(grant.sub, [grant.role], grant.unit, unit_name=grant.unit_name),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "scope": "openid",
            "id_token": self._signed(identity | ({"nonce": grant.nonce} if grant.nonce else {})),
        }

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        public = self._key.as_dict(private=False, alg=_ALGORITHM, use="sig", kid=self._key.kid)
        return {"keys": [public]}

    def configuration(self) -> dict[str, Any]:
        """The OpenID Connect discovery document: browsers go to the front, services come here."""
        pages = self.pages_url or self.url
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{pages}/authorize",
            "token_endpoint": f"{self.url}/token",
            "end_session_endpoint": f"{pages}/end-session",
            "jwks_uri": f"{self.url}/jwks.json",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "id_token_signing_alg_values_supported": [_ALGORITHM],
            "subject_types_supported": ["public"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": _ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])

    def readiness(self) -> dict[str, Any]:
        """What a service says of itself; an issuer that answers is ready."""
        return {"service": "issuer", "ready": True}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application: documents for programs, else the pages of `screens` if it has any."""
        documents = {
            "/jwks.json": self.jwks,
            "/.well-known/openid-configuration": self.configuration,
            "/readyz": self.readiness,
        }
        make = documents.get(scope["path"])
        if make is None and self.screens is not None:
            await self.screens(scope, receive, send)
            return
        body = json.dumps(make() if make else {"title": "not found"}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200 if make else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _kept_key(directory: Path) -> ECKey:
    path = directory / "es256.json"
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ECKey.generate_key(_CURVE, {"kid": uuid.uuid4().hex})
        new = directory / "key.new"
        new.unlink(missing_ok=True)
        write_secret(new, json.dumps(key.as_dict(private=True)).encode())
        new.rename(path)
    return ECKey.import_key(json.loads(path.read_text()))


def main(directory: str, port: str, registry: str | None = None, front_port: str | None = None) -> None:
    """Serve the issuer in `directory` on a loopback port, with its sign-in if registry and the front are named."""
    url = f"http://127.0.0.1:{port}"
    if registry is None or front_port is None:
        issuer = Issuer(Path(directory), url)
    else:
        from unionaid.embedded import sign_in  # noqa: PLC0415  slow; who mints needs none
        from unionaid.embedded.state import SERVICES  # noqa: PLC0415

        issuer = Issuer(Path(directory), url, f"http://127.0.0.1:{front_port}/issuer")
        fronts = sign_in.fronts_of(int(front_port))
        units, workers = sign_in.units_of(registry, issuer), sign_in.workers_of(registry, issuer)
        signed_in, signed_out = (sign_in.addresses_of(fronts, SERVICES, page) for page in ("signed-in", "signed-out"))
        issuer.screens = sign_in.SignIn(issuer, units, workers, signed_in, signed_out).app()
    uvicorn.run(issuer, host="127.0.0.1", port=int(port), lifespan="off", log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
