"""Events of funds and budgets: money in, and what is set aside of it."""

from datetime import date
from uuid import UUID

from unionaid.contracts.fields import (
    AmountFen,
    BudgetReleaseReason,
    Code,
    FundReturnReason,
    FundSource,
    Lines,
    PledgeWithdrawalReason,
    PublicName,
    Voucher,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent


class FundOpened(ReliefEvent, stream="fund"):
    """A fund was opened; an earmarked one is spent on its purpose only."""

    fund_id: UUID
    source: FundSource
    name: PublicName
    earmark: Code | None = None


class PledgeMade(ReliefEvent, stream="fund"):
    """Money was promised to a fund for a day. It counts as nothing until it has come in."""

    fund_id: UUID
    pledge_id: UUID
    amount_fen: AmountFen
    due_on: date
    voucher: Voucher


class PledgeDue(ReliefEvent, stream="fund"):
    """The day of a pledge has come, and `amount_fen` of it is still awaited."""

    fund_id: UUID
    pledge_id: UUID
    amount_fen: AmountFen


class PledgeWithdrawn(ReliefEvent, stream="fund"):
    """What is still awaited of a pledge will not come, for a coded reason."""

    fund_id: UUID
    pledge_id: UUID
    amount_fen: AmountFen
    reason_code: PledgeWithdrawalReason


class FundsReceived(ReliefEvent, stream="fund"):
    """Money came into a fund; `pledge_id` says which promise it keeps, `reference` which document it corrects.

    Of a gift it may say who gave: an organisation by its public name, or a person by id, never both.
    """

    fund_id: UUID
    amount_fen: AmountFen
    voucher: Voucher
    pledge_id: UUID | None = None
    reference: Voucher | None = None
    donor_organisation: PublicName | None = None
    donor_person_id: UUID | None = None


class FundsReturned(ReliefEvent, stream="fund"):
    """Money of a fund went back to where it came from; `reference` says which document it corrects."""

    fund_id: UUID
    amount_fen: AmountFen
    voucher: Voucher
    reason_code: FundReturnReason
    reference: Voucher | None = None


class BankFeeCharged(ReliefEvent, stream="fund"):
    """The bank took a fee from what of a fund is free."""

    fund_id: UUID
    amount_fen: AmountFen
    voucher: Voucher
    reference: Voucher | None = None


class SpendingPlanned(ReliefEvent, stream="fund"):
    """How much of a fund is to be spent in a month. It holds until the next plan; nothing is bound by it."""

    fund_id: UUID
    monthly_fen: AmountFen


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


class BudgetReleased(ReliefEvent, stream="fund"):
    """What was free in a budget went back to its fund, for a coded reason."""

    fund_id: UUID
    budget_id: UUID
    programme_id: UUID
    amount_fen: AmountFen
    reason_code: BudgetReleaseReason


class BudgetReduced(ReliefEvent, stream="budget"):
    """The budget's own side of BudgetReleased."""

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    amount_fen: AmountFen


class BudgetCarriedOver(ReliefEvent, stream="budget"):
    """At the end of `year` what a budget had not spent was left to it for the next one (結轉)."""

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    year: Year
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


class SpendingReversed(ReliefEvent, stream="budget"):
    """Money that was paid out of a budget came back: so much is bound to the list again."""

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
