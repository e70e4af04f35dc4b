"""Restricting who asks to be erased too early: kept, not gone on with, read by audit alone; and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.registry import PersonRestricted, RestrictionLifted
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.facts import Person, is_restricted, refuse_erased, refuse_restricted
from unionaid.registry.domain.person.retention import Retention
from unionaid.registry.domain.refusals import NotRestricted, OwnMatter


@dataclass(frozen=True, slots=True)
class Restrict:
    """Write down that a person asked to be erased, or, of `lift`, took that back. `by` is the actor."""

    person_id: UUID
    by: str
    on: date
    today: date


def restrict(person: Person, kept: Retention, command: Restrict) -> list[Event]:
    """Restrict a person until the last period ends; where all have ended, erasing is next.

    Raises NotFound, PersonIsErased, PersonIsRestricted, OwnMatter and the refusals of dates.
    """
    refuse_restricted(person)
    _refuse(command)
    return [
        PersonRestricted(
            occurred_on=command.on,
            person_id=command.person_id,
            restricted_until=kept.until,
            policy_version=kept.policy_version,
        )
    ]


def lift(person: Person, command: Restrict) -> list[Event]:
    """Take a restriction back, which the person asks for too.

    Raises NotFound, PersonIsErased, NotRestricted, OwnMatter and the refusals of dates.
    """
    if not is_restricted(refuse_erased(person)):
        raise NotRestricted
    _refuse(command)
    return [RestrictionLifted(occurred_on=command.on, person_id=command.person_id)]


def _refuse(command: Restrict) -> None:
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    refuse_impossible(command.on, command.today)
