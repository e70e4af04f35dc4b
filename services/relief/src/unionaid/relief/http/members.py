"""Members of a society, such as the tuition society, over HTTP."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from unionaid.relief.bodies.funds import MemberBody, MemberDepartureBody
from unionaid.relief.domain.refusals import NotFound
from unionaid.relief.http.access import MONEY_READER, ByAccountant
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.relief.http.fund_acts import joining, leaving
from unionaid.relief.views import funds as fund_views
from unionaid.relief.views.members import members as members_of
from unionaid.service.routes import Router

members = Router(prefix="/funds/{fund_id}/members", tags=["funds"])


@members.post("", status_code=201)
async def join(fund_id: UUID, body: MemberBody, command: ByAccountant, desk: AtDesk) -> Response:
    """Take a member of the society in."""
    return await command.run(joining(desk, fund_id, body))


@members.post("/{member_id}/departure", status_code=201)
async def leave(
    fund_id: UUID, member_id: UUID, body: MemberDepartureBody, command: ByAccountant, desk: AtDesk
) -> Response:
    """Let a member of the society go."""
    return await command.run(leaving(desk, fund_id, member_id, body))


@members.get("", dependencies=[MONEY_READER])
async def show(fund_id: UUID, desk: AtDesk) -> Response:
    """Show who belongs to the society whose fund it is."""
    await desk.settled()
    if await fund_views.fund(desk.pool, fund_id) is None:
        raise NotFound
    return shown({"members": await members_of(desk.pool, fund_id)})
