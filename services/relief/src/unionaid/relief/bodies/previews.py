"""Bodies about who would qualify for a programme."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import RULES_MAX, Code, ProgrammeKind
from unionaid.relief.bodies.typed import BusinessDate
from unionaid.relief.views.eligible import PERSONS_PAGE_MAX
from unionaid.service.routes import Body

RULE_TYPED_MAX = 4_000
"""Characters of a rule that are looked at at all; what is too long for a rule is told as that."""


class ConditionBody(Body):
    """A programme's own condition: a rule in CEL over the listed attributes."""

    condition: Code
    rule: Annotated[str, Field(max_length=RULE_TYPED_MAX)]


class PreviewBody(Body):
    """A programme before it is opened: the policy in force on `window_from`, and conditions of its own."""

    kind: ProgrammeKind
    purpose: Code
    window_from: BusinessDate
    conditions: Annotated[list[ConditionBody], Field(max_length=RULES_MAX, default_factory=list)]


class PreviewPersonsBody(PreviewBody):
    """Which persons: who qualifies, or who does not meet the condition named; after one, so many."""

    reason: Code | None = None
    cursor: UUID | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=PERSONS_PAGE_MAX)] = PERSONS_PAGE_MAX


class PreviewPersonBody(PreviewBody):
    """One person."""

    person_id: UUID
