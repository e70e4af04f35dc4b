"""The shell of server-rendered screens: pages in one layout, in the reader's language, without scripts.

pages = PageRouter(tags=["totals"])

@pages.get("/pages/relief")
async def relief(request: Request, reader: Annotated[Actor, require(Role.AUDITOR)]) -> Response:
    return screens.page(request, "relief.html", total=…)

A page takes the session's cookie for a bearer token, and is refused just as the routes of the API are; only
pages take cookies. Addresses in pages are those of the front address: `/<service>/pages/…`.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from unionaid.service.clock import BUSINESS_ZONE
from unionaid.service.languages import Catalogue, Language, choose
from unionaid.service.limits import LANGUAGE_COOKIE_S
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router, StrictRoute

if TYPE_CHECKING:
    from unionaid.service.app import Shell
    from unionaid.service.problems import Problem

SESSION_COOKIE = "unionaid_session"
"""Holds the token; HttpOnly, SameSite=Lax, and Secure where browsers come over TLS."""
LANGUAGE_COOKIE = "unionaid_language"
_POLICY = "default-src 'none'; style-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
CONTENT_SECURITY = _POLICY.format(forms="'self'")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
}
_ENTERING = frozenset({Role.GRASSROOTS_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.DISTRICT_OFFICER})
_OVERSEEING = frozenset({Role.DISTRICT_OFFICER, Role.APPROVER, Role.ACCOUNTANT, Role.AUDITOR})
_OFFICE = _ENTERING | _OVERSEEING | {Role.SIGNER, Role.CERTIFIED_SUPERVISOR, Role.CASHIER}
NAVIGATION = (
    ("/relief/pages/lists", "screen-relief-lists", _ENTERING | _OVERSEEING | {Role.CASHIER}),
    ("/relief/pages/programmes/preview", "screen-programme-preview", _ENTERING | {Role.APPROVER, Role.AUDITOR}),
    ("/relief/pages/funds", "screen-relief-funds", _OVERSEEING | {Role.CASHIER}),
    ("/relief/pages/goods-issues", "screen-relief-goods", _ENTERING | _OVERSEEING | {Role.CASHIER}),
    ("/reporting/pages/relief", "screen-relief-total", _OVERSEEING),
    ("/reporting/pages/dossiers", "screen-dossier-total", _OVERSEEING),
    ("/registry/pages/search", "screen-search", _ENTERING),
    ("/registry/pages/workers", "screen-workers", _ENTERING),
    ("/registry/pages/workers/new", "screen-register-worker", _ENTERING),
    ("/registry/pages/dossiers", "screen-dossiers", _ENTERING | {Role.APPROVER, Role.AUDITOR}),
    ("/registry/pages/students", "screen-students", _ENTERING | {Role.APPROVER, Role.AUDITOR}),
    ("/registry/pages/imports/workers", "screen-import", _ENTERING),
    ("/registry/pages/unions", "screen-unions", _OFFICE),
    ("/registry/pages/title-schemes", "screen-titles", _ENTERING | _OVERSEEING),
    ("/registry/pages/duplicates", "screen-duplicates", frozenset({Role.DISTRICT_OFFICER, Role.AUDITOR})),
    ("/registry/pages/retention", "screen-retention", frozenset({Role.DISTRICT_OFFICER, Role.APPROVER, Role.AUDITOR})),
    ("/registry/pages/own-file", "screen-own-file", frozenset({Role.WORKER})),
)
"""Address behind the front, the code of its name, and who may open it."""
KINDS_OF_PROBLEM: Mapping[int, str] = {
    403: "forbidden", 404: "missing", 409: "moved", 412: "moved", 500: "fault", 502: "moment", 503: "moment",
    504: "moment",
}  # fmt: skip
"""What a status means to somebody at a screen: the heading, and what to do next; `invalid` for all others, `sign-in`
for a sign-in that failed."""
LANGUAGE_NAMES = {Language.ZH_HANS: "简体中文", Language.ZH_HANT: "繁體中文", Language.EN: "English"}
_LANGUAGES = {tag.value: tag for tag in Language}
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_FEN_PER_YUAN = 100
_YUAN = re.compile(
    r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,13})(?:\.(?P<decimals>[0-9]{1,2}))?", re.ASCII
)


def content_security(*addresses: str) -> str:
    """Return the policy of a page whose forms may lead on to the sites of these addresses."""
    parts = (urlsplit(address) for address in addresses)
    sites = dict.fromkeys(["'self'", *(f"{part.scheme}://{part.netloc}" for part in parts)])
    return _POLICY.format(forms=" ".join(sites))


def yuan(fen: int) -> str:
    """Return an amount of fen as yuan with two decimals, thousands apart: `1,997,000.00`."""
    whole, rest = divmod(abs(fen), _FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def fen_of(typed: str) -> int:
    """Return yuan as somebody types them, `1,200.5`, in fen: at most two decimals, nothing is rounded.

    Raises:
        ValueError: this is no such amount.
    """
    read = _YUAN.fullmatch(unicodedata.normalize("NFKC", typed).strip().removeprefix("¥").removesuffix("元").strip())
    if read is None:
        raise ValueError("no amount in yuan with at most two decimals")
    sign, whole, decimals = read["sign"], read["whole"].replace(",", ""), (read["decimals"] or "").ljust(2, "0")
    fen = int(whole) * _FEN_PER_YUAN + int(decimals)
    return -fen if sign else fen


def moment(instant: datetime) -> str:
    """Return an instant as it is written on pages: in Shanghai, to the second."""
    return f"{instant.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"


def secure(request: Request) -> bool:
    """Say whether browsers come over TLS: by `UNIONAID_PUBLIC_URL` where it is set, else by the request's scheme."""
    shell: Shell | None = getattr(request.app.state, "shell", None)
    public = shell.settings.public_url if shell else None
    return (public or str(request.url)).startswith("https:")


