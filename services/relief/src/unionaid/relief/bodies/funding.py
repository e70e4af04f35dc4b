"""Bodies about the funding of programmes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import PARTS_MAX, WEIGHT_MAX, FundingMode
from unionaid.relief.bodies.typed import BusinessDate
from unionaid.service.routes import Body


class SourceBody(Body):
    """A budget of the programme; its weight where lists are split."""

    budget_id: UUID
    weight: Annotated[int, Field(strict=True, ge=1, le=WEIGHT_MAX)] | None = None


class FundingBody(Body):
    """From which budgets a programme's lists are paid that name none: in this order, or split by weights."""

    occurred_on: BusinessDate
    mode: FundingMode
    sources: Annotated[list[SourceBody], Field(min_length=1, max_length=PARTS_MAX)]
