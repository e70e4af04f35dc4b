"""A merge and its undoing in a real Chromium, by keyboard, with relief and mutual aid answering over Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.system.browsing import language, sign_in, sign_out
from tests.system.office import NARROW, ON, WIDE, Office

from unionaid.contracts.relief import lines_hash
from unionaid.testkit.demo import empty_stack

pytestmark = pytest.mark.needs("browser")
PAIRS = "/registry/pages/duplicates"
TRIES, PAUSE_MS = 150, 200
"""How often a page is looked at again until somebody has answered."""


@dataclass
class TwiceOffice(Office):
    """An office with somebody registered twice, one of the numbers taken away, and a programme with money."""

    person: str = ""
    survivor: str = ""
    programme: str = ""
    budget: str = ""

    def approved(self) -> str:
        """A list of the survivor, approved; return its id."""
        line = (1, UUID(self.survivor), 50_000)
        body = {
            "occurred_on": "2026-02-05", "programme_id": self.programme, "budget_id": self.budget,
            "union_org_id": self.factory_id,
            "declared": {"lines": 1, "amount_fen": 50_000, "lines_hash": lines_hash([line])},
            "lines": [{"person_id": self.survivor, "amount_fen": 50_000}],
        }  # fmt: skip
        list_id = self.made("relief", "/lists", "district_officer", "list_id", **body)
        for step, role in (("verification", "sub_district_officer"), ("approval", "approver")):
            token = self.stack.token(role, unit=self.unions[self.street] if role == "sub_district_officer" else None)
            taken = self.stack.request(
                "POST", "relief", f"/lists/{list_id}/{step}", token, {"occurred_on": "2026-02-06"}
            )
            assert taken.is_success, taken.text
        return list_id

    def pay(self, list_id: str) -> Any:
        """Hand it out; return what was answered."""
        payment = {
            "occurred_on": "2026-02-10", "visitors": [str(uuid4()), str(uuid4())], "signed_list_sha256": "ab" * 32,
            "signed_list_bytes": 1, "lines": [{"line": 1, "signed_by": "payee"}],
        }  # fmt: skip
        token = self.stack.token("cashier")
        return self.stack.request("POST", "relief", f"/lists/{list_id}/cash-payment", token, payment)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwiceOffice]:
    with empty_stack("undoing-test") as stack:
        office = TwiceOffice.opened(stack, tmp_path_factory, town="金积镇", trade="乳业", hundred=0)
        office.survivor, office.person = (
            office.worker(serial, name, on=ON, phone="13912345678")
            for serial, name in ((1, "欧阳国华"), (3, "歐陽國華"))
        )
        office.entered(
            f"/persons/{office.person}/corrections", "person_id",
            resident_id=None, reason_code="number-invalid", occurred_on="2026-02-01",
        )  # fmt: skip
        office.in_hardship(office.survivor)
        office.programme, office.budget = office.funded()
        yield office


def until_told(page: Page, text: str) -> None:
    """Look at the page again until it says something."""
    for _ in range(TRIES):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(PAUSE_MS)
        page.reload()
    raise AssertionError(f"not told: {text}")


def decide(page: Page, reason: str, where: str, button: str) -> None:
    """Choose the reason and press the button, by keyboard."""
    page.locator(f"#{where}").select_option(reason)
    page.get_by_role("button", name=button).press("Enter")


def test_a_merge_is_decided_paid_upon_and_undone(office: TwiceOffice, browser: BrowserContext) -> None:
    front, page = office.stack.stack.front, browser.new_page()
    page.set_viewport_size(WIDE)
    sign_in(page, front, "district_officer", PAIRS)
    language(page, "简体中文")
    office.look(page, "01-waiting")
    page.locator("tbody a").first.press("Enter")
    office.look(page, "02-side-by-side")
    page.locator("#survivor_id").select_option(office.survivor)
    decide(page, "documents-agree", "merge_reason", "查看合并的影响")
    office.look(page, "02-before-the-merge")
    page.get_by_role("button", name="确认合并").press("Enter")
    expect(page.locator("caption")).to_have_text("已合并")
    office.look(page, "03-merged")

    list_id = office.approved()
    assert office.pay(list_id).is_success

    page.locator("tbody a").first.press("Enter")
    address = page.url.removeprefix(front)
    office.look(page, "04-the-pair")
    decide(page, "different-people", "undo_reason", "申请撤销合并")
    office.look(page, "05-asked")
    until_told(page, "有付款妨碍撤销")
    expect(page.locator("main")).to_contain_text("500.00")
    office.look(page, "06-payments")
    language(page, "繁體中文")
    page.set_viewport_size(NARROW)
    office.look(page, "07-payments-narrow")
    page.set_viewport_size(WIDE)
    page.locator("[name=looked]").press("Space")
    decide(page, "different-people", "undo_reason", "申請撤銷合併")
    until_told(page, "合併已於")
    language(page, "English")
    office.look(page, "08-undone")
    decide(page, "relatives", "apart_reason", "Keep apart, and do not ask again")
    expect(page.locator("main")).to_contain_text("No possible duplicates are waiting.")
    page.goto(front + address)
    expect(page.locator("main")).to_contain_text("Decided: two persons.")
    office.look(page, "09-kept-apart")
    sign_out(page)
    assert office.stack.ask("relief", "/payment-holds", "accountant") == {"payment_holds": []}
