"""The sign-in of one machine: choose a role and a unit. No password: whoever reaches it may.

To the screens it is an OpenID provider as any other: authorization code flow with PKCE (RFC 7636), for one public
client whose addresses are known beforehand. It answers only to names it was given: on one machine those of the loopback
interface, on which alone it listens there. Each role of a unit is a person of its own, always the same one, so that two
pairs of eyes are two here as well. A worker is one whom registry knows: whose own file it is to be.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from unionaid.embedded.codes import Codes, Grant
from unionaid.service.languages import Catalogue
from unionaid.service.roles import Role
from unionaid.service.screens import LANGUAGE, STYLE, Screens, content_security

if TYPE_CHECKING:
    from unionaid.embedded.issuer import Issuer

OFFERED = (
    Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.APPROVER, Role.CASHIER,
    Role.ACCOUNTANT, Role.AUDITOR, Role.WORKER,
)  # fmt: skip
"""Roles that have something to do on the screens there are."""
OF_A_UNION = frozenset({Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.WORKER})
"""Roles that are of the union that is chosen; all others without one are of the first, the district federation."""
CLIENT = "unionaid"
UNITS_PAGE = 500
UNITS_MAX = 5_000
"""Unions in the list; of more, the first from the district down."""
NO_STORE = {"Cache-Control": "no-store"}
_PERSONS = uuid.UUID("6f1d7a3e-70a5-4c57-9a56-2f4b8c1f8f00")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CARRIED = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
)  # fmt: skip
_VALUE_CHARS_MAX = 2_000

Unit = tuple[str, str]
"""Id and name of a union."""
Units = Callable[[], Awaitable[Sequence[Unit]]]
Workers = Callable[[str, str], Awaitable[str | None]]
"""Returns who signs in as a worker: the person that was named, else the first worker of the union."""


def units_of(registry: str, issuer: Issuer) -> Units:
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


def workers_of(registry: str, issuer: Issuer) -> Workers:
    """Return what finds a worker whom `registry` knows; None where there is none, or while it does not answer."""

    async def worker(union: str, person: str) -> str | None:
        headers = {"Authorization": f"Bearer {issuer.mint(person_of(Role.AUDITOR, ''), [Role.AUDITOR])}"}
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False, headers=headers) as client:
                if person:
                    found = await client.get(f"{registry}/workers/{uuid.UUID(person)}")
                    return str(found.raise_for_status().json()["person_id"])
                asked: dict[str, str | int] = {"limit": 1, **({"union_org_id": union} if union else {})}
                listed = (await client.get(f"{registry}/workers", params=asked)).raise_for_status().json()["items"]
                return str(listed[0]["person_id"]) if listed else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    return worker


def person_of(role: Role, unit: str) -> str:
    """Return who holds a role for a unit on this machine."""
    return f"person-{uuid.uuid5(_PERSONS, f'{role.value} {unit}')}"


def fronts_of(port: int) -> tuple[str, ...]:
    """Return the addresses under which browsers of this machine reach a front."""
    return tuple(f"http://{host}:{port}" for host in ("127.0.0.1", "localhost"))


def addresses_of(fronts: Sequence[str], services: Sequence[str], page: str) -> frozenset[str]:
    """Return where the screens may be come back to: a page of each service, behind a front."""
    return frozenset(f"{front}/{name}/pages/{page}" for front in fronts for name in services)


@dataclass
class SignIn:
    """The provider's side of the flow; `signed_in` and `signed_out` are the client's addresses."""

    issuer: Issuer
    units: Units
    workers: Workers
    signed_in: frozenset[str]
    signed_out: frozenset[str]
    codes: Codes = field(default_factory=Codes)
    hosts: frozenset[str] = LOOPBACK
    """The names it answers to."""

    def __post_init__(self) -> None:
        self._screens = Screens(Catalogue.of(files("unionaid.embedded") / "locale"), "unionaid.embedded")

    def app(self) -> Starlette:
        """Return the pages and endpoints; behind the front they stand below `/issuer`."""
        return Starlette(
            routes=[
                Route("/authorize", self.ask, methods=["GET"]),
                Route("/authorize", self.enter, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/end-session", self.end_session, methods=["GET", "POST"]),
                STYLE,
                LANGUAGE,
            ]
        )

    async def ask(self, request: Request) -> Response:
        """Ask who signs in (OpenID Connect Core 1.0, section 3.1.2.1)."""
        asked = _carried(request.query_params)
        if (refused := self._refused(request, asked)) is not None:
            return refused
        return await self._asked(request, asked)

    async def _asked(self, request: Request, asked: Mapping[str, str], *, nobody: bool = False) -> Response:
        page = self._screens.render(
            request, "sign_in.html", service="issuer", simulated=None, asked=asked, status=422 if nobody else 200,
            roles=[role.value for role in OFFERED], units=await self.units(), nobody=nobody,
        )  # fmt: skip
        page.headers["Content-Security-Policy"] = content_security(asked["redirect_uri"])
        return page

    async def enter(self, request: Request) -> Response:
        """Send who chose a role back with a code."""
        form = await request.form(max_files=0)
        asked = _carried({name: value for name, value in form.items() if isinstance(value, str)})
        if (refused := self._refused(request, asked)) is not None:
            return refused
        role, unit, person = form.get("role"), form.get("unit") or "", form.get("person") or ""
        if role not in {offered.value for offered in OFFERED} or not isinstance(unit, str):
            return _forbidden()
        names = dict(await self.units())
        if unit and unit not in names:
            return _forbidden()
        of = Role(role)
        sub: str | None = person_of(of, unit)
        if of is Role.WORKER:
            found = await self.workers(unit, str(person).strip())
            sub = f"person-{found}" if found else None
        if sub is None:
            return await self._asked(request, asked, nobody=True)
        grant = Grant(
            sub, of.value, unit or None, asked["redirect_uri"], asked["code_challenge"], asked.get("nonce"),
            names.get(unit) or (None if of in OF_A_UNION else next(iter(names.values()), None)),
        )  # fmt: skip
        return self._back(asked, code=self.codes.give(grant))

    async def token(self, request: Request) -> Response:
        """Exchange a code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        if not self._is_meant(request):
            return _forbidden()
        form = {name: value for name, value in (await request.form(max_files=0)).items() if isinstance(value, str)}
        if form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "unsupported_grant_type"}, 400, NO_STORE)
        verifier = form.get("code_verifier", "")
        grant = self.codes.take(form.get("code", ""), verifier, form.get("redirect_uri", ""))
        if grant is None or form.get("client_id") != CLIENT or not _VERIFIER.fullmatch(verifier):
            return JSONResponse({"error": "invalid_grant"}, 400, NO_STORE)
        return JSONResponse(self.issuer.tokens(grant, CLIENT), 200, NO_STORE)

    async def end_session(self, request: Request) -> Response:
        """Go back to the screens: nothing of a session is kept here (RP-Initiated Logout 1.0)."""
        after = request.query_params.get("post_logout_redirect_uri", "")
        if not self._is_meant(request) or after not in self.signed_out:
            return _forbidden()
        return RedirectResponse(after, 303, NO_STORE)

    def _refused(self, request: Request, asked: Mapping[str, str]) -> Response | None:
        """Refuse here who is not known, and at the client's address what is not asked rightly."""
        if (
            not self._is_ours(request)
            or asked.get("client_id") != CLIENT
            or asked.get("redirect_uri") not in self.signed_in
        ):
            return _forbidden()
        if asked.get("response_type") != "code":
            return self._back(asked, error="unsupported_response_type")
        challenged = asked.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(
            asked.get("code_challenge", "")
        )
        if not challenged or "openid" not in asked.get("scope", "").split():
            return self._back(asked, error="invalid_request")
        return None

    def _is_ours(self, request: Request) -> bool:
        """Whether a request is meant for this issuer, and was sent by a page of it: no site signs others in."""
        if not self._is_meant(request):
            return False
        if request.method == "GET":
            return True
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")

    def _is_meant(self, request: Request) -> bool:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname in self.hosts

    def _back(self, asked: Mapping[str, str], **told: str) -> Response:
        answer = {**told, "iss": self.issuer.url}  # RFC 9207
        if "state" in asked:
            answer["state"] = asked["state"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303, NO_STORE)


def _carried(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in _CARRIED if len(given.get(name, "")) in range(1, _VALUE_CHARS_MAX)}


def _forbidden() -> Response:
    return PlainTextResponse("refused", 403)
