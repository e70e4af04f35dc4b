"""Signing in by OpenID Connect: what the screens ask of a provider, and what of its answers they do not believe."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from unionaid.service.app import create_app
from unionaid.service.keys import Keys, SecretsRefused
from unionaid.service.languages import Language
from unionaid.service.limits import SIGNING_IN_S
from unionaid.service.provider import Provider, challenge_of
from unionaid.service.screens import csrf_token
from unionaid.service.settings import Settings

ISSUER = "https://id.office.test/realms/union"
KEY = RSAKey.generate_key(2048, {"kid": "theirs"})
PERSON = f"person-{uuid4()}"
BACK = "https://union.test/relief/pages/signed-in"


class OtherProvider(httpx.AsyncBaseTransport):
    """A provider as others make them: RSA keys, a client secret, addresses of its own; and what it does wrong."""

    def __init__(self) -> None:
        self.exchanged: list[httpx.Request] = []
        self.identity: dict[str, object] = {}
        self.access: dict[str, object] = {}
        self.document: dict[str, object] = {}
        self.answer: httpx.Response | None = None
        self.nonce = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/realms/union/.well-known/openid-configuration":
                return httpx.Response(200, json=self._says())
            case "/realms/union/certs":
                return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
            case "/realms/union/token":
                await request.aread()
                self.exchanged.append(request)
                return self.answer or httpx.Response(200, json=self._tokens())
            case _:
                return httpx.Response(404)

    def _says(self) -> dict[str, object]:
        document = {
            "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth?kc=1", "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/certs", "end_session_endpoint": f"{ISSUER}/logout",
        } | self.document  # fmt: skip
        return {name: value for name, value in document.items() if value is not None}

    def _tokens(self) -> dict[str, object]:
        both = {"iss": ISSUER, "sub": PERSON, "exp": int(time.time()) + 60}
        access = both | {"aud": "unionaid", "roles": ["auditor"]} | self.access
        identity = both | {"aud": "screens", "nonce": self.nonce} | self.identity
        return {"access_token": _signed(access), "id_token": _signed(identity), "token_type": "Bearer"}


def _signed(claims: dict[str, object]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "theirs"}, claims, KEY, algorithms=["RS256"])


@pytest.fixture
def provider() -> OtherProvider:
    return OtherProvider()


@pytest.fixture
async def app(provider: OtherProvider) -> FastAPI:
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://nobody@127.0.0.1:1/relief", "kafka": "127.0.0.1:1", "division": "640302",
            "http_host": "127.0.0.1", "http_port": 0, "issuer": ISSUER, "client_id": "screens",
            "public_url": "https://union.test", "secrets_dir": Path("/nowhere"),
        }
    )  # fmt: skip
    known = Provider(ISSUER, "screens", "a secret", transport=provider)
    return create_app(
        "relief", settings, [], title="Trial", keys=Keys(b"k" * 32, b"h" * 32, "a secret"), provider=known, refusals=[]
    )


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the front address, which hands paths below /relief to the service."""

    class Front(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.url = request.url.copy_with(path=request.url.path.removeprefix("/relief"))
            return await super().handle_async_request(request)

    headers = {"Accept": "text/html", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=Front(app), base_url="https://union.test", headers=headers) as client:
        yield client


async def left(browser: httpx.AsyncClient, provider: OtherProvider, to: str = "/relief/pages/lists") -> dict[str, str]:
    """Go to sign in; what the provider is asked."""
    gone = await browser.get("/relief/pages/sign-in", params={"next": to})
    assert gone.status_code == 303, gone.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["location"]).query).items()}
    provider.nonce = asked["nonce"]
    return asked


