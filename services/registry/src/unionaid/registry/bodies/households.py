"""Bodies about persons who are no workers, and about households; identity and income in them are never shown."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    AMOUNT_FEN_MAX,
    HOUSEHOLD_MEMBERS_MAX,
    DepartureReason,
    FileBytes,
    HealthCode,
    Relation,
    SchoolStage,
    Sex,
    Sha256Hex,
    SplitReason,
)
from unionaid.registry.bodies.typed import BusinessDate, Typed
from unionaid.service.routes import Body

WORDS_CHARS_MAX = 2_000
"""Characters of what is said in words."""
Words = Annotated[str, Field(min_length=1, max_length=WORDS_CHARS_MAX, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]+$")]
"""What is said in words: for the vault."""
Fen = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_FEN_MAX)]


class NewPerson(Body):
    """Somebody who is no worker: with the ID, or with birth date and perhaps sex where it is not at hand."""

    union_org_id: UUID
    name: Typed = Field(repr=False)
    resident_id: Typed | None = Field(default=None, repr=False)
    birth_date: BusinessDate | None = Field(default=None, repr=False)
    sex: Sex | None = None
    phone: Typed | None = Field(default=None, repr=False)
    occurred_on: BusinessDate


class ToldMember(Body):
    """How a member stands. The income is a month's, in fen."""

    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None = None
    monthly_income_fen: Fen = Field(repr=False)
    health_note: Words | None = Field(default=None, repr=False)


class NewMember(ToldMember):
    """Somebody who belongs to the household."""

    person_id: UUID


Members = Annotated[list[NewMember], Field(min_length=1, max_length=HOUSEHOLD_MEMBERS_MAX + 1)]


class NewHousehold(Body):
    """A household, for a union."""

    union_org_id: UUID
    members: Members
    occurred_on: BusinessDate


class Joining(NewMember):
    """A person to be taken in."""

    occurred_on: BusinessDate


class MemberChange(ToldMember):
    """How a member stands now, all of it."""

    occurred_on: BusinessDate


class Admitted(Body):
    """A letter of admission: the scan's hash and length; the school is for the vault."""

    school_stage: SchoolStage
    admission_letter_sha256: Sha256Hex
    admission_letter_bytes: FileBytes
    school: Words = Field(repr=False)
    occurred_on: BusinessDate


class Leaving(Body):
    """Why somebody goes, and who holds the dossier from now on, if who goes held it."""

    reason_code: DepartureReason
    new_holder_id: UUID | None = None
    occurred_on: BusinessDate


class Split(Body):
    """Who goes into a household of their own, and why."""

    members: Members
    reason_code: SplitReason
    new_holder_id: UUID | None = None
    occurred_on: BusinessDate
