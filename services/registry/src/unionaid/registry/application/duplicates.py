"""Who may be the same person: found when somebody is registered and by a scan, decided by an officer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.registry import PossibleDuplicateFound, WorkerMerged, pair_id
from unionaid.eventlog import Connection, Log, Reservation, ReservationTaken, holders
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.pair import rules
from unionaid.registry.domain.pair.facts import pair_of
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import PairDecided
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import BLOCKS, Finder

MERGED = "merged"
"""Reservation: a person stands for one other at a time. The key is a hash of the id, which is no identity."""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('unionaid registry merge'))"
"""Merges are decided one after the other, so that no circle of them comes about; they are few."""


class Duplicates:
    """Commands about pairs. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, finder: Finder, versions: Sequence[rules.Thresholds]) -> None:
        self._pool, self._log, self._finder, self._versions = pool, Log(pool), finder, versions

    async def of_entrant(self, person_id: UUID, fields: Mapping[str, str], on: date) -> list[PossibleDuplicateFound]:
        """Return that persons are like somebody who is about to be registered: to be appended with it."""
        thresholds = rules.in_force(self._versions, on)
        async with self._pool.acquire() as conn:
            alike = await self._finder.alike(conn, fields, least=thresholds.possibly)
            merged = await _merged(conn, [one.person_id for one in alike])
        pairs = [rules.Likeness(person_id, one.person_id, one.score) for one in alike if one.person_id not in merged]
        return [event for pair in pairs for event in rules.find(pair_of(()), pair, thresholds, "registration", on)]

    async def alike_to(self, fields: Mapping[str, str], jurisdiction: Jurisdiction, on: date) -> list[UUID]:
        """Return who within reach may be somebody with these fields, the likeliest first."""
        found = await self.of_entrant(UUID(int=0), fields, on)
        near = await reached(self._pool, [event.other_person_id for event in found], jurisdiction)
        return [event.other_person_id for event in found if event.other_person_id in near]

    async def within_reach(
        self, found: Iterable[PossibleDuplicateFound], jurisdiction: Jurisdiction
    ) -> list[dict[str, Any]]:
        """Return what may be told of pairs with a new person: those whose other person is of the jurisdiction."""
        others = {event.other_person_id: event for event in found}
        near = await reached(self._pool, list(others), jurisdiction)
        return [
            others[person_id].model_dump(mode="json", include={"pair_id", "other_person_id", "certainty"})
            for person_id in others
            if person_id in near
        ]

    async def scan(self, issued: Issued, kind: str, after: int | None) -> Done:
        """Compare the persons of the next blocks of a kind, and ask about pairs that were never asked about.

        The answer tells where the next step begins; None: the kind is through.
        """
        thresholds = rules.in_force(self._versions, issued.business_date)
        async with self._pool.acquire() as conn:
            scanned = await self._finder.scan(conn, kind, after, least=thresholds.possibly)
            merged = await _merged(conn, {one for pair in scanned.pairs for one in (pair.first, pair.second)})
        alike = {
            stream_name("pair", pair_id(pair.first, pair.second)): rules.Likeness(pair.first, pair.second, pair.score)
            for pair in scanned.pairs
            if merged.isdisjoint((pair.first, pair.second))
        }

        def decide(history: History) -> Decision:
            events = [
                event
                for stream, pair in alike.items()
                for event in rules.find(pair_of(history[stream]), pair, thresholds, "scan", issued.business_date)
            ]
            told = {
                "found": len(events),
                "compared": scanned.compared,
                "passed_over": scanned.passed_over,
                "next": _next(kind, scanned.after),
            }
            return Decision(events, status=200, answer=answer(told))

        now = decide(History(await self._log.load(list(alike))))
        if not now.events:  # nothing to write down; asked again, it is looked at again
            return Done(now.status, now.answer, 0)
        return await carry_out(self._log, issued, list(alike), decide)

    async def keep_apart(self, issued: Issued, command: rules.KeepApart) -> Done:
        """Decide that two persons are two."""
        own = stream_name("pair", command.pair_id)

        def decide(history: History) -> Decision:
            events = rules.keep_apart(pair_of(history[own]), command)
            told = {"pair_id": command.pair_id, "status": "kept-apart"}
            return Decision(events, status=200, answer=answer(told, version=len(history[own]) + 1))

        return await carry_out(self._log, issued, [own], decide)

    async def merge(self, issued: Issued, command: rules.Merge) -> Done:
        """Let one person stand for another. Raises PairDecided."""
        pair = pair_id(command.person_id, command.survivor_id)
        own = stream_name("pair", pair)
        person, survivor = (stream_name("person", one) for one in (command.person_id, command.survivor_id))
        numbered: Collection[UUID] = ()
        merged: Collection[UUID] = ()

        async def look(conn: Connection) -> None:
            nonlocal numbered, merged
            await conn.execute(_ONE_AT_A_TIME)
            both = [command.person_id, command.survivor_id]
            numbered, merged = await self._finder.numbered(conn, both), await _merged(conn, both)

        def decide(history: History) -> Decision:
            events = rules.merge(
                pair_of(history[own]),
                rules.Both(person_of(history[person]), person_of(history[survivor]), numbered, merged),
                command,
            )
            told = {"pair_id": pair, "person_id": command.person_id, "survivor_id": command.survivor_id}
            return Decision(
                events,
                answer=answer(told, location=f"/duplicates/{pair}", version=len(history[own]) + 1),
                reserve=merged_reservations(events),
            )

        try:
            return await carry_out(self._log, issued, list({own, person, survivor}), decide, first=look)
        except ReservationTaken:
            raise PairDecided from None


def merged_reservations(events: Iterable[Event]) -> list[Reservation]:
    """Return what merges hold: a person stands for one other at a time."""
    return [
        Reservation(MERGED, _key(event.person_id), event.subject) for event in events if isinstance(event, WorkerMerged)
    ]


def _key(person_id: UUID) -> bytes:
    return sha256(person_id.bytes).digest()


async def _merged(conn: Connection, persons: Collection[UUID]) -> frozenset[UUID]:
    keys = {_key(person_id): person_id for person_id in persons}
    held = await holders(conn, MERGED, list(keys))
    return frozenset(keys[key] for key in held)


def _next(kind: str, after: int | None) -> dict[str, Any] | None:
    if after is not None:
        return {"kind": kind, "after": str(after)}
    place = BLOCKS.index(kind) + 1
    return {"kind": BLOCKS[place], "after": None} if place < len(BLOCKS) else None
