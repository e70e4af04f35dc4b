"""Events of activities: training sessions and their trainees, job fairs, skills competitions."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import model_validator

from unionaid.contracts.fields import (
    HeadCount,
    HeadCountOrNone,
    Hours,
    ProgrammeKind,
    PublicName,
    SessionPlaces,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent


class SkillsSessionHeld(ReliefEvent, stream="session"):
    """A training session was held, from `occurred_on` to `last_on`, for at most so many trainees."""

    session_id: UUID
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: UUID
    name: PublicName
    last_on: date
    hours: Hours
    places: SessionPlaces

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.last_on < self.occurred_on:
            raise ValueError("last_on is before occurred_on")
        return self


class _OfTrainee(ReliefEvent):
    session_id: UUID
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: UUID
    person_id: UUID


class TraineeEnrolled(_OfTrainee, stream="session"):
    """Somebody takes part in a session; once each."""


class TraineeCompleted(_OfTrainee, stream="session"):
    """A trainee has completed the session."""


class TraineePlaced(_OfTrainee, stream="session"):
    """Who completed the session found work with `employer`."""

    employer: PublicName


class JobFairHeld(ReliefEvent, stream="fair"):
    """A job fair was held; visitors and those who found work are counted by the head."""

    fair_id: UUID
    union_org_id: UUID
    name: PublicName
    employers: HeadCount
    vacancies: HeadCountOrNone
    visitor_count: HeadCountOrNone
    placements: HeadCountOrNone

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if self.placements > min(self.vacancies, self.visitor_count):
            raise ValueError("more placements than vacancies or visitors")
        return self


class CompetitionHeld(ReliefEvent, stream="competition"):
    """A skills competition (职工技能竞赛) was held in `trade`; those who took part are counted by the head."""

    competition_id: UUID
    union_org_id: UUID
    name: PublicName
    trade: PublicName
    contestants: HeadCount
    awards: HeadCountOrNone

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if self.awards > self.contestants:
            raise ValueError("more awards than contestants")
        return self
