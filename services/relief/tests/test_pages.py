"""The screens of relief lists: entering, the steps, who sees what, and what happens when registry is away."""

from __future__ import annotations

import asyncio
import html
import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest
import yaml

from unionaid.relief.domain.payment_batch.accounts import ConfirmationReason
from unionaid.relief.domain.payment_batch.returning import FailureReason
from unionaid.relief.domain.payment_batch.rules import WithdrawalReason
from unionaid.relief.domain.relief_list.rules import RejectionReason
from unionaid.relief.domain.relief_list.settling import CancellationReason
from unionaid.relief.examples import APPROVER, CASHIER, ENTERER, VERIFIER, person
from unionaid.relief.resources import directory
from unionaid.service.languages import Language
from unionaid.service.screens import csrf_token

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

ACCOUNTANT = f"person-{uuid4()}"
SUB_DISTRICT, GRASSROOTS, OTHER = (uuid5(UUID(int=0), name) for name in ("s", "g", "o"))
NEW = "/pages/lists/new"
IDS = ("110101199003070011", "11010119900307002X", "110101199003070046")
NAMES = ("马样<贤>", "王样芳", "丁样福")
SCAN = b"%PDF a scan of the signed list"


class Browser:
    """A browser of an officer; follows no redirect, keeps what the last page's forms hold."""

    def __init__(self, service: Service, who: str, role: str, unit: UUID | None = None, language: str = "en") -> None:
        session = service.token(who, role, unit=unit)
        self._client, self.csrf = service.client, csrf_token(b"h" * 32, session)
        self.headers = {"Cookie": f"unionaid_session={session}; unionaid_language={language}"}

    async def get(self, path: str) -> httpx.Response:
        return await self._client.get(path.removeprefix("/relief"), headers=self.headers)

    async def post(self, path: str, fields: dict[str, str], **more: Any) -> httpx.Response:
        return await self._client.post(path.removeprefix("/relief"), data=fields, headers=self.headers, **more)

    async def fill(self, path: str, action: str = "", **fields: str) -> dict[str, str]:
        """Open a page and return what its form would send with these fields."""
        page = await self.get(path)
        assert page.status_code == 200, page.text
        return form_of(page, action or path) | fields

    async def send(self, path: str, action: str = "", **fields: str) -> httpx.Response:
        return await self.post(action or path, await self.fill(path, action, **fields))


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    """What the hidden fields, selects and inputs of a page's form hold."""
    found = re.search(
        rf'<form[^>]*action="/relief{re.escape(action.removeprefix("/relief"))}"(.*?)</form>', page.text, re.DOTALL
    )
    assert found is not None, (action, page.text)
    tags = [tag for tag in re.findall(r"<input[^>]*>", found[1]) if "checkbox" not in tag or " checked" in tag]
    inputs = [pair for tag in tags for pair in re.findall(r' name="([^"]+)".*? value="([^"]*)"', tag)]
    chosen = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)" selected', found[1], re.DOTALL)
    return {name: html.unescape(value) for name, value in (*inputs, *chosen)}


