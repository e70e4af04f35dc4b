"""The screens of what came in: what is left of each receipt, and the statement to print for who gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READERS
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.gifts import traced_fund
from unionaid.relief.views import funds as fund_views
from unionaid.service.access import require
from unionaid.service.roles import Actor
from unionaid.service.screens import PageRouter

if TYPE_CHECKING:
    from unionaid.service.app import Shell

MoneyReader = Annotated[Actor, require(*MONEY_READERS)]
RECEIPTS_SHOWN, EVENTS_SHOWN = 100, 200
"""Of one page."""

gifts = PageRouter(tags=["screens"])


@gifts.get("/pages/funds/{fund_id}/receipts")
async def overview(request: Request, fund_id: UUID, _: MoneyReader, desk: AtDesk) -> Response:
    """What came into a fund, with what is used and left of each receipt."""
    shell: Shell = request.app.state.shell
    found = await traced_fund(desk, fund_id)
    rows = found.gifts(_cursor(request), RECEIPTS_SHOWN + 1)
    return shell.screens.page(
        request,
        "gifts.html",
        fund=await fund_views.fund(desk.pool, fund_id),
        receipts=rows[:RECEIPTS_SHOWN],
        next=rows[RECEIPTS_SHOWN - 1]["position"] if len(rows) > RECEIPTS_SHOWN else None,
    )


@gifts.get("/pages/funds/{fund_id}/receipts/{receipt_id}")
async def statement(request: Request, fund_id: UUID, receipt_id: UUID, _: MoneyReader, desk: AtDesk) -> Response:
    """Where the money of one receipt went, to the last fen, with the events that say so; to be printed."""
    shell: Shell = request.app.state.shell
    found = await traced_fund(desk, fund_id)
    if receipt_id not in found.uses:
        raise NotFound
    events = found.events(receipt_id, _cursor(request), EVENTS_SHOWN + 1)
    return shell.screens.page(
        request,
        "gift.html",
        fund=await fund_views.fund(desk.pool, fund_id),
        gift=found.gift(receipt_id),
        uses=found.shares(receipt_id),
        events=events[:EVENTS_SHOWN],
        next=events[EVENTS_SHOWN - 1]["position"] if len(events) > EVENTS_SHOWN else None,
        today=shell.clock.business_date(),
    )


def _cursor(request: Request) -> int:
    """Return after which position a page begins; what cannot be read begins at the first."""
    given = request.query_params.get("cursor", "0")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < len(str(2**63)) else 0
