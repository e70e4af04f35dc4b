"""How many approvals a list needs, and whose: by bands of its greatest line and of its sum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from pydantic import ValidationError

from unionaid.contracts.relief import (
    ApprovalBand,
    ReliefListApproved,
    ReliefListEndorsed,
    ReliefListReopened,
    ReliefListSubmitted,
)
from unionaid.contracts.samples import LIST
from unionaid.eventlog import Log
from unionaid.relief.application.programmes import Programmes
from unionaid.relief.domain.programme.approvals import needed
from unionaid.relief.domain.refusals import (
    ApprovalOfOtherRole,
    EndorsedBySame,
    EnteredBySame,
    Refusal,
    VerifiedBySame,
    VisitorIsApprover,
)
from unionaid.relief.domain.relief_list import facts
from unionaid.relief.examples import APPROVED_ON, APPROVER, CASHIER, ENTERER, POLICIES, VERIFIER, person
from unionaid.relief.policies.programmes import Policies, _Version, read_programmes
from unionaid.relief.resources import directory
from unionaid.service.refusals import BrokenHistory

from .conftest import ACCOUNTANT
from .story import CANCELLED_ON, SUM, Story, paid
from .test_pages import Browser, shown

if TYPE_CHECKING:
    from unionaid.contracts.fields import ApproverRole

    from .conftest import Service

SECOND, THIRD = f"person-{UUID(int=71)}", f"person-{UUID(int=72)}"
BANDS = (
    ApprovalBand(measure="line", from_fen=50_000, approvals=("approver", "approver")),
    ApprovalBand(measure="list", from_fen=SUM + 1, approvals=("district_officer", "approver", "approver")),
)
TWO = BANDS[:1]


@pytest.mark.parametrize(
    ("amounts", "approvals"),
    [
        ([49_999, 30_001], ()),
        ([50_000], ("approver", "approver")),
        ([40_000, 40_001], ("district_officer", "approver", "approver")),
        ([50_000, 30_001], ("district_officer", "approver", "approver")),
    ],
    ids=["below", "by-line", "by-list", "the-more-counts"],
)
def test_the_bands_that_a_list_reaches_say_whose_approvals_it_needs(
    amounts: list[int], approvals: tuple[ApproverRole, ...]
) -> None:
    assert needed(BANDS, amounts) == approvals


def test_two_approve_and_only_the_last_binds_the_money() -> None:
    story = Story(bands=TWO).verified()
    assert isinstance(story.events[0], ReliefListSubmitted)
    assert story.events[0].approvals == ("approver", "approver")
    first = story.approved(APPROVER)
    assert first.last(1) == [
        ReliefListEndorsed(occurred_on=APPROVED_ON, list_id=LIST, lines=2, amount_fen=SUM, role="approver")
    ]
    assert isinstance(first.relief_list, facts.Verified)
    second = first.approved(SECOND)
    assert any(isinstance(event, ReliefListApproved) for event in second.events)
    assert isinstance(second.relief_list, facts.Approved)
    assert (second.relief_list.endorsed_by, second.relief_list.approved_by) == ((APPROVER,), SECOND)


@pytest.mark.parametrize(
    ("by", "refusal"),
    [(APPROVER, EndorsedBySame), (ENTERER, EnteredBySame), (VERIFIER, VerifiedBySame)],
    ids=["endorsed", "entered", "verified"],
)
def test_the_second_approver_is_another_person(by: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        Story(bands=TWO).verified().approved(APPROVER).approved(by)


def test_who_endorsed_neither_pays_nor_hands_out() -> None:
    story = Story(bands=TWO).verified().approved(SECOND).approved(APPROVER)
    with pytest.raises(EndorsedBySame):
        story.paid(SECOND)
    with pytest.raises(VisitorIsApprover):
        story.paid(CASHIER, visitors=(UUID(int=71), UUID(int=9)))
    with pytest.raises(EndorsedBySame):
        story.issued(by=SECOND)


def test_who_endorsed_is_known_when_money_comes_back() -> None:
    story = Story(bands=TWO).verified().approved(SECOND).approved(APPROVER).issued().released()
    ended = story.answered(paid(1), paid(2)).relief_list
    assert isinstance(ended, facts.Paid)
    back = ReliefListReopened(occurred_on=CANCELLED_ON, list_id=LIST, lines=1, amount_fen=50_000)
    reopened = facts.evolve(ended, facts.Act(back, CASHIER))
    assert isinstance(reopened, facts.Ordered)
    assert reopened.endorsed_by == (SECOND,)


def test_each_approval_is_its_own_roles_in_turn() -> None:
    story = Story(bands=[BANDS[1].model_copy(update={"from_fen": SUM})]).verified()
    with pytest.raises(ApprovalOfOtherRole):
        story.approved(APPROVER)
    story.approved(THIRD, role="district_officer").approved(APPROVER)
    with pytest.raises(ApprovalOfOtherRole):
        story.approved(SECOND, role="district_officer")
    assert isinstance(story.approved(SECOND).relief_list, facts.Approved)


def test_an_endorsed_list_can_still_be_rejected() -> None:
    assert isinstance(Story(bands=TWO).verified().approved(SECOND).rejected().relief_list, facts.Rejected)


def test_a_list_is_not_approved_before_all_have() -> None:
    story = Story(bands=TWO).verified()
    early = next(e for e in Story().verified().approved().events if isinstance(e, ReliefListApproved))
    with pytest.raises(BrokenHistory):
        facts.evolve(story.relief_list, facts.Act(early, APPROVER))


def test_bands_of_a_policy_rise_and_never_ask_for_less() -> None:
    newest = read_programmes(directory("policy"))["MAJOR_ILLNESS_RELIEF"][-1]
    assert len(needed(newest.bands, [1_000_000])) == 2
    given = {
        "version": "v-1", "in_force_from": APPROVED_ON, "purposes": ["medical-cost"], "standard_fen": 1,
        "amount_max_fen": 1,
    }  # fmt: skip
    first = {"measure": "list", "from_fen": 10, "approvals": ["approver", "approver"]}
    assert _Version.model_validate({**given, "bands": [first]}).bands
    for wrong in (
        {"measure": "list", "from_fen": 10, "approvals": ["approver", "approver"]},
        {"measure": "list", "from_fen": 20, "approvals": ["approver"]},
        {"measure": "list", "from_fen": 20, "approvals": []},
        {"measure": "list", "from_fen": 20, "approvals": ["cashier"]},
    ):
        with pytest.raises(ValidationError):
            _Version.model_validate({**given, "bands": [first, wrong]})


def with_bands(service: Service) -> None:
    """Let programmes be opened on a policy with bands."""
    assert service.parts is not None
    state = service.parts.app.state
    policies: Policies = {"WINTER_WARMTH": tuple(replace(one, bands=TWO) for one in POLICIES)}
    programmes = Programmes(Log(service.pool), policies)
    state.desk = replace(state.desk, commands=replace(state.desk.commands, programmes=programmes))


async def test_two_officers_approve_over_http_and_the_page_says_what_is_still_needed(service: Service) -> None:
    with_bands(service)
    winter = await service.funded()
    await service.register([person(1), person(2)])
    list_id = await winter.submitted([(person(1), 50_000), (person(2), 30_000)])
    assert (await winter.verify(list_id)).status_code == 200
    page = f"/pages/lists/{list_id}"
    approver = Browser(service, APPROVER, "approver")
    assert "Approvals given: 0 of 2. Next: approver" in shown(await approver.get(page))
    other = await winter.approve(list_id, f"person-{UUID(int=4)}")
    assert other.status_code == 200
    assert other.json()["status"] == "verified"
    told = (await service.get(f"/lists/{list_id}", ACCOUNTANT, "accountant")).json()
    assert [one["step"] for one in told["steps"]] == ["submitted", "verified", "endorsed"]
    assert "Approvals given: 1 of 2." in shown(await approver.get(page))
    again = await winter.approve(list_id, f"person-{UUID(int=4)}", key="again")
    assert (again.status_code, again.json()["code"]) == (403, "endorsed-by-same")
    officer = await service.post(
        f"/lists/{list_id}/approval", {"occurred_on": "2016-12-26"}, f"person-{UUID(int=5)}", "district_officer"
    )
    assert (officer.status_code, officer.json()["code"]) == (403, "approval-of-other-role")
    done = await approver.send(page, f"{page}/approval", occurred_on="2016-12-26")
    assert (done.status_code, done.headers["location"]) == (303, f"/relief{page}?done=approved"), shown(done)
