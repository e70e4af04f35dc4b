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
from unionaid.registry.domain.person.retention import Retention
from unionaid.registry.domain.refusals import EnteredBySame, OwnMatter, RecordOpen, RetentionRuns


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Destroy a person's identity. `by` is the actor."""

    person_id: UUID
    reason: ErasureReason
    by: str
    on: date
    today: date


def erase(person: Person, written_by: Collection[str], kept: Retention, command: ErasePerson) -> list[Event]:
    """Erase a person whom others entered and corrected; `written_by` are the actors of its events.

    The periods of retention must have ended, unless the person was entered in error or a court or authority orders it.
    Raises NotFound, PersonIsErased, OwnMatter, EnteredBySame, RecordOpen, RetentionRuns and the refusals of dates.
    """
    refuse_erased(person)
    if command.by == f"person-{command.person_id}":
        raise OwnMatter
    if command.by in written_by:
        raise EnteredBySame
    refuse_impossible(command.on, command.today)
    ended = command.reason == "retention-ended"
    if ended and not kept.has_ended(command.today):
        longest = kept.periods[0]
        if longest.until is None:
            raise RecordOpen(field="reason_code", kind=longest.kind)
        raise RetentionRuns(field="reason_code", kind=longest.kind, until=longest.until.isoformat())
    return [
        PersonErased(
            occurred_on=command.on,
            person_id=command.person_id,
            reason_code=command.reason,
            policy_version=kept.policy_version if ended else None,
        )
    ]
