"""What became of money that came in, over HTTP: by fund, and for one receipt to the last fen."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from unionaid.contracts.fields import NAME_CHARS_MAX
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READER
from unionaid.relief.http.answers import shown, shown_page
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views.gifts import GIFTS_PAGE_MAX, USES_PAGE_MAX, Donor, Traced, trace
from unionaid.service.routes import Router

Cursor = Annotated[int, Query(ge=0, le=2**63 - 1)]

gifts = Router(prefix="/funds/{fund_id}/receipts", tags=["funds"])


@gifts.get("", dependencies=[MONEY_READER])
async def show_receipts(
    fund_id: UUID,
    desk: AtDesk,
    *,
    donor_organisation: Annotated[str | None, Query(max_length=NAME_CHARS_MAX)] = None,
    donor_person_id: UUID | None = None,
    cursor: Cursor = 0,
    limit: Annotated[int, Query(ge=1, le=GIFTS_PAGE_MAX)] = 100,
) -> Response:
    """Show a page of what came into a fund, or of what one giver gave, first first, with what is used and left."""
    found = await traced_fund(desk, fund_id)
    donor = Donor(donor_organisation, donor_person_id)
    return shown_page("receipts", found.gifts(cursor, limit + 1, donor), limit, "position")


@gifts.get("/{receipt_id}", dependencies=[MONEY_READER])
async def show_receipt(
    fund_id: UUID,
    receipt_id: UUID,
    desk: AtDesk,
    cursor: Cursor = 0,
    limit: Annotated[int, Query(ge=1, le=USES_PAGE_MAX)] = 100,
) -> Response:
    """Show where the money of one receipt went, by programme, and a page of the events that say so."""
    found = await traced_fund(desk, fund_id)
    if receipt_id not in found.uses:
        raise NotFound
    events = found.events(receipt_id, cursor, limit + 1)
    return shown(
        {
            **found.gift(receipt_id),
            "fund_id": fund_id,
            "uses": found.shares(receipt_id),
            "events": events[:limit],
            "next_cursor": events[limit - 1]["position"] if len(events) > limit else None,
        }
    )


async def traced_fund(desk: Desk, fund_id: UUID) -> Traced:
    """Return a fund's money, traced. Raises NotFound."""
    await desk.settled()
    if await fund_views.fund(desk.pool, fund_id) is None:
        raise NotFound
    return await trace(desk.pool, fund_id)
