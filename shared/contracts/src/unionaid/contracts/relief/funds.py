"""Events of funds and budgets: money in, and what is set aside of it."""

from uuid import UUID

from unionaid.contracts.fields import (
    AmountFen,
    Code,
    FundSource,
    Lines,
    PublicName,
    Voucher,
)
from unionaid.contracts.relief.base import ReliefEvent


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
