"""The sign-in of one machine: choose a role and a unit, and have a session. No password: whoever reaches it may.

It listens on the loopback interface only and answers only to names of that. Each role of a unit is a person of its
own, always the same one, so that two pairs of eyes are two here as well.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from unionaid.embedded.front import HOME
from unionaid.service.languages import Catalogue
from unionaid.service.roles import Role
from unionaid.service.screens import LANGUAGE, SESSION_COOKIE, STYLE, Screens, local

if TYPE_CHECKING:
    from unionaid.embedded.issuer import Issuer

OFFERED = (
    Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.APPROVER, Role.CASHIER,
    Role.ACCOUNTANT, Role.AUDITOR,
)  # fmt: skip
"""Roles that have something to do on the screens there are."""
UNITS_PAGE = 500
UNITS_MAX = 5_000
"""Unions in the list; of more, the first from the district down."""
_PERSONS = uuid.UUID("6f1d7a3e-70a5-4c57-9a56-2f4b8c1f8f00")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Unit = tuple[str, str]
"""Id and name of a union."""


def units_of(registry: str, issuer: Issuer) -> Callable[[], Awaitable[Sequence[Unit]]]:
    """Return what lists the unions that `registry` knows; none while it does not answer."""

    async def units() -> Sequence[Unit]:
        found: list[Unit] = []
        headers = {"Authorization": f"Bearer {issuer.mint(person_of(Role.AUDITOR, ''), [Role.AUDITOR])}"}
        asked: dict[str, Any] = {"limit": UNITS_PAGE}
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False, headers=headers) as client:
                while len(found) < UNITS_MAX:
                    answer = (await client.get(f"{registry}/union-orgs", params=asked)).raise_for_status().json()
                    found += [(each["org_id"], each["name"]) for each in answer["items"]]
                    if answer["next_cursor"] is None:
                        break
                    asked["cursor"] = answer["next_cursor"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return found
        return found

    return units


def person_of(role: Role, unit: str) -> str:
    """Return who holds a role for a unit on this machine."""
    return f"person-{uuid.uuid5(_PERSONS, f'{role.value} {unit}')}"


def sign_in_app(issuer: Issuer, units: Callable[[], Awaitable[Sequence[Unit]]]) -> Starlette:
    """Return the pages `/sign-in` and `/sign-out`; behind the front they stand below `/issuer`."""
    screens = Screens(Catalogue.of(), "unionaid.embedded")

    async def ask(request: Request) -> Response:
        if not _ours(request):
            return _refused()
        return screens.render(
            request,
            "sign_in.html",
            service="issuer",
            simulated=None,
            roles=[role.value for role in OFFERED],
            units=await units(),
            next=local(request.query_params.get("next"), HOME),
        )

    async def enter(request: Request) -> Response:
        form = await request.form(max_files=0)
        role, unit = form.get("role"), form.get("unit") or ""
        if not _ours(request) or role not in {offered.value for offered in OFFERED} or not isinstance(unit, str):
            return _refused()
        if unit and unit not in {known for known, _ in await units()}:
            return _refused()
        token = issuer.mint(person_of(Role(role), unit), [Role(role)], unit or None)
        response = RedirectResponse(local(str(form.get("next", "")), HOME), 303, {"Cache-Control": "no-store"})
        response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", path="/")
        return response

    async def leave(request: Request) -> Response:
        if not _ours(request):
            return _refused()
        response = RedirectResponse("/issuer/sign-in", 303, {"Cache-Control": "no-store"})
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", path="/")
        return response

    return Starlette(
        routes=[
            Route("/sign-in", ask, methods=["GET"]),
            Route("/sign-in", enter, methods=["POST"]),
            Route("/sign-out", leave, methods=["POST"]),
            STYLE,
            LANGUAGE,
        ]
    )


def _ours(request: Request) -> bool:
    """Whether a request names this machine, and was sent by a page of it: no site signs others in or out."""
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in _LOOPBACK:
        return False
    if request.method == "GET":
        return True
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _refused() -> Response:
    return PlainTextResponse("refused", 403)
