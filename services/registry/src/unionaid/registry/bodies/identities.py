"""Bodies of look-ups and openings of identity."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    OPENED_PERSONS_MAX,
    Code,
    IdentityField,
)
from unionaid.registry.bodies.typed import Typed
from unionaid.service.routes import Body

MATCH_VALUES_MAX = 5_000
"""Values of one look-up."""


class Matching(Body):
    """Numbers of which somebody asks whose they are."""

    kind: Literal["resident_id"]
    values: Annotated[list[Typed], Field(min_length=1, max_length=MATCH_VALUES_MAX, repr=False)]


class Opening(Body):
    """Whom somebody wants to see, which fields, and what for."""

    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=OPENED_PERSONS_MAX)]
    fields: Annotated[list[IdentityField], Field(min_length=1, max_length=OPENED_FIELDS_MAX)]
    purpose: Code
