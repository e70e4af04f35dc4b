"""What bodies about goods command: the same for routes and screens."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID, uuid4

from unionaid.relief.bodies import goods as bodies
from unionaid.relief.domain.goods_issue.rules import IssueGoods, Item, ReturnGoods, SignedList
from unionaid.relief.domain.stock.rules import Arrival, Donor, OpenStock, RemoveGoods
from unionaid.relief.http.desk import Desk
from unionaid.relief.http.fund_acts import Act

OfStock: TypeAlias = bodies.GiftBody | bodies.PurchaseBody | bodies.RemovalBody


def opening_stock(desk: Desk, body: bodies.OpenStockBody) -> Act:
    """Return what opens a stock."""
    stock_id = uuid4()
    return lambda issued: desk.commands.goods.open_stock(
        issued, body.fund_id, OpenStock(stock_id, body.item, body.unit, body.occurred_on, issued.business_date)
    )


def of_stock(desk: Desk, stock_id: UUID, body: OfStock) -> Act:
    """Return what a body commands about a stock."""
    goods, on, receipt_id = desk.commands.goods, body.occurred_on, uuid4()
    match body:
        case bodies.GiftBody(quantity=quantity, unit_value_fen=fen, voucher=voucher):
            donor = Donor(body.valuation, body.donor_organisation, body.donor_person_id)
            return lambda issued: goods.receive(
                issued, stock_id, Arrival(receipt_id, quantity, fen, voucher, on, issued.business_date), donor
            )
        case bodies.PurchaseBody(quantity=quantity, unit_value_fen=fen, voucher=voucher, budget_id=budget_id):
            return lambda issued: goods.buy(
                issued, stock_id, budget_id, Arrival(receipt_id, quantity, fen, voucher, on, issued.business_date)
            )
        case bodies.RemovalBody(quantity=quantity, voucher=voucher, reason_code=reason, receipt_id=of):
            return lambda issued: goods.remove(
                issued, stock_id, RemoveGoods(of, quantity, reason, voucher, on, issued.business_date)
            )


def issuing(desk: Desk, body: bodies.IssueGoodsBody, jurisdiction: UUID | None) -> Act:
    """Return what hands goods out."""
    issue_id, items = uuid4(), [Item(one.stock_id, one.quantity) for one in body.items]
    given = body.signed_list
    signed = None if given is None else SignedList(given.sha256, given.bytes)
    return lambda issued: desk.commands.goods.issue(
        issued,
        body.programme_id,
        IssueGoods(
            issue_id=issue_id,
            union_org_id=body.union_org_id,
            site=body.site,
            head_count=body.head_count,
            items=items,
            signed_list=signed,
            on=body.occurred_on,
            today=issued.business_date,
        ),
        jurisdiction,
    )


def taking_back(desk: Desk, issue_id: UUID, body: bodies.ReturnGoodsBody, jurisdiction: UUID | None) -> Act:
    """Return what takes goods of an issue back."""
    items = [Item(one.stock_id, one.quantity) for one in body.items]
    return lambda issued: desk.commands.goods.take_back(
        issued,
        issue_id,
        ReturnGoods(items, body.head_count, body.reason_code, body.occurred_on, issued.business_date),
        jurisdiction,
    )
