"""Bodies about activities."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import HEAD_COUNT_MAX, SESSION_HOURS_MAX, SESSION_TRAINEES_MAX, PublicName
from unionaid.relief.bodies.typed import BusinessDate
from unionaid.service.routes import Body

Heads = Annotated[int, Field(strict=True, ge=1, le=HEAD_COUNT_MAX)]
HeadsOrNone = Annotated[int, Field(strict=True, ge=0, le=HEAD_COUNT_MAX)]


class SessionBody(Body):
    """A training session, from `occurred_on` to `last_on`."""

    occurred_on: BusinessDate
    last_on: BusinessDate
    programme_id: UUID
    union_org_id: UUID
    name: PublicName
    hours: Annotated[int, Field(strict=True, ge=1, le=SESSION_HOURS_MAX)]
    places: Annotated[int, Field(strict=True, ge=1, le=SESSION_TRAINEES_MAX)]


class TraineesBody(Body):
    """Who took a step of a session, on which day: all of them, or none."""

    occurred_on: BusinessDate
    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=SESSION_TRAINEES_MAX)]


class PlacementBody(TraineesBody):
    """Who found work, and with whom."""

    employer: PublicName


class FairBody(Body):
    """A job fair, in numbers."""

    occurred_on: BusinessDate
    union_org_id: UUID
    name: PublicName
    employers: Heads
    vacancies: HeadsOrNone
    visitor_count: HeadsOrNone
    placements: HeadsOrNone


class CompetitionBody(Body):
    """A skills competition, in numbers."""

    occurred_on: BusinessDate
    union_org_id: UUID
    name: PublicName
    trade: PublicName
    contestants: Heads
    awards: HeadsOrNone
