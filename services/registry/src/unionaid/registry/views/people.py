"""People as they stand now, without identity."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.eventlog import Connection, load_many
from unionaid.registry.domain.person.facts import Person, person_of
from unionaid.registry.views.streams import history


async def person(conn: Connection, person_id: UUID) -> tuple[Person, int]:
    """Return what is known of a person without identity, and the stream's version."""
    told = await history(conn, "person", person_id)
    return person_of(told), len(told)


async def people(conn: Connection, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """Return what is known of several persons without identity, each as it stands now."""
    stored = await load_many(conn, [stream_name("person", person_id) for person_id in person_ids])
    return {
        person_id: person_of(decode(event.body)[1] for event in stored[stream_name("person", person_id)])
        for person_id in person_ids
    }
