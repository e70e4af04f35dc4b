"""From which budgets programmes' lists are paid: the last statement of each."""

from __future__ import annotations

from collections.abc import Sequence

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import FundingStated
from unionaid.eventlog import Connection

SHOWN: tuple[type[Fact], ...] = (FundingStated,)
_FORGET = "DELETE FROM views.funding WHERE programme_id = ANY($1::uuid[])"
_ADD = """
INSERT INTO views.funding (programme_id, place, mode, budget_id, weight, stated_on)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::uuid[], $5::integer[], $6::date[])
"""


async def write_funding(conn: Connection, facts: Sequence[Fact]) -> None:
    """Put the last statement of each programme in the place of the one before."""
    last = {fact.programme_id: fact for fact in facts if isinstance(fact, FundingStated)}
    if not last:
        return
    await conn.execute(_FORGET, list(last))
    rows = [
        (stated.programme_id, place, stated.mode, source.budget_id, source.weight, stated.occurred_on)
        for stated in last.values()
        for place, source in enumerate(stated.sources, start=1)
    ]
    await conn.execute(_ADD, *zip(*rows, strict=True))
