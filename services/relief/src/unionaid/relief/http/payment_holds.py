"""Who is paid nothing at the moment, over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from unionaid.relief.application.holding import holds
from unionaid.relief.http.access import (
    MONEY_READERS,
)
from unionaid.relief.http.answers import shown
from unionaid.relief.http.desk import AtDesk
from unionaid.service.access import require
from unionaid.service.roles import Role
from unionaid.service.routes import Router

payment_holds = Router(prefix="/payment-holds", tags=["payments"])


@payment_holds.get("", dependencies=[require(*MONEY_READERS, Role.OPERATOR)])
async def list_holds(desk: AtDesk) -> Response:
    """List who is paid nothing at the moment because a merge may be undone, the oldest first; they are few."""
    async with desk.pool.acquire() as conn:
        held = await holds(conn)
    return shown({"payment_holds": [hold.model_dump(mode="json") for hold in held]})
