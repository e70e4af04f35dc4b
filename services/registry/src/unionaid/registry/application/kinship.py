"""Commands by which officers declare their relatives; and whom somebody has declared."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.eventlog import Log
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.kinship import rules
from unionaid.registry.domain.kinship.facts import relatives_of
from unionaid.registry.domain.kinship.rules import Kin
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.refusals import NobodyFound
from unionaid.registry.views.duplicates import together
from unionaid.registry.views.streams import history as history_of
from unionaid.registry.views.units import Pool
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Vault

if TYPE_CHECKING:
    from unionaid.registry.domain.person.resident_id import ResidentId

PERSON = "person-"


class Kinship:
    """Declarations. Each command raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._log, self._vault = pool, Log(pool), vault

    async def declared(self, actor: str) -> frozenset[UUID]:
        """Return whom an actor has declared; nobody for a service."""
        return await declared_by(self._pool, actor)

    async def declare(self, issued: Issued, resident_id: ResidentId, on: date) -> Done:
        """Declare who has an ID. Raises NobodyFound."""
        async with self._pool.acquire() as conn:
            found = (await self._vault.match(conn, "resident_id", [resident_id.number])).get(resident_id.number)
        if not found:
            raise NobodyFound(field="resident_id")
        kin = Kin(_officer(issued.actor), found[0], on, issued.business_date)
        own, person = stream_name("kinship", kin.officer_id), stream_name("person", kin.person_id)

        def decide(history: History) -> Decision:
            events = rules.declare(relatives_of(history[own]), person_of(history[person]), kin)
            told = answer({"person_id": kin.person_id, "status": "declared"}, version=len(history[own]) + 1)
            return Decision(events, answer=told)

        return await carry_out(self._log, issued, [own, person], decide)

    async def withdraw(self, issued: Issued, person_id: UUID, on: date) -> Done:
        """Take a declaration back. Raises NotFound."""
        kin = Kin(_officer(issued.actor), person_id, on, issued.business_date)
        own = stream_name("kinship", kin.officer_id)

        def decide(history: History) -> Decision:
            events = rules.withdraw(relatives_of(history[own]), kin)
            told = answer({"person_id": person_id, "status": "withdrawn"}, version=len(history[own]) + 1)
            return Decision(events, status=200, answer=told)

        return await carry_out(self._log, issued, [own], decide)


async def declared_by(pool: Pool, actor: str) -> frozenset[UUID]:
    """Return whom an actor (`person-<uuid>`) has declared; nobody for a service."""
    if not actor.startswith(PERSON):
        return frozenset()
    async with pool.acquire() as conn:
        return relatives_of(await history_of(conn, "kinship", _officer(actor)))


async def kin_of(pool: Pool, actor: str) -> frozenset[UUID]:
    """Return whom an actor has declared, and who stands for one of those, or the reverse."""
    declared = await declared_by(pool, actor)
    if not declared:
        return declared
    async with pool.acquire() as conn:
        return await together(conn, list(declared))


async def step_of(pool: Pool, issued: Issued, on: date) -> Step:
    """Return a step about a household, with whom its actor has declared to be a relative."""
    return Step(issued.actor, on, issued.business_date, await kin_of(pool, issued.actor))


def _officer(actor: str) -> UUID:
    return UUID(actor.removeprefix(PERSON))
