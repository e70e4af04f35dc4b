"""Bodies about funds and budgets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    YEAR_MAX,
    YEAR_MIN,
    BudgetReleaseReason,
    Code,
    FundReturnReason,
    FundSource,
    PledgeWithdrawalReason,
    PublicName,
    Voucher,
)
from unionaid.relief.bodies.typed import BusinessDate, Fen
from unionaid.service.routes import Body


class OpenFundBody(Body):
    """A fund: government appropriation, union dues or social donation; earmarked for one purpose, or free."""

    occurred_on: BusinessDate
    source: FundSource
    name: PublicName
    earmark: Code | None = None


class ReceiveFundsBody(Body):
    """Money that came in; of a gift, which organisation or which person gave."""

    occurred_on: BusinessDate
    amount_fen: Fen
    voucher: Voucher
    pledge_id: UUID | None = None
    reference: Voucher | None = None
    donor_organisation: PublicName | None = None
    donor_person_id: UUID | None = None


class AllotBudgetBody(Body):
    """Money set aside for a programme."""

    occurred_on: BusinessDate
    programme_id: UUID
    amount_fen: Fen


class ReturnFundsBody(Body):
    """Money that went back to where it came from; `reference` is the document that this one corrects."""

    occurred_on: BusinessDate
    amount_fen: Fen
    voucher: Voucher
    reason_code: FundReturnReason
    reference: Voucher | None = None


class BankFeeBody(Body):
    """What the bank took."""

    occurred_on: BusinessDate
    amount_fen: Fen
    voucher: Voucher
    reference: Voucher | None = None


class SpendingPlanBody(Body):
    """What a month is to cost."""

    occurred_on: BusinessDate
    monthly_fen: Fen


class PledgeBody(Body):
    """Money promised for a day, with the number of the paper that says so."""

    occurred_on: BusinessDate
    amount_fen: Fen
    due_on: BusinessDate
    voucher: Voucher


class PledgeWithdrawalBody(Body):
    """That the rest will not come, and why."""

    occurred_on: BusinessDate
    reason_code: PledgeWithdrawalReason


class ReleaseBudgetBody(Body):
    """What is free in a budget and goes back to its fund."""

    occurred_on: BusinessDate
    amount_fen: Fen
    reason_code: BudgetReleaseReason


class CarryOverBody(Body):
    """At the end of which year a budget keeps what it has not spent."""

    occurred_on: BusinessDate
    year: Annotated[int, Field(strict=True, ge=YEAR_MIN, le=YEAR_MAX)]
