"""Who may be the same person: found when somebody is registered and by a scan, decided by an officer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.registry import PossibleDuplicateFound, pair_id
from unionaid.eventlog import Connection, Log, ReservationTaken, holders
from unionaid.registry.application.alone import Alone
from unionaid.registry.application.reaching import reached
from unionaid.registry.application.undoing import Settled, one_at_a_time
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.pair import rules
from unionaid.registry.domain.pair.facts import pair_of
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import PairDecided, SurvivorLacksHousehold
from unionaid.registry.reserving import HOUSEHOLD_MEMBER, MERGED, OPEN_DOSSIER, UNDOING, key_of, moved
from unionaid.registry.views import duplicates as views
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import BLOCKS, Finder


class Duplicates:
    """Commands about pairs. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, finder: Finder, versions: Sequence[rules.Thresholds], settled: Settled) -> None:
        self._pool, self._log, self._finder, self._versions = pool, Log(pool), finder, versions
        self._settled = settled

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
        found: _Found | None = None
        turn = Alone(command.person_id, command.survivor_id, streams=[person, survivor])

        async def look(conn: Connection) -> None:
            nonlocal found
            await one_at_a_time(conn)
            await turn.wait(conn)
            await self._settled()  # the views are written by somebody else, who does not wait for this
            found = await self._found(conn, [command.person_id, command.survivor_id])

        def decide(history: History) -> Decision:
            turn.refuse_stale(history)
            both = rules.Both(person_of(history[person]), person_of(history[survivor]), **(found or _Found())._asdict())
            events = rules.merge(pair_of(history[own]), both, command)
            told = {"pair_id": pair, "person_id": command.person_id, "survivor_id": command.survivor_id}
            return Decision(
                events,
                answer=answer(told, location=f"/duplicates/{pair}", version=len(history[own]) + 1),
                reserve=moved(events).taken,
            )

        try:
            return await carry_out(self._log, issued, list({own, person, survivor}), decide, first=look)
        except ReservationTaken as refusal:
            if any(conflict.scope == HOUSEHOLD_MEMBER for conflict in refusal.conflicts):  # joined a moment ago
                raise SurvivorLacksHousehold(field="survivor_id") from None
            raise PairDecided from None

    async def judge_merge(self, command: rules.Merge) -> Done:
        """Refuse what a merge would be refused for; nothing is written."""
        persons = [command.person_id, command.survivor_id]
        person, survivor = (stream_name("person", one) for one in persons)
        own = stream_name("pair", pair_id(*persons))
        await self._settled()
        history = History(await self._log.load([own, person, survivor]))
        async with self._pool.acquire() as conn:
            found = await self._found(conn, persons)
        both = rules.Both(person_of(history[person]), person_of(history[survivor]), **found._asdict())
        rules.merge(pair_of(history[own]), both, command)
        return Done(200, b"{}", 0)

    async def _found(self, conn: Connection, both: list[UUID]) -> _Found:
        at = {person_id: key_of(person_id) for person_id in both}
        members = await holders(conn, HOUSEHOLD_MEMBER, list(at.values()))
        undoing = await holders(conn, UNDOING, list(at.values()))
        households = {one: members[key] for one, key in at.items() if members.get(key, "").startswith("household-")}
        keys = {key_of(UUID(stream.removeprefix("household-"))): stream for stream in households.values()}
        return _Found(
            await self._finder.numbered(conn, both),
            await _merged(conn, both),
            [one for one, key in at.items() if key in undoing],
            households,
            [keys[key] for key in await holders(conn, OPEN_DOSSIER, list(keys))],
            len(await views.together(conn, both)),
        )


class _Found(NamedTuple):
    """What is held of the two persons of a merge, as `rules.Both` names it."""

    numbered: Collection[UUID] = ()
    merged: Collection[UUID] = ()
    undoing: Collection[UUID] = ()
    households: Mapping[UUID, str] = {}
    dossiers: Collection[str] = ()
    together: int = 2


async def _merged(conn: Connection, persons: Collection[UUID]) -> frozenset[UUID]:
    keys = {key_of(person_id): person_id for person_id in persons}
    held = await holders(conn, MERGED, list(keys))
    return frozenset(keys[key] for key in held)


def _next(kind: str, after: int | None) -> dict[str, Any] | None:
    if after is not None:
        return {"kind": kind, "after": str(after)}
    place = BLOCKS.index(kind) + 1
    return {"kind": BLOCKS[place], "after": None} if place < len(BLOCKS) else None
