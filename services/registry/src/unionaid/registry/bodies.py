"""Bodies of registry's requests: their form alone; what they mean is judged by rules."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from unionaid.contracts.fields import (
    OPENED_FIELDS_MAX,
    OPENED_PERSONS_MAX,
    Code,
    CorrectionReason,
    ErasureReason,
    IdentityField,
    Ownership,
    PublicName,
    ReentryReason,
    UnionLevel,
)
from unionaid.registry.domain.person.roster import ROSTER_ROWS_MAX
from unionaid.registry.domain.text import tidy_name
from unionaid.service.routes import Body

MATCH_VALUES_MAX = 5_000
"""Values of one look-up."""
TYPED_CHARS_MAX = 200
"""Characters of a field as typed, before it is brought into its one form."""


def _only_text(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PydanticCustomError("date_type", "not a date")
    return value


def _tidied(value: object) -> object:
    return tidy_name(value) if isinstance(value, str) else value


BusinessDate = Annotated[date, BeforeValidator(_only_text)]
"""`2017-01-05` and nothing else: pydantic would take a number for seconds."""
UnitName = Annotated[PublicName, BeforeValidator(_tidied)]
Typed = Annotated[str, Field(max_length=TYPED_CHARS_MAX)]


class NewUnionOrg(Body):
    """A union to be entered; every one but the district federation names the union above it."""

    level: UnionLevel
    name: UnitName
    parent_id: UUID | None = None
    occurred_on: BusinessDate


class NewEnterprise(Body):
    """An enterprise to be entered; it may have no union yet."""

    uscc: Typed
    name: UnitName
    ownership: Ownership
    union_org_id: UUID | None = None
    occurred_on: BusinessDate


class Person(Body):
    """Who a worker is, as typed: birth date and sex follow from the ID."""

    name: Typed = Field(repr=False)
    resident_id: Typed = Field(repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    migrant: StrictBool


class NewWorkerBody(Person):
    """One worker to be entered."""

    union_org_id: UUID
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate


class NewRoster(Body):
    """The workers of one union, and of one enterprise if it is named; all are entered or none."""

    union_org_id: UUID
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate
    rows: Annotated[list[Person], Field(min_length=1, max_length=ROSTER_ROWS_MAX)]


class Matching(Body):
    """Numbers of which somebody asks whose they are."""

    kind: Literal["resident_id"]
    values: Annotated[list[Typed], Field(min_length=1, max_length=MATCH_VALUES_MAX, repr=False)]


class Correction(Body):
    """What is different about a person; what is left out stays, and a phone that is null goes."""

    name: Typed | None = Field(default=None, repr=False)
    resident_id: Typed | None = Field(default=None, repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    reason_code: CorrectionReason
    occurred_on: BusinessDate


class Reentry(Body):
    """Who a person is, of whom the vault has lost it."""

    name: Typed = Field(repr=False)
    resident_id: Typed = Field(repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    reason_code: ReentryReason
    occurred_on: BusinessDate


class Erasure(Body):
    """Why a person is erased."""

    reason_code: ErasureReason
    occurred_on: BusinessDate


class Opening(Body):
    """Whom somebody wants to see, which fields, and what for."""

    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=OPENED_PERSONS_MAX)]
    fields: Annotated[list[IdentityField], Field(min_length=1, max_length=OPENED_FIELDS_MAX)]
    purpose: Code
