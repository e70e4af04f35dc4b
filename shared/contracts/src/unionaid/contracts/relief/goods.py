"""Events of goods: a stock of one item, what comes in, and what is handed out at a site."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from unionaid.contracts.event import Data
from unionaid.contracts.fields import (
    GOODS_PARTS_MAX,
    AmountFen,
    Code,
    FileBytes,
    FundSource,
    GoodsOrigin,
    GoodsRemovalReason,
    GoodsReturnReason,
    GoodsUnit,
    GoodsValuation,
    HeadCount,
    HeadCountOrNone,
    ProgrammeKind,
    PublicName,
    Quantity,
    Sha256Hex,
    Voucher,
    Year,
)
from unionaid.contracts.relief.base import ReliefEvent


class StockOpened(ReliefEvent, stream="stock"):
    """A stock of one item was opened for a fund; `source` and `earmark` are the fund's, and never change."""

    stock_id: UUID
    fund_id: UUID
    source: FundSource
    earmark: Code | None = None
    item: PublicName
    unit: GoodsUnit


class GoodsReceived(ReliefEvent, stream="stock"):
    """Goods came in, each unit worth `unit_value_fen`.

    Donated ones have a donor, an organisation or a person known by id, and say what the value rests on. Of bought ones
    `budget_id` says which budget paid: GoodsPaid is its side.
    """

    stock_id: UUID
    fund_id: UUID
    receipt_id: UUID
    origin: GoodsOrigin
    quantity: Quantity
    unit_value_fen: AmountFen
    amount_fen: AmountFen
    voucher: Voucher
    budget_id: UUID | None = None
    donor_organisation: PublicName | None = None
    donor_person_id: UUID | None = None
    valuation: GoodsValuation | None = None

    @model_validator(mode="after")
    def _value_of_units(self) -> Self:
        if self.amount_fen != self.quantity * self.unit_value_fen:
            raise ValueError("amount_fen is not the value of the units")
        return self


class GoodsPaid(ReliefEvent, stream="budget"):
    """A budget paid for goods: money became stock, and is spent."""

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    stock_id: UUID
    receipt_id: UUID
    amount_fen: AmountFen
    voucher: Voucher


class GoodsRemoved(ReliefEvent, stream="stock"):
    """Goods of a receipt left the stock without being handed out, for a coded reason."""

    stock_id: UUID
    fund_id: UUID
    receipt_id: UUID
    origin: GoodsOrigin
    quantity: Quantity
    unit_value_fen: AmountFen
    amount_fen: AmountFen
    reason_code: GoodsRemovalReason
    voucher: Voucher


class GoodsRefunded(ReliefEvent, stream="budget"):
    """What a budget paid for goods came back: they were sent back, or more was entered than was bought."""

    budget_id: UUID
    fund_id: UUID
    programme_id: UUID
    stock_id: UUID
    receipt_id: UUID
    amount_fen: AmountFen
    voucher: Voucher


class GoodsPart(Data):
    """So many units of one item that came with one receipt, at their value."""

    stock_id: UUID
    fund_id: UUID
    receipt_id: UUID
    quantity: Quantity
    unit_value_fen: AmountFen

    @property
    def amount_fen(self) -> int:
        """What they are worth."""
        return self.quantity * self.unit_value_fen


GoodsParts = Annotated[tuple[GoodsPart, ...], Field(min_length=1, max_length=GOODS_PARTS_MAX)]


class GoodsIssued(ReliefEvent, stream="issue"):
    """Goods were handed out at a site, to so many people counted by the head.

    `union_org_id` is the union that looks after the site; `site` is its public name. The signed list is there where
    one was kept.
    """

    issue_id: UUID
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: UUID
    site: PublicName
    head_count: HeadCount
    goods: GoodsParts
    amount_fen: AmountFen
    signed_list_sha256: Sha256Hex | None = None
    signed_list_bytes: FileBytes | None = None

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        if self.amount_fen != sum(part.amount_fen for part in self.goods):
            raise ValueError("the goods do not add up to amount_fen")
        if (self.signed_list_sha256 is None) != (self.signed_list_bytes is None):
            raise ValueError("a signed list has a hash and a length")
        return self


class GoodsReturned(ReliefEvent, stream="issue"):
    """Goods of an issue are on stock again, for a coded reason; `head_count` people fewer were served than was said."""

    issue_id: UUID
    programme_id: UUID
    programme_kind: ProgrammeKind
    programme_year: Year
    union_org_id: UUID
    site: PublicName
    head_count: HeadCountOrNone
    goods: GoodsParts
    amount_fen: AmountFen
    reason_code: GoodsReturnReason

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        if self.amount_fen != sum(part.amount_fen for part in self.goods):
            raise ValueError("the goods do not add up to amount_fen")
        return self


class GoodsTaken(ReliefEvent, stream="stock"):
    """The stock's own side of GoodsIssued: units of one receipt went out.

    Ledger and totals count GoodsIssued; this one lets a stock be decided on alone.
    """

    stock_id: UUID
    issue_id: UUID
    receipt_id: UUID
    quantity: Quantity


class GoodsPutBack(ReliefEvent, stream="stock"):
    """The stock's own side of GoodsReturned."""

    stock_id: UUID
    issue_id: UUID
    receipt_id: UUID
    quantity: Quantity
