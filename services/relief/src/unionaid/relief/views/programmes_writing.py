"""What becomes of programmes after they were opened: amended, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from unionaid.contracts import Event as Fact
from unionaid.contracts.relief import ProgrammeAmended, ProgrammeClosed
from unionaid.eventlog import Connection

SHOWN: tuple[type[Fact], ...] = (ProgrammeAmended, ProgrammeClosed)
_STEP = """
UPDATE views.programme p SET name = coalesce(s.name, p.name), window_to = coalesce(s.window_to, p.window_to),
    closed_on = coalesce(s.closed_on, p.closed_on)
FROM unnest($1::uuid[], $2::text[], $3::date[], $4::date[]) AS s(programme_id, name, window_to, closed_on)
WHERE p.programme_id = s.programme_id
"""


async def write_programmes(conn: Connection, facts: Sequence[Fact]) -> None:
    """Write what each programme became last; those that were opened must stand in the views before."""
    found: dict[UUID, tuple[str | None, date | None, date | None]] = {}
    for fact in facts:
        match fact:
            case ProgrammeAmended():
                name, window_to, closed_on = found.get(fact.programme_id, (None, None, None))
                found[fact.programme_id] = (fact.name or name, fact.window_to or window_to, closed_on)
            case ProgrammeClosed():
                name, window_to, _ = found.get(fact.programme_id, (None, None, None))
                found[fact.programme_id] = (name, window_to, fact.occurred_on)
            case _:
                pass
    if found:
        await conn.execute(_STEP, *zip(*((id, *became) for id, became in found.items()), strict=True))
