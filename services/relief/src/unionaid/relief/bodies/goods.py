"""Bodies about goods."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from unionaid.contracts.fields import (
    FILE_BYTES_MAX,
    GOODS_ITEMS_MAX,
    GOODS_QUANTITY_MAX,
    HEAD_COUNT_MAX,
    GoodsRemovalReason,
    GoodsReturnReason,
    GoodsUnit,
    GoodsValuation,
    PublicName,
    Sha256Hex,
    Voucher,
)
from unionaid.relief.bodies.typed import BusinessDate, Fen
from unionaid.service.routes import Body

Units = Annotated[int, Field(strict=True, ge=1, le=GOODS_QUANTITY_MAX)]


class OpenStockBody(Body):
    """A stock of one item, for one fund."""

    occurred_on: BusinessDate
    fund_id: UUID
    item: PublicName
    unit: GoodsUnit


class GiftBody(Body):
    """Goods that were given: by an organisation, under its public name, or by a person known by id."""

    occurred_on: BusinessDate
    quantity: Units
    unit_value_fen: Fen
    voucher: Voucher
    valuation: GoodsValuation
    donor_organisation: PublicName | None = None
    donor_person_id: UUID | None = None


class PurchaseBody(Body):
    """Goods that a budget of the stock's fund pays for."""

    occurred_on: BusinessDate
    quantity: Units
    unit_value_fen: Fen
    voucher: Voucher
    budget_id: UUID


class RemovalBody(Body):
    """Goods of a receipt that are taken off the stock and not handed out."""

    occurred_on: BusinessDate
    receipt_id: UUID
    quantity: Units
    reason_code: GoodsRemovalReason
    voucher: Voucher


class ItemBody(Body):
    """So many units of a stock."""

    stock_id: UUID
    quantity: Units


class SignedListBody(Body):
    """The scan of who signed."""

    sha256: Sha256Hex
    bytes: Annotated[int, Field(strict=True, ge=1, le=FILE_BYTES_MAX)]


class IssueGoodsBody(Body):
    """Goods handed out at a site that a union looks after, to people counted by the head."""

    occurred_on: BusinessDate
    programme_id: UUID
    union_org_id: UUID
    site: PublicName
    head_count: Annotated[int, Field(strict=True, ge=1, le=HEAD_COUNT_MAX)]
    items: Annotated[list[ItemBody], Field(min_length=1, max_length=GOODS_ITEMS_MAX)]
    signed_list: SignedListBody | None = None


class ReturnGoodsBody(Body):
    """Goods of an issue that came back; `head_count` people fewer were served than was said."""

    occurred_on: BusinessDate
    items: Annotated[list[ItemBody], Field(min_length=1, max_length=GOODS_ITEMS_MAX)]
    head_count: Annotated[int, Field(strict=True, ge=0, le=HEAD_COUNT_MAX)] = 0
    reason_code: GoodsReturnReason
