"""One canned event of every type about households and hardship dossiers."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from itertools import count
from uuid import UUID

from unionaid.contracts.event import Event
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierAssessed,
    DossierCalledBack,
    DossierClosed,
    DossierErased,
    DossierHolderChanged,
    DossierMoved,
    DossierOpened,
    DossierPosted,
    DossierReclassified,
    DossierReturned,
    DossierReviewed,
    DossierVerified,
    FiveClears,
    FiveClearsRecorded,
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    HouseholdMoved,
    HouseholdSplit,
    ObjectionRaised,
    ObjectionSettled,
    RelativeDeclared,
    RelativeWithdrawn,
    StatementReference,
    StatementsOpened,
    StudentAdmitted,
)
from unionaid.contracts.samples.sample import (
    APPROVER,
    GRASSROOTS,
    NEXT_UNION,
    OFFICER,
    RELATIVE,
    VERIFIER,
    WORKER,
    Sample,
)

FIRST_INDEX = 100
"""Behind the other samples of registry."""
HOUSEHOLD = UUID("1d6e8f3a-0c7b-4f52-9e14-3a9b5c7d2e21")


NEW_HOUSEHOLD = UUID("4a7c1e9d-5b38-4d60-8f2a-6e0d9b1c3f22")


DOSSIER = UUID("92b5d0e7-3f6a-4c18-a7d9-0e5f1a2b4c23")


OBJECTION = UUID("c85f2a1b-9e4d-4370-b6c8-7d1e0f3a5b24")


OPENING = UUID("e7a90b4c-1d2f-4e85-9b36-5c8d0e7f6a25")


POLICY = "hardship-2017.1"


def _statement(version: int) -> StatementReference:
    return StatementReference(statement_version=version, commitment=sha256(b"statement %d" % version).hexdigest())


_STORY: tuple[tuple[Event, UUID], ...] = (
    (HouseholdFormed(occurred_on=date(2016, 9, 1), household_id=HOUSEHOLD, union_org_id=GRASSROOTS), OFFICER),
    (
        HouseholdMemberJoined(
            occurred_on=date(2016, 9, 1),
            household_id=HOUSEHOLD,
            person_id=WORKER,
            relation="householder",
            health_code="serious_illness",
            statement=_statement(1),
        ),
        OFFICER,
    ),
    (
        HouseholdMemberChanged(
            occurred_on=date(2016, 9, 5),
            household_id=HOUSEHOLD,
            person_id=RELATIVE,
            relation="child",
            health_code="healthy",
            school_stage="upper_secondary",
            statement=_statement(2),
        ),
        OFFICER,
    ),
    (
        StudentAdmitted(
            occurred_on=date(2016, 9, 6),
            household_id=HOUSEHOLD,
            person_id=RELATIVE,
            school_stage="college",
            admission_letter_sha256=sha256(b"letter").hexdigest(),
            admission_letter_bytes=183_442,
            statement=_statement(3),
        ),
        OFFICER,
    ),
    (
        DossierOpened(
            occurred_on=date(2016, 9, 12),
            dossier_id=DOSSIER,
            household_id=HOUSEHOLD,
            holder_id=WORKER,
            union_org_id=GRASSROOTS,
        ),
        OFFICER,
    ),
    (
        FiveClearsRecorded(
            occurred_on=date(2016, 9, 12),
            dossier_id=DOSSIER,
            clears=FiveClears(
                family_situation="children_at_school",
                hardship_cause="illness",
                state_of_mind="worried",
                employment_wish="cannot_work",
                technical_skill="junior",
            ),
            statement=_statement(1),
        ),
        OFFICER,
    ),
    (
        DossierAssessed(
            occurred_on=date(2016, 9, 12),
            dossier_id=DOSSIER,
            assessment=Assessment(
                policy_version=POLICY,
                household_size=2,
                income_ratio_percent=137,
                after_shock_percent=0,
                computed_level="relative",
                hardship_level="deep",
                override_reason="debts",
            ),
            statement=_statement(1),
        ),
        OFFICER,
    ),
    (
        DossierReturned(
            occurred_on=date(2016, 9, 14),
            dossier_id=DOSSIER,
            reason_code="clears-missing",
            missing_clears=("technical_skill",),
        ),
        VERIFIER,
    ),
    (DossierVerified(occurred_on=date(2016, 9, 19), dossier_id=DOSSIER), VERIFIER),
    (
        DossierPosted(
            occurred_on=date(2016, 9, 20),
            dossier_id=DOSSIER,
            notice_place="样例乳业厂务公开栏",
            posted_until=date(2016, 9, 27),
            notice_working_days=5,
            calendar_version="chinesecalendar-1.11.0",
        ),
        VERIFIER,
    ),
    (
        ObjectionRaised(
            occurred_on=date(2016, 9, 22),
            dossier_id=DOSSIER,
            objection_id=OBJECTION,
            objection_ground="income",
            statement=_statement(1),
        ),
        VERIFIER,
    ),
    (
        ObjectionSettled(
            occurred_on=date(2016, 9, 26),
            dossier_id=DOSSIER,
            objection_id=OBJECTION,
            objection_outcome="unfounded",
        ),
        APPROVER,
    ),
    (
        DossierApproved(
            occurred_on=date(2016, 9, 28),
            dossier_id=DOSSIER,
            household_id=HOUSEHOLD,
            holder_id=WORKER,
            union_org_id=GRASSROOTS,
            hardship_level="deep",
            hardship_cause="illness",
            household_size=2,
            income_ratio_percent=137,
            policy_version=POLICY,
            next_review_on=date(2017, 9, 28),
        ),
        APPROVER,
    ),
    (
        DossierReviewed(
            occurred_on=date(2017, 9, 11),
            dossier_id=DOSSIER,
            assessment=Assessment(
                policy_version=POLICY,
                household_size=2,
                income_ratio_percent=142,
                computed_level="relative",
                hardship_level="relative",
            ),
            next_review_on=date(2018, 9, 11),
        ),
        OFFICER,
    ),
    (
        DossierReclassified(
            occurred_on=date(2017, 9, 15),
            dossier_id=DOSSIER,
            former_level="deep",
            hardship_level="relative",
            policy_version=POLICY,
        ),
        APPROVER,
    ),
    (
        HouseholdMemberLeft(
            occurred_on=date(2017, 10, 9), household_id=HOUSEHOLD, person_id=WORKER, reason_code="split"
        ),
        OFFICER,
    ),
    (
        HouseholdSplit(
            occurred_on=date(2017, 10, 9),
            household_id=HOUSEHOLD,
            new_household_id=NEW_HOUSEHOLD,
            reason_code="divorce",
        ),
        OFFICER,
    ),
    (
        DossierHolderChanged(
            occurred_on=date(2017, 10, 9),
            dossier_id=DOSSIER,
            former_holder_id=WORKER,
            holder_id=RELATIVE,
            union_org_id=GRASSROOTS,
            reason_code="split",
        ),
        OFFICER,
    ),
    (
        DossierClosed(occurred_on=date(2018, 9, 3), dossier_id=DOSSIER, household_id=HOUSEHOLD, reason_code="lifted"),
        APPROVER,
    ),
    (
        DossierCalledBack(occurred_on=date(2019, 3, 4), dossier_id=DOSSIER, call_back_outcome="stable"),
        OFFICER,
    ),
    (
        StatementsOpened(
            occurred_on=date(2016, 9, 19),
            opening_id=OPENING,
            matter_id=DOSSIER,
            opening_purpose="dossier",
            opened_statement_fields=("family_situation", "hardship_cause"),
            opened_person_ids=(WORKER,),
        ),
        VERIFIER,
    ),
    (
        HouseholdMoved(
            occurred_on=date(2017, 11, 6),
            household_id=HOUSEHOLD,
            former_union_org_id=GRASSROOTS,
            union_org_id=NEXT_UNION,
        ),
        OFFICER,
    ),
    (
        DossierMoved(
            occurred_on=date(2017, 11, 6), dossier_id=DOSSIER, former_union_org_id=GRASSROOTS, union_org_id=NEXT_UNION
        ),
        OFFICER,
    ),
    (
        DossierErased(
            occurred_on=date(2028, 9, 4), dossier_id=DOSSIER, household_id=HOUSEHOLD, policy_version="retention-2013.1"
        ),
        APPROVER,
    ),
    (RelativeDeclared(occurred_on=date(2016, 9, 2), officer_id=VERIFIER, person_id=RELATIVE), VERIFIER),
    (RelativeWithdrawn(occurred_on=date(2018, 3, 5), officer_id=VERIFIER, person_id=RELATIVE), VERIFIER),
)


def _placed() -> Iterator[Sample]:
    versions: dict[str, Iterator[int]] = {}
    for index, (event, by) in enumerate(_STORY, start=FIRST_INDEX):
        yield Sample(event, index, next(versions.setdefault(event.subject, count(1))), by)


SAMPLES = tuple(_placed())
