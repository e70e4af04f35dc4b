"""Who belongs to a society: read from its fund's own events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import load
from unionaid.relief.domain.fund.facts import Open, fund_of
from unionaid.relief.views.funds import Pool


async def members(pool: Pool, fund_id: UUID) -> list[dict[str, Any]]:
    """Return the members of a fund's society, who joined first first; a fund that is not there has none."""
    async with pool.acquire() as conn:
        fund = fund_of(decode(event.body)[1] for event in await load(conn, stream_name("fund", fund_id)))
    if not isinstance(fund, Open):
        return []
    return [
        {
            "member_id": id,
            "member_organisation": one.organisation,
            "member_person_id": one.person_id,
            "member_since": one.since,
        }
        for id, one in fund.members.items()
    ]
