"""The sign-in of one machine: a true authorization code flow that asks nobody for a secret, and whom it refuses."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from unionaid.embedded.codes import CODE_S, CODES_MAX, Codes, Grant
from unionaid.embedded.issuer import Issuer
from unionaid.embedded.sign_in import SignIn, addresses_of, fronts_of, units_of, workers_of
from unionaid.service.app import create_app
from unionaid.service.keys import Keys
from unionaid.service.provider import CodeRefused, Provider, challenge_of
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import csrf_token
from unionaid.service.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

ORG, WORKER, FIRST = (str(UUID(int=n, version=4)) for n in (1, 2, 3))
PORT = 21_000
FRONT = f"http://127.0.0.1:{PORT}"
BACK = f"{FRONT}/relief/pages/signed-in"
VERIFIER = "v" * 43


class Office(httpx.AsyncBaseTransport):
    """The front with one service and the issuer behind it, as a browser meets them; and the issuer by its own port."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.now = issuer, 0.0
        self.sign_in = SignIn(
            issuer,
            self.units,
            self.worker,
            addresses_of(fronts_of(PORT), ["relief", "registry"], "signed-in"),
            addresses_of(fronts_of(PORT), ["relief", "registry"], "signed-out"),
            Codes(lambda: self.now),
        )
        issuer.screens = self.sign_in.app()
        self.service: FastAPI = create_app(
            "relief",
            _settings(issuer.url),
            [],
            title="Trial",
            keys=Keys(b"k" * 32, b"h" * 32),
            provider=Provider(issuer.url, "unionaid", transport=self),
            refusals=[],
        )

    async def units(self) -> Sequence[tuple[str, str]]:
        return [(ORG, "利通区<总>工会")]

    async def worker(self, union: str, person: str) -> str | None:
        return person if person == WORKER else FIRST if union == ORG and not person else None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        own = str(request.url).startswith(self.issuer.url)
        name = "" if own else request.url.path.split("/")[1]
        app = self.service if name == "relief" else self.issuer
        request.url = request.url.copy_with(
            path=request.url.path.removeprefix(f"/{name}") if name else request.url.path
        )
        return await httpx.ASGITransport(app).handle_async_request(request)


def _settings(issuer: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql://nobody@127.0.0.1:1/relief", "kafka": "127.0.0.1:1", "division": "640302",
            "http_host": "127.0.0.1", "http_port": 0, "issuer": issuer, "secrets_dir": Path("/nowhere"),
        }
    )  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    return Office(Issuer(tmp_path, "http://127.0.0.1:1", f"{FRONT}/issuer"))


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=office, base_url=FRONT, headers={"Accept": "text/html"}) as client:
        yield client


async def asked(browser: httpx.AsyncClient, to: str = "/registry/pages/workers/new") -> httpx.Response:
    """Leave a page for the sign-in, and be asked who one is."""
    gone = await browser.get("/relief/pages/sign-in", params={"next": to})
    assert gone.status_code == 303
    page = await browser.get(gone.headers["location"], headers={"Accept-Language": "zh-Hant"})
    assert page.status_code == 200, page.text
    return page


def hidden(page: httpx.Response) -> dict[str, str]:
    return {n: html.unescape(v) for n, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)}


