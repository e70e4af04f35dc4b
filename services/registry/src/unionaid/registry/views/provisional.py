"""Workers whose ID is still to be given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.views.units import Pool


async def provisional(pool: Pool, jurisdiction: Jurisdiction, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` workers of a jurisdiction without an ID, by id, after the one named."""
    rows = await pool.fetch(
        "WITH RECURSIVE under AS (SELECT org_id FROM views.org WHERE org_id = $1 "
        "UNION SELECT o.org_id FROM views.org o JOIN under u ON o.parent_id = u.org_id) "
        "SELECT person_id, union_org_id, registered_on FROM views.provisional WHERE union_org_id IS NOT NULL "
        "AND ($2 OR union_org_id IN (SELECT org_id FROM under)) AND ($3::uuid IS NULL OR person_id > $3) "
        "ORDER BY person_id LIMIT $4",
        jurisdiction.unit,
        jurisdiction.whole_division,
        after,
        limit,
    )
    return [dict(row) for row in rows]
