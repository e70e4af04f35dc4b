"""Several funds behind one programme over HTTP: stated, drawn on, given back; by many at once never below zero."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from unionaid.relief.examples import APPROVER, person

from .conftest import ACCOUNTANT, FUND
from .test_http_ledger import number
from .test_pages import NEW, ROWS, Browser, grassroots, people, shown, typed

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

APPROVERS = 16
FITTING = 5
"""Of their lists, those for which there is money."""
TRIES_MAX = 40


__all__ = ["people"]


@dataclass
class Shared:
    """A programme with budgets of two funds."""

    winter: Winter
    second_fund: str
    second: str

    @property
    def path(self) -> str:
        return f"/programmes/{self.winter.programme_id}/funding"

    async def state(self, mode: str, *sources: tuple[str, int | None], **more: Any) -> httpx.Response:
        body = {
            "occurred_on": "2016-12-03",
            "mode": mode,
            "sources": [{"budget_id": id} | ({"weight": weight} if weight else {}) for id, weight in sources],
        }
        return await self.winter.service.post(self.path, body, ACCOUNTANT, "accountant", **more)

    async def submitted(self, lines: list[tuple[UUID, int]]) -> str:
        """A list that names no budget, verified."""
        await self.winter.service.register([one for one, _ in lines])
        body = self.winter.list_body(lines)
        del body["budget_id"]
        answer = await self.winter.submit(body)
        assert answer.status_code == 201, answer.text
        list_id = str(answer.json()["list_id"])
        assert (await self.winter.verify(list_id)).status_code == 200
        return list_id

    async def free(self) -> tuple[int, int]:
        one, two = [await self.asked(f"/budgets/{id}") for id in (self.winter.budget_id, self.second)]
        return one["free_fen"], two["free_fen"]

    async def asked(self, path: str) -> dict[str, Any]:
        answer = await self.winter.service.get(path, ACCOUNTANT, "accountant")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def with_second(service: Service, budget_fen: int, second_fen: int) -> Shared:
    winter = await service.funded(fen=1_000_000, budget_fen=budget_fen)
    fund = (await service.post("/funds", {**FUND, "source": "donation"}, ACCOUNTANT, "accountant")).json()["fund_id"]
    receipt = {"occurred_on": "2016-11-20", "amount_fen": 1_000_000, "voucher": "样捐〔2016〕1号"}
    assert (await service.post(f"/funds/{fund}/receipts", receipt, ACCOUNTANT, "accountant")).status_code == 201
    allotment = {"occurred_on": "2016-12-02", "programme_id": winter.programme_id, "amount_fen": second_fen}
    budget = await service.post(f"/funds/{fund}/budgets", allotment, ACCOUNTANT, "accountant")
    return Shared(winter, fund, budget.json()["budget_id"])


@pytest.fixture
async def shared(service: Service) -> Shared:
    return await with_second(service, 60_000, 100_000)


async def test_a_list_that_names_no_budget_is_paid_by_both_funds_to_the_last_fen(
    service: Service, shared: Shared
) -> None:
    winter = shared.winter
    stated = await shared.state("split", (winter.budget_id, 2), (shared.second, 1))
    assert (stated.status_code, stated.headers["location"]) == (201, f"/programmes/{winter.programme_id}/funding")
    told = await shared.asked(shared.path)
    assert [(one["budget_id"], one["weight"], one["free_fen"]) for one in told["sources"]] == [
        (winter.budget_id, 2, 60_000),
        (shared.second, 1, 100_000),
    ]
    list_id = await shared.submitted([(person(1), 50_000), (person(2), 30_000)])
    assert (await winter.approve(list_id)).status_code == 200
    seen = await shared.asked(f"/lists/{list_id}")
    assert (seen["budget_id"], seen["funding_version"]) == (None, 1)
    assert seen["shares"] == [
        {"budget_id": winter.budget_id, "amount_fen": 53_333},
        {"budget_id": shared.second, "amount_fen": 26_667},
    ]
    assert (await winter.pay(list_id, 2)).status_code == 200
    assert await shared.free() == (6_667, 73_333)
    cash = [(await shared.asked(f"/funds/{fund}"))["cash_fen"] for fund in (winter.fund_id, shared.second_fund)]
    assert cash == [1_000_000 - 53_333, 1_000_000 - 26_667]
    await number(service)
    last = await service.pool.fetchval("SELECT max(index) FROM eventlog.log")
    balances = [await shared.asked(f"/ledger/trial-balance?until_index={index}") for index in range(last + 1)]
    assert {one["balance_fen"] for one in balances} == {0}
    assert await shared.asked("/ledger/check") == {"balanced": True, "first": None, "funds": []}


async def test_what_comes_back_from_the_bank_is_free_again_where_it_came_from(shared: Shared) -> None:
    winter = shared.winter
    assert (await shared.state("order", (winter.budget_id, None), (shared.second, None))).status_code == 201
    lines = [(person(1), 50_000), (person(2), 30_000)]
    list_id = await shared.submitted(lines)
    assert (await winter.approve(list_id)).status_code == 200
    assert await shared.free() == (0, 80_000)
    again = await shared.state("order", (shared.second, None))
    assert again.status_code == 201
    body = winter.batch_body([(n, *line) for n, line in enumerate(lines, start=1)])
    batch = (await winter.issue(list_id, body)).json()["batch_id"]
    assert (await winter.release(batch)).status_code == 200
    assert (await winter.bank_answers(batch, {1: None, 2: "account-closed"})).status_code == 200
    assert (await winter.cancel(list_id, [2])).status_code == 200
    assert await shared.free() == (10_000, 100_000)


async def test_what_cannot_be_stated_is_told_where(shared: Shared) -> None:
    winter = shared.winter
    unknown = await shared.state("order", (str(uuid4()), None))
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "sources.0.budget_id")
    assert (await shared.state("split", (winter.budget_id, None))).json()["code"] == "weight-missing"
    assert (await winter.service.get(shared.path, ACCOUNTANT, "accountant")).status_code == 404
    assert (await shared.state("order", (winter.budget_id, None), if_match='"0"')).status_code == 201
    assert (await shared.state("order", (shared.second, None), if_match='"0"')).status_code == 412
    assert (await winter.service.post(shared.path, {}, APPROVER, "approver")).status_code == 403
    body = winter.list_body([(person(1), 1)])
    other = await with_second(winter.service, 1, 1)
    body |= {"budget_id": None, "programme_id": other.winter.programme_id}
    await winter.service.register([person(1)])
    refused = await winter.submit(body)
    assert (refused.status_code, refused.json()["code"]) == (409, "funding-missing")


async def test_sixteen_approvers_at_once_take_no_more_than_there_is_and_none_is_lost(service: Service) -> None:
    """For 5 of 16 lists there is money, across two budgets: who is told `busy` asks again with the same key."""
    shared = await with_second(service, 2_500, FITTING * 1_000 - 2_500 + 999)
    assert (await shared.state("order", (shared.winter.budget_id, None), (shared.second, None))).status_code == 201
    lists = [await shared.submitted([(person(n), 1_000)]) for n in range(APPROVERS)]

    async def approved(list_id: str) -> int:
        for _ in range(TRIES_MAX):
            answer = await shared.winter.approve(list_id, key=f"approve {list_id}")
            if answer.status_code != 503:
                return answer.status_code
            assert answer.json()["code"] == "busy"
        raise AssertionError("still busy")

    statuses = Counter(await asyncio.gather(*map(approved, lists)))
    assert statuses == {200: FITTING, 409: APPROVERS - FITTING}
    assert await shared.free() == (0, 999)


# On the screens.


async def test_the_accountant_states_the_funding_and_a_list_is_paid_by_it(
    service: Service, shared: Shared, people: list[UUID]
) -> None:
    winter, page = shared.winter, f"/pages/programmes/{shared.winter.programme_id}/funding"
    browser = Browser(service, ACCOUNTANT, "accountant")
    first, second = f"number_{winter.budget_id}", f"number_{shared.second}"
    twice = await browser.send(page, mode="order", occurred_on="2016-12-03", **{first: "1", second: "1"})
    assert twice.status_code == 422
    assert shown(twice).count("Two budgets have the same place.") == 2
    nothing = await browser.send(page, mode="order", occurred_on="2016-12-03")
    assert nothing.status_code == 422
    done = await browser.send(page, mode="order", occurred_on="2016-12-03", **{first: "2", second: "1"})
    assert (done.status_code, done.headers["location"]) == (303, f"/relief{page}?done=yes"), shown(done)
    told = shown(await browser.get(page))
    assert "One after the other: first what is free in the first In force since 2016-12-03" in told
    sent = await grassroots(service).send(NEW, **typed(winter, ROWS, budget_id=f"funding-{winter.programme_id}"))
    assert sent.status_code == 303, shown(sent)
    list_id = sent.headers["location"].partition("?")[0].rpartition("/")[2]
    assert (await winter.verify(list_id)).status_code == 200
    listed = f"/pages/lists/{list_id}"
    assert "The programme's funding pays: 1,600.00 yuan are free in 2 budgets." in shown(
        await Browser(service, APPROVER, "approver").get(listed)
    )
    assert (await winter.approve(list_id, APPROVER)).status_code == 200
    assert "Which fund gives which part Fund Yuan" in shown(await Browser(service, APPROVER, "approver").get(listed))


@pytest.mark.parametrize(
    ("language", "says"), [("zh-Hans", "名单由哪些预算支付"), ("zh-Hant", "名單由哪些預算支付")], ids=["hans", "hant"]
)
async def test_the_page_is_told_in_each_language(shared: Shared, language: str, says: str) -> None:
    browser = Browser(shared.winter.service, ACCOUNTANT, "accountant", language=language)
    page = await browser.get(f"/pages/programmes/{shared.winter.programme_id}/funding")
    assert page.status_code == 200
    assert says in shown(page)


async def test_a_programme_that_is_not_there_has_no_page(service: Service) -> None:
    missing = await Browser(service, ACCOUNTANT, "accountant").get(f"/pages/programmes/{uuid4()}/funding")
    assert missing.status_code == 404
