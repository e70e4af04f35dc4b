"""Events of relief: money and goods out, from the fund to the person who signs for it."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from unionaid.contracts.event import Data, Event
from unionaid.contracts.fields import (
    PARTS_MAX,
    RULES_MAX,
    AmountFen,
    AmountFenOrNone,
    Code,
    FileBytes,
    FundSource,
    LineNumber,
    Lines,
    LinesOrNone,
    PaymentMethod,
    Period,
    PolicyVersion,
    ProgrammeKind,
    PublicName,
    RuleText,
    Sha256Hex,
    SignedBy,
    Voucher,
    Year,
)
from unionaid.contracts.unmerging import HeldPersons, StandingPayments

VISITORS = 2
"""A visit is made by two (domain: ways of paying)."""


def application_id(list_id: UUID, line: int) -> UUID:
    """The application on `line` (from 1) of a list: UUIDv5, so that a list's streams can be computed."""
    return uuid5(list_id, str(line))


def lines_hash(lines: Iterable[tuple[int, UUID, int]]) -> str:
    r"""SHA-256 (hex) over a list's lines `(line, person_id, amount_fen)`, in the order of their numbers.

    Each is hashed as UTF-8 `<line>,<person_id>,<amount_fen>\n`, so an auditor can compute it anew from the
    list's ReliefRequested events.
    """
    text = "".join(f"{line},{person_id},{amount_fen}\n" for line, person_id, amount_fen in sorted(lines))
    return sha256(text.encode()).hexdigest()


class ReliefEvent(Event, service="relief"):
    """An event that relief owns."""


class FundOpened(ReliefEvent, stream="fund"):
    """A fund was opened; an earmarked one is spent on its purpose only."""

    fund_id: UUID
    source: FundSource
    name: PublicName
    earmark: Code | None = None


class FundsReceived(ReliefEvent, stream="fund"):
    """Money came into a fund."""

    fund_id: UUID
    amount_fen: AmountFen
    voucher: Voucher


class ProgrammeCondition(Data):
    """One condition of a programme: its code, and its rule in CEL."""

    condition: Code
    rule: RuleText


class ProgrammeStandard(Data):
    """What a programme gives to those whom the rule, in CEL, fits."""

    standard: Code
    rule: RuleText
    amount_fen: AmountFen


class ProgrammeOpened(ReliefEvent, stream="programme"):
    """A programme of one kind and year was opened, with the standard amount of its policy.

    The window's days are both included; `standard_fen` is at most `amount_max_fen`. `eligibility` are the conditions of
    the policy and, after them, the programme's own; all must be met. Of `standards` the first that fits counts; where
    there are none, `standard_fen`.
    """

    programme_id: UUID
    kind: ProgrammeKind
    year: Year
    name: PublicName
    window_from: date
    window_to: date
    purpose: Code
    standard_fen: AmountFen
    amount_max_fen: AmountFen
    policy_version: PolicyVersion
    eligibility: Annotated[tuple[ProgrammeCondition, ...], Field(max_length=RULES_MAX)] = ()
    standards: Annotated[tuple[ProgrammeStandard, ...], Field(max_length=RULES_MAX)] = ()

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.window_from > self.window_to:
            raise ValueError("window_from is after window_to")
        if self.standard_fen > self.amount_max_fen:
            raise ValueError("standard_fen is above amount_max_fen")
        if any(standard.amount_fen > self.amount_max_fen for standard in self.standards):
            raise ValueError("a standard is above amount_max_fen")
        return self


class BudgetAllotted(ReliefEvent, stream="fund"):
    """Money of a fund was set aside for a programme: it leaves the fund's free balance."""

    fund_id: UUID
    budget_id: UUID
    programme_id: UUID
    amount_fen: AmountFen


class BudgetOpened(ReliefEvent, stream="budget"):
    """The budget's own side of BudgetAllotted, its first fact: what one fund gives to one programme.

    Ledger and totals count BudgetAllotted; this one lets a budget's stream be decided on alone.
    """

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    amount_fen: AmountFen


