"""Every route says who may use it; one that does not is refused at start.

Use as a parameter of an endpoint, on routes of a `Router`:

    reader: Annotated[Actor, require(Role.AUDITOR)]             # GET
    asker: Annotated[Actor, look_up(Role.DISTRICT_OFFICER)]     # POST which changes nothing
    command: Annotated[Command, commands(Role.ACCOUNTANT)]      # see unionaid.service.idempotency
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from fastapi import Depends
from starlette.requests import Request

from unionaid.service.problems import Problem
from unionaid.service.roles import Actor, Role
from unionaid.service.tokens import IssuerUnreachable, TokenRefused

if TYPE_CHECKING:
    from fastapi.dependencies.models import Dependant

PUBLIC_PATHS = frozenset(
    {
        "/healthz", "/readyz", "/metrics", "/jwks.json", "/openapi.json", "/pages/style.css", "/pages/language",
        "/pages/sign-in", "/pages/signed-in", "/pages/sign-out", "/pages/signed-out",
    }
)  # fmt: skip
"""The only routes without a role: probes, figures without persons, keys, the description of the API, how pages look,
the way to the sign-in and back."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ANY_ROLE = tuple(Role)


class Right:
    """What a route demands of its caller: one of these roles."""

    methods: ClassVar[frozenset[str]] = SAFE_METHODS

    def __init__(self, roles: Iterable[Role]) -> None:
        self.roles = frozenset(roles)
        if not self.roles:
            raise ValueError("a route that nobody may use")

    async def claim(self, request: Request) -> Actor:
        """Return who acts; checked before the body is read.

        Raises:
            Problem: 401 without a good token, 403 without a role, 503 while the issuer's keys are unknown.
        """
        actor: Actor | None = request.scope.get("unionaid.actor")
        if actor is None:
            actor = await _authenticate(request)
            request.scope["unionaid.actor"] = actor
        if self.roles.isdisjoint(actor.roles):
            raise Problem(403, "role-missing")
        return actor

    async def __call__(self, request: Request) -> Any:
        """Give the endpoint its parameter."""
        return await self.claim(request)


class LookUpRight(Right):
    """For a POST which changes nothing: the question is too long, or too personal, for an address."""

    methods = frozenset({"POST"})


def require(*roles: Role) -> Any:
    """Declare who may use a route that reads; the parameter is the `Actor`."""
    return Depends(Right(roles), use_cache=False)


def look_up(*roles: Role) -> Any:
    """Declare who may use a POST which changes nothing; the parameter is the `Actor`."""
    return Depends(LookUpRight(roles), use_cache=False)


async def _authenticate(request: Request) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        raise _unauthenticated("token-missing")
    try:
        if scheme.lower() != "bearer":
            raise TokenRefused("scheme")
        actor: Actor = await request.app.state.shell.verifier.actor(token.strip())
    except TokenRefused as error:
        request.app.state.shell.log.info("token refused", reason=str(error))
        raise _unauthenticated("token-refused", 'Bearer error="invalid_token"') from None
    except IssuerUnreachable:
        raise Problem.moment("issuer-unreachable") from None
    return actor


def _unauthenticated(code: str, challenge: str = "Bearer") -> Problem:
    return Problem(401, code, headers={"WWW-Authenticate": challenge})


def right_of(dependant: Dependant) -> Right | None:
    """Return what a route demands, None if it demands nothing."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, Right):
            return inner.call
    return None
