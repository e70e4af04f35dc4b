"""A list of a programme with terms: who does not meet them is named; on what the others qualified is frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from hypothesis import given as drawn

from unionaid.contracts import decode, stream_name
from unionaid.contracts.registry import (
    HouseholdFormed,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    PersonRegistered,
)
from unionaid.contracts.relief import (
    KnownFact,
    ProgrammeCondition,
    ProgrammeStandard,
    ReliefRequested,
    application_id,
)
from unionaid.eventlog import load
from unionaid.relief.domain.budget.facts import budget_of
from unionaid.relief.domain.eligibility.attributes import Facts
from unionaid.relief.domain.eligibility.terms import explained
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.programme.terms import basis_of, facts_in, terms_of
from unionaid.relief.domain.refusals import LinesRefused
from unionaid.relief.domain.relief_list import submitting
from unionaid.relief.domain.relief_list.facts import Unsubmitted
from unionaid.relief.domain.relief_list.submitting import Line
from unionaid.relief.examples import budget_opened, known, person, programme_opened, submit
from unionaid.service.refusals import InWords

from .any_rule import facts as any_facts
from .conftest import FUND, PROGRAMME
from .registry_story import IDENTITY, STATEMENT
from .test_pages import Browser, shown

if TYPE_CHECKING:
    from services.relief.tests.conftest import Service, Winter

OPENED = programme_opened().model_copy(
    update={
        "eligibility": (
            ProgrammeCondition(condition="open-dossier", rule="dossier.open"),
            ProgrammeCondition(condition="poor", rule="dossier.income_percent <= 150 || household.size > 3"),
        ),
        "standards": (
            ProgrammeStandard(standard="deep", rule="dossier.level == 'deep'", amount_fen=200_000),
            ProgrammeStandard(standard="sudden", rule="dossier.level == 'sudden'", amount_fen=100_000),
        ),
    }
)
DEEP: Facts = {"dossier.open": True, "dossier.income_percent": 90, "dossier.level": "deep", "person.sex": "female"}
TERMS = terms_of(OPENED)


def asked(fen: int, facts: Facts) -> list[Any]:
    lines = [Line(person(1), fen)]
    told = replace(known(lines), facts={person(1): facts})
    return submitting.submit(
        Unsubmitted(), programme_of([OPENED]), budget_of([budget_opened(1_000_000)]), told, submit(lines)
    )


def refused(fen: int, facts: Facts) -> list[tuple[str, str, Any]]:
    try:
        asked(fen, facts)
    except LinesRefused as refusal:
        return [
            (fault.code, fault.field, fault.params.get("reasons") or fault.params.get("most"))
            for fault in refusal.faults
        ]
    return []


def test_what_a_person_qualified_on_is_frozen_with_the_request() -> None:
    _, requested = asked(150_000, DEEP)
    assert isinstance(requested, ReliefRequested)
    assert requested.facts == (
        KnownFact(attribute="dossier.open", value="true"),
        KnownFact(attribute="dossier.level", value="deep"),
        KnownFact(attribute="dossier.income_percent", value="90"),
    )
    assert (requested.standard, requested.standard_fen) == ("deep", 200_000)
    assert requested.policy_version == OPENED.policy_version


def test_who_does_not_meet_the_conditions_is_refused_with_each_of_them() -> None:
    against = InWords(("condition-open-dossier", "condition-poor"))
    assert refused(100, {"dossier.open": False, "dossier.income_percent": 200, "household.size": 2}) == [
        ("not-eligible", "lines.0.person_id", against)
    ]
    assert refused(100, {}) == [("not-eligible", "lines.0.person_id", against)]
    relative: Facts = {**DEEP, "dossier.level": "relative"}
    no_standard = InWords(("condition-no-standard",))
    assert refused(100, relative) == [("not-eligible", "lines.0.person_id", no_standard)]


def test_nobody_receives_above_the_standard_that_fits() -> None:
    assert refused(200_000, DEEP) == []
    assert refused(200_001, DEEP) == [("amount-above-standard", "lines.0.amount_fen", "2,000.00")]
    assert refused(100_001, {**DEEP, "dossier.level": "sudden"}) == [
        ("amount-above-standard", "lines.0.amount_fen", "1,000.00")
    ]


@drawn(any_facts)
def test_judged_anew_by_the_frozen_facts_a_case_is_the_same(facts: Facts) -> None:
    case = explained(TERMS, facts)
    basis = basis_of(OPENED, TERMS, case, facts)
    assert (basis is None) == (case.amount_fen is None)
    if basis is not None:
        _, requested = asked(1, facts)
        stored = ReliefRequested.model_validate_json(requested.model_dump_json())
        assert explained(TERMS, facts_in(stored)) == case


SINGLE, MARRIED, SPOUSE = (uuid5(UUID(int=0), name) for name in ("single", "married", "spouse"))
HOME = uuid4()
OFFICER, APPROVER = f"person-{uuid4()}", f"person-{uuid4()}"
GRASSROOTS = uuid5(UUID(int=0), "g")
ON = date(2016, 5, 1)
CONDITION = {"condition": "own", "rule": "household.size >= 2"}


def member(person_id: UUID, relation: Any) -> HouseholdMemberJoined:
    return HouseholdMemberJoined(
        occurred_on=ON,
        household_id=HOME,
        person_id=person_id,
        relation=relation,
        health_code="healthy",
        statement=STATEMENT,
    )


async def winter_for_households(service: Service) -> Winter:
    """A winter with a condition of its own, and a couple whom registry has told of."""
    await service.register([SINGLE, MARRIED])
    await service.hear(
        [
            PersonRegistered(occurred_on=ON, person_id=SPOUSE, identity=IDENTITY),
            HouseholdFormed(occurred_on=ON, household_id=HOME, union_org_id=GRASSROOTS),
            member(MARRIED, "householder"),
            member(SPOUSE, "spouse"),
        ]
    )
    winter = await service.funded()
    opened = await service.post("/programmes", {**PROGRAMME, "conditions": [CONDITION]}, OFFICER, "district_officer")
    assert opened.status_code == 201, opened.text
    allotment = {"occurred_on": "2016-12-02", "programme_id": opened.json()["programme_id"], "amount_fen": 10_000_000}
    fund_id = (await service.post("/funds", FUND, OFFICER, "accountant")).json()["fund_id"]
    receipt = {"occurred_on": "2016-11-20", "amount_fen": 10_000_000, "voucher": "样财预〔2016〕113号"}
    await service.post(f"/funds/{fund_id}/receipts", receipt, OFFICER, "accountant")
    budget = await service.post(f"/funds/{fund_id}/budgets", allotment, OFFICER, "accountant")
    winter.programme_id, winter.budget_id = opened.json()["programme_id"], budget.json()["budget_id"]
    return winter


async def test_a_line_is_explained_as_it_was_taken_whatever_happens_later(service: Service) -> None:
    winter = await winter_for_households(service)
    both = await winter.submit(winter.list_body([(MARRIED, 50_000), (SINGLE, 50_000)]))
    assert both.status_code == 422
    assert [(one["code"], one["field"], one["reason"]) for one in both.json()["errors"]] == [
        ("not-eligible", "lines.1.person_id", "Line 2: not met: The further condition.")
    ]
    list_id = await winter.submitted([(MARRIED, 40_000), (SPOUSE, 30_000)])
    path = f"/lists/{list_id}/lines/1/explanation"
    before = (await service.get(path, APPROVER, "approver")).json()
    assert before["explanation"]["conditions"] == [
        {
            "condition": "own",
            "rule": "household.size >= 2",
            "met": True,
            "facts": {"household.size": 2},
            "lacking": [],
        }
    ]
    assert (before["standard_fen"], before["policy_version"]) == (50_000, "winter-warmth-2017.1")
    await service.hear([HouseholdMemberLeft(occurred_on=ON, household_id=HOME, person_id=SPOUSE, reason_code="moved")])
    assert (await service.get(path, APPROVER, "approver")).json() == before
    async with service.pool.acquire() as conn:
        stored = await load(conn, stream_name("application", application_id(UUID(list_id), 1)))
    _, requested = decode(stored[0].body)
    assert isinstance(requested, ReliefRequested)
    assert requested.facts == (KnownFact(attribute="household.size", value="2"),)
    page = await Browser(service, APPROVER, "approver").get(f"/pages/lists/{list_id}/lines/1")
    assert "The further condition met members of the household: 2" in shown(page)
    listed = await Browser(service, APPROVER, "approver").get(f"/pages/lists/{list_id}")
    assert f"/lists/{list_id}/lines/2" in listed.text


async def test_an_explanation_is_for_who_decides_or_enters_in_the_own_unions(service: Service, winter: Winter) -> None:
    await service.register([MARRIED])
    list_id = await winter.submitted([(MARRIED, 40_000)])
    path = f"/lists/{list_id}/lines/1/explanation"
    told = (await service.get(path, APPROVER, "approver")).json()
    assert told["explanation"] is None
    assert (await service.get(path, APPROVER, "cashier")).status_code == 403
    elsewhere = await service.get(path, OFFICER, "grassroots_officer", unit=uuid5(UUID(int=0), "o"))
    assert elsewhere.status_code == 404
    assert (await service.get(f"/lists/{list_id}/lines/2/explanation", APPROVER, "approver")).status_code == 404
    page = await Browser(service, APPROVER, "approver").get(f"/pages/lists/{list_id}/lines/1")
    assert "The programme has no conditions." in shown(page)