async def chosen(browser: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    return await browser.post("/issuer/authorize", data=hidden(page) | fields, headers={"Origin": FRONT})


async def actor_of(office: Office, browser: httpx.AsyncClient) -> Actor:
    actor: Actor = await office.service.state.shell.verifier.actor(browser.cookies["unionaid_session"])
    return actor


async def test_the_page_offers_roles_and_units(browser: httpx.AsyncClient) -> None:
    page = await asked(browser)
    assert '<option value="cashier">出納</option>' in page.text
    assert f'<option value="{ORG}">利通区&lt;总&gt;工会</option>' in page.text
    assert f"form-action 'self' {FRONT};" in page.headers["content-security-policy"]
    assert (await browser.get("/issuer/pages/style.css")).headers["content-type"].startswith("text/css")


async def test_a_session_is_a_token_that_services_accept(office: Office, browser: httpx.AsyncClient) -> None:
    back = await chosen(browser, await asked(browser), role="grassroots_officer", unit=ORG)
    assert back.headers["location"].startswith(f"{BACK}?code=")
    done = await browser.get(back.headers["location"])
    assert (done.status_code, done.headers["location"]) == (303, "/registry/pages/workers/new")
    first = await actor_of(office, browser)
    assert (first.roles, first.unit) == (frozenset({Role.GRASSROOTS_OFFICER}), UUID(ORG))
    assert first.unit_name == "利通区<总>工会"
    for role, name in (("district_officer", "利通区<总>工会"), ("sub_district_officer", None)):
        back = await chosen(browser, await asked(browser), role=role, unit="")
        await browser.get(back.headers["location"])
        actor = await actor_of(office, browser)
        assert (actor.unit, actor.unit_name) == (None, name), role
    for role, same in (("grassroots_officer", True), ("approver", False)):
        back = await chosen(browser, await asked(browser), role=role, unit=ORG)
        await browser.get(back.headers["location"])
        assert ((await actor_of(office, browser)).id == first.id) == same


@pytest.mark.parametrize(("person", "expected"), [("", FIRST), (WORKER, WORKER)])
async def test_a_worker_is_one_whom_registry_knows(
    office: Office, browser: httpx.AsyncClient, person: str, expected: str
) -> None:
    page = await asked(browser, "/registry/pages/own-file")
    assert '<option value="worker">職工</option>' in page.text
    nobody = await chosen(browser, page, role="worker", unit=ORG, person=str(uuid4()))
    assert (nobody.status_code, "location" in nobody.headers) == (422, False)
    assert 'role="alert"' in nobody.text
    back = await chosen(browser, nobody, role="worker", unit=ORG, person=person)
    assert (await browser.get(back.headers["location"])).headers["location"] == "/registry/pages/own-file"
    actor = await actor_of(office, browser)
    assert (actor.id, actor.roles) == (f"person-{expected}", frozenset({Role.WORKER}))


async def test_signing_out_leads_over_the_issuer_and_back(browser: httpx.AsyncClient) -> None:
    back = await chosen(browser, await asked(browser), role="auditor")
    await browser.get(back.headers["location"])
    csrf = csrf_token(b"h" * 32, browser.cookies["unionaid_session"])
    out = await browser.post("/relief/pages/sign-out", data={"csrf": csrf})
    assert browser.cookies.get("unionaid_session") is None
    over = await browser.get(out.headers["location"])
    assert over.headers["location"] == f"{FRONT}/relief/pages/signed-out"
    assert (await browser.get(over.headers["location"])).status_code == 200


async def exchanged(office: Office, back: httpx.Response, **changed: str) -> str | None:
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    given = {"code": code, "verifier": VERIFIER, "redirect_uri": BACK} | changed
    try:
        await office.service.state.shell.provider.exchange(**given)
    except CodeRefused as refused:
        return str(refused)
    return None


async def given_code(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/issuer/authorize", data=request() | {"role": "auditor"})


def request(**changed: str) -> dict[str, str]:
    made = {
        "response_type": "code", "client_id": "unionaid", "redirect_uri": BACK, "scope": "openid", "state": "s",
        "nonce": "n", "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
    }  # fmt: skip
    return {name: value for name, value in (made | changed).items() if value}


async def test_a_code_is_exchanged_once_soon_and_by_who_began(office: Office, browser: httpx.AsyncClient) -> None:
    back = await given_code(browser)
    assert await exchanged(office, back) is None
    assert await exchanged(office, back) == "invalid_grant", "not a second time"
    for wrong in ({"verifier": "w" * 43}, {"redirect_uri": BACK.replace("relief", "registry")}, {"code": "made up"}):
        back = await given_code(browser)
        assert await exchanged(office, back, **wrong) == "invalid_grant", wrong
        if "code" not in wrong:
            assert await exchanged(office, back) == "invalid_grant", "a wrong guess uses it up"
    late = await given_code(browser)
    office.now += CODE_S + 1
    assert await exchanged(office, late) == "invalid_grant"


async def test_a_token_is_given_for_codes_alone(browser: httpx.AsyncClient) -> None:
    for sent in ({}, {"grant_type": "password", "username": "a"}, {"grant_type": "refresh_token"}):
        answer = await browser.post("/issuer/token", data=sent)
        assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})
    other = await browser.post(
        "/issuer/token", data={"grant_type": "authorization_code"}, headers={"Host": "evil.test"}
    )
    assert other.status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.test/relief/pages/signed-in"},
        {"redirect_uri": f"{BACK}/x"},
        {"redirect_uri": f"{BACK}?x=1"},
        {"redirect_uri": BACK.replace("relief", "evil")},
        {"redirect_uri": ""},
        {"client_id": "another"},
        {"client_id": ""},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_known(
    browser: httpx.AsyncClient, changed: dict[str, str]
) -> None:
    for answer in (
        await browser.get("/issuer/authorize", params=request(**changed)),
        await browser.post("/issuer/authorize", data=request(**changed) | {"role": "auditor"}),
    ):
        assert (answer.status_code, "location" in answer.headers) == (403, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_request"),
    ],
)
async def test_what_is_asked_wrongly_is_told_at_the_known_address(
    browser: httpx.AsyncClient, changed: dict[str, str], error: str
) -> None:
    for answer in (
        await browser.get("/issuer/authorize", params=request(**changed)),
        await browser.post("/issuer/authorize", data=request(**changed) | {"role": "auditor"}),
    ):
        told = parse_qs(urlsplit(answer.headers["location"]).query)
        assert answer.headers["location"].startswith(f"{BACK}?")
        assert (told["error"], told["state"], "code" in told) == ([error], ["s"], False)


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        ({"role": "operator"}, {}),
        ({"role": ""}, {}),
        ({"role": "auditor", "unit": str(uuid4())}, {}),
        ({"role": "auditor"}, {"Origin": "http://evil.test"}),
        ({"role": "auditor"}, {"Origin": "null"}),
        ({"role": "auditor"}, {"Host": "evil.test"}),
    ],
)
async def test_no_code_for_others(browser: httpx.AsyncClient, sent: dict[str, str], headers: dict[str, str]) -> None:
    answer = await browser.post("/issuer/authorize", data=request() | sent, headers=headers)
    assert (answer.status_code, "location" in answer.headers) == (403, False)