def local(address: str | None, otherwise: str = "/") -> str:
    """Return an address to go on to if it stays on this site, else `otherwise`."""
    return address if address and _LOCAL.fullmatch(address) else otherwise


def csrf_token(secret: bytes, session: str) -> str:
    """Return what a form of this session carries; no other site can know it."""
    return hmac.digest(secret, b"unionaid csrf\0" + session.encode(), "sha256").hex()


class Screens:
    """Renders templates of `packages` (each with `templates/`) in the shell's layout."""

    def __init__(self, catalogue: Catalogue, *packages: str) -> None:
        self._catalogue = catalogue
        loaders = [PackageLoader(package) for package in (*packages, "unionaid.service")]
        self._environment = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(yuan=yuan, moment=moment, query=_query)

    def render(
        self,
        request: Request,
        template: str,
        *,
        service: str,
        status: int = 200,
        actor: Actor | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Return a page of `service` for who is signed in.

        In templates `t(code, **params)` is a text in the reader's language.
        """
        language = language_of(request)
        here = _here(request, service)
        base = f"{_below(service)}/pages"

        def text(code: str, **params: object) -> str:
            return self._catalogue.text(language, code, params)

        content = self._environment.get_template(template).render(
            t=text,
            language=language.value,
            languages=[
                (tag.value, LANGUAGE_NAMES[tag], f"{base}/language?" + urlencode({"to": tag, "next": here}))
                for tag in Language
            ],
            navigation=_ways(actor),
            actor=actor,
            here=here,
            base=base,
            sign_in=f"{base}/sign-in",
            sign_out=f"{base}/sign-out",
            **values,
        )
        return HTMLResponse(content, status, {**HEADERS, "Content-Language": language.value})

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page of the request's own service, with what the shell knows: clock, who is signed in, `csrf`."""
        shell: Shell = request.app.state.shell
        session = request.cookies.get(SESSION_COOKIE)
        page = self.render(
            request,
            template,
            service=shell.name,
            status=status,
            simulated=shell.clock.business_date() if shell.clock.simulated else None,
            actor=request.scope.get("unionaid.actor"),
            csrf=csrf_token(shell.keys.hmac, session) if session else "",
            **values,
        )
        page.headers["Content-Security-Policy"] = content_security(*shell.provider.sites())
        return page

    def problem(self, request: Request, problem: Problem) -> Response:
        """Return the page that tells a problem and what to do next; who is not signed in is sent to do so."""
        if problem.status_code == HTTPStatus.UNAUTHORIZED:
            name = request.app.state.shell.name
            here = quote(_here(request, name), safe="")
            return RedirectResponse(f"/{name}/pages/sign-in?next={here}", 303, HEADERS)
        response = self.page(
            request, "problem.html", status=problem.status_code, **self.problem_values(request, problem)
        )
        response.headers.update(problem.headers or {})
        return response

    def problem_values(self, request: Request, problem: Problem) -> dict[str, Any]:
        """Return what `problem.html` shows of a problem."""
        language = language_of(request)
        kind = "sign-in" if problem.code == "sign-in-failed" else KINDS_OF_PROBLEM.get(problem.status_code, "invalid")
        return {
            "kind": kind,
            "told": self._catalogue.text(language, problem.code, problem.params),
            "faults": [self._catalogue.text(language, fault.code, fault.params) for fault in problem.errors],
            "number": request.scope.get("unionaid.request_id"),
            "again": kind == "moment" and request.method == "GET",
        }


def _ways(actor: Actor | None) -> list[list[tuple[str, str]]]:
    """Return address and name of the screens that somebody may open, service by service."""
    ways: dict[str, list[tuple[str, str]]] = {}
    for address, name, roles in NAVIGATION:
        if actor and actor.roles & roles:
            ways.setdefault(address.split("/")[1], []).append((address, name))
    return list(ways.values())


def _below(service: str) -> str:
    """Return where a service's addresses begin behind the front; the front's own have nothing before them."""
    return f"/{service}" if service else ""


def _here(request: Request, service: str) -> str:
    """Return the address of a request behind the front."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{_below(service)}{quote(request.scope['path'])}" + (f"?{query}" if query else "")


def _query(given: dict[str, object]) -> str:
    """Return a dictionary as the query of an address; what is empty is left out."""
    return urlencode({k: str(v) for k, v in given.items() if v not in (None, "")})


def language_of(request: Request) -> Language:
    """Return the language chosen by cookie, else by Accept-Language."""
    chosen = _LANGUAGES.get(request.cookies.get(LANGUAGE_COOKIE, ""))
    return chosen or choose(request.headers.get("accept-language"))


class PageRoute(StrictRoute):
    """A route of people with a browser: the cookies stand for the headers Authorization and Accept-Language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def page(request: Request) -> Response:
            session = request.cookies.get(SESSION_COOKIE, "")
            headers = Headers(scope=request.scope).mutablecopy()
            del headers["authorization"]
            if session:
                headers["authorization"] = f"Bearer {session}"
            headers["accept-language"] = language_of(request).value
            request.scope["headers"] = headers.raw
            return await answer(Request(request.scope, request.receive))

        return page


class PageRouter(Router):
    """A router of pages; they stand in no description of the API."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        super().__init__(prefix=prefix, tags=tags)
        self.route_class = PageRoute
        self.include_in_schema = False


async def _style(request: Request) -> Response:
    del request
    return Response(_STYLE, 200, {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}, "text/css")


async def _language(request: Request) -> Response:
    """Keep the language somebody chose, and go back."""
    response = RedirectResponse(local(request.query_params.get("next")), 303, {"Cache-Control": "no-store"})
    if chosen := _LANGUAGES.get(request.query_params.get("to", "")):
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen.value,
            max_age=LANGUAGE_COOKIE_S,
            secure=secure(request),
            httponly=True,
            samesite="lax",
        )
    return response


_STYLE = PackageLoader("unionaid.service", "assets").get_source(Environment(autoescape=True), "style.css")[0]
STYLE = Route("/pages/style.css", _style)
LANGUAGE = Route("/pages/language", _language)
SHELL_PAGES = (STYLE, LANGUAGE)
"""Routes without a role that every service with pages has."""
