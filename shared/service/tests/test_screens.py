"""The shell of the screens: who comes in, in which language, and what a form must carry."""

from __future__ import annotations

import html
import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response

from unionaid.service import forms as forms_module
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms
from unionaid.service.languages import Catalogue, Language
from unionaid.service.problems import Problem
from unionaid.service.refusals import NotFound, VersionMoved
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import refuse_unguarded
from unionaid.service.screens import KINDS_OF_PROBLEM, PageRouter, content_security, csrf_token, fen_of, local, yuan

if TYPE_CHECKING:
    from shared.service.tests.conftest import Trial

PAGES = Path(forms_module.__file__).parent
USED = re.compile(r"\"(screen-[A-Za-z-]+)\"")


BROKEN: dict[str, Exception] = {
    "missing": NotFound(),
    "invalid": Problem.of_input("note", "too-long", limit=3),
    "forbidden": Problem(403, "role-missing"),
    "moved": VersionMoved(),
    "moment": Problem.moment("database-unavailable"),
    "fault": RuntimeError("a secret <name>"),
}
STATUSES = {"missing": 404, "invalid": 422, "forbidden": 403, "moved": 412, "moment": 503, "fault": 500}


def page_router() -> PageRouter:
    pages = PageRouter()

    @pages.get("/pages/gifts")
    async def gifts(request: Request, _: Annotated[Actor, require(Role.AUDITOR)]) -> Response:
        shown: Response = request.app.state.shell.screens.page(
            request, "problem.html", kind="invalid", told="<script>", faults=[], number=None, again=False
        )
        return shown

    @pages.get("/pages/broken/{how}")
    async def broken(how: str, _: Annotated[Actor, require(Role.AUDITOR)]) -> Response:
        raise BROKEN[how]

    @pages.post("/pages/gifts")
    async def give(form: Annotated[Form, forms(Role.AUDITOR)]) -> Response:
        command = await form.command()
        return Response(f"{form.actor.id} {form.text('note')} {command.id.hex()}")

    return pages


@pytest.fixture
def paged(trial: Trial) -> Trial:
    """The trial with two pages; its client follows no redirect."""
    pages = page_router()
    refuse_unguarded(pages.routes)
    trial.app.router.routes.extend(pages.routes)
    return trial


def signed_in(trial: Trial, *roles: Role, **more: str) -> dict[str, str]:
    cookies = {"unionaid_session": trial.issuer.token(roles or (Role.AUDITOR,)), **more}
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


