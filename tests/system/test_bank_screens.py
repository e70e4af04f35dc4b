"""Payment by the bank in a real Chromium: accounts stated and looked at twice, the bank's file, and what it answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.system.browsing import act, language, sign_in, sign_out
from tests.system.office import NARROW, ON, WIDE, Office

from unionaid.contracts.relief import lines_hash
from unionaid.testkit.demo import Demo

pytestmark = pytest.mark.needs("browser")
NAMES = ("马样贤", "马样芳", "丁样福")
SHARED, OTHER = "6228481200000011", "6228481200000033"


@pytest.fixture(scope="module")
def office(screens: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.opened(screens, tmp_path_factory, town="高闸镇", trade="印染", hundred=8)


def given(office: Office, path: str, role: str, unit: str | None = None, /, **body: Any) -> Any:
    """Give relief a command that goes well; return its answer."""
    token = office.stack.token(role, unit=unit) if unit else office.stack.token(role)
    answer = office.stack.request("POST", "relief", path, token, body)
    assert answer.is_success, answer.text
    return answer.json()


def approved(office: Office, people: list[str], programme: str, budget: str) -> str:
    """A list of these people that waits for the cashier."""
    numbered = [(n, person, 50_000) for n, person in enumerate(people, start=1)]
    lines: list[tuple[int, Any, int]] = list(numbered)
    listed = given(
        office, "/lists", "grassroots_officer", office.factory_id,
        occurred_on="2026-02-05", programme_id=programme, budget_id=budget, union_org_id=office.factory_id,
        declared={"lines": len(people), "amount_fen": 50_000 * len(people), "lines_hash": lines_hash(lines)},
        lines=[{"person_id": person, "amount_fen": 50_000} for person in people],
    )  # fmt: skip
    street = office.unions[office.street]
    given(office, f"/lists/{listed['list_id']}/verification", "sub_district_officer", street, occurred_on="2026-02-06")
    given(office, f"/lists/{listed['list_id']}/approval", "approver", occurred_on="2026-02-07")
    return str(listed["list_id"])


def begun(office: Office, page: Page, programme: str) -> str:
    """A check with those who will be paid, promised before; its address."""
    front = office.stack.stack.front
    page.set_viewport_size(NARROW)
    sign_in(page, front, "district_officer", f"/relief/pages/programmes/{programme}/verifications")
    language(page, "繁體中文")
    page.locator("#occurred_on").fill("2026-02-04")
    office.look(page, "00-check-begins")
    page.get_by_role("button", name="開始一次抽查").press("Enter")
    expect(page.locator("dl.citation")).to_contain_text(re.compile("SHA-256 [0-9a-f]{64}"))
    office.look_twice(page, "00-check-promised")
    address = page.url.removeprefix(front)
    sign_out(page)
    return address


def send_file(page: Page, bank: str, content: bytes) -> None:
    page.locator("#bank").select_option(bank)
    page.locator("#file").set_input_files({"name": "return.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("form[action*='/bank-returns/'] button").click()


def test_from_the_account_to_the_bank_s_answer(  # noqa: PLR0915  one way
    office: Office, browser: BrowserContext, tmp_path: Path
) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    people = [office.worker(serial, name, on=ON) for serial, name in enumerate(NAMES)]
    office.in_hardship(*people)
    for person in people[1:]:
        account = SHARED if person == people[1] else OTHER
        body = {"bank_account": account, "reason_code": "told", "occurred_on": "2026-02-02"}
        office.entered(f"/persons/{person}/bank-account", "account", **body)
    programme, budget = office.funded()
    promised = begun(office, page, programme)
    listed = approved(office, people, programme, budget)

    page.set_viewport_size(WIDE)
    sign_in(page, front, "grassroots_officer", f"/registry/pages/persons/{people[0]}", office.factory)
    language(page, "简体中文")
    act(page, "account", "2026-02-08", bank_account="12", reason_code="told")
    expect(page.locator("#account-bank_account-fault")).to_contain_text("8 至 32 位")
    office.look(page, "01-account-fault")
    act(page, "account", "2026-02-08", bank_account=SHARED, reason_code="told")
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("main")).to_contain_text("已登记（第 1 次登记）")
    assert SHARED not in page.content()
    office.look_twice(page, "02-account-known")
    sign_out(page)

    sign_in(page, front, "cashier", f"/relief/pages/lists/{listed}")
    page.locator("form[action$=payment-batches] #occurred_on").fill("2026-02-09")
    page.locator("form[action$=payment-batches] button").click()
    batch = page.url.partition("?")[0].removeprefix(front)
    sign_out(page)

    sign_in(page, front, "accountant", batch)
    language(page, "繁體中文")
    page.locator("form[action$=release] #occurred_on").fill("2026-02-10")
    page.locator("form[action$=release] button").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("section[aria-labelledby=accounts] tbody tr")).to_have_count(2)
    sign_out(page)

    sign_in(page, front, "cashier", batch)
    page.locator("#form").select_option("example-city")
    page.locator("form[action$='/file'] button").click()
    expect(page.locator(".fault")).to_contain_text("第 1 行")
    office.look_twice(page, "03-held")
    sign_out(page)

    sign_in(page, front, "accountant", batch)
    page.locator("[name=line_1]").check()
    page.locator("[name=line_2]").check()
    page.locator("#account-on").fill("2026-02-11")
    page.locator("#account-reason").select_option("family-account")
    office.look_twice(page, "04-confirm")
    page.locator("button[form=confirm-accounts]").click()
    expect(page.locator(".done")).to_have_text("收款帳號已覆核。")
    sign_out(page)

    sign_in(page, front, "cashier", batch)
    language(page, "English")
    page.set_viewport_size(NARROW)
    page.locator("#form").select_option("example-city")
    page.locator("form[action$='/file'] [name=occurred_on]").fill("2026-02-12")
    page.locator("form[action$='/file'] button").click()
    expect(page.locator(".done")).to_have_text("The file for the bank is made.")
    office.look(page, "05-made")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the file").click()
    kept = tmp_path / "order.csv"
    downloading.value.save_as(kept)
    order = [row.split(",") for row in kept.read_bytes().decode("gb18030").splitlines()[1:4]]
    assert [(row[1].strip(), row[2]) for row in order] == [(SHARED, NAMES[0]), (SHARED, NAMES[1]), (OTHER, NAMES[2])]
    page.locator("form[action$=sending] [name=occurred_on]").fill("2026-02-12")
    page.get_by_role("button", name="Record that the bank has it").click()
    expect(page.locator(".done")).to_have_text("That the bank has it is recorded.")
    office.look(page, "05-sent")
    sign_out(page)

    references = [row[0] for row in order]
    answer = "商户订单号,账号尾号,应付金额(元),结果代码,返回信息\n" + "".join(
        f"{reference},{tail},500.00,{said}\n"
        for reference, tail, said in zip(
            references, ("0011", "0011", "0033"), ("S,", "F,账户状态为销户", "S,"), strict=True
        )
    )
    page.set_viewport_size(WIDE)
    sign_in(page, front, "accountant", batch)
    send_file(page, "example-rural", answer.encode("gb18030"))
    expect(page.locator(".fault")).to_be_visible()
    office.look(page, "06-other-bank")
    wrong = answer + f"{references[0][:-2]}99,0011,500.00,S,\n" + answer.splitlines()[1] + "\n"
    send_file(page, "example-city", wrong.encode("gb18030"))
    expect(page.locator("section[aria-labelledby=read] li").first).to_be_visible()
    office.look_twice(page, "07-faults")
    send_file(page, "example-city", answer.encode("gb18030"))
    expect(page.locator("section[aria-labelledby=read]")).to_contain_text("3 lines can be recorded")
    page.locator("#bank-return [name=occurred_on]").fill("2026-02-13")
    office.look(page, "08-read")
    page.locator("#bank-return button").click()
    expect(page.locator(".done")).to_contain_text("recorded")
    expect(page.locator("main")).to_contain_text(re.compile("SHA-256 [0-9a-f]{64}"))
    expect(page.locator("tbody tr", has_text="account closed")).to_have_count(1)
    office.look_twice(page, "09-booked")

    back = answer.splitlines()[0] + f"\n{references[2]},0033,500.00,R,账户状态为销户\n"
    language(page, "简体中文")
    send_file(page, "example-city", back.encode("gb18030"))
    expect(page.locator("section[aria-labelledby=read]")).to_contain_text("1 行已付款项被退回")
    page.locator("#reversed_on").fill("2026-02-20")
    office.look_twice(page, "10-came-back")
    page.locator("#reversals button").click()
    expect(page.locator(".done")).to_contain_text("退款已登记")
    expect(page.locator("tbody tr", has_text=NAMES[2])).to_contain_text("已销户")
    office.look(page, "11-reversed")
    page.goto(f"{front}/relief/pages/lists/{listed}")
    expect(page.locator("tbody tr", has_text=NAMES[2])).to_contain_text("账户已销户")
    office.look_twice(page, "12-waits-again")
    sign_out(page)

    sign_in(page, front, "district_officer", promised)
    language(page, "English")
    page.locator("form[action$=draw] [name=occurred_on]").fill("2026-02-21")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("dl.citation")).to_contain_text("1 of 1 payments")
    row = page.locator("tbody tr", has_text=NAMES[0])
    row.locator("[name=outcome]").select_option("received-less")
    row.locator("[name=received_yuan]").fill("300")
    row.locator("[name=occurred_on]").fill("2026-02-22")
    row.locator("button").click()
    expect(page.locator("tbody tr", has_text=NAMES[0])).to_contain_text("received less")
    expect(page.locator("dl.citation")).to_contain_text("300.00 of 500.00 yuan")
    office.look_twice(page, "13-check-answered")
