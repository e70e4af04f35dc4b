"""The sign-in of one machine: what it offers, what its session holds, and whom it refuses."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from unionaid.embedded.issuer import Issuer
from unionaid.embedded.sign_in import sign_in_app, units_of
from unionaid.service.roles import Actor, Role
from unionaid.service.tokens import IssuerKeys, Verifier

ORG = str(uuid4())
HOST = "http://127.0.0.1:8000"


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path, "http://127.0.0.1:1")


@pytest.fixture
async def browser(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    async def units() -> Sequence[tuple[str, str]]:
        return [(ORG, "利通区<总>工会")]

    issuer.screens = sign_in_app(issuer, units)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(issuer), base_url=HOST) as client:
        yield client


async def actor_of(issuer: Issuer, answer: httpx.Response) -> Actor:
    async def keys() -> bytes:
        return json.dumps(issuer.jwks()).encode()

    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return await Verifier(issuer.url, "relief", IssuerKeys(keys)).actor(answer.cookies["unionaid_session"])


async def test_the_page_offers_roles_and_units(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in?next=/relief/pages/x", headers={"Accept-Language": "zh-Hant"})
    assert page.status_code == 200
    assert '<option value="cashier">出納</option>' in page.text
    assert f'<option value="{ORG}">利通区&lt;总&gt;工会</option>' in page.text
    assert '<input type="hidden" name="next" value="/relief/pages/x">' in page.text
    assert (await browser.get("/pages/style.css")).headers["content-type"].startswith("text/css")


async def test_a_session_is_a_token_that_services_accept(browser: httpx.AsyncClient, issuer: Issuer) -> None:
    sent = {"role": "grassroots_officer", "unit": ORG, "next": "/registry/pages/workers/new"}
    first = await browser.post("/sign-in", data=sent, headers={"Origin": HOST})
    actor = await actor_of(issuer, first)
    assert (actor.roles, actor.unit) == (frozenset({Role.GRASSROOTS_OFFICER}), UUID(ORG))
    assert first.headers["location"] == "/registry/pages/workers/new"
    again = await actor_of(issuer, await browser.post("/sign-in", data=sent))
    other = await actor_of(issuer, await browser.post("/sign-in", data={**sent, "role": "approver"}))
    assert again.id == actor.id != other.id


async def test_signing_out_takes_the_session(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/sign-out", headers={"Origin": HOST})
    assert (answer.status_code, answer.headers["location"]) == (303, "/issuer/sign-in")
    assert answer.headers["set-cookie"].startswith('unionaid_session=""; expires=')


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
async def test_no_session_for_others(browser: httpx.AsyncClient, sent: dict[str, str], headers: dict[str, str]) -> None:
    answer = await browser.post("/sign-in", data=sent, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_nobody_is_led_away(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/sign-in", data={"role": "auditor", "next": "//evil.test/"})
    assert answer.headers["location"] == "/reporting/pages/relief"
    assert (await browser.get("/sign-in", headers={"Host": "evil.test"})).status_code == 403


async def test_no_registry_no_units(issuer: Issuer) -> None:
    assert await units_of("http://127.0.0.1:9", issuer)() == []
