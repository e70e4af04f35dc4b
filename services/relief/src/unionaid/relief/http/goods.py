"""Stocks of goods and their issues over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from unionaid.relief.bodies.goods import (
    GiftBody,
    IssueGoodsBody,
    OpenStockBody,
    PurchaseBody,
    RemovalBody,
    ReturnGoodsBody,
)
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import LIST_READER, MONEY_READERS, ByAccountant, ListReader, jurisdiction_of
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.goods_acts import issuing, of_stock, opening_stock, taking_back
from unionaid.relief.views import goods as goods_views
from unionaid.service.after import after
from unionaid.service.idempotency import Command, commands
from unionaid.service.roles import Actor, Role
from unionaid.service.routes import Router

ISSUERS = (Role.DISTRICT_OFFICER, Role.SUB_DISTRICT_OFFICER, Role.GRASSROOTS_OFFICER)
"""Who hands goods out, each under the own union; who takes them in is the accountant."""
ByIssuer = Annotated[Command, commands(*ISSUERS)]

stocks = Router(prefix="/stocks", tags=["goods"])
goods_issues = Router(prefix="/goods-issues", tags=["goods"])


@stocks.post("", status_code=201)
async def open_stock(body: OpenStockBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Open a stock of one item for a fund."""
    return await command.run(opening_stock(desk, body))


@stocks.post("/{stock_id}/gifts", status_code=201)
async def receive_gift(
    stock_id: UUID, body: GiftBody, command: ByAccountant, desk: AtDesk, _: Annotated[None, after]
) -> Response:
    """Take in goods that were given."""
    return await command.run(of_stock(desk, stock_id, body))


@stocks.post("/{stock_id}/purchases", status_code=201)
async def buy_goods(stock_id: UUID, body: PurchaseBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Take in goods that a budget pays for."""
    return await command.run(of_stock(desk, stock_id, body))


@stocks.post("/{stock_id}/removals", status_code=201)
async def remove_goods(stock_id: UUID, body: RemovalBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Take goods off the stock that are not handed out."""
    return await command.run(of_stock(desk, stock_id, body))


@stocks.get("", dependencies=[LIST_READER])
async def show_stocks(desk: AtDesk) -> Response:
    """Show all stocks, each with what is left and what that is worth."""
    await desk.settled()
    return shown({"stocks": await goods_views.stocks(desk.pool)})


@stocks.get("/{stock_id}", dependencies=[LIST_READER])
async def show_stock(stock_id: UUID, desk: AtDesk) -> Response:
    """Show a stock, receipt by receipt."""
    await desk.settled()
    return shown(await goods_views.stock(desk.pool, stock_id))


@goods_issues.post("", status_code=201)
async def issue_goods(body: IssueGoodsBody, command: ByIssuer, desk: AtDesk, _: Annotated[None, after]) -> Response:
    """Hand goods out at a site of a union of one's own."""
    return await command.run(issuing(desk, body, jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)))


@goods_issues.post("/{issue_id}/returns", status_code=201)
async def take_back(issue_id: UUID, body: ReturnGoodsBody, command: ByIssuer, desk: AtDesk) -> Response:
    """Put goods of an issue back on stock: they were not needed, or never went out."""
    return await command.run(taking_back(desk, issue_id, body, jurisdiction_of(command.actor, Role.DISTRICT_OFFICER)))


@goods_issues.get("")
async def show_issues(
    reader: ListReader,
    desk: AtDesk,
    before: Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=goods_views.ISSUES_PAGE_MAX)] = 50,
) -> Response:
    """Show a page of the issues one may see, the latest first, without what came back."""
    await desk.settled()
    cursor = read_before(before)
    rows = await goods_views.issues(desk.pool, await seen_by(reader, desk), cursor, limit + 1)
    page = rows[:limit]
    next = f"{page[-1]['occurred_on']}/{page[-1]['issue_id']}" if len(rows) > limit else None
    return shown({"issues": page, "next_before": next})


@goods_issues.get("/{issue_id}")
async def show_issue(issue_id: UUID, reader: ListReader, desk: AtDesk) -> Response:
    """Show an issue, part by part."""
    await desk.settled()
    found, within = await goods_views.issue(desk.pool, issue_id), await seen_by(reader, desk)
    if found is None or (within is not None and found["union_org_id"] not in within):
        raise NotFound
    return shown(found)


async def seen_by(reader: Actor, desk: Desk) -> frozenset[UUID] | None:
    """Return the unions whose issues a reader sees, None for all."""
    jurisdiction = jurisdiction_of(reader, *MONEY_READERS)
    return None if jurisdiction is None else await desk.people.subtree(jurisdiction)


def read_before(cursor: str | None) -> tuple[date, UUID] | None:
    """Read after which issue a page begins. Raises NotFound for what is none."""
    if cursor is None:
        return None
    on, _, id = cursor.partition("/")
    try:
        return date.fromisoformat(on), UUID(id)
    except ValueError:
        raise NotFound from None
