"""The screens of goods in store: what there is of each item, and all that an accountant enters about one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast, get_args
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from unionaid.contracts.fields import GoodsRemovalReason, GoodsUnit, GoodsValuation
from unionaid.relief.bodies import goods as bodies
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import LIST_READERS
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.http.goods_acts import OfStock, of_stock, opening_stock
from unionaid.relief.pages.filling import Unread, filled
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views import goods as goods_views
from unionaid.service.access import require
from unionaid.service.forms import Form, faults_of, forms, new_key
from unionaid.service.roles import Actor, Role
from unionaid.service.screens import HEADERS, PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

Reader = Annotated[Actor, require(*LIST_READERS)]
ByAccountant = Annotated[Form, forms(Role.ACCOUNTANT)]
OPENING = ("occurred_on", "fund_id", "item", "unit")


class Entry(NamedTuple):
    """What a form of a stock's page asks for, beside the date."""

    model: type[BaseModel]
    asks: tuple[str, ...]
    money: str = "unit_value_fen"


ENTRIES: Mapping[str, Entry] = {
    "gifts": Entry(
        bodies.GiftBody, ("quantity", "yuan", "valuation", "donor_organisation", "donor_person_id", "voucher")
    ),
    "purchases": Entry(bodies.PurchaseBody, ("quantity", "yuan", "budget_id", "voucher")),
    "removals": Entry(bodies.RemovalBody, ("receipt_id", "quantity", "reason_code", "voucher"), ""),
}
"""What is entered about a stock, by the last part of the form's address."""

stocks = PageRouter(tags=["screens"])


@stocks.get("/pages/stocks")
async def overview(request: Request, reader: Reader, desk: AtDesk) -> Response:
    """All stocks: what is left of each, and what that is worth."""
    return await _overview(request, reader, desk, {}, {})


@stocks.post("/pages/stocks")
async def open_stock(form: ByAccountant, desk: AtDesk) -> Response:
    """Open a stock."""
    typed = {name: form.text(name) for name in OPENING}
    try:
        act = opening_stock(desk, filled(form, bodies.OpenStockBody, typed))
    except Unread as unread:
        return await _overview(form.request, form.actor, desk, typed, unread.faults)
    done = await (await form.command()).run(act)
    if faults := faults_of(done):
        return await _overview(form.request, form.actor, desk, typed, faults)
    where = done.headers.get("location", "/stocks")  # answered before a restore: opened, but where is not kept
    return RedirectResponse(f"/relief/pages{where}", 303, HEADERS)


@stocks.get("/pages/stocks/{stock_id}")
async def show(request: Request, stock_id: UUID, reader: Reader, desk: AtDesk) -> Response:
    """One stock, receipt by receipt, and the forms of the accountant."""
    done = request.query_params.get("done", "")
    return await _shown(request, reader, desk, stock_id, done=done if done in ENTRIES else "")


@stocks.post("/pages/stocks/{stock_id}/{entered}")
async def enter(stock_id: UUID, entered: str, form: ByAccountant, desk: AtDesk) -> Response:
    """Enter something about a stock."""
    if entered not in ENTRIES:
        raise NotFound
    entry = ENTRIES[entered]
    typed = {name: form.text(name) for name in ("occurred_on", *entry.asks)}
    try:
        body = cast("OfStock", filled(form, entry.model, typed, counts=("quantity",), money=entry.money))
    except Unread as unread:
        return await _shown(
            form.request, form.actor, desk, stock_id, entered=entered, typed=typed, faults=unread.faults
        )
    done = await (await form.command()).run(of_stock(desk, stock_id, body))
    if faults := faults_of(done):
        placed = {"yuan" if name == entry.money else name: reason for name, reason in faults.items()}
        return await _shown(form.request, form.actor, desk, stock_id, entered=entered, typed=typed, faults=placed)
    return RedirectResponse(f"/relief/pages/stocks/{stock_id}?done={entered}", 303, HEADERS)


async def _overview(
    request: Request, reader: Actor, desk: Desk, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    shell: Shell = request.app.state.shell
    await desk.settled()
    return shell.screens.page(
        request,
        "stocks.html",
        status=422 if faults else 200,
        stocks=await goods_views.stocks(desk.pool),
        funds=[(str(one["fund_id"]), one["name"]) for one in await fund_views.funds(desk.pool)],
        units=get_args(GoodsUnit),
        enters=Role.ACCOUNTANT in reader.roles,
        today=shell.clock.business_date().isoformat(),
        typed=dict.fromkeys(OPENING, "") | dict(typed),
        faults=faults,
        key=new_key(),
    )


async def _shown(
    request: Request,
    reader: Actor,
    desk: Desk,
    stock_id: UUID,
    *,
    entered: str = "",
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    """Return the page of a stock; `entered` names the form that was sent. Raises NotFound."""
    shell: Shell = request.app.state.shell
    await desk.settled()
    stock = await goods_views.stock(desk.pool, stock_id)
    if stock is None:
        raise NotFound
    fund = await fund_views.fund(desk.pool, stock["fund_id"])
    given = fund is not None and fund["source"] == "donation"
    offered = {name: entry for name, entry in ENTRIES.items() if given or name != "gifts"}
    return shell.screens.page(
        request,
        "stock.html",
        status=422 if faults else 200,
        stock=stock,
        budgets=await fund_views.budgets_of_fund(desk.pool, stock["fund_id"]),
        entries=offered if Role.ACCOUNTANT in reader.roles else {},
        valuations=get_args(GoodsValuation),
        reasons=get_args(GoodsRemovalReason),
        entered=entered,
        typed=typed or {},
        faults=faults or {},
        done=done,
        today=shell.clock.business_date().isoformat(),
        key=new_key(),
    )
