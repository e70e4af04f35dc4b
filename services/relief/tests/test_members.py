"""The members of a society whose fund is one of donations: rules, HTTP and the fund's page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from unionaid.contracts import Event
from unionaid.contracts.relief import FundOpened, SocietyMemberJoined, SocietyMemberLeft
from unionaid.contracts.samples import FUND
from unionaid.relief.domain.fund.facts import INITIAL, evolve
from unionaid.relief.domain.fund.members import JoinSociety, LeaveSociety, join_society, leave_society
from unionaid.relief.domain.refusals import (
    AlreadyMember,
    BeforePreviousStep,
    DateInFuture,
    FundNotOfDonations,
    MemberMissing,
    NotFound,
)
from unionaid.relief.examples import TODAY, fund_opened, person
from unionaid.service.languages import Language
from unionaid.service.refusals import Refusal
from unionaid.testkit.rules import telling

from .conftest import ACCOUNTANT
from .test_http_ledger import shown
from .test_pages import Browser
from .test_pages import shown as text

if TYPE_CHECKING:
    from .conftest import Service

given = telling(evolve, INITIAL)
ON = date(2017, 1, 10)
ONE, TWO = UUID(int=1), UUID(int=2)
COMPANY = "样例乳业有限公司"
OPENED = FundOpened(occurred_on=date(2016, 5, 3), fund_id=FUND, source="donation", name="会", earmark="society-aid")
JOIN = JoinSociety(TWO, COMPANY, None, ON, TODAY)
LEAVE = LeaveSociety(ONE, ON, TODAY)


def joined(member: UUID = ONE, organisation: str | None = COMPANY, who: UUID | None = None) -> Event:
    return SocietyMemberJoined(
        occurred_on=ON, fund_id=FUND, member_id=member, member_organisation=organisation, member_person_id=who
    )


def left(member: UUID = ONE) -> Event:
    return SocietyMemberLeft(occurred_on=ON, fund_id=FUND, member_id=member)


def test_an_organisation_or_a_person_joins_and_leaves() -> None:
    given(OPENED).when(join_society, JOIN).then(joined(TWO))
    given(OPENED, joined()).when(leave_society, LEAVE).then(left())


def test_who_left_may_join_again() -> None:
    given(OPENED, joined(), left()).when(join_society, JOIN).then(joined(TWO))


@pytest.mark.parametrize(
    ("organisation", "who", "on", "refusal", "field"),
    [
        (COMPANY, None, ON, AlreadyMember, "member_organisation"),
        (None, None, ON, MemberMissing, "member_organisation"),
        (COMPANY, ONE, ON, MemberMissing, "member_organisation"),
        ("别的单位", None, date(2099, 1, 1), DateInFuture, "occurred_on"),
    ],
    ids=["twice", "nobody", "both", "later-than-today"],
)
def test_who_cannot_join_is_told_why(
    organisation: str | None, who: UUID | None, on: date, refusal: type[Refusal], field: str
) -> None:
    given(OPENED, joined()).when(join_society, JoinSociety(TWO, organisation, who, on, TODAY)).refused(
        refusal, field=field
    )


def test_a_society_has_a_fund_of_donations() -> None:
    given().when(join_society, JOIN).refused(NotFound)
    given(fund_opened()).when(join_society, JOIN).refused(FundNotOfDonations)


def test_only_a_member_leaves_and_not_before_joining() -> None:
    given(OPENED).when(leave_society, LEAVE).refused(NotFound)
    early = LeaveSociety(ONE, date(2017, 1, 9), TODAY)
    given(OPENED, joined()).when(leave_society, early).refused(BeforePreviousStep, field="occurred_on")


async def society(service: Service) -> str:
    opened = {"occurred_on": "2016-05-03", "source": "donation", "name": "助学互助会资金", "earmark": "society-aid"}
    fund = await service.post("/funds", opened, ACCOUNTANT, "accountant")
    return f"/funds/{fund.json()['fund_id']}"


async def test_members_are_listed_until_they_leave(service: Service) -> None:
    fund = await society(service)
    await service.register([person(1)])
    ids = []
    for who in ({"member_organisation": COMPANY}, {"member_person_id": str(person(1))}):
        answer = await service.post(f"{fund}/members", {"occurred_on": "2016-06-01", **who}, ACCOUNTANT, "accountant")
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["member_id"])
    found = (await shown(service, f"{fund}/members"))["members"]
    assert [(one["member_organisation"], one["member_person_id"]) for one in found] == [
        (COMPANY, None), (None, str(person(1))),
    ]  # fmt: skip
    gone = {"occurred_on": "2016-12-31"}
    answer = await service.post(f"{fund}/members/{ids[0]}/departure", gone, ACCOUNTANT, "accountant")
    assert answer.status_code == 201, answer.text
    assert [one["member_id"] for one in (await shown(service, f"{fund}/members"))["members"]] == ids[1:]


async def test_somebody_nobody_knows_is_no_member(service: Service) -> None:
    body = {"occurred_on": "2016-06-01", "member_person_id": str(person(99))}
    answer = await service.post(f"{await society(service)}/members", body, ACCOUNTANT, "accountant")
    assert (answer.status_code, answer.json()["code"]) == (422, "reference-unknown")


@pytest.mark.parametrize("language", [language.value for language in Language])
async def test_members_join_and_leave_on_the_funds_page(service: Service, language: str) -> None:
    page = f"/pages{await society(service)}"
    browser = Browser(service, ACCOUNTANT, "accountant", language=language)
    joining = {"occurred_on": "2016-06-01", "member_organisation": COMPANY}
    assert (await browser.send(page, f"{page}/members", **joining)).status_code == 303
    told = await browser.get(page)
    assert f"{COMPANY} 2016-06-01" in text(told)
    assert "screen-" not in text(told)
    assert (await browser.send(page, f"{page}/members", **joining)).status_code == 422
    [member] = (await shown(service, page.removeprefix("/pages") + "/members"))["members"]
    leaving = {"occurred_on": "2016-07-01", "member_id": member["member_id"]}
    assert (await browser.send(page, f"{page}/departure", **leaving)).status_code == 303
    assert COMPANY not in text(await browser.get(page))
