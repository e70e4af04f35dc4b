"""What a list draws on, as its page tells it: one budget, or those of the programme's funding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unionaid.contracts.relief import ReliefListApproved, ReliefListSubmitted
from unionaid.relief.domain.relief_list.facts import Act
from unionaid.relief.http.desk import Desk
from unionaid.relief.views import funding as funding_views
from unionaid.relief.views import funds as fund_views


async def money_of(desk: Desk, terms: ReliefListSubmitted, acts: Sequence[tuple[Act, datetime]]) -> Mapping[str, Any]:
    """Return what is free for a list, in how many budgets, and which fund gives which part once it is approved."""
    approved = next((act.event for act, _ in acts if isinstance(act.event, ReliefListApproved)), None)
    if terms.budget_id is not None:
        budget = await fund_views.budget(desk.pool, terms.budget_id)
        return {"free_fen": 0 if budget is None else budget["free_fen"], "budgets": 0, "shares": []}
    sources = await funding_views.sources(desk.pool, terms.programme_id)
    shares = () if approved is None else approved.shares
    names = await funding_views.named(desk.pool, [share.budget_id for share in shares])
    return {
        "free_fen": sum(row["free_fen"] for row in sources),
        "budgets": len(sources),
        "shares": [{"fund": names[share.budget_id], "amount_fen": share.amount_fen} for share in shares],
    }