class BudgetCommitted(ReliefEvent, stream="budget"):
    """A budget was bound to an approved list."""

    budget_id: UUID
    list_id: UUID
    amount_fen: AmountFen
    lines: Lines


class BudgetSpent(ReliefEvent, stream="budget"):
    """What was bound to a list, or to those of its lines that a bank answered for, was paid out."""

    budget_id: UUID
    list_id: UUID
    amount_fen: AmountFen
    lines: Lines


class CommitmentReleased(ReliefEvent, stream="budget"):
    """What was bound to a list, or to lines of it that were cancelled, became free again, unpaid."""

    budget_id: UUID
    list_id: UUID
    amount_fen: AmountFen
    lines: Lines


class ReliefListSubmitted(ReliefEvent, stream="list"):
    """A union submitted a list; it is decided as a whole.

    Each line is a ReliefRequested of its own. `lines_hash` is computed from those.
    """

    list_id: UUID
    programme_id: UUID
    budget_id: UUID
    union_org_id: UUID
    lines: Lines
    amount_fen: AmountFen
    lines_hash: Sha256Hex


class ReliefListVerified(ReliefEvent, stream="list"):
    """The sub-district verified a list."""

    list_id: UUID
    lines: Lines
    amount_fen: AmountFen


class ReliefListApproved(ReliefEvent, stream="list"):
    """An approver approved a list."""

    list_id: UUID
    budget_id: UUID
    lines: Lines
    amount_fen: AmountFen
    policy_version: PolicyVersion


class ReliefListRejected(ReliefEvent, stream="list"):
    """A list was rejected for a coded reason."""

    list_id: UUID
    reason_code: Code


class ReliefListPaid(ReliefEvent, stream="list"):
    """Every line of a list was paid; cash on a visit of two, against a signed list (簽領表).

    Cash needs `visitors`, two different ones, and the hash and length of the signed list's scan, which lies
    in the vault; a bank payment has none of them; goods may.
    """

    list_id: UUID
    budget_id: UUID
    method: PaymentMethod
    lines: Lines
    amount_fen: AmountFen
    visitors: Annotated[tuple[UUID, ...], Field(min_length=VISITORS, max_length=VISITORS)] | None = None
    signed_list_sha256: Sha256Hex | None = None
    signed_list_bytes: FileBytes | None = None

    @model_validator(mode="after")
    def _cash_is_signed_for(self) -> Self:
        proof = (self.visitors, self.signed_list_sha256, self.signed_list_bytes)
        if self.method == "cash" and None in proof:
            raise ValueError("cash needs two visitors and the hash and length of the signed list")
        if self.method == "bank" and proof != (None, None, None):
            raise ValueError("a bank payment has neither visitors nor a signed list")
        if self.visitors is not None and len(set(self.visitors)) != VISITORS:
            raise ValueError("the two visitors are the same person")
        return self


class ReliefListOrdered(ReliefEvent, stream="list"):
    """Lines of a list went into a payment batch: all of an approved list, later those that the bank returned."""

    list_id: UUID
    batch_id: UUID
    lines: Lines
    amount_fen: AmountFen


class ReliefListOrderWithdrawn(ReliefEvent, stream="list"):
    """A payment batch that was not released was withdrawn; its lines are again what they were before it."""

    list_id: UUID
    batch_id: UUID
    lines: Lines
    amount_fen: AmountFen


class ReliefListSettled(ReliefEvent, stream="list"):
    """No line of a list waits any longer: the bank paid `paid_lines`, the others were cancelled.

    A list of which every line was paid has ReliefListPaid instead.
    """

    list_id: UUID
    paid_lines: LinesOrNone
    paid_fen: AmountFenOrNone
    cancelled_lines: Lines
    cancelled_fen: AmountFen


class PaymentBatchIssued(ReliefEvent, stream="batch"):
    """The cashier made a batch of a list's lines, for the bank to pay.

    Each line is a PaymentOrdered of its own; `lines_hash` is over those lines, by the list's numbers. No account
    stands here: registry alone resolves a person.
    """

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    lines_hash: Sha256Hex


