"""Bodies about programmes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from unionaid.contracts.fields import (
    RULES_MAX,
    YEAR_MAX,
    YEAR_MIN,
    Code,
    ProgrammeKind,
    PublicName,
)
from unionaid.relief.bodies.previews import ConditionBody
from unionaid.relief.bodies.typed import BusinessDate, StepBody
from unionaid.service.routes import Body


class AmendProgrammeBody(StepBody):
    """What is another from now on."""

    name: PublicName | None = None
    window_to: BusinessDate | None = None


class OpenProgrammeBody(Body):
    """A programme; amounts and conditions come from the policy in force on `window_from`, `conditions` are added."""

    occurred_on: BusinessDate
    kind: ProgrammeKind
    year: Annotated[int, Field(strict=True, ge=YEAR_MIN, le=YEAR_MAX)]
    name: PublicName
    window_from: BusinessDate
    window_to: BusinessDate
    purpose: Code
    conditions: Annotated[list[ConditionBody], Field(max_length=RULES_MAX, default_factory=list)]
