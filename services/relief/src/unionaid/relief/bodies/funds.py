"""Bodies about funds and budgets."""

from __future__ import annotations

from uuid import UUID

from unionaid.contracts.fields import (
    Code,
    FundSource,
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
    """Money that came in."""

    occurred_on: BusinessDate
    amount_fen: Fen
    voucher: Voucher


class AllotBudgetBody(Body):
    """Money set aside for a programme."""

    occurred_on: BusinessDate
    programme_id: UUID
    amount_fen: Fen
