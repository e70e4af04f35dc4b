"""An issuer of OIDC tokens for one machine: signs with a key of its own, publishes its public half.

It asks nobody who they are: whoever can read the stack's directory can mint any token.
"""

import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey

from unionaid.embedded.postgres import write_secret

AUDIENCE = "unionaid"
LIFETIME = timedelta(hours=8)
_ALGORITHM, _CURVE = "ES256", "P-256"
"""Each request's token is verified anew: OpenSSL does it for P-256 in three fifths of the time it needs for Ed25519."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Screens = Callable[[Message, Receive, Send], Awaitable[None]]


class Issuer:
    """The issuer with its key in `directory` (made at first use, mode 600) and the address `url`."""

    def __init__(self, directory: Path, url: str) -> None:
        self.url = url
        self.screens: Screens | None = None
        self._key = _kept_key(directory)

    def mint(
        self,
        sub: str,
        roles: Sequence[str],
        unit: uuid.UUID | str | None = None,
        *,
        audience: str = AUDIENCE,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """A signed token. `sub`: `person-<uuid>`; `unit`: the union whose subtree the roles hold for."""
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
        header = {"alg": _ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        public = self._key.as_dict(private=False, alg=_ALGORITHM, use="sig", kid=self._key.kid)
        return {"keys": [public]}

    def configuration(self) -> dict[str, Any]:
        """The OpenID Connect discovery document, as far as it applies."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks.json",
            "id_token_signing_alg_values_supported": [_ALGORITHM],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
        }

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


def main(directory: str, port: str, registry: str | None = None) -> None:
    """Serve the public key of the issuer in `directory` on a loopback port; given registry's URL, its sign-in too."""
    issuer = Issuer(Path(directory), f"http://127.0.0.1:{port}")
    if registry is not None:
        from unionaid.embedded.sign_in import sign_in_app, units_of  # noqa: PLC0415  who only mints needs no pages

        issuer.screens = sign_in_app(issuer, units_of(registry, issuer))
    uvicorn.run(issuer, host="127.0.0.1", port=int(port), lifespan="off", log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
