"""How a programme is opened: its amounts come from the policy in force on its first day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import RULES_MAX, ProgrammeKind
from unionaid.contracts.relief import ApprovalBand, ProgrammeCondition, ProgrammeOpened, ProgrammeStandard
from unionaid.relief.domain.dates import refuse_impossible
from unionaid.relief.domain.eligibility.terms import Condition, Terms
from unionaid.relief.domain.programme.facts import Programme, Unopened
from unionaid.relief.domain.refusals import (
    AlreadyOpened,
    ConditionTwice,
    PolicyMissing,
    PurposeNotInPolicy,
    TooManyConditions,
    WindowReversed,
)

NO_STANDARD = "no-standard"
"""What stands against who meets every condition but no standard's rule; no condition has this code."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a programme kind's policy, in force from a day on. Amounts in fen, for one person.

    `terms` are the conditions and standards of each purpose; one that is not there asks for nothing.
    """

    version: str
    in_force_from: date
    purposes: frozenset[str]
    standard_fen: int
    amount_max_fen: int
    terms: Mapping[str, Terms] = field(default_factory=dict)
    bands: tuple[ApprovalBand, ...] = ()

    def terms_of(self, purpose: str) -> Terms:
        """Return what holds for one of the purposes."""
        return self.terms.get(purpose) or Terms((), (), self.standard_fen)


def in_force(versions: tuple[PolicyVersion, ...], on: date) -> PolicyVersion | None:
    """Return the version in force on a day, None before the first."""
    begun = [version for version in versions if version.in_force_from <= on]
    return max(begun, key=lambda version: version.in_force_from, default=None)


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """Open a programme; the window's days are both included. `conditions` are its own, beside the policy's."""

    programme_id: UUID
    kind: ProgrammeKind
    year: int
    name: str
    window_from: date
    window_to: date
    purpose: str
    on: date
    today: date
    conditions: tuple[Condition, ...] = ()


def policy_for(kind: ProgrammeKind, policies: tuple[PolicyVersion, ...], on: date, purpose: str) -> PolicyVersion:
    """Return the policy in force on a programme's first day. Raises PolicyMissing, PurposeNotInPolicy."""
    policy = in_force(policies, on)
    if policy is None:
        raise PolicyMissing(field="kind", kind=kind, on=on.isoformat())
    if purpose not in policy.purposes:
        raise PurposeNotInPolicy(field="purpose", known=", ".join(sorted(policy.purposes)))
    return policy


def open_programme(programme: Programme, policies: tuple[PolicyVersion, ...], command: OpenProgramme) -> list[Event]:
    """Open a programme on the terms of the policy.

    Raises AlreadyOpened, WindowReversed, PolicyMissing, PurposeNotInPolicy, ConditionTwice, TooManyConditions and the
    refusals of dates.
    """
    if not isinstance(programme, Unopened):
        raise AlreadyOpened(field="programme_id")
    refuse_impossible(command.on, command.today)
    if command.window_from > command.window_to:
        raise WindowReversed(field="window_to")
    policy = policy_for(command.kind, policies, command.window_from, command.purpose)
    terms = terms_with(policy.terms_of(command.purpose), command.conditions)
    return [
        ProgrammeOpened(
            occurred_on=command.on,
            programme_id=command.programme_id,
            kind=command.kind,
            year=command.year,
            name=command.name,
            window_from=command.window_from,
            window_to=command.window_to,
            purpose=command.purpose,
            standard_fen=policy.standard_fen,
            amount_max_fen=policy.amount_max_fen,
            policy_version=policy.version,
            eligibility=tuple(ProgrammeCondition(condition=one.code, rule=one.text) for one in terms.conditions),
            standards=tuple(
                ProgrammeStandard(standard=one.code, rule=one.text, amount_fen=one.amount_fen)
                for one in terms.standards
            ),
            bands=policy.bands,
        )
    ]


def terms_with(terms: Terms, own: tuple[Condition, ...]) -> Terms:
    """Return the terms with a programme's own conditions last. Raises ConditionTwice, TooManyConditions."""
    conditions = (*terms.conditions, *own)
    if len(conditions) > RULES_MAX:
        raise TooManyConditions(field="conditions", most=RULES_MAX)
    taken = {NO_STANDARD}
    for one in conditions:
        if one.code in taken:
            raise ConditionTwice(field="conditions", condition=one.code)
        taken.add(one.code)
    return replace(terms, conditions=conditions)