async def test_who_is_not_signed_in_is_sent_to_do_so_and_comes_back(paged: Trial) -> None:
    answer = await paged.client.get("/pages/gifts?a=1&b=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/relief/pages/sign-in?next=%2Frelief%2Fpages%2Fgifts%3Fa%3D1%26b%3D2"
    broken = await paged.client.get("/pages/gifts", headers={"Cookie": "unionaid_session=x.y.z"})
    assert broken.status_code == 303
    bearer = await paged.client.get("/pages/gifts", headers=paged.headers(Role.AUDITOR))
    assert bearer.status_code == 303, "a page takes the cookie only"


@pytest.mark.parametrize("name", ["利通区<总>工会", None])
async def test_the_head_names_role_and_union_and_has_the_ways_service_by_service(
    paged: Trial, name: str | None
) -> None:
    token = paged.issuer.token((Role.AUDITOR,), unit_name=name)
    headers = {"Cookie": f"unionaid_session={token}; unionaid_language=en"}
    head = (await paged.client.get("/pages/gifts", headers=headers)).text.partition("</header>")[0]
    assert ("利通区&lt;总&gt;工会" in head, "Signed in as: auditor" in head) == (name is not None, True)
    groups = re.findall("<ul>(.*?)</ul>", head.partition('class="sections"')[2], re.DOTALL)
    services = [set(re.findall(r'href="/(\w+)/', group)) for group in groups]
    assert all(len(one) == 1 for one in services)
    assert sorted(next(iter(one)) for one in services) == ["registry", "relief", "reporting"]


async def test_a_cookie_opens_no_route_of_the_api(paged: Trial) -> None:
    answer = await paged.client.get(f"/funds/{uuid4()}", headers=signed_in(paged))
    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")


async def test_a_missing_role_is_told_on_a_page(paged: Trial) -> None:
    answer = await paged.client.get("/pages/gifts", headers=signed_in(paged, Role.CASHIER, unionaid_language="en"))
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "You do not have a role that may do this." in answer.text


async def test_what_goes_wrong_on_a_page_is_a_page_that_says_what_to_do(paged: Trial) -> None:
    for how, language in product(BROKEN, Language):
        await refused_as_a_page(paged, how, language)


async def refused_as_a_page(paged: Trial, how: str, language: Language) -> None:
    headers = signed_in(paged, unionaid_language=language) | {"Accept": "text/html,*/*;q=0.8"}
    answer = await paged.client.get(f"/pages/broken/{how}", headers=headers)
    assert answer.status_code == STATUSES[how]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == content_security("http://issuer.test")
    texts = Catalogue.of()
    assert f"<h1>{texts.text(language, f'screen-problem-{how}')}</h1>" in answer.text
    assert texts.text(language, f"screen-problem-next-{how}") in html.unescape(answer.text)
    assert answer.headers["x-request-id"] in answer.text
    assert ('href="/relief/pages/broken/moment"' in answer.text) == (how == "moment"), "a look may be tried again"
    assert "secret" not in answer.text


async def test_an_address_that_is_not_there_is_a_page_to_browsers_alone(paged: Trial) -> None:
    browser = await paged.client.get(
        "/pages/nothing/<x>", headers={"Accept": "text/html", "Cookie": "unionaid_language=zh-Hant"}
    )
    assert (browser.status_code, browser.headers["content-language"]) == (404, "zh-Hant")
    assert "<h1>沒有找到</h1>" in browser.text
    assert "<x>" not in browser.text
    for accept in ("*/*", "application/json"):
        program = await paged.client.get("/pages/nothing", headers={"Accept": accept})
        assert (program.status_code, program.json()["code"]) == (404, "not-found")
    asked = await paged.client.get(f"/funds/{uuid4()}", headers={"Accept": "text/html"})
    assert asked.json()["code"] == "token-missing", "the API is no page, whoever asks"


@pytest.mark.parametrize(
    ("public", "scheme", "kept"),
    [
        (None, "http", False),
        (None, "https", True),
        ("https://office.test", "http", True),
        ("http://o.test", "https", False),
    ],
)
async def test_cookies_are_secure_where_browsers_come_over_tls(
    paged: Trial, public: str | None, scheme: str, kept: bool
) -> None:
    shell = paged.app.state.shell
    shell.settings = shell.settings.model_copy(update={"public_url": public})
    answer = await paged.client.get(f"{scheme}://relief.test/pages/language?to=en")
    assert ("; Secure" in answer.headers["set-cookie"]) == kept


async def test_pages_run_no_script_and_nothing_of_others(paged: Trial) -> None:
    answer = await paged.client.get("/pages/gifts", headers=signed_in(paged))
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == content_security("http://issuer.test")
    assert answer.headers["cache-control"] == "no-store"
    assert "&lt;script&gt;" in answer.text
    assert not re.search(r"<script| on\w+=|style=", answer.text)


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [
        (None, None, "zh-Hans"),
        (None, "en, zh;q=0.5", "en"),
        ("zh-Hant", "en", "zh-Hant"),
        ("en", "zh-TW", "en"),
        ("xx", "zh-TW", "zh-Hant"),
    ],
)
async def test_the_language_is_the_cookies_else_the_browsers(
    paged: Trial, cookie: str | None, header: str | None, language: str
) -> None:
    headers = signed_in(paged, **({"unionaid_language": cookie} if cookie else {}))
    answer = await paged.client.get("/pages/gifts", headers=headers | ({"Accept-Language": header} if header else {}))
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    told = Catalogue.of().text(Language(language), "screen-problem-invalid")
    assert f"<h1>{told}</h1>" in answer.text


