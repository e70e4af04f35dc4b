"""What the other services say of persons: what relief keeps of them, and who has confirmed an erasure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from unionaid.contracts import mutualaid, relief, reporting, source, supervision, topic_name
from unionaid.contracts.event import Service
from unionaid.eventlog import Connection, Decoder, Event, ProjectionSet, reading
from unionaid.registry.domain.person.retention import RELIEF_LIST, RELIEF_PAYMENT, Kept
from unionaid.registry.views.records import ended
from unionaid.registry.views.units import Pool

CONFIRMING: tuple[Service, ...] = ("relief", "mutualaid", "supervision", "reporting")
"""Who confirms an erasure: everybody but registry."""


class _OfPerson(msgspec.Struct, frozen=True, gc=False):
    person_id: UUID
    occurred_on: date


_decode = msgspec.json.Decoder(_OfPerson).decode
_KINDS = {relief.ReliefRequested.TYPE: RELIEF_LIST, relief.ReliefPaid.TYPE: RELIEF_PAYMENT}


class KeptRecords:
    """Of each person and kind of record the last day from which a period counts."""

    name = "kept_records"
    version = 1
    tables = ("kept",)
    ddl = "CREATE TABLE kept (person_id uuid, kind text, since date NOT NULL, PRIMARY KEY (person_id, kind))"
    decoders: ClassVar[dict[str, Decoder]] = dict.fromkeys(_KINDS, _decode)

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Keep the latest day."""
        latest: dict[tuple[UUID, str], date] = {}
        for event in events:
            key = (event.data.person_id, _KINDS[event.type])
            latest[key] = max(event.data.occurred_on, latest.get(key, date.min))
        await conn.execute(
            "INSERT INTO kept AS k SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[]) "
            "ON CONFLICT (person_id, kind) DO UPDATE SET since = greatest(k.since, excluded.since)",
            *map(list, zip(*((*key, since) for key, since in latest.items()), strict=True)),
        )


class Confirmations:
    """Which service has confirmed which erasure."""

    name = "confirmations"
    version = 1
    tables = ("confirmed",)
    ddl = "CREATE TABLE confirmed (person_id uuid, service text, confirmed_on date, PRIMARY KEY (person_id, service))"
    decoders: ClassVar[dict[str, Decoder]] = dict.fromkeys(
        (service.ErasureConfirmed.TYPE for service in (relief, mutualaid, supervision, reporting)), _decode
    )

    async def apply(self, conn: Connection, events: Sequence[Event]) -> None:
        """Add what was confirmed."""
        await conn.execute(
            "INSERT INTO confirmed SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[]) ON CONFLICT DO NOTHING",
            [event.data.person_id for event in events],
            [event.type.split(".")[1] for event in events],
            [event.data.occurred_on for event in events],
        )


def registry_elsewhere(division: str) -> ProjectionSet:
    """Return the set of both, fed by the other services of a division."""
    topics = {topic_name(division, service): source(division, service) for service in CONFIRMING}
    return ProjectionSet("registry_elsewhere", topics, [KeptRecords(), Confirmations()])


class Elsewhere:
    """Questions to the live build of the set."""

    def __init__(self, pool: Pool, chosen: ProjectionSet) -> None:
        self._pool, self._chosen = pool, chosen

    async def kept(self, person_ids: Collection[UUID]) -> list[Kept]:
        """Return what other services keep of persons who stand for one another."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(
                "SELECT kind, max(since) AS since FROM kept WHERE person_id = ANY($1::uuid[]) "
                "GROUP BY kind ORDER BY kind",
                list(person_ids),
            )
        return [Kept(row["kind"], row["since"]) for row in rows]

    async def erasures(self, after: UUID | None, limit: int, *, unconfirmed: bool) -> list[dict[str, Any]]:
        """Return at most `limit` erasures after a person's, by id, each with the services that have not confirmed."""
        async with reading(self._pool, self._chosen) as conn:
            rows = await conn.fetch(_ERASURES, list(CONFIRMING), after, unconfirmed, limit)
        return [dict(row) for row in rows]

    async def ended(self, bounds: Mapping[str, date], after: UUID | None, limit: int) -> list[tuple[UUID, str, date]]:
        """Return at most `limit` persons after one whose records have all ended, here and elsewhere."""
        async with reading(self._pool, self._chosen) as conn:
            return await ended(conn, bounds, after, limit)

    async def reached(self, topic: str) -> int | None:
        """Return the last index of a topic that the tables hold, -1 before the first, None for other topics."""
        if topic not in self._chosen.topics:
            return None
        last = await self._pool.fetchval(_REACHED, self._chosen.name, topic)
        return -1 if last is None else int(last)


_ERASURES = """
SELECT * FROM (
    SELECT e.person_id, e.erased_on, ARRAY(
        SELECT s FROM unnest($1::text[]) WITH ORDINALITY AS x(s, place)
        WHERE NOT EXISTS (SELECT FROM confirmed c WHERE c.person_id = e.person_id AND c.service = s)
        ORDER BY place
    ) AS missing
    FROM views.erasure e WHERE $2::uuid IS NULL OR e.person_id > $2
) e WHERE NOT $3 OR cardinality(missing) > 0 ORDER BY person_id LIMIT $4
"""
_REACHED = """
SELECT p.last_index FROM eventlog.positions p
JOIN eventlog.projection_sets s ON p.subscription = s.name || '_' || s.build
WHERE s.name = $1 AND s.live AND p.topic = $2
"""
