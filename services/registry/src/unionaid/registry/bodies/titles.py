"""Bodies about in-house titles."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    SCHEME_TITLES_MAX,
    TITLE_GRADES_MAX,
    TitleEndReason,
)
from unionaid.registry.bodies.typed import BusinessDate, UnitName
from unionaid.service.routes import Body

GradeNumber = Annotated[int, Field(ge=1, le=TITLE_GRADES_MAX)]


class NewTitle(Body):
    """A title and how many grades it has."""

    title_name: UnitName
    grades: GradeNumber


class NewTitleScheme(Body):
    """The titles an enterprise runs."""

    enterprise_id: UUID
    titles: Annotated[list[NewTitle], Field(min_length=1, max_length=SCHEME_TITLES_MAX)]
    occurred_on: BusinessDate


class Evaluation(Body):
    """A worker found fit for a grade of a title."""

    scheme_id: UUID
    person_id: UUID
    title_name: UnitName
    grade: GradeNumber
    occurred_on: BusinessDate


class Appointment(Body):
    """The appointment to what was evaluated; the allowance is of a month."""

    allowance_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]
    occurred_on: BusinessDate


class TitleEnd(Body):
    """Why an appointment ends."""

    reason_code: TitleEndReason
    occurred_on: BusinessDate
