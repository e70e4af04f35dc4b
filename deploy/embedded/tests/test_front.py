"""The front address passes on what it is sent, unchanged, and says which service is away."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from unionaid.embedded.front import Front

Seen = list[httpx.Request]


class Service(httpx.AsyncBaseTransport):
    """A service that keeps what it was sent, and answers what the test says."""

    def __init__(self) -> None:
        self.seen: Seen = []
        self.body = b""
        self.answer = httpx.Response(200, stream=httpx.ByteStream(b"ok"))
        self.fails: httpx.TransportError | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.fails is not None:
            raise self.fails
        self.body = await request.aread()
        self.seen.append(request)
        return self.answer


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def caller(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=service) as behind:
        behind.headers.clear()
        front = Front({"relief": "http://relief.test:1", "registry": "http://registry.test:2"}, behind)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://front.test") as client:
            yield client


async def test_a_request_is_passed_on_whole(caller: httpx.AsyncClient, service: Service) -> None:
    headers = {"Authorization": "Bearer t", "Cookie": "a=b", "Connection": "close, X-Hop", "X-Hop": "1"}
    await caller.post("/relief/lists/%E5%B7%A5?a=1&b=%20", content=b"\x00body", headers=headers)
    [passed] = service.seen
    assert str(passed.url) == "http://relief.test:1/lists/%E5%B7%A5?a=1&b=%20"
    assert (passed.method, service.body) == ("POST", b"\x00body")
    assert (passed.headers["authorization"], passed.headers["cookie"]) == ("Bearer t", "a=b")
    assert passed.headers["host"] == "front.test"
    assert "x-hop" not in passed.headers


async def test_an_answer_comes_back_whole(caller: httpx.AsyncClient, service: Service) -> None:
    cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("etag", '"3"')]
    service.answer = httpx.Response(409, headers=cookies, stream=httpx.ByteStream(b"\x1f\x8braw"))
    answer = await caller.get("/registry/workers")
    assert (answer.status_code, answer.content) == (409, b"\x1f\x8braw")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["etag"] == '"3"'


async def test_the_session_of_one_browser_is_never_anothers(caller: httpx.AsyncClient, service: Service) -> None:
    service.answer = httpx.Response(
        303, headers={"Set-Cookie": "unionaid_session=secret; Path=/"}, stream=httpx.ByteStream(b"")
    )
    signed_in = await caller.get("/relief/pages/signed-in")
    assert signed_in.headers["set-cookie"].startswith("unionaid_session=secret")
    caller.cookies.clear()
    service.answer = httpx.Response(200, stream=httpx.ByteStream(b""))
    await caller.get("/relief/pages/lists")
    assert "cookie" not in service.seen[-1].headers


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("/lists/1", "/relief/lists/1"),
        ("/registry/pages/x", "/registry/pages/x"),
        ("/", "/"),
        ("https://elsewhere.test/", "https://elsewhere.test/"),
    ],
)
async def test_where_a_service_points_to_is_reached_through_the_front(
    caller: httpx.AsyncClient, service: Service, given: str, told: str
) -> None:
    service.answer = httpx.Response(201, headers={"Location": given}, stream=httpx.ByteStream(b""))
    assert (await caller.get("/relief/x")).headers["location"] == told


async def test_only_named_services_are_reached(caller: httpx.AsyncClient, service: Service) -> None:
    for path in ("/nobody/x", "/relief", "/favicon.ico", "//relief/x", "/RELIEF/x"):
        assert (await caller.get(path)).status_code == 404, path
    assert service.seen == []
    home = await caller.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/relief/pages/lists")
    assert json.loads((await caller.get("/readyz")).content) == {"service": "front", "ready": True}


@pytest.mark.parametrize(("error", "status"), [(httpx.ConnectError("x"), 502), (httpx.ReadTimeout("x"), 504)])
async def test_a_service_that_is_away_is_named(
    caller: httpx.AsyncClient, service: Service, error: httpx.TransportError, status: int
) -> None:
    service.fails = error
    answer = await caller.get("/relief/x")
    assert (answer.status_code, answer.text) == (status, "relief does not answer\n")


async def test_a_browser_is_told_on_a_page(caller: httpx.AsyncClient, service: Service) -> None:
    service.fails = httpx.ConnectError("x")
    browser = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "zh-TW"}
    away = await caller.get("/relief/pages/lists?a=1", headers=browser)
    assert (away.status_code, away.headers["content-language"]) == (502, "zh-Hant")
    assert "relief 服務暫時沒有應答。" in away.text
    assert 'href="/relief/pages/lists?a=1"' in away.text, "it may be tried again"
    nobody = await caller.post("/nobody/x", headers=browser, content=b"a=b")
    assert (nobody.status_code, "沒有這個服務。" in nobody.text) == (404, True)
    style = away.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert (await caller.get(style)).headers["content-type"].startswith("text/css")
    chosen = await caller.get("/pages/language?to=en&next=/relief/x")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/relief/x")
