"""Commands about persons who are no workers, and about households: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import (
    DepartureReason,
    HealthCode,
    HolderChangeReason,
    Relation,
    SchoolStage,
    SplitReason,
)
from unionaid.eventlog import Connection, Log, ReservationTaken
from unionaid.registry.application.along import by_turns
from unionaid.registry.application.kinship import step_of
from unionaid.registry.application.matters import At, Saying, Write, household_within, taken
from unionaid.registry.application.merged import unmerged
from unionaid.registry.application.passing import Passing, Rule
from unionaid.registry.application.placing import as_the_tree_stands, lineage_in
from unionaid.registry.application.reaching import reached
from unionaid.registry.domain.household import rules
from unionaid.registry.domain.household.facts import Household, household_of
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.jurisdiction import Jurisdiction
from unionaid.registry.domain.person.entering import RegisterPerson, Relative, register_person
from unionaid.registry.domain.person.facts import person_of
from unionaid.registry.domain.person.rules import Workplace, place
from unionaid.registry.domain.refusals import ResidentIdTaken
from unionaid.registry.identities import reference_of, reserved
from unionaid.registry.reserving import moved
from unionaid.registry.views import households as household_views
from unionaid.registry.views.units import Pool, lineage
from unionaid.service.deciding import Decision, Done, History, Issued, carry_out
from unionaid.service.idempotency import answer
from unionaid.vault import Vault


@dataclass(frozen=True, slots=True)
class Told:
    """A member as told; income in fen a month, and what is to be said of health, go to the vault."""

    person_id: UUID
    relation: Relation
    health_code: HealthCode
    school_stage: SchoolStage | None
    monthly_income_fen: int = field(repr=False)
    health_note: str | None = field(default=None, repr=False)

    def said(self) -> dict[str, str]:
        """Return what the vault keeps."""
        note = {"health_note": self.health_note} if self.health_note else {}
        return {"monthly_income_fen": str(self.monthly_income_fen), **note}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of admission: the stage it is for, the scan's hash and length, and the school for the vault."""

    person_id: UUID
    school_stage: SchoolStage
    sha256: str
    length: int
    school: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody leaves; `new_holder_id` holds the household's dossier from now on, if who leaves held it."""

    person_id: UUID
    reason: DepartureReason
    new_holder_id: UUID | None


@dataclass(frozen=True, slots=True)
class Splitting:
    """A household becomes two: who goes, each as told for the new one; `new_holder_id` as in `Departure`."""

    new_household_id: UUID
    going: Sequence[Told]
    reason: SplitReason
    new_holder_id: UUID | None


