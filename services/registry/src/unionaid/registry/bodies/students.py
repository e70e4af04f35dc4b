"""What may be asked of students: the same filters for lists, counts and workbooks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import SchoolStage
from unionaid.registry.bodies.typed import BusinessDate
from unionaid.registry.domain.dates import OCCURRED_ON_MIN
from unionaid.service.routes import Body

AGE_YEARS_MAX = 40
"""Whole years: nobody at school is asked for by a greater age."""


Day = Annotated[BusinessDate, Field(ge=OCCURRED_ON_MIN)]
"""A day on which somebody is of an age."""


class StudentsExport(Body):
    """Students of the own jurisdiction; `under_age` in whole years, on `on` or today."""

    school_stage: SchoolStage | None = None
    letter: bool | None = None
    open_dossier: bool = False
    union_org_id: UUID | None = None
    under_age: Annotated[int | None, Field(ge=1, le=AGE_YEARS_MAX)] = None
    on: Day | None = None
