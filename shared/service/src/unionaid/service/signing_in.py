"""Signing in and out: the authorization code flow of OpenID Connect with PKCE, between the screens and the issuer.

What the way there needs to be remembered (state, nonce, verifier, where to go on) is sealed into a cookie of this
service alone. The token that comes back goes into the session's cookie, which no script can read.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from unionaid.service.limits import SIGNING_IN_S
from unionaid.service.problems import Problem
from unionaid.service.provider import CodeRefused, ProviderAway, challenge_of
from unionaid.service.screens import HEADERS, SESSION_COOKIE, csrf_token, local, secure
from unionaid.service.tokens import IssuerUnreachable, TokenRefused

if TYPE_CHECKING:
    from starlette.requests import Request

    from unionaid.service.app import Shell

SIGNING_IN_COOKIE = "unionaid_signing_in"
_SEAL = {"alg": "dir", "enc": "A256GCM"}
_TEXT_CHARS_MAX = 4_096


class Way(NamedTuple):
    """What is remembered of one way to the sign-in and back; `until` in seconds of the machine's clock."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: float


async def leave(request: Request) -> Response:
    """Send somebody to the issuer's sign-in; `next` is where to go on after it."""
    shell: Shell = request.app.state.shell
    try:
        said = await shell.provider.says()
    except ProviderAway as error:
        raise _away(shell, error) from None
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    way = Way(state, nonce, verifier, local(request.query_params.get("next")), time.time() + SIGNING_IN_S)
    asked = {
        "response_type": "code",
        "client_id": shell.provider.client_id,
        "redirect_uri": _address(request, "signed-in"),
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    between = "&" if "?" in said.authorization_endpoint else "?"
    response = RedirectResponse(f"{said.authorization_endpoint}{between}{urlencode(asked)}", 303, HEADERS)
    sealed = jwe.encrypt_compact(_SEAL, json.dumps(way).encode(), _key(shell))
    response.set_cookie(
        SIGNING_IN_COOKIE, sealed, max_age=SIGNING_IN_S, path=_path(shell), secure=secure(request), httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response


async def come_back(request: Request) -> Response:
    """Take the code that the issuer sent somebody back with, and give them a session for it."""
    shell: Shell = request.app.state.shell
    way, given = _way(request, shell), request.query_params
    if way is None or not hmac.compare_digest(way.state.encode(), given.get("state", "").encode()):
        raise _refused(shell, "state")
    if given.get("iss", shell.provider.issuer) != shell.provider.issuer or not given.get("code"):
        raise _refused(shell, "no code")
    try:
        tokens = await shell.provider.exchange(
            given["code"][:_TEXT_CHARS_MAX], way.verifier, _address(request, "signed-in")
        )
        subject = await shell.verifier.identity(tokens.id_token, shell.provider.client_id, way.nonce)
        actor = await shell.verifier.actor(tokens.access_token)
    except (CodeRefused, TokenRefused) as error:
        raise _refused(shell, f"{type(error).__name__}: {error}") from None
    except (ProviderAway, IssuerUnreachable) as error:
        raise _away(shell, error) from None
    if actor.id != subject:
        raise _refused(shell, "the tokens are of two persons")
    response = RedirectResponse(way.next, 303, HEADERS)
    response.set_cookie(
        SESSION_COOKIE, tokens.access_token, path="/", secure=secure(request), httponly=True, samesite="lax"
    )
    response.delete_cookie(SIGNING_IN_COOKIE, path=_path(shell), secure=secure(request), httponly=True, samesite="lax")
    return response


async def sign_out(request: Request) -> Response:
    """End the session here, and go to the issuer to end it there; sent by a form of this session alone."""
    shell: Shell = request.app.state.shell
    session = request.cookies.get(SESSION_COOKIE, "")
    sent = str((await request.form(max_files=0)).get("csrf", ""))
    if session and not hmac.compare_digest(csrf_token(shell.keys.hmac, session).encode(), sent.encode()):
        raise Problem(403, "form-expired")
    end, after = None, _address(request, "signed-out")
    try:
        end = (await shell.provider.says()).end_session_endpoint
    except ProviderAway as error:
        shell.log.warning("the issuer is away", reason=str(error))
    if end is not None:
        asked = {"client_id": shell.provider.client_id, "post_logout_redirect_uri": after}
        after = f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"
    response = RedirectResponse(after, 303, HEADERS)
    response.delete_cookie(SESSION_COOKIE, path="/", secure=secure(request), httponly=True, samesite="lax")
    return response


async def signed_out(request: Request) -> Response:
    """Say that nobody is signed in any more."""
    shell: Shell = request.app.state.shell
    return shell.screens.page(request, "signed_out.html")


def _way(request: Request, shell: Shell) -> Way | None:
    try:
        opened = jwe.decrypt_compact(request.cookies.get(SIGNING_IN_COOKIE, ""), _key(shell)).plaintext
        way = Way(*json.loads(opened or b"null"))
    except (JoseError, ValueError, TypeError):
        return None
    return way if way.until > time.time() else None


def _key(shell: Shell) -> OctKey:
    return OctKey.import_key(hmac.digest(shell.keys.hmac, b"unionaid signing in", "sha256"))


def _path(shell: Shell) -> str:
    return f"/{shell.name}/pages"


def _address(request: Request, page: str) -> str:
    """Return where browsers reach a page of this service: known to the issuer beforehand."""
    shell: Shell = request.app.state.shell
    public = shell.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{public}{_path(shell)}/{page}"


def _refused(shell: Shell, reason: str) -> Problem:
    shell.log.info("sign-in refused", reason=reason)
    return Problem(400, "sign-in-failed")


def _away(shell: Shell, error: Exception) -> Problem:
    shell.log.warning("the issuer is away", reason=str(error))
    return Problem.moment("issuer-unreachable")


SIGNING_IN = (
    Route("/pages/sign-in", leave),
    Route("/pages/signed-in", come_back),
    Route("/pages/sign-out", sign_out, methods=["POST"]),
    Route("/pages/signed-out", signed_out),
)
"""Routes without a role that every service with pages has."""