class PaymentBatchReleased(ReliefEvent, stream="batch"):
    """An accountant, not the one who made it, released a batch to the bank."""

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen


class PaymentBatchWithdrawn(ReliefEvent, stream="batch"):
    """A batch was withdrawn for a coded reason before it was released: the bank never had it."""

    batch_id: UUID
    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    reason_code: Code


class BankReturnRecorded(ReliefEvent, stream="batch"):
    """The bank's answer to some lines of a batch, or to all, was booked.

    Each line is a ReliefPaid or a PaymentFailed of its own.
    """

    batch_id: UUID
    list_id: UUID
    paid_lines: LinesOrNone
    paid_fen: AmountFenOrNone
    failed_lines: LinesOrNone
    failed_fen: AmountFenOrNone

    @model_validator(mode="after")
    def _lines_and_money_agree(self) -> Self:
        if self.paid_lines + self.failed_lines == 0:
            raise ValueError("a return answers for one line at least")
        for lines, fen in ((self.paid_lines, self.paid_fen), (self.failed_lines, self.failed_fen)):
            if fen < lines or (lines == 0 and fen > 0):
                raise ValueError("the money does not fit the number of lines")
        return self


class ReliefRequested(ReliefEvent, stream="application"):
    """Relief was asked for one person: one line of a list."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    programme_id: UUID
    person_id: UUID
    union_org_id: UUID
    purpose: Code
    period: Period
    amount_fen: AmountFen


class ReliefVerified(ReliefEvent, stream="application"):
    """The sub-district verified one person's application."""

    application_id: UUID
    list_id: UUID
    line: LineNumber


class ReliefApproved(ReliefEvent, stream="application"):
    """An approver approved one person's application, by the policy named."""

    application_id: UUID
    list_id: UUID
    line: LineNumber
    amount_fen: AmountFen
    policy_version: PolicyVersion


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


class ErasureConfirmed(ReliefEvent, stream="erasure", stream_id="person_id"):
    """Of a person whom registry erased, nothing that tells who it is lies here; also where nothing did before."""

    person_id: UUID


class UnmergeCleared(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """No payment stands against the undoing of a merge. From now on nothing is paid to `held_person_ids`.

    Until PaymentHoldLifted, which follows what registry decides; registry decides by `answer_until`.
    """

    request_id: UUID
    pair_id: UUID
    held_person_ids: HeldPersons
    answer_until: date


class UnmergeBlocked(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """Payments stand against the undoing of a merge. Nothing is held."""

    request_id: UUID
    pair_id: UUID
    payments: StandingPayments


class PaymentHoldLifted(ReliefEvent, stream="unmerge", stream_id="request_id"):
    """Registry has decided about the undoing: `held_person_ids` are paid again."""

    request_id: UUID
    pair_id: UUID
    held_person_ids: HeldPersons


EVENTS: tuple[type[Event], ...] = (
    FundOpened,
    FundsReceived,
    ProgrammeOpened,
    BudgetAllotted,
    BudgetOpened,
    BudgetCommitted,
    BudgetSpent,
    CommitmentReleased,
    ReliefListSubmitted,
    ReliefListVerified,
    ReliefListApproved,
    ReliefListRejected,
    ReliefListPaid,
    ReliefListOrdered,
    ReliefListOrderWithdrawn,
    ReliefListSettled,
    PaymentBatchIssued,
    PaymentBatchReleased,
    PaymentBatchWithdrawn,
    BankReturnRecorded,
    ReliefRequested,
    ReliefVerified,
    ReliefApproved,
    ReliefRejected,
    PaymentOrdered,
    PaymentOrderWithdrawn,
    PaymentFailed,
    ReliefCancelled,
    ReliefPaid,
    ErasureConfirmed,
    UnmergeCleared,
    UnmergeBlocked,
    PaymentHoldLifted,
)