async def test_after_signing_out_nobody_is_led_away(browser: httpx.AsyncClient) -> None:
    after = f"{FRONT}/relief/pages/signed-out"
    known = await browser.get("/issuer/end-session", params={"post_logout_redirect_uri": after})
    assert (known.status_code, known.headers["location"]) == (303, after)
    for address in ("http://evil.test/", "", BACK):
        other = await browser.get("/issuer/end-session", params={"post_logout_redirect_uri": address})
        assert other.status_code == 403


def test_the_oldest_of_too_many_codes_goes() -> None:
    codes, grant = Codes(), Grant("person-x", "auditor", None, BACK, challenge_of(VERIFIER), None)
    given = [codes.give(grant) for _ in range(CODES_MAX + 1)]
    assert codes.take(given[0], VERIFIER, BACK) is None
    assert codes.take(given[1], VERIFIER, BACK) == grant


async def test_it_answers_to_the_names_it_was_given(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, "http://issuer:8000", "https://aid.example.org/issuer")
    back = addresses_of(["https://aid.example.org"], ["relief"], "signed-in")
    issuer.screens = SignIn(
        issuer,
        units_of("http://127.0.0.1:9", issuer),
        workers_of("http://127.0.0.1:9", issuer),
        back,
        frozenset(),
        hosts=frozenset({"issuer", "aid.example.org"}),
    ).app()
    (address,) = back
    asked = request(redirect_uri=address)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(issuer), base_url="http://issuer:8000") as client:
        answer = {
            host: (await client.get("/authorize", params=asked, headers={"Host": host})).status_code
            for host in ("aid.example.org", "issuer:8000", "127.0.0.1", "evil.test")
        }
    assert answer == {"aid.example.org": 200, "issuer:8000": 200, "127.0.0.1": 403, "evil.test": 403}


async def test_no_registry_no_units(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, "http://127.0.0.1:1")
    assert await units_of("http://127.0.0.1:9", issuer)() == []
    assert await workers_of("http://127.0.0.1:9", issuer)(ORG, "") is None