async def come_back(browser: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await browser.get("/relief/pages/signed-in", params=given)


async def test_the_flow_with_another_providers_settings(browser: httpx.AsyncClient, provider: OtherProvider) -> None:
    gone = await browser.get("/relief/pages/sign-in?next=/relief/pages/lists%3Fa%3D1")
    assert gone.headers["location"].startswith(f"{ISSUER}/auth?kc=1&response_type=code&")
    kept = gone.headers["set-cookie"]
    for mark in ("Path=/relief/pages", "HttpOnly", "Secure", "SameSite=lax", f"Max-Age={SIGNING_IN_S}"):
        assert mark in kept
    asked = await left(browser, provider, "/relief/pages/lists?a=1")
    assert (asked["client_id"], asked["redirect_uri"], asked["scope"]) == ("screens", BACK, "openid")
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    back = await come_back(browser, code="c-1", state=asked["state"], iss=ISSUER)
    assert (back.status_code, back.headers["location"]) == (303, "/relief/pages/lists?a=1")
    [session] = [value for value in back.headers.get_list("set-cookie") if value.startswith("unionaid_session=")]
    assert "HttpOnly" in session
    assert "Secure" in session
    [exchange] = provider.exchanged
    sent = {name: values[0] for name, values in parse_qs(exchange.content.decode()).items()}
    assert (sent["grant_type"], sent["code"], sent["redirect_uri"]) == ("authorization_code", "c-1", BACK)
    assert challenge_of(sent["code_verifier"]) == asked["code_challenge"]
    basic = exchange.headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"screens:a secret"
    for secret in (asked["nonce"], sent["code_verifier"]):
        assert secret not in kept


async def test_the_challenge_is_that_of_the_rfc() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "RFC 7636, appendix B"


async def refused(browser: httpx.AsyncClient, **given: str) -> None:
    answer = await come_back(browser, **given)
    assert answer.status_code == 400, answer.headers
    assert "The sign-in was not completed" in answer.text
    assert 'href="/relief/pages/sign-in?next=/"' in answer.text
    assert "unionaid_session" not in answer.headers.get("set-cookie", "")


async def test_only_who_began_a_sign_in_comes_back_from_it(
    browser: httpx.AsyncClient, provider: OtherProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await refused(browser, code="c", state="s")
    asked = await left(browser, provider)
    await refused(browser, code="c", state="another")
    await refused(browser, code="c")
    await refused(browser, state=asked["state"], error="access_denied")
    await refused(browser, code="c", state=asked["state"], iss="https://evil.test")
    assert provider.exchanged == [], "nothing is exchanged for somebody else"
    late = time.time() + SIGNING_IN_S + 1
    monkeypatch.setattr(time, "time", lambda: late)
    await refused(browser, code="c", state=asked["state"])
    assert provider.exchanged == []


async def test_a_sign_in_is_come_back_from_once(browser: httpx.AsyncClient, provider: OtherProvider) -> None:
    asked = await left(browser, provider)
    assert (await come_back(browser, code="c", state=asked["state"])).status_code == 303
    await refused(browser, code="c", state=asked["state"])
    assert len(provider.exchanged) == 1


WRONG = {
    "nonce": ("identity", {"nonce": "another"}),
    "no nonce": ("identity", {"nonce": ""}),
    "another client": ("identity", {"aud": "others"}),
    "made for another client": ("identity", {"aud": ["screens", "others"], "azp": "others"}),
    "another issuer": ("identity", {"iss": "https://evil.test"}),
    "expired": ("identity", {"exp": 1}),
    "another person": ("identity", {"sub": f"person-{uuid4()}"}),
    "an access token for others": ("access", {"aud": "others"}),
    "an access token that has expired": ("access", {"exp": 1}),
    "nobody of ours": ("access", {"sub": "somebody"}),
}


async def test_tokens_that_are_not_of_this_sign_in_give_no_session(
    browser: httpx.AsyncClient, provider: OtherProvider
) -> None:
    for which, changed in WRONG.values():
        provider.identity, provider.access = {}, {}
        setattr(provider, which, changed)
        asked = await left(browser, provider)
        await refused(browser, code="c", state=asked["state"])
    provider.identity, provider.access = {}, {}
    provider.answer = httpx.Response(400, json={"error": "invalid_grant"})
    asked = await left(browser, provider)
    await refused(browser, code="c", state=asked["state"])


@pytest.mark.parametrize(
    "document",
    [{"issuer": "https://evil.test"}, {"token_endpoint": None}, {"jwks_uri": 1}, {"authorization_endpoint": None}],
)
async def test_a_provider_that_says_it_wrong_is_away(
    browser: httpx.AsyncClient, provider: OtherProvider, document: dict[str, object]
) -> None:
    provider.document = document
    away = await browser.get("/relief/pages/sign-in")
    assert away.status_code == 503
    assert "Try again" in away.text


async def test_a_provider_that_breaks_meanwhile_is_away(browser: httpx.AsyncClient, provider: OtherProvider) -> None:
    for answer in (httpx.Response(500, json={}), httpx.Response(200, text="<html>"), httpx.Response(200, json={})):
        provider.answer = answer
        asked = await left(browser, provider)
        assert (await come_back(browser, code="c", state=asked["state"])).status_code == 503


async def test_nobody_is_led_away_after_signing_in(browser: httpx.AsyncClient, provider: OtherProvider) -> None:
    asked = await left(browser, provider, "//evil.test/")
    assert (await come_back(browser, code="c", state=asked["state"])).headers["location"] == "/"


async def test_signing_out_ends_the_session_here_and_there(
    browser: httpx.AsyncClient, provider: OtherProvider, app: FastAPI
) -> None:
    asked = await left(browser, provider)
    await come_back(browser, code="c", state=asked["state"])
    other_site = await browser.post("/relief/pages/sign-out", data={"csrf": "x"})
    assert other_site.status_code == 403
    assert browser.cookies.get("unionaid_session"), "another site signs nobody out"
    page = await browser.get("/relief/pages/signed-out")
    csrf = _csrf(browser)
    gone = await browser.post("/relief/pages/sign-out", data={"csrf": csrf})
    assert gone.status_code == 303
    there = urlsplit(gone.headers["location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{ISSUER}/logout"
    assert parse_qs(there.query)["post_logout_redirect_uri"] == ["https://union.test/relief/pages/signed-out"]
    assert browser.cookies.get("unionaid_session") is None
    assert "https://id.office.test" in page.headers["content-security-policy"], "the form may lead there"
    for language in Language:
        out = await browser.get("/relief/pages/signed-out", headers={"Accept-Language": language})
        assert (out.status_code, f'<html lang="{language}">' in out.text) == (200, True)
    provider.document = {"end_session_endpoint": None}
    app.state.shell.provider._said = None
    alone = await browser.post("/relief/pages/sign-out")
    assert alone.headers["location"] == "https://union.test/relief/pages/signed-out"


def _csrf(browser: httpx.AsyncClient) -> str:
    return csrf_token(b"h" * 32, browser.cookies["unionaid_session"])


def test_the_secret_of_a_client_is_a_file(tmp_path: Path) -> None:
    for name in ("kek", "hmac"):
        (tmp_path / name).write_bytes(b"x" * 32)
        (tmp_path / name).chmod(0o600)
    assert Keys.read(tmp_path).client_secret is None
    (tmp_path / "client_secret").write_text("a secret\n")
    (tmp_path / "client_secret").chmod(0o600)
    read = Keys.read(tmp_path)
    assert (read.client_secret, "a secret" in repr(read)) == ("a secret", False)
    (tmp_path / "client_secret").chmod(0o644)
    with pytest.raises(SecretsRefused, match="client_secret can be read by others"):
        Keys.read(tmp_path)
