"""Events of applications: one person's relief, a line of a list, from asked to paid."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    FACTS_MAX,
    PARTS_MAX,
    AmountFen,
    AttributeName,
    AttributeValue,
    Code,
    LineNumber,
    PaymentMethod,
    Period,
    PolicyVersion,
    ProgrammeKind,
    SignedBy,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent
from unionaid.contracts.relief.funding import BudgetShare, refuse_other_sum


def application_id(list_id: UUID, line: int) -> UUID:
    """The application on `line` (from 1) of a list: UUIDv5, so that a list's streams can be computed."""
    return uuid5(list_id, str(line))


class KnownFact(Data):
    """The value that an attribute had when it was looked at."""

    attribute: AttributeName
    value: AttributeValue


class ReliefRequested(ReliefEvent, stream="application"):
    """Relief was asked for one person: one line of a list.

    Where the programme has conditions or standards the person met all conditions: `facts` are the attributes that its
    rules look at and that were known, `standard` the one that fitted, absent where there are none, `standard_fen` what
    it gives, by the policy named. Whatever is decided later rests on them.
    """

    application_id: UUID
    list_id: UUID
    line: LineNumber
    programme_id: UUID
    person_id: UUID
    union_org_id: UUID
    purpose: Code
    period: Period
    amount_fen: AmountFen
    facts: Annotated[tuple[KnownFact, ...], Field(max_length=FACTS_MAX)] = ()
    standard: Code | None = None
    standard_fen: AmountFen | None = None
    policy_version: PolicyVersion | None = None

    @model_validator(mode="after")
    def _basis_whole(self) -> Self:
        if (self.standard_fen is None) != (self.policy_version is None):
            raise ValueError("what is due stands beside the policy that says so")
        if self.standard_fen is None and (self.facts or self.standard is not None):
            raise ValueError("facts and a standard stand beside what is due")
        if self.standard_fen is not None and self.amount_fen > self.standard_fen:
            raise ValueError("amount_fen is above standard_fen")
        return self


class ReliefVerified(ReliefEvent, stream="application"):
    """The sub-district verified one person's application."""

    application_id: UUID
    list_id: UUID
    line: LineNumber


class ReliefApproved(ReliefEvent, stream="application"):
    """An approver approved one person's application, by the policy named.

    `shares` say which budget gives which part, where the list names none.
    """

    application_id: UUID
    list_id: UUID
    line: LineNumber
    amount_fen: AmountFen
    policy_version: PolicyVersion
    shares: Annotated[tuple[BudgetShare, ...], Field(max_length=PARTS_MAX)] = ()

    @model_validator(mode="after")
    def _shares_agree(self) -> Self:
        if self.shares:
            refuse_other_sum(self.shares, self.amount_fen)
        return self


class ReliefRejected(ReliefEvent, stream="application"):
    """One person's application was rejected for a coded reason."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    reason_code: Code


class PaymentOrdered(ReliefEvent, stream="application"):
    """One person's relief went into a payment batch and waits for the bank."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    batch_id: UUID
    amount_fen: AmountFen


class PaymentOrderWithdrawn(ReliefEvent, stream="application"):
    """The batch with one person's relief was withdrawn: the line waits again for a batch, or for cash."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    batch_id: UUID
    amount_fen: AmountFen


class PaymentFailed(ReliefEvent, stream="application"):
    """The bank did not pay one person and gave a coded reason: nothing was paid, the budget stays bound.

    The line waits for a follow-up batch, or is cancelled.
    """

    application_id: UUID
    list_id: UUID
    line: LineNumber
    batch_id: UUID
    amount_fen: AmountFen
    reason_code: Code


class ReliefCancelled(ReliefEvent, stream="application"):
    """One person's relief, which the bank could not pay, was given up for a coded reason."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    amount_fen: AmountFen
    reason_code: Code


class FundPart(Data):
    """Which fund paid which part of a payment."""

    fund_id: UUID
    amount_fen: AmountFen


class ReliefPaid(ReliefEvent, stream="application"):
    """One person received relief. Holds all that totals of people, times and yuan count by.

    The parts, each of another fund, add up to `amount_fen`. Cash has `signed_by`, a bank payment has not,
    goods may; `proxy_person_id` stands only beside `signed_by` `proxy`, where the office knows the proxy.
    `batch_id` names the batch of a bank payment, and stands in no other.
    """

    application_id: UUID
    list_id: UUID
    line: LineNumber
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    person_id: UUID
    union_org_id: UUID
    method: PaymentMethod
    amount_fen: AmountFen
    parts: Annotated[tuple[FundPart, ...], Field(min_length=1, max_length=PARTS_MAX)]
    batch_id: UUID | None = None
    signed_by: SignedBy | None = None
    proxy_person_id: UUID | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if sum(part.amount_fen for part in self.parts) != self.amount_fen:
            raise ValueError("the parts do not add up to amount_fen")
        if len({part.fund_id for part in self.parts}) != len(self.parts):
            raise ValueError("a fund stands in two parts")
        return self

    @model_validator(mode="after")
    def _signature_fits_method(self) -> Self:
        if self.method == "cash" and self.signed_by is None:
            raise ValueError("cash is signed for: payee, thumbprint or proxy")
        if self.method == "bank" and self.signed_by is not None:
            raise ValueError("a bank payment is not signed for")
        if self.proxy_person_id is not None and self.signed_by != "proxy":
            raise ValueError("proxy_person_id without signed_by proxy")
        return self

    @model_validator(mode="after")
    def _batch_fits_method(self) -> Self:
        if (self.method == "bank") != (self.batch_id is not None):
            raise ValueError("a bank payment names its batch, and no other does")
        return self


class PaymentReversed(ReliefEvent, stream="application"):
    """Money that the bank had paid one person came back: what ReliefPaid told is taken back, by this batch.

    It holds all that totals count by, so that they are what was paid less what came back, each on its own day. The
    line waits again for a follow-up batch, or is cancelled; what was spent is bound again. `paid_on` is the day of the
    payment.
    """

    application_id: UUID
    list_id: UUID
    line: LineNumber
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    person_id: UUID
    union_org_id: UUID
    method: PaymentMethod
    amount_fen: AmountFen
    parts: Annotated[tuple[FundPart, ...], Field(min_length=1, max_length=PARTS_MAX)]
    batch_id: UUID
    paid_on: date
    reason_code: Code

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if sum(part.amount_fen for part in self.parts) != self.amount_fen:
            raise ValueError("the parts do not add up to amount_fen")
        return self