def shown(page: httpx.Response) -> str:
    """The page as somebody reads it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])))


def grassroots(service: Service, **more: Any) -> Browser:
    return Browser(service, ENTERER, "grassroots_officer", GRASSROOTS, **more)


def verifier(service: Service, who: str = VERIFIER) -> Browser:
    return Browser(service, who, "sub_district_officer", SUB_DISTRICT)


@pytest.fixture
async def people(service: Service) -> list[UUID]:
    """Three workers of the union, as registry knows them."""
    persons = [person(n) for n in range(3)]
    await service.register(persons)
    service.registry.numbers = dict(zip(IDS, persons, strict=True))
    service.registry.names = dict(zip(persons, NAMES, strict=True))
    return persons


def typed(winter: Winter, rows: str, **changed: str) -> dict[str, str]:
    given = {
        "budget_id": winter.budget_id, "union_org_id": str(GRASSROOTS), "occurred_on": "2016-12-20",
        "declared_lines": "3", "declared_yuan": "1,300.50", "lines": rows, "do": "submit",
    }  # fmt: skip
    return given | changed


ROWS = f"{IDS[0]}\t500\n{IDS[1]} 王样芳 300.50\n{IDS[2]} 500.00"


async def entered(service: Service, winter: Winter) -> str:
    sent = await grassroots(service).send(NEW, **typed(winter, ROWS))
    assert sent.status_code == 303, shown(sent)
    return sent.headers["location"].partition("?")[0].rpartition("/")[2]


async def test_a_list_goes_from_entered_to_paid_on_the_screens(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    list_id = await entered(service, winter)
    path = f"/pages/lists/{list_id}"
    submitted = await grassroots(service).get(f"{path}?done=submitted")
    assert "The list is submitted." in shown(submitted)
    assert "Waits for the sub-district to verify" in shown(submitted)
    assert "<form" not in submitted.text.partition("<main")[2], "who entered has nothing more to do"
    verified = await verifier(service).send(path, f"{path}/verification", occurred_on="2016-12-22")
    assert (verified.status_code, verified.headers["location"]) == (303, f"/relief{path}?done=verified")
    approver = Browser(service, APPROVER, "approver")
    page = await approver.get(path)
    assert "2,000,000.00 yuan are free in the budget." in shown(page)
    approved = await approver.send(path, f"{path}/approval", occurred_on="2016-12-26")
    assert approved.headers["location"].endswith("?done=approved")
    cashier, pay = Browser(service, CASHIER, "cashier"), f"/pages/cash-payments/{list_id}"
    assert f'href="/relief{pay}"' in (await cashier.get(path)).text
    visit = await cashier.fill(
        pay, visitor_1=str(uuid4()), visitor_2=str(uuid4()), occurred_on="2017-01-05", signed_2="thumbprint"
    )
    paid = await cashier.post(pay, visit, files={"scan": ("scan.pdf", SCAN)})
    assert (paid.status_code, paid.headers["location"]) == (303, f"/relief{path}?done=paid"), shown(paid)
    told = shown(await cashier.get(path))
    for text in ("Submitted", "Verified", "Approved", "Paid", "1,300.50", "payee's thumbprint", "2017-01-05", "you"):
        assert text in told, text
    assert (await winter.budget())["spent_fen"] == 130_050
    lines = await service.get(f"/lists/{list_id}/lines", CASHIER, "cashier")
    assert [(line["amount_fen"], line["signed_by"]) for line in lines.json()["lines"]] == [
        (50_000, "payee"), (30_050, "thumbprint"), (50_000, "payee"),
    ]  # fmt: skip


async def test_a_check_stores_nothing_and_shows_who_is_meant(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    before, officer = await service.events(), grassroots(service)
    page = await officer.send(NEW, **typed(winter, ROWS, do="check"))
    assert page.status_code == 200, shown(page)
    told = shown(page)
    assert "Everything agrees. The list can be submitted." in told
    assert "3 people, 1,300.50 yuan." in told
    assert all(name in told for name in NAMES)
    assert html.escape(NAMES[0]) in page.text
    assert await service.events() == before
    again = await officer.post(NEW, form_of(page, NEW) | typed(winter, ROWS))
    assert again.status_code == 303, "what was checked is submitted from the same page"


FAULTS: list[tuple[str, dict[str, str], str]] = [
    (f"{IDS[0]} 500\n{IDS[0]} 300.50\n{IDS[2]} 500", {}, "Line 2: the same person as on line 1."),
    (f"{IDS[0]} 500\n{IDS[1]} 300.50\n110101199003079999 500", {}, "Nobody of your unions is registered"),
    (f"{IDS[0]} 500\n{IDS[1]} 300.505\n{IDS[2]} 500", {}, "at most two decimals"),
    (f"{IDS[0]} 500\n{IDS[1]} 0\n{IDS[2]} 500", {"declared_yuan": "1000"}, "Line 2: the amount must be above zero."),
    (f"{IDS[0]} 500\n{IDS[1]} 3000.01\n{IDS[2]} 500", {"declared_yuan": "4000.01"}, "at most 3,000.00 yuan"),
    (f"{IDS[0]} 500\n王样芳\n{IDS[2]} 500", {}, "Must be a resident ID and an amount"),
    (ROWS, {"declared_lines": "4"}, "There are 3 lines; that is not the number declared."),
    (ROWS, {"declared_yuan": "1300.05"}, "That is not what the lines add up to."),
    (ROWS, {"declared_yuan": "1300.055"}, "at most two decimals"),
    (ROWS, {"declared_yuan": ""}, "Required."),
    (ROWS, {"declared_lines": "x"}, "Must be a whole number"),
    (ROWS, {"occurred_on": "2017-02-30"}, "Must be a date"),
    (ROWS, {"occurred_on": "2017-02-12"}, "outside the programme's window"),
    (ROWS, {"budget_id": str(uuid4())}, "There is no such thing."),
    (ROWS, {"budget_id": ""}, "Required."),
    (ROWS, {"union_org_id": str(OTHER)}, "There is no such thing."),
    ("", {}, "Required."),
]


async def test_what_does_not_agree_is_told_where_it_stands(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    before, officer = await service.events(), grassroots(service)
    for (rows, changed, reason), do in product(FAULTS, ("check", "submit")):
        page = await officer.send(NEW, **typed(winter, rows, do=do, **changed))
        assert page.status_code == 422, (reason, do)
        assert reason in shown(page), (reason, do)
        assert html.escape(rows) in page.text, "what was typed stays"
    assert await service.events() == before


async def test_who_was_registered_a_moment_ago_is_waited_for(service: Service, winter: Winter) -> None:
    newcomer = person(7)
    service.registry.numbers = {IDS[0]: newcomer}
    sent = typed(winter, f"{IDS[0]} 500", declared_lines="1", declared_yuan="500")

    async def arrives() -> None:
        await asyncio.sleep(0.3)
        await service.register([newcomer])

    page, _ = await asyncio.gather(grassroots(service).send(NEW, **sent), arrives())
    assert page.status_code == 303, shown(page)


async def test_another_name_than_the_registered_one_is_pointed_out(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    rows = ROWS.replace("王样芳", "王样方")
    page = await grassroots(service).send(NEW, **typed(winter, rows, do="check"))
    assert page.status_code == 200
    assert shown(page).count("Not the name that is registered; please check.") == 1


async def test_a_form_sent_twice_is_carried_out_once(service: Service, winter: Winter, people: list[UUID]) -> None:
    officer = grassroots(service)
    sent = await officer.fill(NEW, **typed(winter, ROWS))
    first = await officer.post(NEW, sent)
    before = await service.events()
    again = await officer.post(NEW, sent)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    path = first.headers["location"].partition("?")[0].removeprefix("/relief")
    reader = verifier(service)
    step = await reader.fill(path, f"{path}/verification", occurred_on="2016-12-22")
    answers = [await reader.post(f"{path}/verification", step) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], "also when the list has moved on by itself"
    assert await service.events() == before + 4


async def test_of_two_officers_the_second_sees_what_the_first_did(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    list_id = await entered(service, winter)
    await winter.verify(list_id)
    path = f"/pages/lists/{list_id}"
    one, other = (Browser(service, f"person-{uuid4()}", "approver") for _ in range(2))
    approval = await one.fill(path, f"{path}/approval", occurred_on="2016-12-26")
    rejection = await other.fill(path, f"{path}/rejection", occurred_on="2016-12-26", reason_code="withdrawn")
    assert (await one.post(f"{path}/approval", approval)).status_code == 303
    before = await service.events()
    late = await other.post(f"{path}/rejection", rejection)
    assert late.status_code == 412
    assert "This has changed since you read it." in shown(late)
    assert "Approved" in shown(late), "the page shows the list as it is now"
    assert await service.events() == before
    second = await other.post(f"{path}/rejection", form_of(late, f"{path}/rejection") | {"reason_code": "withdrawn"})
    assert second.status_code == 303, "whoever has looked again may go on"


async def test_a_refused_step_is_told_on_the_list(service: Service, winter: Winter, people: list[UUID]) -> None:
    path = f"/pages/lists/{await entered(service, winter)}"
    before = await service.events()
    early = await verifier(service).send(path, f"{path}/verification", occurred_on="2016-12-19")
    assert (early.status_code, "before the previous step's, 2016-12-20" in shown(early)) == (422, True)
    approver = Browser(service, APPROVER, "approver")
    reasonless = await approver.send(path, f"{path}/rejection", reason_code="")
    assert (reasonless.status_code, 'id="reason_code-fault"' in reasonless.text) == (422, True)
    own = Browser(service, ENTERER, "sub_district_officer", SUB_DISTRICT)
    same = await own.get(path)
    assert "You entered this list, so another person must take this step." in shown(same)
    assert f"{path}/verification" not in same.text
    forced = await own.post(
        f"{path}/verification", {"csrf": own.csrf, "key": "k", "version": "1", "occurred_on": "2016-12-22"}
    )
    assert (forced.status_code, "You entered this list" in shown(forced)) == (403, True)
    assert await service.events() == before


async def test_names_are_opened_once_a_page_by_the_officer_who_looks(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    path = f"/pages/lists/{await entered(service, winter)}"
    for who, role, unit, purpose in (
        (ENTERER, "grassroots_officer", GRASSROOTS, "verification"),
        (VERIFIER, "sub_district_officer", SUB_DISTRICT, "verification"),
        (APPROVER, "approver", None, "approval"),
        (CASHIER, "cashier", None, "payment"),
    ):
        service.registry.asked.clear()
        browser = Browser(service, who, role, unit)
        page = await browser.get(path)
        assert all(name in shown(page) for name in NAMES), role
        [(route, body, token)] = service.registry.asked
        assert (route, body["purpose"], body["fields"]) == ("/identities/open", purpose, ["name"])
        assert sorted(body["person_ids"]) == sorted(str(one) for one in people)
        assert token == "Bearer " + browser.headers["Cookie"].partition("=")[2].partition(";")[0]
    service.registry.asked.clear()
    auditor = Browser(service, f"person-{uuid4()}", "auditor")
    looked = await auditor.get(path)
    assert str(people[0]) in looked.text
    assert service.registry.asked == [], "an auditor opens names by asking for them, not by looking"
    asked = await auditor.get(f"{path}?names=yes")
    assert NAMES[1] in asked.text
    assert service.registry.asked[0][1]["purpose"] == "audit"


async def test_without_registry_ids_are_shown_and_steps_go_on(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    path = f"/pages/lists/{await entered(service, winter)}"
    service.registry.away = True
    page = await verifier(service).get(path)
    assert page.status_code == 200
    assert "ids are shown instead of names" in shown(page)
    assert str(people[0]) in page.text
    step = await verifier(service).send(path, f"{path}/verification", occurred_on="2016-12-22")
    assert step.status_code == 303
    before = await service.events()
    refused = await grassroots(service).send(NEW, **typed(winter, ROWS))
    assert refused.status_code == 422
    assert "The registry does not answer" in shown(refused)
    assert html.escape(ROWS) in refused.text
    assert await service.events() == before


async def test_lists_of_other_unions_are_not_there(service: Service, winter: Winter, people: list[UUID]) -> None:
    path = f"/pages/lists/{await entered(service, winter)}"
    other = await Browser(service, VERIFIER, "sub_district_officer", OTHER).get(path)
    assert (other.status_code, "Nothing here" in other.text) == (404, True)
    assert (await Browser(service, VERIFIER, "donor").get(path)).status_code == 403
    blank = await grassroots(service).get(NEW)
    assert str(OTHER) not in blank.text
    assert "yuan free" not in blank.text, "who enters does not see the budgets"
    assert "yuan free" in (await Browser(service, VERIFIER, "district_officer").get(NEW)).text
    assert (await Browser(service, CASHIER, "cashier").get(NEW)).status_code == 403


async def test_what_is_wrong_with_a_visit_stands_beside_it(
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    list_id = await entered(service, winter)
    await winter.verify(list_id)
    await winter.approve(list_id)
    cashier, pay = Browser(service, CASHIER, "cashier"), f"/pages/cash-payments/{list_id}"
    visit = await cashier.fill(pay, visitor_1=IDS[0], visitor_2=str(uuid4()), occurred_on="2017-01-05")
    before = await service.events()
    bare = await cashier.post(pay, visit)
    assert (bare.status_code, "Choose the scan of the signed list." in shown(bare)) == (422, True)
    payee = await cashier.post(pay, visit, files={"scan": ("scan.pdf", SCAN)})
    assert (payee.status_code, "A visitor is on this list." in shown(payee)) == (422, True)
    kept = form_of(payee, pay)
    assert kept["scan_bytes"] == str(len(SCAN)), "the scan need not be chosen again"
    nobody = await cashier.post(pay, kept | {"visitor_1": "110101199003079999"})
    assert "Nobody of your unions is registered" in shown(nobody)
    proxy = kept | {"visitor_1": str(uuid4()), "signed_2": "proxy", "proxy_2": str(people[1])}
    refused = await cashier.post(pay, proxy)
    assert "Line 2: payee, visitors and cashier cannot be the proxy." in shown(refused)
    assert await service.events() == before
    paid = await cashier.post(pay, form_of(refused, pay) | proxy | {"key": "fresh", "proxy_2": str(people[0])})
    assert paid.status_code == 303, shown(paid)
    again = await cashier.get(pay)
    assert "All paid; nothing is left to do" in shown(again), "a paid list has no form"


SETTLED = "2 paid, 1,000.00 yuan; 1 given up, 300.50 yuan"


async def test_a_list_is_paid_by_the_bank_on_the_screens(  # noqa: PLR0915  one way
    service: Service, winter: Winter, people: list[UUID]
) -> None:
    list_id = await entered(service, winter)
    await winter.verify(list_id)
    await winter.approve(list_id)
    path, cashier = f"/pages/lists/{list_id}", Browser(service, CASHIER, "cashier")
    assert "Ready for a payment batch: 1,300.50 yuan for 3 of the lines." in shown(await cashier.get(path))
    made = await cashier.send(path, f"{path}/payment-batches", occurred_on="2017-01-04")
    batch = made.headers["location"].partition("?")[0].removeprefix("/relief")
    accountant = Browser(service, ACCOUNTANT, "accountant")
    assert "Withdraw the batch" in shown(await cashier.get(batch))
    assert "Release to the bank" not in shown(await cashier.get(batch))
    released = await accountant.send(batch, f"{batch}/release", occurred_on="2017-01-05")
    assert (released.status_code, released.headers["location"]) == (303, f"/relief{batch}?done=released")
    page = await accountant.get(batch)
    assert all(name in shown(page) for name in NAMES)
    part = form_of(page, f"{batch}/bank-return") | {"occurred_on": "2017-01-06", "outcome_1": "paid"}
    part.pop("others")
    answered = await accountant.post(f"{batch}/bank-return", part)
    assert answered.headers["location"] == f"/relief{batch}?done=returned", shown(answered)
    before = await service.events()
    assert (await accountant.post(f"{batch}/bank-return", part)).status_code == 303, "the same form again"
    stale = await accountant.post(f"{batch}/bank-return", part | {"key": "another", "outcome_2": "paid"})
    assert stale.status_code == 412
    assert "This has changed since you read it." in shown(stale)
    assert await service.events() == before
    rest = form_of(stale, f"{batch}/bank-return") | {"occurred_on": "2017-01-07", "outcome_2": ""}
    unread = await accountant.post(f"{batch}/bank-return", rest | {"pasted": "2 gone"})
    assert (unread.status_code, "these rows cannot be read or repeat a line: 1." in shown(unread)) == (422, True)
    assert "2 gone" in unread.text, "what was pasted stays"
    of_another = await accountant.post(f"{batch}/bank-return", rest | {"key": "third", "pasted": "9 paid"})
    assert (of_another.status_code, "Line 9 is not in this payment batch." in shown(of_another)) == (422, True)
    assert await service.events() == before
    rest |= {"key": "fourth", "pasted": "2 账户已销户", "others": "paid"}
    assert (await accountant.post(f"{batch}/bank-return", rest)).status_code == 303
    told = shown(await accountant.get(batch))
    for text in ("Answered by the bank", "account closed", "1 paid, 0 returned", "1 paid, 1 returned"):
        assert text in told, text
    follow_up = await cashier.get(path)
    assert "Ready for a payment batch: 300.50 yuan for 1 of the lines." in shown(follow_up)
    assert f'href="/relief{batch}"' in follow_up.text
    second = await cashier.send(path, f"{path}/payment-batches", occurred_on="2017-01-08")
    again = second.headers["location"].partition("?")[0].removeprefix("/relief")
    doubted = {"occurred_on": "2017-01-09", "reason_code": "account-in-doubt"}
    withdrawn = await cashier.send(again, f"{again}/withdrawal", **doubted)
    assert withdrawn.headers["location"].endswith("?done=withdrawn")
    approver = Browser(service, APPROVER, "approver")
    unticked = await approver.send(path, f"{path}/cancellation", occurred_on="2017-01-10", reason_code="moved-away")
    assert unticked.status_code == 422
    ticked = {"occurred_on": "2017-01-10", "reason_code": "moved-away", "line_2": "yes"}
    given_up = await approver.post(f"{path}/cancellation", form_of(unticked, f"{path}/cancellation") | ticked)
    assert given_up.headers["location"] == f"/relief{path}?done=cancelled"
    told = shown(await approver.get(path))
    for text in ("Settled; nothing is left to do", "Given up", "moved away", "Batch withdrawn", SETTLED):
        assert text in told, text
    assert (await winter.budget())["spent_fen"] == 100_000


async def test_a_batch_is_made_of_what_the_cashier_saw(service: Service, winter: Winter, people: list[UUID]) -> None:
    list_id = await entered(service, winter)
    await winter.verify(list_id)
    await winter.approve(list_id)
    path, cashier = f"/pages/lists/{list_id}", Browser(service, CASHIER, "cashier")
    sent = await cashier.fill(path, f"{path}/payment-batches", occurred_on="2017-01-04")
    before = await service.events()
    for wrong in ({"declared_fen": "1"}, {"declared_lines": "2"}, {"declared_hash": "0" * 64}, {"declared_fen": "x"}):
        refused = await cashier.post(f"{path}/payment-batches", sent | wrong | {"key": str(uuid4())})
        assert refused.status_code == 422, wrong
    assert await service.events() == before


async def test_what_waits_for_somebody_stands_first(service: Service, winter: Winter, people: list[UUID]) -> None:
    empty = await grassroots(service).get("/pages/lists")
    assert "There are no lists yet." in shown(empty)
    list_id = await entered(service, winter)
    link = f'href="/relief/pages/lists/{list_id}"'
    mine = await verifier(service).get("/pages/lists")
    assert "Waiting for you" in shown(mine)
    assert mine.text.count(link) == 2
    assert "2017年元旦春节送温暖" in shown(mine)
    for other in (grassroots(service), Browser(service, APPROVER, "approver")):
        page = await other.get("/pages/lists")
        assert (page.text.count(link), "Waiting for you" in shown(page)) == (1, False), "it is another's turn"
    assert link not in (await Browser(service, VERIFIER, "sub_district_officer", OTHER).get("/pages/lists")).text
    assert link in (await grassroots(service).get(f"/pages/lists?programme_id={winter.programme_id}")).text
    assert link not in (await grassroots(service).get(f"/pages/lists?programme_id={uuid4()}")).text
    assert '<a href="/relief/pages/lists" aria-current="page">' in mine.text
    assert "/reporting/pages/relief" not in mine.text, "what the role may not open is not offered"


async def test_every_page_is_whole_in_every_language(service: Service, winter: Winter, people: list[UUID]) -> None:
    list_id = await entered(service, winter)
    for language in Language:
        texts = yaml.safe_load((directory("locale") / f"{language}.yaml").read_text("utf-8"))
        for path in ("/pages/lists", NEW, f"/pages/lists/{list_id}"):
            page = await grassroots(service, language=language).get(path)
            assert f'<html lang="{language}">' in page.text
            assert "screen-" not in page.text.replace("screen-only", ""), "every text is there"
            assert texts["screen-lists"] in page.text


def test_every_text_of_the_screens_is_used() -> None:
    package = Path(__file__).parents[1] / "src" / "unionaid" / "relief"
    sources = (*package.glob("templates/*.html"), *package.rglob("*.py"))
    written = "\n".join(file.read_text("utf-8") for file in sources)
    known = yaml.safe_load((directory("locale") / "en.yaml").read_text("utf-8"))
    by_value = tuple(re.findall(r'"(screen-[a-z-]+-)(?:" ~|\{)', written))
    assert "screen-status-" in by_value
    screens = {code for code in known if code.startswith("screen-") and not code.startswith(by_value)}
    assert {code for code in screens if f'"{code}"' not in written} == set()
    for way, reasons in (
        ("reason", RejectionReason), ("withdrawal", WithdrawalReason), ("failure", FailureReason),
        ("cancellation", CancellationReason), ("confirmation", ConfirmationReason),
    ):  # fmt: skip
        assert {f"screen-{way}-{reason.value}" for reason in reasons} <= set(known)
