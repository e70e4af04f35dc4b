"""The funding of programmes over HTTP: from which budgets lists are paid that name none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from unionaid.contracts import stream_name
from unionaid.contracts.relief import FundingSource
from unionaid.relief.bodies.funding import FundingBody
from unionaid.relief.domain.funding.facts import Stated, funding_of
from unionaid.relief.domain.funding.rules import StateFunding
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READER, ByAccountant
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk, Desk
from unionaid.relief.views import funding as funding_views
from unionaid.relief.views.acts import acts_in
from unionaid.service.deciding import Issued
from unionaid.service.routes import Router

funding = Router(prefix="/programmes", tags=["programmes"])


@funding.post("/{programme_id}/funding", status_code=201)
async def state_funding(programme_id: UUID, body: FundingBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Say from which budgets a programme's lists are paid that name none; it holds for what is approved after it."""
    return await command.run(
        lambda issued: desk.commands.fundings.state(issued, programme_id, stating(body, issued), command.expect)
    )


@funding.get("/{programme_id}/funding", dependencies=[MONEY_READER])
async def show_funding(programme_id: UUID, desk: AtDesk) -> Response:
    """Show from which budgets a programme's lists are paid that name none, and what of each is free."""
    await desk.settled()
    stated, told = await funding_seen(desk, programme_id)
    return shown(told, {"ETag": f'"{stated.version}"'})


def stating(body: FundingBody, issued: Issued) -> StateFunding:
    """Return what a body commands."""
    sources = [FundingSource(budget_id=source.budget_id, weight=source.weight) for source in body.sources]
    return StateFunding(body.mode, sources, body.occurred_on, issued.business_date)


async def funding_seen(desk: Desk, programme_id: UUID) -> tuple[Stated, dict[str, Any]]:
    """Return what was stated last, and how it is told. Raises NotFound."""
    stated = funding_of(act.event for act, _ in await acts_in(desk.pool, stream_name("funding", programme_id)))
    if not isinstance(stated, Stated):
        raise NotFound
    found = await funding_views.sources(desk.pool, programme_id)
    sources = [{name: row[name] for name in ("budget_id", "fund_id", "weight", "free_fen")} for row in found]
    return stated, {"programme_id": programme_id, "mode": stated.terms.mode, "sources": sources}
