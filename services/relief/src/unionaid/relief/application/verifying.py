"""Commands about samples of the paid. The seed is made of the service's secret: nobody keeps it, nobody chooses it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from uuid import UUID

from unionaid.contracts import decode, stream_name
from unionaid.contracts.fields import VerificationOutcome
from unionaid.eventlog import Log, load
from unionaid.payments import commitment, draw, is_of
from unionaid.relief.application.books import Settled
from unionaid.relief.domain.programme.facts import programme_of
from unionaid.relief.domain.refusals import NotFound, SampleDrawn, SeedNotPublished
from unionaid.relief.domain.relief_list.facts import Act, list_of
from unionaid.relief.domain.relief_list.guards import Step
from unionaid.relief.domain.verification import facts, rules
from unionaid.relief.views import verifications as views
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer

if TYPE_CHECKING:
    from unionaid.relief.views.acts import Pool


class Verifications:
    """Commands about verifications. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, secret: bytes, settled: Settled) -> None:
        self._pool, self._log, self._secret, self._settled = pool, Log(pool), secret, settled

    def seed(self, verification_id: UUID) -> bytes:
        """Return the seed of a verification: 32 bytes that nobody knows without the secret."""
        return hmac.digest(self._secret, b"unionaid verification seed\0" + verification_id.bytes, "sha256")

    async def commit(self, issued: Issued, programme_id: UUID, verification_id: UUID, step: Step) -> Done:
        """Publish the hash of a seed: what is paid from now on is drawn from."""
        own, programme = stream_name("verification", verification_id), stream_name("programme", programme_id)
        promised = commitment(self.seed(verification_id))

        def decide(history: History) -> Decision:
            events = rules.commit(
                facts.verification_of(history[own]),
                programme_of(history[programme]),
                verification_id=verification_id,
                programme_id=programme_id,
                seed_sha256=promised,
                step=step,
            )
            told = {"verification_id": verification_id, "seed_sha256": promised}
            return Decision(events, answer=answer(told, location=f"/verifications/{verification_id}", version=1))

        return await carry_out(self._log, issued, [own, programme], decide)

    async def draw(self, issued: Issued, verification_id: UUID, size: int, step: Step) -> Done:
        """Draw the sample and publish the seed. Raises SeedNotPublished."""
        own = stream_name("verification", verification_id)
        known = await self.known(verification_id)
        if isinstance(known, facts.Drawn):
            raise SampleDrawn
        since, upto = await views.index_of(self._pool, verification_id), await views.last_index(self._pool)
        if since is None or upto is None:
            raise SeedNotPublished
        await self._settled()
        frame = await views.frame(self._pool, known.terms.programme_id, since, upto)
        seed = self.seed(verification_id)
        sample = [UUID(one) for one in draw(seed, frame.ids, size)]
        kept = seed.hex() if is_of(seed, known.terms.seed_sha256) else None

        def decide(history: History) -> Decision:
            events = rules.draw(facts.verification_of(history[own]), frame, sample, seed=kept, step=step)
            told = {"verification_id": verification_id, "seed": kept, "sampled": len(sample)}
            return Decision(events, status=200, answer=answer(told, version=1 + len(events)))

        return await carry_out(self._log, issued, [own], decide)

    async def record_answer(
        self,
        issued: Issued,
        verification_id: UUID,
        application_id: UUID,
        *,
        outcome: VerificationOutcome,
        received_fen: int | None,
        step: Step,
    ) -> Done:
        """Record what somebody of the sample said."""
        own = stream_name("verification", verification_id)
        known = await self.known(verification_id)
        sampled = known.sample.get(application_id) if isinstance(known, facts.Drawn) else None
        listed = [stream_name("list", sampled.list_id)] if sampled else []

        def decide(history: History) -> Decision:
            acts = (Act(*pair) for name in listed for pair in zip(history[name], history.actors[name], strict=True))
            events = rules.record_answer(
                facts.verification_of(history[own]),
                list_of(acts),
                application_id=application_id,
                outcome=outcome,
                received_fen=received_fen,
                step=step,
            )
            told = {"verification_id": verification_id, "application_id": application_id, "outcome": outcome}
            return Decision(events, status=200, answer=answer(told, version=len(history[own]) + 1))

        return await carry_out(self._log, issued, [own, *listed], decide)

    async def known(self, verification_id: UUID) -> facts.Committed | facts.Drawn:
        """Return a verification. Raises NotFound."""
        async with self._pool.acquire() as conn:
            stored = await load(conn, stream_name("verification", verification_id))
        found = facts.verification_of(decode(event.body)[1] for event in stored)
        if isinstance(found, facts.Unknown):
            raise NotFound
        return found