class Households:
    """Commands about households. Each raises what its rule raises, and what `carry_out` raises."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool, self._log, self._vault = pool, Log(pool), vault

    @as_the_tree_stands
    async def register_person(
        self, issued: Issued, union_org_id: UUID, jurisdiction: Jurisdiction, *, person_id: UUID, relative: Relative,
        on: date,
    ) -> Done:  # fmt: skip
        """Enter somebody who is no worker, for a union. Raises ResidentIdTaken."""
        own = stream_name("person", person_id)
        sealed = self._vault.seal({person_id: relative.vault_fields()}, places={person_id: union_org_id})
        unions = await self._unions(union_org_id)
        command = RegisterPerson(
            person_id, reference_of(sealed.references[person_id]), relative, on, issued.business_date
        )

        def decide(history: History) -> Decision:
            workplace = Workplace(lineage_in(history, unions), None)
            events = register_person(person_of(history[own]), workplace, jurisdiction, command)
            held = [reserved(self._vault, own, relative.resident_id)] if relative.resident_id else []
            return Decision(events, answer=answer({"person_id": person_id}, version=1), reserve=held)

        async def put(conn: Connection) -> None:
            await self._vault.put(conn, sealed)

        try:
            return await carry_out(self._log, issued, [own, *unions], decide, also=put)
        except ReservationTaken:
            raise ResidentIdTaken(field="resident_id") from None

    @as_the_tree_stands
    async def form(
        self, issued: Issued, union_org_id: UUID, jurisdiction: Jurisdiction, *, household_id: UUID,
        members: Sequence[Told], on: date,
    ) -> Done:  # fmt: skip
        """Form a household, for a union. Raises UnitUnknown, PersonIsMerged, InOtherHousehold."""
        own = stream_name("household", household_id)
        unions = await self._unions(union_org_id)
        persons = await reached(self._pool, [told.person_id for told in members], jurisdiction)
        saying = self._saying(household_id, members)
        step = await step_of(self._pool, issued, on)

        def decide(history: History) -> Decision:
            place(Workplace(lineage_in(history, unions), None), jurisdiction)
            entries = [_entry(told, saying) for told in members]
            events = rules.form(
                household_of(history[own]), persons, step,
                household_id=household_id, union_org_id=union_org_id, entries=entries,
            )  # fmt: skip
            told = answer({"household_id": household_id}, location=f"/households/{household_id}", version=len(events))
            return Decision(events, answer=told, reserve=moved(events).taken)

        first = unmerged(*persons, jurisdiction=jurisdiction, field="members", then=saying.seal)
        return await self._carried(issued, [own, *unions], decide, saying, first)

    async def join(self, issued: Issued, at: At, told: Told) -> Done:
        """Take a person in. Raises HouseholdUnknown, PersonIsMerged, InOtherHousehold."""
        await household_within(self._pool, at.id, at.jurisdiction)
        persons = await reached(self._pool, [told.person_id], at.jurisdiction)
        saying = self._saying(at.id, [told])

        def rule(household: Household, step: Step) -> list[Event]:
            return rules.join(household, persons, _entry(told, saying), step)

        first = unmerged(*persons, jurisdiction=at.jurisdiction, field="person_id", then=saying.seal)
        return await self._changed(issued, at, rule, saying, first)

    async def change(self, issued: Issued, at: At, told: Told) -> Done:
        """Tell how a member stands now. Raises HouseholdUnknown."""
        await household_within(self._pool, at.id, at.jurisdiction)
        saying = self._saying(at.id, [told])

        def rule(household: Household, step: Step) -> list[Event]:
            return rules.change(household, _entry(told, saying), step)

        return await self._changed(issued, at, rule, saying)

    async def admit(self, issued: Issued, at: At, letter: Letter) -> Done:
        """Record a member's letter of admission. Raises HouseholdUnknown."""
        await household_within(self._pool, at.id, at.jurisdiction)
        saying = Saying(self._vault, at.id, "admission", {letter.person_id: {"school": letter.school}})

        def rule(household: Household, step: Step) -> list[Event]:
            reference = saying.reference(letter.person_id)
            admission = rules.Admission(letter.person_id, letter.school_stage, letter.sha256, letter.length, reference)
            return rules.admit(household, admission, step)

        return await self._changed(issued, at, rule, saying)

    async def leave(
        self, issued: Issued, at: At, departure: Departure) -> Done:  # fmt: skip
        """Let a member go; the dossier that member holds passes on. Raises HouseholdUnknown, HolderNeeded."""

        def rule(household: Household, step: Step) -> list[Event]:
            return rules.leave(household, departure.person_id, departure.reason, step)

        reason: HolderChangeReason = "died" if departure.reason == "died" else "left"
        return await self._passing(issued, at, rule, new_holder_id=departure.new_holder_id, reason=reason)

    async def split(
        self, issued: Issued, at: At, splitting: Splitting) -> Done:  # fmt: skip
        """Make two households of one; the dossier stays with those who stay. Raises HouseholdUnknown, HolderNeeded."""
        saying = self._saying(splitting.new_household_id, splitting.going)

        def rule(household: Household, step: Step) -> list[Event]:
            entries = [_entry(told, saying) for told in splitting.going]
            return rules.split(
                household, household_of([]), step,
                new_household_id=splitting.new_household_id, entries=entries, reason=splitting.reason,
            )  # fmt: skip

        return await self._passing(
            issued, at, rule,
            new_holder_id=splitting.new_holder_id, reason="split", saying=saying,
            more={"new_household_id": splitting.new_household_id},
        )  # fmt: skip

    async def _passing(
        self,
        issued: Issued,
        at: At,
        rule: Rule,
        *,
        new_holder_id: UUID | None,
        reason: HolderChangeReason,
        saying: Saying | None = None,
        more: dict[str, Any] | None = None,
    ) -> Done:
        """Let members go; if the household's open dossier is held by one of them, it passes on in the same append."""
        await household_within(self._pool, at.id, at.jurisdiction)
        step = await step_of(self._pool, issued, at.on)

        async def attempt() -> Done:
            async with self._pool.acquire() as conn:
                dossier_id = await household_views.open_dossier_of(conn, at.id)
            passing = Passing(at, rule, new_holder_id, reason, dossier_id, more or {})
            turn = passing.turn()

            async def first(conn: Connection) -> None:
                await turn.wait(conn)
                await passing.refuse_changed(conn)
                if saying is not None:
                    await saying.seal(conn)

            def decide(history: History) -> Decision:
                turn.refuse_stale(history)
                return passing.decide(history, step)

            return await self._carried(issued, passing.streams, decide, saying, first)

        return await by_turns(attempt)

    async def _changed(
        self,
        issued: Issued,
        at: At,
        rule: Rule,
        saying: Saying,
        first: Write | None = None,
    ) -> Done:
        own = stream_name("household", at.id)
        step = await step_of(self._pool, issued, at.on)

        def decide(history: History) -> Decision:
            at.expect(len(history[own]))
            events = rule(household_of(history[own]), step)
            told = answer({"household_id": at.id}, version=len(history[own]) + len(events))
            return Decision(events, status=200, answer=told, reserve=moved(events).taken)

        return await self._carried(issued, [own], decide, saying, first)

    async def _carried(
        self, issued: Issued, streams: Sequence[str], decide: Callable[[History], Decision], saying: Saying | None,
        first: Write | None = None,
    ) -> Done:  # fmt: skip
        try:
            if saying is None:
                return await carry_out(self._log, issued, streams, decide, first=first)
            return await carry_out(self._log, issued, streams, decide, first=first or saying.seal, also=saying.put)
        except ReservationTaken as refusal:
            raise taken(refusal) from None

    async def _unions(self, union_org_id: UUID) -> list[str]:
        async with self._pool.acquire() as conn:
            return [stream_name("union", org_id) for org_id in await lineage(conn, union_org_id)]

    def _saying(self, household_id: UUID, members: Sequence[Told]) -> Saying:
        return Saying(self._vault, household_id, "member", {told.person_id: told.said() for told in members})


def _entry(told: Told, saying: Saying) -> rules.Entry:
    return rules.Entry(
        told.person_id, told.relation, told.health_code, told.school_stage, saying.reference(told.person_id)
    )
