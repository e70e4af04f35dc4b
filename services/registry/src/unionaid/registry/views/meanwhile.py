"""What was entered about the survivor of a merge since: an officer looks at it when the merge is undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.registry import WorkerMerged
from unionaid.registry.views.units import Pool

_SINCE = """
WITH merged AS (SELECT max(position) AS position FROM eventlog.events WHERE stream = $1 AND type = $2),
matters AS (
    SELECT 'person' AS kind, $3::uuid AS id
    UNION ALL SELECT 'dossier', dossier_id FROM views.dossier WHERE holder_id = $3
    UNION ALL SELECT DISTINCT 'household', household_id FROM views.dossier WHERE holder_id = $3
)
SELECT m.kind, m.id, count(*) AS events,
    max((convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'occurred_on')::date) AS last_on
FROM matters m JOIN eventlog.events e ON e.stream = m.kind || '-' || m.id JOIN merged ON e.position > merged.position
GROUP BY m.kind, m.id ORDER BY m.kind DESC, m.id
"""


async def entered_since(pool: Pool, pair_id: UUID, survivor_id: UUID) -> list[dict[str, Any]]:
    """Return what was written down since the merge: about the survivor, and in the dossiers the survivor holds.

    Each with how many events, and the latest day.
    """
    rows = await pool.fetch(_SINCE, stream_name("pair", pair_id), WorkerMerged.TYPE, survivor_id)
    return [dict(row) for row in rows]