async def test_choosing_a_language_keeps_it_and_stays_on_the_site(paged: Trial) -> None:
    answer = await paged.client.get("/pages/language?to=zh-Hant&next=/relief/pages/gifts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/relief/pages/gifts")
    assert answer.headers["set-cookie"].startswith(
        "unionaid_language=zh-Hant; HttpOnly; Max-Age=31536000; Path=/; Same"
    )
    elsewhere = await paged.client.get("/pages/language?to=xx&next=//evil.example/")
    assert elsewhere.headers["location"] == "/"
    assert "set-cookie" not in elsewhere.headers


@pytest.mark.parametrize("away", ["//x", "/\\x", "https://x", "x", "", "/a b", "/a\r\nb", "/a\\b", None])
def test_addresses_of_elsewhere_are_not_gone_to(away: str | None) -> None:
    assert local(away, "/home") == "/home"


async def test_a_form_of_another_site_or_session_is_refused(paged: Trial) -> None:
    headers = signed_in(paged, unionaid_language="en")
    other = csrf_token(paged.keys.hmac, "another session")
    for csrf in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": other}):
        answer = await paged.client.post("/pages/gifts", data={"note": "n", "key": "k", **csrf}, headers=headers)
        assert answer.status_code == 403, csrf
        assert "This form has expired." in answer.text


async def test_a_form_of_this_session_commands_under_its_key(paged: Trial) -> None:
    headers = signed_in(paged)
    session = headers["Cookie"].partition("=")[2]
    sent = {"note": "  n ", "key": "k", "csrf": csrf_token(paged.keys.hmac, session)}
    first = await paged.client.post("/pages/gifts", data=sent, headers=headers)
    again = await paged.client.post("/pages/gifts", data=sent, headers=headers)
    other = await paged.client.post("/pages/gifts", data=sent | {"key": "l"}, headers=headers)
    assert first.status_code == 200
    assert first.text == again.text != other.text
    assert first.text.startswith(f"{paged.issuer.person} n ")
    keyless = await paged.client.post("/pages/gifts", data={**sent, "key": ""}, headers=headers)
    assert keyless.status_code == 400
    odd = await paged.client.post("/pages/gifts", data={**sent, "note": "a\x00b"}, headers=headers)
    assert odd.status_code == 422


def test_a_refused_command_tells_its_fields() -> None:
    problem = b'{"detail": "no", "errors": [{"field": "name", "code": "c", "reason": "why"}]}'
    assert faults_of(Response(problem, 422)) == {"": "no", "name": "why"}
    assert faults_of(Response(b"{}", 201)) == {}


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (5, "0.05"), (199_700_000, "1,997,000.00"), (-5, "-0.05"), (-12_345, "-123.45")]
)
def test_amounts_are_yuan_with_two_decimals(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("500", 50_000), ("0.01", 1), ("1,997,000.5", 199_700_050), (" ¥500.00 元 ", 50_000), ("５００．５０", 50_050),
        ("-5", -500), ("0", 0),
    ],
)  # fmt: skip
def test_yuan_are_read_to_the_fen(typed: str, fen: int) -> None:
    assert fen_of(typed) == fen


@pytest.mark.parametrize(
    "typed", ["", "x", "1.005", "1e3", "1.", ".5", "1,00", "1 000", "٥", "1" * 14, "nan", "--1", "1,0000"]
)
def test_what_is_no_amount_is_not_guessed(typed: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        fen_of(typed)


def test_every_text_of_the_screens_is_used() -> None:
    known = {code for code in Catalogue.of().codes if code.startswith("screen-")}
    known -= {f"screen-role-{role}" for role in Role}
    sources = [*PAGES.glob("*.py"), *PAGES.glob("templates/*.html")]
    used = {code for file in sources for code in USED.findall(file.read_text("utf-8"))}
    used -= {"screen-role-", "screen-problem-", "screen-problem-next-"}
    kinds = (*KINDS_OF_PROBLEM.values(), "invalid", "sign-in")
    known -= {f"screen-problem{way}-{kind}" for way in ("", "-next") for kind in kinds}
    assert used <= known
    assert known - used == set()
