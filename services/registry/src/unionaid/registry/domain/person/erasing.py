"""Erasing a person: two pairs of eyes, once, and for good."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from unionaid.contracts import Event
from unionaid.contracts.fields import ErasureReason
from unionaid.contracts.registry import PersonErased
from unionaid.registry.domain.dates import refuse_impossible
from unionaid.registry.domain.person.facts import Person, refuse_erased
from unionaid.registry.domain.refusals import EnteredBySame, OwnMatter


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Destroy a person's identity. `by` is the actor."""

    person_id: UUID
    reason: ErasureReason
    by: str
    on: date
    today: date


def erase(person: Person, written_by: Collection[str], command: ErasePerson) -> list[Event]:
    """Erase a person whom others entered and corrected; `written_by` are the actors of its events.

    Whether the periods of retention have run out is the approver's to know: the product does not compute them yet.
    Raises NotFound, PersonIsErased, OwnMatter, EnteredBySame and the refusals of dates.
    """
    refuse_erased(person)
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    if command.by in written_by:
        raise EnteredBySame
    refuse_impossible(command.on, command.today)
    return [PersonErased(occurred_on=command.on, person_id=command.person_id, reason_code=command.reason)]
