"""What is told once, in numbers: job fairs and competitions. Nobody is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.relief import CompetitionHeld, JobFairHeld
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.refusals import CountsDisagree


@dataclass(frozen=True, slots=True)
class HoldFair:
    """Tell of a job fair."""

    fair_id: UUID
    union_org_id: UUID
    name: str
    employers: int
    vacancies: int
    visitor_count: int
    placements: int
    on: date
    today: date


@dataclass(frozen=True, slots=True)
class HoldCompetition:
    """Tell of a competition."""

    competition_id: UUID
    union_org_id: UUID
    name: str
    trade: str
    contestants: int
    awards: int
    on: date
    today: date


def hold_fair(command: HoldFair) -> list[Event]:
    """Tell of a job fair. Raises CountsDisagree and the refusals of dates."""
    refuse_impossible(command.on, command.today)
    most = min(command.vacancies, command.visitor_count)
    if command.placements > most:
        raise CountsDisagree(field="placements", most=most)
    return [
        JobFairHeld(
            occurred_on=command.on,
            fair_id=command.fair_id,
            union_org_id=command.union_org_id,
            name=command.name,
            employers=command.employers,
            vacancies=command.vacancies,
            visitor_count=command.visitor_count,
            placements=command.placements,
        )
    ]


def hold_competition(command: HoldCompetition) -> list[Event]:
    """Tell of a competition. Raises CountsDisagree and the refusals of dates."""
    refuse_impossible(command.on, command.today)
    if command.awards > command.contestants:
        raise CountsDisagree(field="awards", most=command.contestants)
    return [
        CompetitionHeld(
            occurred_on=command.on,
            competition_id=command.competition_id,
            union_org_id=command.union_org_id,
            name=command.name,
            trade=command.trade,
            contestants=command.contestants,
            awards=command.awards,
        )
    ]
