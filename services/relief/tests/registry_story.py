"""What registry may tell of a few households, drawn at random, and what follows for rules, read plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import CauseCode, HardshipLevel, HealthCode, Relation, SchoolStage
from unionaid.contracts.registry import (
    Assessment,
    DossierApproved,
    DossierClosed,
    DossierHolderChanged,
    DossierReclassified,
    DossierReviewed,
    HouseholdFormed,
    HouseholdMemberChanged,
    HouseholdMemberJoined,
    HouseholdMemberLeft,
    IdentityCorrected,
    IdentityReference,
    PersonErased,
    PersonRegistered,
    PersonRestricted,
    StatementReference,
    StudentAdmitted,
    WorkerLeft,
    WorkerMerged,
    WorkerRegistered,
)
from unionaid.relief.domain.eligibility.attributes import Facts

BEGIN = date(2016, 1, 1)
IDENTITY = IdentityReference(vault_version=1, commitment="ab" * 32)
STATEMENT = StatementReference(statement_version=1, commitment="cd" * 32)
LEVELS, CAUSES, STAGES, HEALTHS, RELATIONS = (
    get_args(one) for one in (HardshipLevel, CauseCode, SchoolStage, HealthCode, Relation)
)


@dataclass
class Story:
    """Tells events of persons, households and dossiers, each of which may follow those before."""

    draw: Random
    unions: Sequence[UUID]
    events: list[Event] = field(default_factory=list)
    on: date = BEGIN

    def id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def tell(self, kind: type[Event], **data: Any) -> None:
        self.on += timedelta(days=self.draw.randrange(4))
        self.events.append(kind(occurred_on=self.on, **data))

    def lives(self, households: int) -> Story:
        homes = [self._household() for _ in range(households)]
        for household_id, members, dossier_id in homes:
            if dossier_id is not None:
                self._dossier(dossier_id, household_id, members)
            self._change(household_id, members)
        survivors = [members[0] for _, members, _ in homes]
        self._merge(survivors[1], survivors[0])
        self._merge(survivors[0], self._worker())
        self._merge(self._worker(), survivors[2])
        return self

    def _person(self) -> UUID:
        person_id = self.id()
        year = self.draw.choice([None, self.draw.randrange(1940, 2016)])
        sex = None if year is None else self.draw.choice(["female", "male"])
        self.tell(PersonRegistered, person_id=person_id, identity=IDENTITY, birth_year=year, sex=sex)
        return person_id

    def _worker(self) -> UUID:
        person_id, union, migrant = self._person(), self.draw.choice(self.unions), self.draw.random() < 0.3
        self.tell(WorkerRegistered, person_id=person_id, union_org_id=union, migrant=migrant)
        if self.draw.random() < 0.1:
            self.tell(WorkerLeft, person_id=person_id, union_org_id=union, migrant=migrant, reason_code="moved")
        return person_id

    def _household(self) -> tuple[UUID, list[UUID], UUID | None]:
        household_id = self.id()
        members = [self._worker(), *(self._person() for _ in range(self.draw.randrange(3)))]
        self.tell(HouseholdFormed, household_id=household_id, union_org_id=self.draw.choice(self.unions))
        for person_id in members:
            self._stands(HouseholdMemberJoined, household_id, person_id)
        return household_id, members, self.id() if self.draw.random() < 0.7 else None

    def _stands(self, kind: type[Event], household_id: UUID, person_id: UUID) -> None:
        self.tell(
            kind,
            household_id=household_id,
            person_id=person_id,
            relation=self.draw.choice(RELATIONS),
            health_code=self.draw.choice(HEALTHS),
            school_stage=self.draw.choice([None, *STAGES]),
            statement=STATEMENT,
        )

    def _dossier(self, dossier_id: UUID, household_id: UUID, members: Sequence[UUID]) -> None:
        draw = self.draw
        self.tell(
            DossierApproved,
            dossier_id=dossier_id,
            household_id=household_id,
            holder_id=members[0],
            union_org_id=self.unions[0],
            hardship_level=draw.choice(LEVELS),
            hardship_cause=draw.choice(CAUSES),
            household_size=len(members),
            income_ratio_percent=draw.randrange(300),
            policy_version="hardship-1",
            next_review_on=self.on + timedelta(days=365),
        )
        level = draw.choice(LEVELS)
        if draw.random() < 0.5:
            found = Assessment(
                policy_version="hardship-1",
                household_size=draw.randrange(1, 5),
                income_ratio_percent=draw.randrange(300),
                hardship_level=level,
            )
            review = self.on + timedelta(days=500)
            self.tell(DossierReviewed, dossier_id=dossier_id, assessment=found, next_review_on=review)
        if draw.random() < 0.4:
            self.tell(
                DossierReclassified,
                dossier_id=dossier_id,
                former_level="deep",
                hardship_level=level,
                policy_version="hardship-1",
            )
        if len(members) > 1 and draw.random() < 0.3:
            self.tell(
                DossierHolderChanged,
                dossier_id=dossier_id,
                former_holder_id=members[0],
                holder_id=members[1],
                union_org_id=self.unions[0],
                reason_code="asked",
            )
        if draw.random() < 0.2:
            self.tell(DossierClosed, dossier_id=dossier_id, household_id=household_id, reason_code="lifted")

    def _change(self, household_id: UUID, members: Sequence[UUID]) -> None:
        draw, who = self.draw, self.draw.choice(members)
        if draw.random() < 0.5:
            self.tell(
                StudentAdmitted,
                household_id=household_id,
                person_id=who,
                school_stage=draw.choice(STAGES),
                admission_letter_sha256="ef" * 32,
                admission_letter_bytes=1,
                statement=STATEMENT,
            )
        if draw.random() < 0.3:
            self._stands(HouseholdMemberChanged, household_id, who)
        if draw.random() < 0.2:
            fields = ("birth_date",)
            self.tell(
                IdentityCorrected,
                person_id=who,
                identity=IDENTITY,
                corrected_fields=fields,
                reason_code="entered-wrong",
                birth_year=1977,
                sex="male",
            )
        if len(members) > 1 and draw.random() < 0.3:
            self.tell(HouseholdMemberLeft, household_id=household_id, person_id=members[-1], reason_code="moved")
        if draw.random() < 0.2:
            self.tell(PersonRestricted, person_id=who, policy_version="retention-1")
        if draw.random() < 0.1:
            self.tell(PersonErased, person_id=members[-1], reason_code="ordered")

    def _merge(self, person_id: UUID, survivor_id: UUID) -> None:
        pair_id = self.id()
        self.tell(
            WorkerMerged, pair_id=pair_id, person_id=person_id, survivor_id=survivor_id, reason_code="documents-agree"
        )


def _months(since: date, until: date) -> int:
    months = (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
    return max(0, months)


def plainly(events: Sequence[Event], on: date) -> dict[UUID, Facts]:  # noqa: PLR0912, PLR0915  a case for each event
    """Read the events one by one into what is known of each person on a day."""
    persons: dict[UUID, dict[str, Any]] = {}
    members: dict[UUID, dict[str, Any]] = {}
    dossiers: dict[UUID, dict[str, Any]] = {}
    admitted: dict[UUID, StudentAdmitted] = {}
    stands_for: dict[UUID, UUID] = {}
    for event in events:
        match event:
            case PersonRegistered() | IdentityCorrected():
                persons.setdefault(event.person_id, {"worker": False, "migrant": False, "restricted": False})
                persons[event.person_id] |= {"born": event.birth_year, "sex": event.sex}
            case WorkerRegistered():
                persons[event.person_id] |= {"worker": True, "migrant": event.migrant}
            case WorkerLeft():
                persons[event.person_id] |= {"worker": False, "migrant": False}
            case PersonRestricted():
                persons[event.person_id]["restricted"] = True
            case PersonErased():
                persons[event.person_id]["erased"] = True
            case HouseholdMemberJoined() | HouseholdMemberChanged():
                members[event.person_id] = event.model_dump()
            case HouseholdMemberLeft():
                del members[event.person_id]
            case StudentAdmitted():
                admitted[event.person_id] = event
            case DossierApproved():
                dossiers[event.dossier_id] = event.model_dump()
            case DossierReviewed():
                found = event.assessment
                dossiers[event.dossier_id] |= {
                    "household_size": found.household_size,
                    "income_ratio_percent": found.income_ratio_percent,
                    "next_review_on": event.next_review_on,
                }
            case DossierReclassified():
                dossiers[event.dossier_id]["hardship_level"] = event.hardship_level
            case DossierHolderChanged():
                dossiers[event.dossier_id]["holder_id"] = event.holder_id
            case DossierClosed():
                del dossiers[event.dossier_id]
            case WorkerMerged():
                stands_for[event.person_id] = event.survivor_id
            case _:
                pass

    def last(person_id: UUID) -> UUID:
        while person_id in stands_for:
            person_id = stands_for[person_id]
        return person_id

    for person_id in sorted(members):
        if last(person_id) != person_id:
            members.setdefault(last(person_id), members[person_id])
    living = {person_id: one for person_id, one in members.items() if person_id not in stands_for}
    of_household = {one["household_id"]: one for one in dossiers.values()}
    known: dict[UUID, Facts] = {}
    for person_id, person in persons.items():
        if person_id in stands_for or person.get("erased"):
            continue
        home = living.get(person_id)
        dossier = of_household.get(home["household_id"]) if home else None
        letter = admitted.get(person_id)
        facts: dict[str, Any] = {
            "person.worker": person["worker"],
            "person.migrant": person["migrant"],
            "person.restricted": person["restricted"],
            "person.sex": person["sex"],
            "person.age_in_year": None if person["born"] is None else max(0, on.year - person["born"]),
            "household.known": home is not None,
            "household.size": None,
            "household.relation": home and home["relation"],
            "household.health": home and home["health_code"],
            "student.stage": home and home["school_stage"],
            "student.admitted_stage": letter and letter.school_stage,
            "student.months_since_admission": letter and _months(letter.occurred_on, on),
            "dossier.open": dossier is not None,
            "dossier.holder": dossier is not None and last(dossier["holder_id"]) == person_id,
            "dossier.level": dossier and dossier["hardship_level"],
            "dossier.cause": dossier and dossier["hardship_cause"],
            "dossier.household_size": dossier and dossier["household_size"],
            "dossier.income_percent": dossier and dossier["income_ratio_percent"],
            "dossier.months_since_approval": dossier and _months(dossier["occurred_on"], on),
            "dossier.review_overdue": dossier and dossier["next_review_on"] < on,
        }
        if home is not None:
            facts["household.size"] = sum(one["household_id"] == home["household_id"] for one in living.values())
        known[person_id] = facts
    return known
