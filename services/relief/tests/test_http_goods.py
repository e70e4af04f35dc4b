"""Goods over HTTP: taken in, handed out under one's own union, put right; and the books agree with what is in store."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from unionaid.relief.examples import ENTERER, VERIFIER, person

from .conftest import ACCOUNTANT, GRASSROOTS, OFFICER, OTHER, SUB_DISTRICT

if TYPE_CHECKING:
    import httpx

    from .conftest import Service, Winter

AT_ONCE, FITTING = 8, 5
"""Who hand out at once, and for how many of them the stock has enough."""
GIFT = {
    "occurred_on": "2017-01-04", "quantity": 100, "unit_value_fen": 12_800, "voucher": "样捐〔2017〕1号",
    "valuation": "invoice", "donor_organisation": "样例百货商场",
}  # fmt: skip


async def by_accountant(service: Service, path: str, **body: Any) -> httpx.Response:
    return await service.post(path, {"occurred_on": "2017-01-05", **body}, ACCOUNTANT, "accountant")


async def shown(service: Service, path: str) -> dict[str, Any]:
    answer = await service.get(path, ACCOUNTANT, "accountant")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def stocked(service: Service, fund_id: str, item: str = "棉被") -> str:
    answer = await by_accountant(service, "/stocks", fund_id=fund_id, item=item, unit="piece")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["stock_id"])


async def given(service: Service) -> str:
    """A stock of a fund of donations, with a hundred."""
    fund = {"occurred_on": "2016-11-01", "source": "donation", "name": "爱心物资"}
    fund_id = (await service.post("/funds", fund, ACCOUNTANT, "accountant")).json()["fund_id"]
    stock = await stocked(service, fund_id)
    answer = await by_accountant(service, f"/stocks/{stock}/gifts", **GIFT)
    assert answer.status_code == 201, answer.text
    return stock


def handing_out(programme_id: str, stock: str, quantity: int = 60, **changed: Any) -> dict[str, Any]:
    return {
        "occurred_on": "2017-01-09", "programme_id": programme_id, "union_org_id": str(GRASSROOTS),
        "site": "样例道路养护三工区", "head_count": quantity, "items": [{"stock_id": stock, "quantity": quantity}],
        **changed,
    }  # fmt: skip


async def issue(service: Service, body: dict[str, Any], **more: Any) -> httpx.Response:
    return await service.post("/goods-issues", body, ENTERER, "grassroots_officer", **{"unit": GRASSROOTS, **more})


async def balances(service: Service) -> dict[str, int]:
    """The balances of the books, which add up to zero and agree with what is in store."""
    told, checked = await shown(service, "/ledger/trial-balance"), await shown(service, "/ledger/check")
    assert (told["balance_fen"], checked) == (0, {"balanced": True, "first": None, "funds": []})
    return {row["account"]: row["balance_fen"] for row in told["accounts"]}


async def test_from_the_gift_to_the_site_and_back(service: Service, winter: Winter) -> None:
    stock = await given(service)
    signed = {"sha256": "ab" * 32, "bytes": 482_113}
    handed = await issue(service, handing_out(winter.programme_id, stock, signed_list=signed))
    assert handed.status_code == 201, handed.text
    assert (handed.json()["head_count"], handed.json()["amount_fen"]) == (60, 768_000)
    path = handed.headers["location"]
    back = {"occurred_on": "2017-01-12", "items": [{"stock_id": stock, "quantity": 2}], "head_count": 2,
            "reason_code": "unused"}  # fmt: skip
    returned = await service.post(f"{path}/returns", back, VERIFIER, "sub_district_officer", unit=SUB_DISTRICT)
    assert returned.status_code == 201, returned.text
    receipt = (await shown(service, f"/stocks/{stock}"))["receipts"][0]["receipt_id"]
    spoiled = {"receipt_id": receipt, "quantity": 1, "reason_code": "spoiled", "voucher": "样损〔2017〕1号"}
    assert (await by_accountant(service, f"/stocks/{stock}/removals", **spoiled)).status_code == 201
    [left] = (await shown(service, "/stocks"))["stocks"]
    assert (left["quantity"], left["value_fen"]) == (41, 41 * 12_800)
    told = await shown(service, path)
    assert (told["head_count"], told["amount_fen"], told["returned_heads"]) == (58, 58 * 12_800, 2)
    assert [(one["quantity"], one["returned"], one["item"]) for one in told["parts"]] == [(60, 2, "棉被")]
    books = await balances(service)
    goods = {name: books[name] for name in ("goods", "income-goods", "goods-issued", "goods-lost")}
    assert goods == {
        "goods": 41 * 12_800, "income-goods": -1_280_000, "goods-issued": 58 * 12_800, "goods-lost": 12_800,
    }  # fmt: skip


async def test_what_is_bought_is_spent_of_its_budget_and_comes_back_to_it(service: Service, winter: Winter) -> None:
    stock = await stocked(service, winter.fund_id)
    bought = {"quantity": 100, "unit_value_fen": 10_000, "voucher": "样购〔2017〕8号", "budget_id": winter.budget_id}
    receipt = await by_accountant(service, f"/stocks/{stock}/purchases", **bought)
    assert receipt.status_code == 201, receipt.text
    assert (await winter.budget())["spent_fen"] == 1_000_000
    sent_back = {"receipt_id": receipt.json()["receipt_id"], "quantity": 10, "reason_code": "sent-back"}
    removed = await by_accountant(service, f"/stocks/{stock}/removals", voucher="样退〔2017〕2号", **sent_back)
    assert removed.status_code == 201, removed.text
    budget = await winter.budget()
    assert (budget["spent_fen"], budget["free_fen"]) == (900_000, 199_100_000)
    books = await balances(service)
    assert (books["goods"], books["cash"], books["payable"]) == (900_000, 199_100_000, 0)
    dear = {**bought, "unit_value_fen": 1_991_001}
    refused = await by_accountant(service, f"/stocks/{stock}/purchases", **dear)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-insufficient")


async def test_the_last_goods_are_handed_out_once(service: Service, winter: Winter) -> None:
    """Many hand out at once what is enough for some: none is lost, and the stock ends at nothing."""
    stock = await given(service)
    body = handing_out(winter.programme_id, stock, 100 // FITTING)

    async def hand_out(key: str) -> httpx.Response:
        answer = await issue(service, body, key=key)
        return await hand_out(key) if answer.status_code == 503 else answer

    answers = await asyncio.gather(*(hand_out(f"issue {n}") for n in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers) == {201: FITTING, 409: AT_ONCE - FITTING}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"stock-insufficient"}
    events = await service.events()
    assert [answer.status_code for answer in await asyncio.gather(*(hand_out(f"issue {n}") for n in range(2)))] == [
        answer.status_code for answer in answers[:2]
    ]
    assert await service.events() == events, "the same request again hands nothing out"
    [left] = (await shown(service, "/stocks"))["stocks"]
    assert left["quantity"] == 0
    page = await shown(service, "/goods-issues?limit=3")
    rest = await shown(service, f"/goods-issues?before={page['next_before']}")
    assert len({one["issue_id"] for one in (*page["issues"], *rest["issues"])}) == FITTING
    assert (await balances(service))["goods-issued"] == 1_280_000


async def test_an_officer_hands_out_and_sees_under_the_own_union_only(service: Service, winter: Winter) -> None:
    stock = await given(service)
    elsewhere = await issue(service, handing_out(winter.programme_id, stock), unit=OTHER)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "reference-unknown")
    handed = await issue(service, handing_out(winter.programme_id, stock))
    path, back = handed.headers["location"], {"occurred_on": "2017-01-12", "reason_code": "entered-wrong"}
    items = [{"stock_id": stock, "quantity": 60}]
    reader = (VERIFIER, "grassroots_officer")
    other = [
        await service.get(path, *reader, unit=OTHER),
        await service.post(f"{path}/returns", {**back, "items": items}, *reader, unit=OTHER),
    ]
    assert [answer.status_code for answer in other] == [404, 404]
    assert (await service.get("/goods-issues", *reader, unit=OTHER)).json()["issues"] == []
    own = await service.get("/goods-issues", *reader, unit=GRASSROOTS)
    assert [one["site"] for one in own.json()["issues"]] == ["样例道路养护三工区"]
    for who, role in ((ACCOUNTANT, "accountant"), (OFFICER, "approver")):
        refused = await service.post("/goods-issues", handing_out(winter.programme_id, stock), who, role)
        assert refused.status_code == 403


async def test_a_donor_is_an_organisation_or_somebody_known(service: Service, winter: Winter) -> None:
    stock = await given(service)
    unnamed = {name: value for name, value in GIFT.items() if name != "donor_organisation"}
    path = f"/stocks/{stock}/gifts"
    unknown = await by_accountant(service, path, **unnamed, donor_person_id=str(person(1)))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")
    await service.register([person(1)])
    assert (await by_accountant(service, path, **unnamed, donor_person_id=str(person(1)))).status_code == 201
    nobody = await by_accountant(service, path, **unnamed)
    assert (nobody.status_code, nobody.json()["code"]) == (422, "donor-missing")


BAD: dict[str, dict[str, Any]] = {
    "nothing": {"items": []},
    "no-units": {"items": [{"stock_id": str(UUID(int=1)), "quantity": 0}]},
    "a-fraction": {"items": [{"stock_id": str(UUID(int=1)), "quantity": 1.5}]},
    "nobody": {"head_count": 0},
    "a-phone-number": {"site": "13912345678"},
    "half-a-list": {"signed_list": {"sha256": "ab" * 32}},
    "too-many-items": {"items": [{"stock_id": str(UUID(int=n)), "quantity": 1} for n in range(21)]},
    "no-such-stock": {"items": [{"stock_id": str(UUID(int=1)), "quantity": 1}]},
    "outside-the-window": {"occurred_on": "2017-02-12"},
    "tomorrow": {"occurred_on": "2017-03-02"},
    "no-such-programme": {"programme_id": str(UUID(int=2))},
    "no-such-union": {"union_org_id": str(UUID(int=3))},
}


async def test_what_is_wrong_stores_nothing_and_says_where(service: Service, winter: Winter) -> None:
    stock = await given(service)
    events = await service.events()
    for name, changed in BAD.items():
        answer = await service.post(
            "/goods-issues", handing_out(winter.programme_id, stock) | changed, OFFICER, "district_officer"
        )
        assert (name, answer.status_code) == (name, 422), answer.text
        assert answer.json()["errors"], name
    assert await service.events() == events


@pytest.mark.parametrize("role", ["grassroots_officer", "cashier", "worker"])
async def test_only_the_accountant_takes_goods_in(service: Service, role: str) -> None:
    body = {"occurred_on": "2017-01-05", "fund_id": str(UUID(int=1)), "item": "棉被", "unit": "piece"}
    assert (await service.post("/stocks", body, ENTERER, role, unit=GRASSROOTS)).status_code == 403
