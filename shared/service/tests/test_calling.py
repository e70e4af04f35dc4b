"""Questions to another service: asked as the person who waits, and never waited for too long."""

from __future__ import annotations

import json

import httpx
import pytest
from starlette.requests import Request

from unionaid.service.calling import Neighbour, NeighbourAway, NeighbourRefuses
from unionaid.service.trace import join

URLS = {"registry": "http://registry.test"}


def request() -> Request:
    headers = [(b"authorization", b"Bearer the token"), (b"cookie", b"unionaid_session=x")]
    return Request({"type": "http", "headers": headers, "unionaid.trace": join(None)})


class Registry(httpx.AsyncBaseTransport):
    """A service that answers what the test says."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer, self.seen = answer, list[httpx.Request]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.seen.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_a_question_is_asked_as_who_waits_and_under_a_key_of_its_own() -> None:
    registry = Registry(httpx.Response(200, json={"matches": []}))
    neighbour = Neighbour("registry", URLS, registry)
    for _ in range(2):
        assert await neighbour.ask(request(), "/matches", {"values": ["1"]}) == {"matches": []}
    first, second = registry.seen
    assert (str(first.url), json.loads(first.content)) == ("http://registry.test/matches", {"values": ["1"]})
    assert first.headers["authorization"] == "Bearer the token"
    assert "cookie" not in first.headers
    assert first.headers["traceparent"]
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503, json={"code": "busy"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(502, text="away"),
    ],
)
async def test_what_is_no_answer_is_told_as_away_without_content(answer: httpx.Response | Exception) -> None:
    with pytest.raises(NeighbourAway) as away:
        await Neighbour("registry", URLS, Registry(answer)).ask(request(), "/matches", {"values": ["a secret"]})
    assert str(away.value).startswith("registry: ")
    assert "secret" not in str(away.value)


async def test_a_refusal_has_its_code() -> None:
    registry = Registry(httpx.Response(403, json={"code": "role-missing"}))
    with pytest.raises(NeighbourRefuses) as refused:
        await Neighbour("registry", URLS, registry).ask(request(), "/matches", {})
    assert (refused.value.status, refused.value.code) == (403, "role-missing")


async def test_a_neighbour_without_an_address_is_away() -> None:
    with pytest.raises(NeighbourAway, match="UNIONAID_URLS_REGISTRY is not set"):
        await Neighbour("registry", {}).ask(request(), "/matches", {})
