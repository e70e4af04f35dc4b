"""Events of relief lists: each is decided as a whole."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.fields import (
    APPROVALS_MAX,
    PARTS_MAX,
    AmountFen,
    AmountFenOrNone,
    ApproverRole,
    Code,
    FileBytes,
    Lines,
    LinesOrNone,
    PaymentMethod,
    PolicyVersion,
    Sha256Hex,
    StreamVersion,
)
from unionaid.contracts.relief.base import ReliefEvent
from unionaid.contracts.relief.funding import BudgetShare, refuse_other_sum

VISITORS = 2
"""A visit is made by two (domain: ways of paying)."""


def lines_hash(lines: Iterable[tuple[int, UUID, int]]) -> str:
    r"""SHA-256 (hex) over a list's lines `(line, person_id, amount_fen)`, in the order of their numbers.

    Each is hashed as UTF-8 `<line>,<person_id>,<amount_fen>\n`, so an auditor can compute it anew from the
    list's ReliefRequested events.
    """
    text = "".join(f"{line},{person_id},{amount_fen}\n" for line, person_id, amount_fen in sorted(lines))
    return sha256(text.encode()).hexdigest()


class ReliefListSubmitted(ReliefEvent, stream="list"):
    """A union submitted a list; it is decided as a whole.

    Each line is a ReliefRequested of its own. `lines_hash` is computed from those. It is paid from the budget named;
    where none is, from those that the programme's funding names when it is approved. `approvals` are those it needs by
    the programme's bands, in order; without any, one approver's is enough.
    """

    list_id: UUID
    programme_id: UUID
    budget_id: UUID | None = None
    union_org_id: UUID
    lines: Lines
    amount_fen: AmountFen
    lines_hash: Sha256Hex
    approvals: Annotated[tuple[ApproverRole, ...], Field(max_length=APPROVALS_MAX)] = ()


class ReliefListVerified(ReliefEvent, stream="list"):
    """The sub-district verified a list."""

    list_id: UUID
    lines: Lines
    amount_fen: AmountFen


class ReliefListEndorsed(ReliefEvent, stream="list"):
    """One of several approvals of a list was given, in a role: nothing is bound yet. The last is ReliefListApproved."""

    list_id: UUID
    lines: Lines
    amount_fen: AmountFen
    role: ApproverRole


class ReliefListApproved(ReliefEvent, stream="list"):
    """An approver approved a list.

    Where it names no budget, `shares` say which budget gives which part, by the version named of the programme's
    funding; the ReliefApproved of its lines add up to them.
    """

    list_id: UUID
    budget_id: UUID | None = None
    lines: Lines
    amount_fen: AmountFen
    policy_version: PolicyVersion
    shares: Annotated[tuple[BudgetShare, ...], Field(max_length=PARTS_MAX)] = ()
    funding_version: StreamVersion | None = None

    @model_validator(mode="after")
    def _money_is_named(self) -> Self:
        if (self.budget_id is None) != bool(self.shares) or bool(self.shares) != (self.funding_version is not None):
            raise ValueError("a budget, or the shares of several with the funding's version")
        if self.shares:
            refuse_other_sum(self.shares, self.amount_fen)
        return self


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
    budget_id: UUID | None = None
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


class ReliefListReopened(ReliefEvent, stream="list"):
    """Money of a list that had ended came back: so many of its lines wait again, for a batch or to be cancelled."""

    list_id: UUID
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
