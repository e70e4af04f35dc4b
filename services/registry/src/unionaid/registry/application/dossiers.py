"""Commands about hardship dossiers: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import (
    CallBackOutcome,
    ClearName,
    ClosingReason,
    HolderChangeReason,
    ObjectionGround,
    ObjectionOutcome,
    ReturnReason,
)
from unionaid.contracts.registry import Assessment, FiveClears, StatementReference
from unionaid.eventlog import Connection, Log, ReservationTaken
from unionaid.registry.application.alone import Alone
from unionaid.registry.application.kinship import step_of
from unionaid.registry.application.looking import Looking, Shock, months_after
from unionaid.registry.application.matters import (
    At,
    Saying,
    Write,
    dossier_in,
    dossier_within,
    household_within,
    taken,
)
from unionaid.registry.application.reaching import reached
from unionaid.registry.application.statements import DOSSIER
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.dossier import managing, rules
from unionaid.registry.domain.dossier.assessing import (
    HardshipPolicy,
    Override,
    assess,
    policy_on,
)
from unionaid.registry.domain.dossier.facts import Dossier, Existing
from unionaid.registry.domain.household.facts import Formed, Household, household_of
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.facts import person_of, union_of
from unionaid.registry.domain.refusals import HouseholdUnknown, NotFound, PersonUnknown
from unionaid.registry.reserving import moved
from unionaid.registry.views import people as people_views
from unionaid.registry.views.units import Pool
from unionaid.registry.working_days import working_days_after
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import TOPICS, SealedStatements, Vault

Rule = Callable[[Dossier, Household, Step], list[Event]]


@dataclass(frozen=True, slots=True)
class Clears:
    """What somebody tells of the five clears: codes, and words for the vault. What is left out stays."""

    codes: Mapping[str, str]
    words: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ObjectionTold:
    """What somebody objects to; `objector_id` stands nowhere but in the vault, None for who is not named."""

    objection_id: UUID
    ground: ObjectionGround
    words: str = field(repr=False)
    objector_id: UUID | None = field(default=None, repr=False)


class Dossiers:
    """Commands about dossiers. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault, policies: Sequence[HardshipPolicy]) -> None:
        self._pool, self._log, self._vault, self.policies = pool, Log(pool), vault, policies

    async def open(self, issued: Issued, at: At, *, household_id: UUID, holder_id: UUID, clears: Clears) -> Done:
        """Begin a household's file. Raises HouseholdUnknown, PersonUnknown, DossierOpenAlready."""
        await household_within(self._pool, household_id, at.jurisdiction)
        if not await reached(self._pool, [holder_id], at.jurisdiction):
            raise PersonUnknown(field="holder_id")
        own, household = stream_name("dossier", at.id), stream_name("household", household_id)
        holder = stream_name("person", holder_id)
        saying = Saying(self._vault, at.id, "five-clears", {holder_id: dict(clears.words)})
        turn, step = Alone(household_id, streams=[household, holder]), await step_of(self._pool, issued, at.on)

        async def first(conn: Connection) -> None:
            await turn.wait(conn)
            await saying.seal(conn)

        def decide(history: History) -> Decision:
            turn.refuse_stale(history)
            command = rules.OpenDossier(
                at.id, holder_id, FiveClears.model_validate(dict(clears.codes)), saying.reference(holder_id)
            )
            events = rules.open_dossier(
                dossier_in(history, own), household_of(history[household]), person_of(history[holder]), command,
                step,
            )  # fmt: skip
            told = answer({"dossier_id": at.id}, location=f"/dossiers/{at.id}", version=len(events))
            return Decision(events, answer=told, reserve=moved(events).taken)

        try:
            streams = [own, household, holder]
            return await carry_out(self._log, issued, streams, decide, first=first, also=saying.put)
        except ReservationTaken as refusal:
            raise taken(refusal) from None

    async def record_clears(self, issued: Issued, at: At, clears: Clears) -> Done:
        """Record what is known of the five clears; what is left out stays, in codes and in words."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        holder_id = found.file.holder_id
        sealed: SealedStatements | None = None

        async def seal(conn: Connection) -> None:
            nonlocal sealed
            if not clears.words:
                return
            said = await self._vault.statements.open(
                conn, at.id, ["five-clears"], TOPICS["five-clears"], actor=issued.actor, purpose=DOSSIER
            )
            former = said.get((holder_id, "five-clears"), {})
            words = {holder_id: {**former, **clears.words}}
            sealed = await self._vault.statements.seal(conn, at.id, "five-clears", words)

        async def put(conn: Connection) -> None:
            if sealed is not None and sealed.references:
                await self._vault.statements.put(conn, sealed)

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            codes = FiveClears.model_validate({**_clears_of(dossier), **clears.codes})
            made = sealed.references.get(holder_id) if sealed else None
            reference = StatementReference(**made._asdict()) if made else None
            return rules.record_clears(dossier, household, codes, reference, step)

        return await self._carried(issued, at, found, rule, first=seal, also=put)

    async def assess(self, issued: Issued, at: At, shock: Shock | None, override: Override | None) -> Done:
        """Compute the household's hardship from its members' incomes, or take the officer's level with its reason."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        looking = Looking(self._vault, issued, found, shock)

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            made = self._assessed(looking, household, override, step)
            reference = looking.saying.reference(found.file.holder_id)
            return rules.record_assessment(dossier, household, made, reference, step)

        return await self._carried(issued, at, found, rule, first=looking.look, also=looking.saying.put)

    async def review(self, issued: Issued, at: At, shock: Shock | None, override: Override | None) -> Done:
        """Look again how the household stands; the next review is due as the policy says."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        looking = Looking(self._vault, issued, found, shock)

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            return managing.review(
                dossier, household, step,
                assessment=self._assessed(looking, household, override, step),
                statement=looking.saying.reference(found.file.holder_id),
                next_review_on=self._next_review(step.on),
            )  # fmt: skip

        return await self._carried(issued, at, found, rule, first=looking.look, also=looking.saying.put)

    async def verify(self, issued: Issued, at: At) -> Done:
        """Find the file to be so."""
        return await self._step(issued, at, rules.verify)

    async def post(self, issued: Issued, at: At, place: str) -> Done:
        """Post the file for the working days that the policy says."""

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            refuse_impossible(step.on, step.today)
            days = policy_on(self.policies, step.on).notice_working_days
            until, calendar = working_days_after(step.on, days)
            return rules.post(dossier, household, rules.Notice(place, until, days, calendar), step)

        return await self._step(issued, at, rule)

    async def raise_objection(self, issued: Issued, at: At, told: ObjectionTold) -> Done:
        """Record an objection; its words lie in the vault under the objector, or the holder where none is named."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        if told.objector_id and not await reached(self._pool, [told.objector_id], at.jurisdiction):
            raise PersonUnknown(field="objector_id")
        whose = told.objector_id or found.file.holder_id
        saying = Saying(self._vault, told.objection_id, "objection", {whose: {"objection": told.words}})

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            return managing.raise_objection(
                dossier, household, step,
                objection_id=told.objection_id, ground=told.ground, statement=saying.reference(whose),
            )  # fmt: skip

        more = {"objection_id": told.objection_id}
        return await self._carried(issued, at, found, rule, first=saying.seal, also=saying.put, more=more)

    async def settle_objection(self, issued: Issued, at: At, objection_id: UUID, outcome: ObjectionOutcome) -> Done:
        """Say what was found about an objection."""
        return await self._step(
            issued, at, lambda d, h, step: managing.settle_objection(d, h, objection_id, outcome, step)
        )

    async def approve(self, issued: Issued, at: At) -> Done:
        """Approve the file; the next review is due as the policy says."""
        return await self._step(issued, at, lambda d, h, step: rules.approve(d, h, self._next_review(step.on), step))

    async def return_(self, issued: Issued, at: At, reason: ReturnReason, missing: tuple[ClearName, ...]) -> Done:
        """Send the file back, with the reason and what is missing."""
        return await self._step(issued, at, lambda d, h, step: rules.return_(d, h, reason, missing, step))

    async def reclassify(self, issued: Issued, at: At) -> Done:
        """Take over the level that the last review found."""
        return await self._step(issued, at, managing.reclassify)

    async def close(self, issued: Issued, at: At, reason: ClosingReason, *, approver: bool) -> Done:
        """Close the file; the household may get another."""
        return await self._step(issued, at, lambda d, h, step: managing.close(d, h, reason, step, approver=approver))

    async def call_back(self, issued: Issued, at: At, outcome: CallBackOutcome) -> Done:
        """Record a look after the closing."""
        return await self._step(issued, at, lambda d, h, step: managing.call_back(d, h, outcome, step))

    async def pass_on(self, issued: Issued, at: At, holder_id: UUID, reason: HolderChangeReason) -> Done:
        """Give the file to another member of the household."""
        found = await dossier_within(self._pool, at.id, at.jurisdiction)
        within = bool(await reached(self._pool, [holder_id], at.jurisdiction))
        turn = Alone(found.file.household_id, streams=[stream_name("household", found.file.household_id)])
        union: UUID | None = None

        async def first(conn: Connection) -> None:
            nonlocal union
            await turn.wait(conn)
            union = union_of((await people_views.person(conn, holder_id))[0]) if within else None

        def rule(dossier: Dossier, household: Household, step: Step) -> list[Event]:
            return rules.pass_on(dossier, household, step, holder_id=holder_id, union_org_id=union, reason=reason)

        return await self._carried(issued, at, found, rule, first=first, turn=turn)

    async def household_of(self, household_id: UUID, jurisdiction: Jurisdiction) -> Formed:
        """Return a household within reach. Raises NotFound."""
        try:
            return await household_within(self._pool, household_id, jurisdiction)
        except HouseholdUnknown:
            raise NotFound from None

    def _assessed(self, looking: Looking, household: Household, override: Override | None, step: Step) -> Assessment:
        refuse_impossible(step.on, step.today)
        policy = policy_on(self.policies, step.on)
        return assess(policy, looking.circumstances(household), override)

    def _next_review(self, on: date) -> date:
        return months_after(on, policy_on(self.policies, on).review_after_months)

    async def _step(self, issued: Issued, at: At, rule: Rule) -> Done:
        return await self._carried(issued, at, await dossier_within(self._pool, at.id, at.jurisdiction), rule)

    async def _carried(
        self,
        issued: Issued,
        at: At,
        found: Existing,
        rule: Rule,
        *,
        first: Write | None = None,
        also: Write | None = None,
        more: Mapping[str, Any] | None = None,
        turn: Alone | None = None,
    ) -> Done:
        own, household = stream_name("dossier", at.id), stream_name("household", found.file.household_id)
        step = await step_of(self._pool, issued, at.on)

        def decide(history: History) -> Decision:
            at.expect(len(history[own]))
            if turn is not None:
                turn.refuse_stale(history)
            events = rule(dossier_in(history, own), household_of(history[household]), step)
            told = answer({"dossier_id": at.id, **(more or {})}, version=len(history[own]) + len(events))
            return Decision(events, status=200, answer=told, release=moved(events).given_back)

        return await carry_out(self._log, issued, [own, household], decide, first=first, also=also)


def _clears_of(dossier: Dossier) -> dict[str, Any]:
    return dossier.file.clears.model_dump() if isinstance(dossier, Existing) else {}
