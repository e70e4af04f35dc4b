"""Goods on the screens: taken in, handed out, taken back; what is wrong is told beside the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest
import yaml

from unionaid.contracts.fields import GoodsRemovalReason, GoodsReturnReason, GoodsUnit, GoodsValuation
from unionaid.relief.examples import ENTERER
from unionaid.relief.resources import directory
from unionaid.service.languages import Language

from .conftest import ACCOUNTANT, GRASSROOTS, OTHER
from .test_http_goods import given, handing_out, issue, stocked
from .test_pages import Browser, shown

if TYPE_CHECKING:
    from .conftest import Service, Winter

STOCKS, ISSUES = "/pages/stocks", "/pages/goods-issues"


def accountant(service: Service, language: str = "en") -> Browser:
    return Browser(service, ACCOUNTANT, "accountant", language=language)


def officer(service: Service, language: str = "en") -> Browser:
    return Browser(service, ENTERER, "grassroots_officer", GRASSROOTS, language)


async def entered(browser: Browser, page: str, form: str, **fields: str) -> None:
    answer = await browser.send(page, f"{page}/{form}", occurred_on="2017-01-05", **fields)
    assert (answer.status_code, answer.headers.get("location")) == (303, f"/relief{page}?done={form}"), shown(answer)


async def test_goods_are_bought_and_what_is_too_much_is_sent_back(service: Service, winter: Winter) -> None:
    browser = accountant(service)
    opened = await browser.send(STOCKS, fund_id=winter.fund_id, item="棉被", unit="piece", occurred_on="2017-01-03")
    assert opened.status_code == 303, shown(opened)
    page = opened.headers["location"].removeprefix("/relief")
    await entered(
        browser, page, "purchases", quantity="100", yuan="128.00", budget_id=winter.budget_id, voucher="样购8"
    )
    receipt = re.search(
        r'name="receipt_id"[^>]*>.*?<option value="([0-9a-f-]{36})"', (await browser.get(page)).text, re.DOTALL
    )
    assert receipt is not None
    await entered(
        browser, page, "removals", receipt_id=receipt[1], quantity="40", reason_code="sent-back", voucher="样退2"
    )
    assert "棉被 2017年送温暖专项资金 60 piece 7,680.00" in shown(await browser.get(STOCKS))
    assert "样购8 2017-01-05 bought 100 60 128.00" in shown(await browser.get(page))


async def test_what_was_given_is_handed_out_and_comes_back(service: Service, winter: Winter) -> None:
    stock = await given(service)
    await entered(
        accountant(service), f"{STOCKS}/{stock}", "gifts", quantity="5", yuan="100", valuation="appraisal",
        donor_organisation="样例慈善会", voucher="样捐2",
    )  # fmt: skip
    browser = officer(service)
    handed = await browser.send(
        ISSUES, occurred_on="2017-01-09", programme_id=winter.programme_id, union_org_id=str(GRASSROOTS),
        site="样例工地", head_count="50", stock_2=stock, quantity_2="60",
    )  # fmt: skip
    assert handed.status_code == 303, shown(handed)
    page = handed.headers["location"].removeprefix("/relief")
    assert "People 50 Worth (yuan) 7,680.00" in shown(await browser.get(page))
    form = f"{page}/returns"
    back = {"occurred_on": "2017-01-10", "head_count": "1", "reason_code": "unused", f"back_{stock}": "61"}
    refused = await browser.send(page, form, **back)
    assert (refused.status_code, "60 are still out" in shown(refused)) == (422, True)
    returned = await browser.send(page, form, **{**back, f"back_{stock}": "10"})
    assert (returned.status_code, returned.headers["location"]) == (303, f"/relief{page}?done=returned")
    assert "样例工地 2017-01-09 2017年元旦春节送温暖 样例工会 49 6,400.00" in shown(await browser.get(ISSUES))
    assert (await Browser(service, ENTERER, "grassroots_officer", OTHER).get(page)).status_code == 404


WRONG_ISSUES = {
    "more-than-there-is": ({"quantity_1": "101"}, "100 were in store on that day, 101 are wanted"),
    "no-number": ({"quantity_1": "ten"}, ""),
    "no-item": ({"stock_1": "", "quantity_1": ""}, ""),
    "a-quantity-of-nothing": ({"stock_1": ""}, ""),
    "nobody": ({"head_count": "0"}, ""),
    "a-name-with-a-number": ({"site": "13912345678"}, ""),
    "half-a-list": ({"signed_list_bytes": "12"}, ""),
    "outside-the-window": ({"occurred_on": "2017-02-20"}, "outside the programme"),
}


async def test_what_is_wrong_is_told_beside_it_and_nothing_is_stored(service: Service, winter: Winter) -> None:
    stock = await given(service)
    before, browser = await service.events(), officer(service)
    right = {
        "occurred_on": "2017-01-09", "programme_id": winter.programme_id, "union_org_id": str(GRASSROOTS),
        "site": "样例工地", "head_count": "50", "stock_1": stock, "quantity_1": "60",
    }  # fmt: skip
    for name, (changed, told) in WRONG_ISSUES.items():
        answer = await browser.send(ISSUES, **{**right, **changed})
        assert (name, answer.status_code in (409, 422)) == (name, True)
        assert told in shown(answer), name
        assert 'aria-invalid="true"' in answer.text, name
    assert await service.events() == before


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("gifts", {"quantity": "1", "yuan": "1.005", "valuation": "invoice", "voucher": "1"}),
        ("gifts", {"quantity": "0", "yuan": "1", "valuation": "invoice", "voucher": "1"}),
        ("gifts", {"quantity": "1", "yuan": "1", "valuation": "invoice", "voucher": "1"}),
        ("removals", {"quantity": "101", "reason_code": "spoiled", "voucher": "1"}),
    ],
    ids=["three-decimals", "nothing", "no-donor", "no-receipt"],
)
async def test_a_stock_takes_nothing_wrong(service: Service, form: str, fields: dict[str, str]) -> None:
    page = f"{STOCKS}/{await given(service)}"
    before = await service.events()
    answer = await accountant(service).send(page, f"{page}/{form}", occurred_on="2017-01-05", **fields)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert await service.events() == before


async def test_who_only_reads_has_no_forms(service: Service, winter: Winter) -> None:
    stock = await stocked(service, winter.fund_id)
    for path, reader in (
        (STOCKS, officer(service)),
        (f"{STOCKS}/{stock}", officer(service)),
        (ISSUES, accountant(service)),
    ):
        page = await reader.get(path)
        assert page.status_code == 200
        assert "<form" not in page.text.partition("<main")[2].partition("</main")[0], path
    assert (await accountant(service).post(f"{STOCKS}/{stock}/nothing", {})).status_code in (403, 404)


async def test_every_page_is_whole_in_every_language(service: Service, winter: Winter) -> None:
    stock = await given(service)
    path = "/pages" + (await issue(service, handing_out(winter.programme_id, stock))).headers["location"]
    for language in Language:
        texts = yaml.safe_load((directory("locale") / f"{language}.yaml").read_text("utf-8"))
        for browser, page in (
            (accountant(service, language), STOCKS), (accountant(service, language), f"{STOCKS}/{stock}"),
            (officer(service, language), ISSUES), (officer(service, language), path),
        ):  # fmt: skip
            told = (await browser.get(page)).text
            assert f'<html lang="{language}">' in told
            assert "screen-" not in told.replace("screen-only", ""), page
        for code in (
            *(f"screen-unit-{unit}" for unit in get_args(GoodsUnit)),
            *(f"screen-valuation-{one}" for one in get_args(GoodsValuation)),
            *(f"screen-removal-{one}" for one in get_args(GoodsRemovalReason)),
            *(f"screen-goods-back-{one}" for one in get_args(GoodsReturnReason)),
        ):
            assert code in texts, code
