"""Members go, and the household's open dossier passes on in the same append if one of them holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from unionaid.contracts import Event, stream_name
from unionaid.contracts.fields import HolderChangeReason
from unionaid.registry.application.alone import Alone, FileChanged
from unionaid.registry.application.matters import At, dossier_in
from unionaid.registry.domain.dossier import rules as dossier_rules
from unionaid.registry.domain.dossier.facts import Closed, Unopened
from unionaid.registry.domain.household.facts import Household, evolve, household_of
from unionaid.registry.domain.household.rules import Step
from unionaid.registry.domain.person.facts import person_of, union_of
from unionaid.registry.domain.refusals import HolderNeeded
from unionaid.registry.reserving import moved
from unionaid.registry.views.households import open_dossier_of
from unionaid.service.deciding import Decision, History
from unionaid.service.idempotency import answer

if TYPE_CHECKING:
    from unionaid.eventlog import Connection

Rule: TypeAlias = Callable[[Household, Step], list[Event]]


@dataclass(frozen=True, slots=True)
class Passing:
    """Who goes by `rule`, and who holds the dossier from then on; `dossier_id` is the one that was open."""

    at: At
    rule: Rule
    new_holder_id: UUID | None
    reason: HolderChangeReason
    dossier_id: UUID | None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> str:
        """The household's stream."""
        return stream_name("household", self.at.id)

    @property
    def streams(self) -> list[str]:
        """What is judged: the household, its dossier, who is to hold it."""
        named = (("dossier", self.dossier_id), ("person", self.new_holder_id))
        return [self.own, *(stream_name(kind, id) for kind, id in named if id is not None)]

    def turn(self) -> Alone:
        """Return the turn to wait for."""
        return Alone(self.at.id, streams=self.streams)

    async def refuse_changed(self, conn: Connection) -> None:
        """Refuse another open dossier than the one looked up. Raises FileChanged."""
        if await open_dossier_of(conn, self.at.id) != self.dossier_id:
            raise FileChanged

    def decide(self, history: History, step: Step) -> Decision:
        """Let them go. Raises HolderNeeded, and what the rules raise."""
        self.at.expect(len(history[self.own]))
        household = household_of(history[self.own])
        events = self.rule(household, step)
        own_events = [event for event in events if event.subject == self.own]
        left = reduce(evolve, own_events, household)
        taken, given_back = moved(events)
        told = {"household_id": self.at.id, **self.more}
        return Decision(
            [*events, *self._passed_on(history, left, step)],
            status=200,
            answer=answer(told, version=len(history[self.own]) + len(own_events)),
            reserve=taken,
            release=given_back,
        )

    def _passed_on(self, history: History, left: Household, step: Step) -> list[Event]:
        if self.dossier_id is None:
            return []
        dossier = dossier_in(history, stream_name("dossier", self.dossier_id))
        if isinstance(dossier, Unopened | Closed) or dossier.file.holder_id in getattr(left, "members", {}):
            return []
        if self.new_holder_id is None:
            raise HolderNeeded(field="new_holder_id")
        union = union_of(person_of(history[stream_name("person", self.new_holder_id)]))
        return dossier_rules.pass_on(
            dossier, left, step, holder_id=self.new_holder_id, union_org_id=union, reason=self.reason
        )
