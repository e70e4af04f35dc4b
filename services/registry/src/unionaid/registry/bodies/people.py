"""Bodies about people; identity in them is never shown."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from unionaid.contracts.fields import (
    OPENED_PERSONS_MAX,
    AccountEndReason,
    AccountReason,
    CorrectionReason,
    DecliningReason,
    ErasureReason,
    LeavingReason,
    ReentryReason,
)
from unionaid.registry.bodies.typed import BusinessDate, Typed
from unionaid.registry.domain.person.roster import ROSTER_ROWS_MAX
from unionaid.service.routes import Body


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


class ProvisionalWorker(Body):
    """A worker without the ID at hand."""

    name: Typed = Field(repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    migrant: StrictBool
    union_org_id: UUID
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate


class DetailsCorrection(Body):
    """What was entered wrong about a worker; what is left out stays, and an enterprise that is null goes."""

    migrant: StrictBool | None = None
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate


class TransferBody(Body):
    """Where a worker goes."""

    union_org_id: UUID
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate


class Return(TransferBody):
    """Where somebody is a worker again."""

    migrant: StrictBool


class TransferRequest(TransferBody):
    """Where a worker with an ID is to come."""

    resident_id: Typed = Field(repr=False)


class RelativeTold(Body):
    """Who is a relative of the officer's, by ID."""

    resident_id: Typed = Field(repr=False)
    occurred_on: BusinessDate


class Leaving(Body):
    """Why somebody is a worker no more."""

    reason_code: LeavingReason
    occurred_on: BusinessDate


class TakingUp(Body):
    """On which day a worker goes."""

    occurred_on: BusinessDate


class Declining(Body):
    """Why a worker stays."""

    reason_code: DecliningReason
    occurred_on: BusinessDate


class NewRoster(Body):
    """The workers of one union, and of one enterprise if it is named; all are entered or none."""

    union_org_id: UUID
    enterprise_id: UUID | None = None
    occurred_on: BusinessDate
    rows: Annotated[list[Person], Field(min_length=1, max_length=ROSTER_ROWS_MAX)]


class Correction(Body):
    """What is different about a person; what is left out stays, and a phone that is null goes.

    A resident ID that is null goes too, where the reason is `number-invalid`.
    """

    name: Typed | None = Field(default=None, repr=False)
    resident_id: Typed | None = Field(default=None, repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    reason_code: CorrectionReason
    occurred_on: BusinessDate


class NumberTaken(Body):
    """On which day an ID number was found to be nobody's or another's."""

    occurred_on: BusinessDate


class Reentry(Body):
    """Who a person is, of whom the vault has lost it."""

    name: Typed = Field(repr=False)
    resident_id: Typed = Field(repr=False)
    phone: Typed | None = Field(default=None, repr=False)
    reason_code: ReentryReason
    occurred_on: BusinessDate


class AccountBody(Body):
    """The account to which a person is paid, as typed; the holder is left out where it is the person, the bank's number
    where it is the office's own bank.
    """

    bank_account: Typed = Field(repr=False)
    bank_code: Typed | None = Field(default=None, repr=False)
    account_holder: Typed | None = Field(default=None, repr=False)
    reason_code: AccountReason
    occurred_on: BusinessDate


class AccountEnding(Body):
    """Why nothing more is paid to a person's account."""

    reason_code: AccountEndReason
    occurred_on: BusinessDate


class AccountQuestion(Body):
    """Whose accounts somebody asks about."""

    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=OPENED_PERSONS_MAX)]


class Restriction(Body):
    """On which day a person asked to be erased, or took that back."""

    occurred_on: BusinessDate


class Erasure(Body):
    """Why a person is erased."""

    reason_code: ErasureReason
    occurred_on: BusinessDate
