"""What relief's routes and screens work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import asyncpg
from fastapi import Depends
from starlette.requests import Request

from unionaid.eventlog import OwnViews, Unsettled
from unionaid.payments import Templates
from unionaid.relief.application.commands import Commands
from unionaid.relief.identities import Identities
from unionaid.relief.policies.accounts import SecondLook
from unionaid.relief.policies.payer import PayerOn
from unionaid.relief.views.people import People
from unionaid.service.problems import Problem


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with; at `app.state.desk`."""

    commands: Commands
    people: People
    own_views: OwnViews
    pool: asyncpg.Pool[asyncpg.Record]
    identities: Identities
    templates: Templates
    payer_on: PayerOn
    second_look: SecondLook

    async def settled(self) -> None:
        """Wait until the views hold what was written before. Raises Problem (503)."""
        try:
            await self.own_views.settled()
        except Unsettled:
            raise Problem.moment("not-yet-visible") from None


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
