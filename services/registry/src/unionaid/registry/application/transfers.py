"""Commands about transfers that are asked for by who sees but one of the unions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import stream_name
from unionaid.contracts.fields import DecliningReason
from unionaid.contracts.registry import TransferRequested
from unionaid.eventlog import Connection, Log
from unionaid.registry.application.along import Along, by_turns
from unionaid.registry.application.holding import holding
from unionaid.registry.application.merged import refuse_merged
from unionaid.registry.application.placing import Place, Streams, as_the_tree_stands
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import Left, person_of
from unionaid.registry.domain.person.moving import Move
from unionaid.registry.domain.person.resident_id import ResidentId
from unionaid.registry.domain.refusals import NobodyFound, NotFound
from unionaid.registry.domain.transfer import rules
from unionaid.registry.domain.transfer.facts import Declined, TakenUp, Transfer, Unrequested, transfer_of
from unionaid.registry.identities import Expect
from unionaid.registry.views import transfers as views
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Vault


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as its reader may know it: whether from both sides, or from the one that asked."""

    transfer: Transfer
    terms: TransferRequested
    version: int
    both: bool

    @property
    def status(self) -> str:
        """`requested`, `taken-up` or `declined`."""
        match self.transfer:
            case TakenUp():
                return "taken-up"
            case Declined():
                return "declined"
            case _:
                return "requested"


class Transfers:
    """Commands about transfers. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._log, self._vault = pool, Log(pool), vault

    @as_the_tree_stands
    async def request_transfer(
        self, issued: Issued, request_id: UUID, resident_id: ResidentId, to: Place, on: date
    ) -> Done:
        """Ask for the worker with an ID; the answer names neither person nor union. Raises NobodyFound."""
        async with self._pool.acquire() as conn:
            found = await self._vault.match(conn, "resident_id", [resident_id.number])
        if resident_id.number not in found:
            raise NobodyFound(field="resident_id")
        (person_id, *_) = found[resident_id.number]
        own, person = stream_name("transfer", request_id), stream_name("person", person_id)
        streams = await self._streams(to.union_org_id, to.enterprise_id)
        command = rules.Ask(request_id, person_id, issued.actor, on, issued.business_date)

        def decide(history: History) -> Decision:
            events = rules.request(
                transfer_of(history[own]),
                person_of(history[person]),
                streams.workplace(history),
                to.jurisdiction,
                command,
            )
            told = {"request_id": request_id, "status": "requested"}
            return Decision(events, answer=answer(told, location=f"/transfer-requests/{request_id}", version=1))

        return await carry_out(self._log, issued, [own, person, *streams.all], decide, also=holding(to.union_org_id))

    @as_the_tree_stands
    async def take_up(
        self, issued: Issued, request_id: UUID, on: date, jurisdiction: Jurisdiction, expect: Expect
    ) -> Done:
        """Take a request up that the officer sees from both sides. Raises NotFound, PersonIsMerged."""
        terms = await self._both(request_id, jurisdiction)
        move = Move(terms.person_id, issued.actor, on, issued.business_date)
        own, person = stream_name("transfer", request_id), stream_name("person", terms.person_id)
        streams = await self._streams(terms.union_org_id, terms.enterprise_id)

        async def attempt() -> Done:
            along = await Along.of(self._pool, terms.person_id)

            def decide(history: History) -> Decision:
                expect(len(history[own]))
                now = person_of(history[person])
                migrant = now.worker.migrant if isinstance(now, Left) else False
                events = rules.take_up(transfer_of(history[own]), now, streams.workplace(history), migrant, move)
                beside = along.to(history, now, terms.union_org_id, terms.enterprise_id, move)
                told = {"request_id": request_id, "person_id": terms.person_id, "status": "taken-up"}
                return Decision(
                    [*events, *beside.events], status=200,
                    answer=answer(told, version=len(history[own]) + 1), release=beside.release,
                )  # fmt: skip

            async def first(conn: Connection) -> None:
                await along.wait(conn)
                await refuse_merged(conn, [terms.person_id], jurisdiction)

            loaded = [own, person, *streams.all, *along.streams]
            return await carry_out(self._log, issued, loaded, decide, first=first, also=holding(terms.union_org_id))

        return await by_turns(attempt)

    async def decline(
        self,
        issued: Issued,
        request_id: UUID,
        on: date,
        reason: DecliningReason,
        *,
        jurisdiction: Jurisdiction,
        expect: Expect,
    ) -> Done:
        """Decline a request that the officer sees from both sides. Raises NotFound."""
        terms = await self._both(request_id, jurisdiction)
        move = Move(terms.person_id, issued.actor, on, issued.business_date)
        own = stream_name("transfer", request_id)

        def decide(history: History) -> Decision:
            expect(len(history[own]))
            events = rules.decline(transfer_of(history[own]), reason, move)
            told = {"request_id": request_id, "status": "declined"}
            return Decision(events, status=200, answer=answer(told, version=len(history[own]) + 1))

        return await carry_out(self._log, issued, [own], decide)

    async def seen(self, request_id: UUID, jurisdiction: Jurisdiction) -> Seen:
        """Return a request that concerns a union of the jurisdiction. Raises NotFound."""
        async with self._pool.acquire() as conn:
            told = await views.transfer(conn, request_id)
            found = transfer_of(told)
            if isinstance(found, Unrequested) or not jurisdiction.covers(await lineage(conn, found.terms.union_org_id)):
                raise NotFound
        both = bool(await reached(self._pool, [found.terms.person_id], jurisdiction))
        return Seen(found, found.terms, len(told), both)

    async def waiting(self, jurisdiction: Jurisdiction) -> list[Seen]:
        """Return the requests that wait and that the jurisdiction sees from both sides, oldest first."""
        found = []
        for request_id in await views.waiting(self._pool):
            try:
                seen = await self.seen(request_id, jurisdiction)
            except NotFound:
                continue
            found += [seen] if seen.both else []
        return found

    async def _both(self, request_id: UUID, jurisdiction: Jurisdiction) -> TransferRequested:
        seen = await self.seen(request_id, jurisdiction)
        if not seen.both:
            raise NotFound
        return seen.terms

    async def _streams(self, union_org_id: UUID, enterprise_id: UUID | None) -> Streams:
        async with self._pool.acquire() as conn:
            return Streams.of(await lineage(conn, union_org_id), enterprise_id)
