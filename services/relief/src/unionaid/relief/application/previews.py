"""Who would qualify for a programme, and what it would cost, before it is opened. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from unionaid.contracts.fields import ProgrammeKind
from unionaid.relief.domain.eligibility.terms import Condition, Explanation, explained
from unionaid.relief.domain.programme.rules import NO_STANDARD, policy_for, terms_with
from unionaid.relief.domain.refusals import ConditionUnknown, NotFound
from unionaid.relief.policies.programmes import Policies
from unionaid.relief.views.eligible import Asked, Eligible, Preview


@dataclass(frozen=True, slots=True)
class Thought:
    """A programme as somebody thinks of it: its first day, one purpose, conditions of its own."""

    kind: ProgrammeKind
    purpose: str
    window_from: date
    conditions: tuple[Condition, ...] = ()


class Previews:
    """Answers for the unions that the asker sees (None: all). Each raises PolicyMissing, PurposeNotInPolicy,
    ConditionTwice and TooManyConditions.
    """

    def __init__(self, eligible: Eligible, policies: Policies) -> None:
        self._eligible, self._policies = eligible, policies

    @property
    def purposes(self) -> list[tuple[ProgrammeKind, str]]:
        """Every kind with each purpose that any version of its policy has."""
        return sorted(
            {(kind, purpose) for kind, found in self._policies.items() for one in found for purpose in one.purposes}
        )

    async def preview(self, thought: Thought, unions: Collection[UUID] | None) -> tuple[str, Asked, Preview]:
        """Return the policy's version, the terms, and what they come to."""
        version, asked = self._asked(thought, unions)
        return version, asked, await self._eligible.preview(asked)

    async def persons(
        self, thought: Thought, unions: Collection[UUID] | None, reason: str | None, after: UUID | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return at most `limit` persons who qualify, or whom a condition stands against. Raises ConditionUnknown."""
        _, asked = self._asked(thought, unions)
        return await self._eligible.persons(asked, _number(asked, reason), after, limit)

    async def explanation(
        self, thought: Thought, unions: Collection[UUID] | None, person_id: UUID
    ) -> tuple[str, Explanation]:
        """Explain one person's case, with the policy's version. Raises NotFound for who is nobody the asker sees."""
        version, asked = self._asked(thought, unions)
        facts = (await self._eligible.facts_of([person_id], asked.on, unions)).get(person_id)
        if facts is None:
            raise NotFound
        return version, explained(asked.terms, facts)

    def _asked(self, thought: Thought, unions: Collection[UUID] | None) -> tuple[str, Asked]:
        versions = self._policies.get(thought.kind, ())
        policy = policy_for(thought.kind, versions, thought.window_from, thought.purpose)
        terms = terms_with(policy.terms_of(thought.purpose), thought.conditions)
        return policy.version, Asked(terms, thought.window_from, unions)


def _number(asked: Asked, reason: str | None) -> int | None:
    if reason is None:
        return None
    if reason == NO_STANDARD and asked.terms.standards:
        return 0
    for number, condition in enumerate(asked.terms.conditions, start=1):
        if condition.code == reason:
            return number
    raise ConditionUnknown(field="reason")
