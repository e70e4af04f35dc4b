"""Who has looked at somebody's identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.contracts.registry import IdentityOpened
from unionaid.eventlog import Connection, load_many

if TYPE_CHECKING:
    from unionaid.registry.views.units import Pool

LOOKS_MAX = 200
"""Openings that are shown, the latest."""


@dataclass(frozen=True, slots=True)
class Look:
    """One opening: when, by whom (`person-<uuid>`), who was what and of which union then, what for, which fields."""

    opening_id: UUID
    at: datetime
    on: date
    by: str
    roles: tuple[str, ...]
    union_org_id: UUID | None
    purpose: str
    fields: tuple[str, ...]


async def looks(pool: Pool, person_id: UUID, limit: int = LOOKS_MAX) -> list[Look]:
    """Return the latest openings of a person's identity, the latest first."""
    async with pool.acquire() as conn:
        rows = await conn.fetch(
            "SELECT opening_id FROM views.opening WHERE person_id = $1 "
            "ORDER BY occurred_on DESC, opening_id DESC LIMIT $2",
            person_id,
            limit,
        )
        stored = await load_many(conn, [stream_name("opening", row["opening_id"]) for row in rows])
    found = []
    for events in stored.values():
        envelope, event = decode(events[0].body)
        if isinstance(event, IdentityOpened):
            found.append(
                Look(
                    event.opening_id,
                    envelope.time,
                    event.occurred_on,
                    envelope.actor,
                    event.opener_roles,
                    event.opener_org_id,
                    event.opening_purpose,
                    event.opened_fields,
                )
            )
    return sorted(found, key=lambda look: look.at, reverse=True)


async def write_openings(conn: Connection, opened: Sequence[IdentityOpened]) -> None:
    """Write who was looked at."""
    rows = [(person_id, fact.occurred_on, fact.opening_id) for fact in opened for person_id in fact.opened_person_ids]
    if rows:
        await conn.execute(
            "INSERT INTO views.opening SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[])",
            *(list(column) for column in zip(*rows, strict=True)),
        )
