"""Each step of a dossier: from which state, by whom, and what follows."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from uuid import UUID

import pytest

from unionaid.contracts import Event
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierCalledBack,
    DossierClosed,
    DossierHolderChanged,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    HouseholdFormed,
    HouseholdMemberJoined,
    StatementReference,
)
from unionaid.registry.domain.dossier import managing, rules
from unionaid.registry.domain.dossier.facts import Act, Dossier, Unopened, dossier_of, evolve
from unionaid.registry.domain.household.facts import household_of
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.facts import Known, Worker
from unionaid.registry.domain.refusals import (
    ClearsMissing,
    DateBeforeLastStep,
    DateInFuture,
    DossierNotAt,
    HolderNoWorker,
    HolderUnchanged,
    MissingNotMissing,
    NotAMember,
    NotAssessed,
    NotFound,
    NothingCorrected,
    NothingToReclassify,
    ReclassificationWaits,
    Refusal,
    WasEnteredInError,
)
from unionaid.registry.examples import FACTORY_UNION_ID, PERSON_ID
from unionaid.service.languages import Catalogue, Language
from unionaid.service.refusals import BrokenHistory, InWords
from unionaid.testkit.rules import Given

CHILD, HOUSEHOLD, DOSSIER = UUID(int=2), UUID(int=3), UUID(int=4)
ENTERS, VERIFIES, POSTS, APPROVES = (f"person-{UUID(int=n)}" for n in (11, 12, 13, 14))
ON, TODAY = date(2016, 12, 19), date(2017, 1, 5)
SAID = StatementReference(statement_version=1, commitment="5a" * 32)
CLEAR = FiveClears(
    family_situation="ordinary", hardship_cause="illness", state_of_mind="stable", employment_wish="none",
    technical_skill="none",
)  # fmt: skip
RELATIVE = Assessment(
    policy_version="p-1", household_size=2, income_ratio_percent=120, computed_level="relative",
    hardship_level="relative",
)  # fmt: skip
DEEP = RELATIVE.model_copy(update={"computed_level": "deep", "hardship_level": "deep", "income_ratio_percent": 90})
HOME = household_of(
    [
        HouseholdFormed(occurred_on=ON, household_id=HOUSEHOLD, union_org_id=FACTORY_UNION_ID),
        *(
            HouseholdMemberJoined(
                occurred_on=ON, household_id=HOUSEHOLD, person_id=one, relation="other", health_code="healthy",
                statement=SAID,
            )
            for one in (PERSON_ID, CHILD)
        ),
    ]
)  # fmt: skip
HOLDER = Worker(Known(PERSON_ID, 1980, "male", 1), FACTORY_UNION_ID, None, False, None, ON)
OPENED = Act(
    DossierOpened(
        occurred_on=ON, dossier_id=DOSSIER, household_id=HOUSEHOLD, holder_id=PERSON_ID, union_org_id=FACTORY_UNION_ID
    ),
    ENTERS,
)
CLEARED = Act(FiveClearsRecorded(occurred_on=ON, dossier_id=DOSSIER, clears=CLEAR, statement=SAID), ENTERS)
ASSESSED = Act(DossierAssessed(occurred_on=ON, dossier_id=DOSSIER, assessment=RELATIVE), ENTERS)
VERIFIED = Act(DossierVerified(occurred_on=ON, dossier_id=DOSSIER), VERIFIES)
POSTED = Act(
    DossierPosted(
        occurred_on=ON, dossier_id=DOSSIER, notice_place="公开栏", posted_until=date(2016, 12, 26),
        notice_working_days=5, calendar_version="c-1",
    ),
    POSTS,
)  # fmt: skip
APPROVED = Act(
    DossierApproved(
        occurred_on=date(2016, 12, 27), dossier_id=DOSSIER, household_id=HOUSEHOLD, holder_id=PERSON_ID,
        union_org_id=FACTORY_UNION_ID, hardship_level="relative", hardship_cause="illness", household_size=2,
        income_ratio_percent=120, policy_version="p-1", next_review_on=date(2017, 12, 27),
    ),
    APPROVES,
)  # fmt: skip
RETURNED = Act(
    DossierReturned(occurred_on=ON, dossier_id=DOSSIER, reason_code="facts-doubtful", missing_clears=()), VERIFIES
)
READY = (OPENED, CLEARED, ASSESSED)
IN_FORCE = (*READY, VERIFIED, POSTED, APPROVED)


def given(*acts: Act) -> Given[Dossier, Event]:
    return Given(dossier_of(acts))


def by(who: str, on: date = TODAY) -> Step:
    return Step(who, on, TODAY)


def reviewed(assessment: Assessment) -> Act:
    return Act(
        DossierReviewed(occurred_on=TODAY, dossier_id=DOSSIER, assessment=assessment, next_review_on=date(2018, 1, 5)),
        ENTERS,
    )


def test_it_is_begun_for_a_worker_of_the_household() -> None:
    command = rules.OpenDossier(DOSSIER, PERSON_ID, CLEAR, SAID)
    given().when(rules.open_dossier, HOME, HOLDER, command, by(ENTERS, ON)).then(OPENED.event, CLEARED.event)
    child = rules.OpenDossier(DOSSIER, CHILD, CLEAR, None)
    given().when(rules.open_dossier, HOME, Known(CHILD, 2001, None, 1), child, by(ENTERS)).refused(HolderNoWorker)
    stranger = rules.OpenDossier(DOSSIER, UUID(int=99), CLEAR, None)
    given().when(rules.open_dossier, HOME, HOLDER, stranger, by(ENTERS)).refused(NotAMember, field="holder_id")
    given().when(rules.open_dossier, household_of([]), HOLDER, command, by(ENTERS)).refused(NotFound)


def test_verifying_asks_for_all_five_and_an_assessment() -> None:
    given(*READY).when(rules.verify, HOME, by(VERIFIES, ON)).then(VERIFIED.event)
    missing = CLEAR.model_copy(update={"technical_skill": None, "state_of_mind": None})
    partly = Act(FiveClearsRecorded(occurred_on=ON, dossier_id=DOSSIER, clears=missing, statement=None), ENTERS)
    refused = given(OPENED, partly, ASSESSED).when(rules.verify, HOME, by(VERIFIES)).refused(ClearsMissing)
    assert refused.params == {"missing": InWords.values("missing_clears", "state_of_mind", "technical_skill")}
    given(OPENED, CLEARED).when(rules.verify, HOME, by(VERIFIES)).refused(NotAssessed)
    given(*READY, RETURNED).when(rules.verify, HOME, by(VERIFIES)).refused(DossierNotAt)
    given(*READY, RETURNED, ASSESSED).when(rules.verify, HOME, by(VERIFIES)).then(
        DossierVerified(occurred_on=TODAY, dossier_id=DOSSIER)
    )


@pytest.mark.parametrize(
    ("acts", "kind"),
    [
        ((), NotFound),
        (READY, DossierNotAt),
        ((*READY, VERIFIED), DossierNotAt),
        (IN_FORCE, DossierNotAt),
        ((*READY, VERIFIED, POSTED, RETURNED), DossierNotAt),
    ],
)
def test_only_what_is_posted_is_approved(acts: tuple[Act, ...], kind: type[Refusal]) -> None:
    given(*acts).when(rules.approve, HOME, date(2018, 1, 5), by(APPROVES)).refused(kind)


def test_approval_freezes_what_others_rest_on() -> None:
    posted = given(*READY, VERIFIED, POSTED)
    posted.when(rules.approve, HOME, date(2017, 12, 27), by(APPROVES, date(2016, 12, 27))).then(APPROVED.event)


@pytest.mark.parametrize(
    ("language", "missing", "status"),
    [
        (Language.ZH_HANS, "思想状况、技能状况", "已退回"),
        (Language.ZH_HANT, "思想狀況、技能狀況", "已退回"),
        (Language.EN, "state of mind, technical skill", "Returned"),
    ],
)
def test_a_refusal_speaks_its_readers_language(language: Language, missing: str, status: str) -> None:
    catalogue = Catalogue.of(files("unionaid.registry") / "locale")
    clears = InWords.values("missing_clears", "state_of_mind", "technical_skill")
    assert missing in catalogue.text(language, ClearsMissing.code, {"missing": clears})
    assert status in catalogue.text(language, DossierNotAt.code, {"status": InWords.values("tab", "returned")})


def test_missing_clears_are_named_where_they_are_the_reason() -> None:
    for reason, missing in (("clears-missing", ()), ("facts-doubtful", ("state_of_mind",))):
        given(*READY).when(rules.return_, HOME, reason, missing, by(VERIFIES)).refused(MissingNotMissing)  # type: ignore[arg-type]  # drawn


def test_what_was_entered_is_not_entered_again_unchanged() -> None:
    given(*READY).when(rules.record_clears, HOME, CLEAR, None, by(ENTERS)).refused(NothingCorrected)
    gone = FiveClears(hardship_cause="illness")
    given(*IN_FORCE).when(rules.record_clears, HOME, gone, None, by(ENTERS)).refused(ClearsMissing)


def test_steps_are_dated_in_their_order_and_not_ahead() -> None:
    early, late = by(VERIFIES, date(2016, 12, 18)), by(VERIFIES, date(2017, 1, 6))
    given(*READY).when(rules.verify, HOME, early).refused(DateBeforeLastStep, field="occurred_on")
    given(*READY).when(rules.verify, HOME, late).refused(DateInFuture)


def test_another_level_waits_for_the_approver() -> None:
    given(*IN_FORCE, reviewed(RELATIVE)).when(managing.reclassify, HOME, by(APPROVES)).refused(NothingToReclassify)
    found = given(*IN_FORCE, reviewed(DEEP))
    found.when(managing.close, HOME, "lifted", by(APPROVES), approver=True).refused(ReclassificationWaits)
    found.when(managing.reclassify, HOME, by(APPROVES)).then(
        DossierReclassified(
            occurred_on=TODAY, dossier_id=DOSSIER, former_level="relative", hardship_level="deep", policy_version="p-1"
        )
    )


def test_it_passes_to_another_member() -> None:
    told = {"holder_id": CHILD, "union_org_id": None}
    given(*READY).when(rules.pass_on, HOME, by(ENTERS), reason="asked", **told).then(  # type: ignore[arg-type]  # as told
        DossierHolderChanged(
            occurred_on=TODAY, dossier_id=DOSSIER, former_holder_id=PERSON_ID, holder_id=CHILD,
            union_org_id=FACTORY_UNION_ID, reason_code="asked",
        )
    )  # fmt: skip
    same = {**told, "holder_id": PERSON_ID}
    given(*READY).when(rules.pass_on, HOME, by(ENTERS), reason="asked", **same).refused(HolderUnchanged)  # type: ignore[arg-type]  # as told


def test_who_has_left_holds_up_the_signatures() -> None:
    alone = household_of(
        [
            HouseholdFormed(occurred_on=ON, household_id=HOUSEHOLD, union_org_id=FACTORY_UNION_ID),
            HouseholdMemberJoined(
                occurred_on=ON, household_id=HOUSEHOLD, person_id=CHILD, relation="householder", health_code="healthy",
                statement=SAID,
            ),
        ]
    )  # fmt: skip
    given(*READY).when(rules.verify, alone, by(VERIFIES)).refused(NotAMember, field="holder_id")
    given(*READY, VERIFIED, POSTED).when(rules.approve, alone, TODAY, by(APPROVES)).refused(NotAMember)


def test_what_is_closed_is_called_back_unless_it_was_an_error() -> None:
    def closed(reason: str) -> Act:
        data = {"occurred_on": TODAY, "dossier_id": DOSSIER, "household_id": HOUSEHOLD, "reason_code": reason}
        return Act(DossierClosed.model_validate(data), APPROVES)

    given(*IN_FORCE, closed("lifted")).when(managing.call_back, HOME, "stable", by(ENTERS)).then(
        DossierCalledBack(occurred_on=TODAY, dossier_id=DOSSIER, call_back_outcome="stable")
    )
    given(*READY, closed("entered-in-error")).when(managing.call_back, HOME, "stable", by(ENTERS)).refused(
        WasEnteredInError
    )
    given(*IN_FORCE).when(managing.call_back, HOME, "stable", by(ENTERS)).refused(DossierNotAt)


@pytest.mark.parametrize("acts", [(VERIFIED,), (OPENED, POSTED), (*READY, APPROVED), (OPENED, OPENED)])
def test_what_cannot_follow_is_not_passed_over(acts: tuple[Act, ...]) -> None:
    with pytest.raises(BrokenHistory):
        dossier_of(acts)
    assert evolve(Unopened(), OPENED) != Unopened()
